"""Pictures of scores: between their references, and on the way from no leak to a copy."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape

from understudy.report.column_figures import bars, histogram, is_bars, quantiles
from understudy.report.matrices import density, heatmap, scale_key
from understudy.report.svg import at, svg, text
from understudy.report.wording import measured
from understudy.report.writing import clean

if TYPE_CHECKING:
    from understudy.report.report import ScoreLine

__all__ = ["bars", "density", "heatmap", "histogram", "is_bars", "ladder", "quantiles", "scale_key", "strip"]


def strip(score: "ScoreLine") -> Markup:
    """Draw a score between its references; further right is better, and one half is in the middle where it is ideal."""
    place = _scale(score)
    parts = ['<line class="rule" x1="0" x2="100%" y1="14" y2="14"/>']
    if score.better == "half":
        parts.append('<line class="ideal" x1="50%" x2="50%" y1="4" y2="24"/>')
    elif score.floor is not None and score.ceiling is not None:
        left, right = sorted((place(score.floor), place(score.ceiling)))
        parts.append(f'<rect class="reach" x="{left:.1f}%" width="{right - left:.1f}%" y="10" height="8"/>')
    if score.floor is not None:
        parts.append(_glyph(place(score.floor), '<path class="floor" d="M-5 4.5h10L0 12.5z"/>'))
    if score.ceiling_interval is not None:
        left, right = sorted(place(end) for end in score.ceiling_interval)
        parts.append(f'<line class="ceiling-interval" x1="{left:.1f}%" x2="{right:.1f}%" y1="24" y2="24"/>')
    if score.ceiling is not None:
        parts.append(_glyph(place(score.ceiling), '<path class="ceiling" d="M0 3v22"/>'))
    if score.interval is not None:
        left, right = sorted(place(end) for end in score.interval)
        parts.append(f'<line class="interval" x1="{left:.1f}%" x2="{right:.1f}%" y1="14" y2="14"/>')
    parts.append(f'<circle class="value {score.standing}" cx="{place(score.value):.1f}%" cy="14" r="5"/>')
    told = escape(clean(_spoken(score), 400))
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="strip" role="img" aria-label="{told}"><title>{told}</title>{"".join(parts)}</svg>'
    )


def ladder(share: float, interval: tuple[float, float]) -> Markup:
    """Draw where a share of copied cells stands on the ladder from none to all."""
    left, right, top = 18.0, 400.0, 34.0
    step = (right - left) / 10

    def place(value: float) -> float:
        return left + value * (right - left)

    parts = [f'<line class="axis" x1="{at(left)}" x2="{at(right)}" y1="{at(top)}" y2="{at(top)}"/>']
    for rung in range(11):
        x = left + rung * step
        parts.append(f'<line class="axis" x1="{at(x)}" x2="{at(x)}" y1="{at(top - 7)}" y2="{at(top + 7)}"/>')
        if rung % 2 == 0:
            parts.append(text(x, top + 24, f"{10 * rung} %", "tick", "middle"))
    low, high = map(place, interval)
    parts.append(f'<line class="interval" x1="{at(low)}" x2="{at(max(high, low + 1))}" y1="{at(top)}" y2="{at(top)}"/>')
    parts.append(f'<circle class="value" cx="{at(place(share))}" cy="{at(top)}" r="7"/>')
    parts.append(text(left, 14, "independent columns", "label"))
    parts.append(text(right, 14, "copies of training rows", "label", "end"))
    ends = f"95 % interval {interval[0]:.0%} to {interval[1]:.0%}"
    told = f"Share of cells copied from one training row: {share:.0%}, {ends}"
    return svg(parts, told, (420.0, 66.0), "ladder")


def _glyph(x: float, path: str) -> str:
    return f'<svg x="{x:.1f}%" class="glyph">{path}</svg>'


def _spoken(score: "ScoreLine") -> str:
    def told(value: float) -> str:
        return measured(score.name, value)

    said = [f"{score.title}: {told(score.value)}"]
    if score.interval is not None:
        said.append(f"95 % interval {told(score.interval[0])} to {told(score.interval[1])}")
    if score.floor is not None:
        said.append(f"shuffled columns {told(score.floor)}")
    if score.ceiling is not None:
        said.append(f"unseen real rows {told(score.ceiling)}")
    return ", ".join(said)


def _scale(score: "ScoreLine") -> Callable[[float], float]:
    """Give the map from a value to a percentage of the strip, better to the right."""
    references = [x for x in (score.floor, score.ceiling) if x is not None]
    known = [score.value, *references, *(score.interval or ()), *(score.ceiling_interval or ())]
    if score.better == "half":
        reach = max(0.1, *(1.15 * abs(x - 0.5) for x in known))
        low, high = 0.5 - reach, 0.5 + reach
    else:
        low, high = min(known), max(known)
        # A strip never magnifies: a tenth of the value is its least span, so that trifles look like trifles.
        spare = max(0.0, 0.1 * max(abs(low), abs(high), 1e-9) - (high - low)) / 2
        pad = 0.08 * (high - low + 2 * spare)
        low, high = _within(low - spare - pad, high + spare + pad, known)
    flip = score.better == "lower"

    def place(value: float) -> float:
        share = 100 * (value - low) / (high - low)
        return float(np.clip(100 - share if flip else share, 1.5, 98.5))

    return place


def _within(low: float, high: float, known: Sequence[float]) -> tuple[float, float]:
    """Move a scale that sticks out of [0, 1] back where all values are shares: what is perfect lies at its end."""
    if min(known) < 0 or max(known) > 1:
        return low, high
    edge = 0.02 * (high - low)
    if high > 1 + edge:
        return low - (high - 1 - edge), 1 + edge
    if low < -edge:
        return -edge, high - low - edge
    return low, high
