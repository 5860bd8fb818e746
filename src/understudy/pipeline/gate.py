"""The conditions under which a synthetic table passes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, hypot, inf
from typing import Annotated, Literal

import polars as pl
from pydantic import Field, StringConstraints

from understudy.metrics.evaluate import Evaluation
from understudy.protocols import Score
from understudy.report.report import Gate as Judgement
from understudy.report.writing import score_number, share_number
from understudy.schema.spec import Spec

__all__ = ["Gate", "Judgement", "judge"]

Name = Annotated[str, StringConstraints(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]

_PRIVACY = {"membership", "closeness", "copies"}
_LEAST = {"valid_rows", "dependence", "tstr_ratio"}  # limits from below
_DEPENDENT = 0.02  # mean error of mutual information, from which on shuffling the columns loses something


class Gate(Spec):
    """Limits for the verdict "passed"; a limit that is set to null is not judged.

    Limits on utility and privacy fail on evidence. With enough rows the measured value decides; a table without loss or
    leak then fails a limit by bad luck in at most 2.5 of 100 cases. With fewer rows, where chance (the half of the 95 %
    interval) reaches farther than the limit is from what real rows give, a check is underpowered: what the limit
    forbids would rather pass unnoticed than not. It fails only if the whole interval lies beyond the limit, is not
    decided if only the value does, and proves little by passing, so the verdict is not "passed" but "underpowered".
    """

    valid_rows: Share | None = 1.0
    """Least share of rows whose every value is one that its column may hold: levels, bounds, unique keys."""
    dependence: Share | None = 0.5
    """Least part of the dependence between columns that is kept: of the way from independent columns to unseen real
    rows, by mutual information. Not judged where the real columns hardly depend on one another."""
    tstr_ratio: Share | None = 0.9
    """Least score of a model trained on synthetic rows, as a part of one trained on real rows; both tested on real, and
    both counted from what guessing scores."""
    membership_auc_max: Share | None = 0.53
    """Most that an attacker may tell training rows from unseen ones by (AUC; 0.5 is guessing)."""
    closer_max: Share | None = 0.55
    """Greatest share of rows that may be closer to training rows than to unseen ones (0.5 is no memory)."""
    copies_excess_max: Share | None = 0.0
    """Greatest share of exact copies of training rows beyond the share among unseen real rows."""
    limits: dict[Name, Annotated[float, Field(allow_inf_nan=False)]] = Field(default_factory=dict)
    """For each of some metrics or queries, by name, the least score (where less is better, the greatest) that passes.
    Fails where the whole 95 % interval lies beyond the limit; naming one also measures it."""

    @property
    def all(self) -> dict[str, float]:
        """Every limit that is set, by name."""
        own = {name: limit for name, limit in self.model_dump(exclude={"limits"}).items() if limit is not None}
        return own | self.limits


def judge(gate: Gate, found: Evaluation) -> tuple[Judgement, ...]:
    """Judge every limit that is set.

    Parameters
    ----------
    gate : Gate
        The limits.
    found : Evaluation
        What was measured, and why the rest was not.
    """
    scores, skipped = found.scores, found.skipped
    judgements: list[Judgement] = []
    rules: tuple[tuple[str, float | None, str, Callable[[Score, float], Judgement]], ...] = (
        ("valid_rows", gate.valid_rows, "valid_rows", _valid),
        ("dependence", gate.dependence, "mutual_information", _dependence),
        ("tstr_ratio", gate.tstr_ratio, "tstr", _utility),
        ("membership_auc_max", gate.membership_auc_max, "membership", _membership),
        ("closer_max", gate.closer_max, "closeness", _closer),
        ("copies_excess_max", gate.copies_excess_max, "copies", _copies),
    )
    for name, limit, metric, rule in rules:
        if limit is None:
            continue
        if metric in scores:
            judgements.append(rule(scores[metric], limit))
        else:
            # Privacy that could not be judged is no privacy: what a user left out by choice is not among the skipped.
            underpowered = metric in skipped and metric in _PRIVACY
            text = f"Not judged: {skipped.get(metric, 'It was not asked for.')}"
            judgements.append(Judgement(name, None, None, limit, text, underpowered=underpowered))
    sided = (replace(judgement, least=judgement.name in _LEAST) for judgement in judgements)
    return (*sided, *(_limited(name, limit, found) for name, limit in gate.limits.items()))


def _limited(name: str, limit: float, found: Evaluation) -> Judgement:
    """Judge a score by a limit of the user's own: only a whole interval beyond it is evidence."""
    metric = found.metrics.get(name)
    judged = Judgement(
        name, None, None, limit, "", underpowered=True, least=metric is not None and metric.better == "higher"
    )
    if metric is None or name not in found.scores:
        return replace(judged, text=f"Not judged: {found.skipped.get(name, 'It was not measured.')}")
    score, sign = found.scores[name], 1 if judged.least else -1
    low, high = score.interval or (score.value, score.value)
    judged = replace(
        judged, value=score.value, text=f"{metric.title}: {score_number(score.value)}{_between(score, score_number)}."
    )
    kept = sign * (score.value - limit) >= 0
    if not kept and sign * ((high if judged.least else low) - limit) >= 0:
        return replace(judged, text=f"{judged.text} Underpowered: chance could explain that it is beyond the limit.")
    return replace(judged, passed=kept, underpowered=False)


def _valid(score: Score, limit: float) -> Judgement:
    share = share_number(score.value)
    text = f"{share} of the rows hold only values that their columns may hold.{_invalid(score.details)}"
    return Judgement("valid_rows", score.value >= limit, score.value, limit, text)


def _invalid(details: pl.DataFrame | None) -> str:
    """Name the columns with invalid values, worst first, and the first of these."""
    if details is None or "first_invalid" not in details.columns:
        return ""
    wrong = details.filter(pl.col("invalid") > 0).sort("invalid", descending=True, maintain_order=True)
    if wrong.is_empty():
        return ""
    parts = [f"{r['column']!r} in {r['invalid']:,} ({r['first_invalid']})" for r in wrong.head(3).to_dicts()]
    more = f", and {wrong.height - 3} more columns" * (wrong.height > 3)  # noqa: PLR2004 - as many as are named
    return f" Not so: {', '.join(parts)}{more}."


def _dependence(score: Score, limit: float) -> Judgement:
    floor, ceiling = score.floor, score.ceiling
    if floor is None or ceiling is None or floor - ceiling < _DEPENDENT:
        reason = (
            "there are no unseen real rows to compare with"
            if ceiling is None
            else "hardly any columns depend on others"
        )
        return Judgement("dependence", None, None, limit, f"Not judged: {reason}.")
    part, best = ((floor - error) / (floor - ceiling) for error in (score.value, (score.interval or (score.value,))[0]))
    text = (
        f"The relations between columns are off by {score_number(score.value)}{_between(score, score_number)}; those "
        f"of independent columns by {score_number(floor)}, of unseen real rows by {score_number(ceiling)}."
    )
    return _weighed("dependence", _Measured(part, best, 1.0, sign=1), limit, text)


def _utility(score: Score, limit: float) -> Judgement:
    ratio = score.part(score.value, score.ceiling)
    if ratio is None or score.ceiling is None:
        text = (
            "Not judged: a model trained on the real rows predicts no better than chance, so there is nothing to keep."
        )
        return Judgement("tstr_ratio", None, None, limit, text)
    # The ceiling is measured on the same rows and errs alike, so its own interval would count chance twice.
    most = ratio if score.interval is None else score.part(score.interval[1], score.ceiling) or ratio
    text = (
        f"Trained on synthetic rows, a model scores {score_number(score.value)}{_between(score, score_number)} on "
        f"unseen real ones; trained on real rows {score_number(score.ceiling)}."
    )
    return _weighed("tstr_ratio", _Measured(ratio, most, 1.0, sign=1), limit, text)


def _membership(score: Score, limit: float) -> Judgement:
    text = (
        f"Shown a training row and an unseen one, an attacker picks the right one in {share_number(score.value)} of "
        f"cases{_between(score, share_number)}; half is guessing."
    )
    return _leak("membership_auc_max", score, limit, text)


def _closer(score: Score, limit: float) -> Judgement:
    share, between = share_number(score.value), _between(score, share_number)
    text = f"{share} of the rows are closer to a training row than to an unseen one{between}."
    return _leak("closer_max", score, limit, text)


def _leak(name: str, score: Score, limit: float, text: str) -> Judgement:
    """Judge a score that is one half where nothing leaks."""
    least = score.value if score.interval is None else score.interval[0]
    return _weighed(name, _Measured(score.value, least, 0.5, sign=-1), limit, text)


def _copies(score: Score, limit: float) -> Judgement:
    natural = score.ceiling
    if natural is None:
        text = "Not judged: there are no unseen real rows to compare with."
        return Judgement("copies_excess_max", None, None, limit, text, underpowered=True)
    excess = max(score.value - natural, 0.0)
    low = score.value if score.interval is None else score.interval[0]
    most_natural = natural if score.ceiling_interval is None else score.ceiling_interval[1]
    # Newcombe's interval of a difference of shares. A table without a single copy has none, however short it is.
    least = excess - hypot(score.value - low, most_natural - natural) if excess else 0.0
    equal, usual = share_number(score.value), share_number(natural)
    text = f"{equal} of the rows equal a training row; of unseen real rows, {usual} do."
    return _weighed("copies_excess_max", _Measured(excess, least, 0.0, sign=-1), limit, text)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A value, the end of its interval on the good side, and what real rows give; ``sign`` 1 if higher is better."""

    value: float
    best: float
    ideal: float
    sign: Literal[1, -1]


def _weighed(name: str, measured: _Measured, limit: float, text: str) -> Judgement:
    """Judge a value by its limit and by how far chance may have moved it."""
    value, sign = measured.value, measured.sign
    reach, room = sign * (measured.best - value), max(sign * (measured.ideal - limit), 0.0)
    kept = sign * (value - limit) >= 0
    # Without room, as for copies, only a value beyond the limit raises the question.
    underpowered = reach > room and (room > 0 or not kept) and sign * (measured.best - limit) >= 0
    if not underpowered:
        return Judgement(name, kept, value, limit, text)
    so = "what the limit forbids could pass unnoticed" if kept else "chance could explain that it is beyond the limit"
    times = (reach / room) ** 2 if room else inf
    rows = f"; about {_round_up(times)} times as many rows would tell" if times < 1e6 else ""  # noqa: PLR2004
    text += f" Underpowered: with so few rows, {so}{rows}."
    return Judgement(name, True if kept else None, value, limit, text, underpowered=True)


def _round_up(times: float) -> str:
    """Write a factor with one digit after the point below 2, and as a whole number above."""
    return f"{ceil(times * 10) / 10:.1f}" if times < 2 else f"{ceil(times):,}"  # noqa: PLR2004 - said above


def _between(score: Score, written: Callable[[float], str]) -> str:
    if score.interval is None:
        return ""
    low, high = map(written, score.interval)
    return f" (95\u202f% interval {low} to {high})"
