"""Privacy scores on one scale, from nothing that leaks to a copy of the training rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from understudy.report.svg import at, fit, svg, text
from understudy.report.wording import measured
from understudy.report.writing import clean

if TYPE_CHECKING:
    from understudy.report.report import Gate, ScoreLine

__all__ = ["privacy_scale"]

_SAFE = {"membership": 0.5, "closeness": 0.5, "copies": 0.0}
"""Scores that a copy of the training rows takes to 1, and what each is where nothing leaks."""
_LIMITS = {"membership": "membership_auc_max", "closeness": "closer_max", "copies": "copies_excess_max"}
_LEFT, _RIGHT, _TOP, _ROW = 12.0, 408.0, 34.0, 46.0


def privacy_scale(scores: Sequence["ScoreLine"], gates: Sequence["Gate"]) -> Markup | None:
    """Draw each score between what gives nothing away and a copy, with its references and the limit of its check."""
    shown = [score for score in scores if score.name in _SAFE]
    if not shown:
        return None
    parts = [
        text(_LEFT, 14, "nothing leaks", "tick"),
        text(_RIGHT, 14, "copies of training rows", "tick", "end"),
    ]
    told: list[str] = []
    for k, score in enumerate(shown):
        limit = _limit(score, gates)
        y = _TOP + _ROW * k + 22
        value = measured(score.name, score.value)
        said = value + ("" if limit is None else f", limit {measured(score.name, limit)}")
        told.append(f"{clean(score.title)}: {said}")
        parts.append(text(_LEFT, y - 13, fit(clean(score.title), 0.66 * (_RIGHT - _LEFT), 12.0), "label"))
        parts.append(text(_RIGHT, y - 13, said, "tick", "end"))
        parts += _lane(score, limit, y)
    height = _TOP + _ROW * len(shown) + 6
    return svg(parts, "From nothing leaks to a copy. " + "; ".join(told), (_LEFT + _RIGHT, height), "scale")


def _limit(score: "ScoreLine", gates: Sequence["Gate"]) -> float | None:
    limit = next((gate.limit for gate in gates if gate.name == _LIMITS[score.name]), None)
    if limit is None or score.name != "copies":
        return limit
    # Its check limits what comes on top of the copies that unseen real rows are by nature.
    return limit + (score.ceiling or 0.0)


def _lane(score: "ScoreLine", limit: float | None, y: float) -> list[str]:
    safe = _SAFE[score.name]

    def x(value: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * min(max((value - safe) / (1 - safe), 0.0), 1.0)

    parts = [f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{at(y)}" y2="{at(y)}"/>']
    if limit is not None:
        parts.append(
            f'<rect class="beyond" x="{at(x(limit))}" width="{at(_RIGHT - x(limit))}" y="{at(y - 4)}" height="8"/>'
        )
        parts.append(f'<path class="limit" d="M{at(x(limit))} {at(y - 8)}v16"/>')
    if score.floor is not None:
        parts.append(f'<path class="floor" d="M{at(x(score.floor) - 5)} {at(y - 10)}h10l-5 8z"/>')
    if score.ceiling is not None:
        parts.append(f'<path class="ceiling" d="M{at(x(score.ceiling))} {at(y - 7)}v14"/>')
    if score.interval is not None:
        low, high = (x(end) for end in score.interval)
        parts.append(f'<line class="interval" x1="{at(low)}" x2="{at(max(high, low + 1))}" y1="{at(y)}" y2="{at(y)}"/>')
    parts.append(f'<circle class="value {score.standing}" cx="{at(x(score.value))}" cy="{at(y)}" r="5.5"/>')
    return parts
