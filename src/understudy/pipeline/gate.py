"""The conditions under which a synthetic table passes."""

from collections.abc import Callable, Mapping
from typing import Annotated

import polars as pl
from pydantic import Field

from understudy.protocols import Score
from understudy.report.report import Gate as Judgement
from understudy.schema.spec import Spec

__all__ = ["Gate", "Judgement", "judge"]

Share = Annotated[float, Field(ge=0, le=1)]


class Gate(Spec):
    """Limits for the verdict "passed"; a limit that is set to null is not judged.

    Limits on privacy fail on evidence: beyond the limit, and by more than chance explains (the 95 % interval excludes
    what unseen rows would give). A short table cannot fail by bad luck, nor does it prove much by passing: the interval
    in the report says how much.
    """

    valid_rows: Share | None = 1.0
    """Least share of rows whose every value is one that its column may hold: levels, bounds, unique keys."""
    tstr_ratio: Share | None = 0.9
    """Least score of a model trained on synthetic rows, as a part of one trained on real rows; both tested on real."""
    membership_auc_max: Share | None = 0.53
    """Most that an attacker may tell training rows from unseen ones by (AUC; 0.5 is guessing)."""
    closer_max: Share | None = 0.55
    """Greatest share of rows that may be closer to training rows than to unseen ones (0.5 is no memory)."""
    copies_excess_max: Share | None = 0.0
    """Greatest share of exact copies of training rows beyond the share among unseen real rows."""


def judge(gate: Gate, scores: Mapping[str, Score], skipped: Mapping[str, str]) -> tuple[Judgement, ...]:
    """Judge every limit that is set.

    Parameters
    ----------
    gate : Gate
        The limits.
    scores, skipped : mapping
        What was measured, by metric; why the others were not.
    """
    judgements: list[Judgement] = []
    rules: tuple[tuple[str, float | None, str, Callable[[Score, float], Judgement]], ...] = (
        ("valid_rows", gate.valid_rows, "valid_rows", _valid),
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
            reason = skipped.get(metric, "It was not asked for.")
            judgements.append(Judgement(name, None, None, limit, f"Not judged: {reason}"))
    return tuple(judgements)


def _valid(score: Score, limit: float) -> Judgement:
    text = f"{score.value:.2%} of the rows hold only values that their columns may hold."
    return Judgement("valid_rows", score.value >= limit, score.value, limit, text)


def _utility(score: Score, limit: float) -> Judgement:
    if score.ceiling is None or score.ceiling <= _chance(score):
        text = (
            "Not judged: a model trained on the real rows predicts no better than chance, so there is nothing to keep."
        )
        return Judgement("tstr_ratio", None, None, limit, text)
    ratio = score.value / score.ceiling
    text = (
        f"Trained on synthetic rows, a model scores {score.value:.3f} on unseen real ones; on real {score.ceiling:.3f}."
    )
    return Judgement("tstr_ratio", ratio >= limit, ratio, limit, text)


def _chance(score: Score) -> float:
    """Give what guessing scores, with a margin for luck: half under a ROC curve, no explained variance else."""
    ranks = score.details is not None and "auc" in score.details.get_column("measure", default=pl.Series([""]))
    return 0.52 if ranks else 0.0


def _membership(score: Score, limit: float) -> Judgement:
    text = f"An attacker tells training rows from unseen ones with an AUC of {score.value:.3f}{_between(score)}."
    return Judgement("membership_auc_max", _beyond(score, limit, 0.5), score.value, limit, text)


def _closer(score: Score, limit: float) -> Judgement:
    text = f"{score.value:.1%} of the rows are closer to a training row than to an unseen one{_between(score)}."
    return Judgement("closer_max", _beyond(score, limit, 0.5), score.value, limit, text)


def _copies(score: Score, limit: float) -> Judgement:
    natural = score.ceiling
    if natural is None:
        text = "Not judged: there are no unseen real rows to compare with."
        return Judgement("copies_excess_max", None, None, limit, text)
    text = f"{score.value:.2%} of the rows equal a training row; among unseen real rows {natural:.2%} do."
    return Judgement("copies_excess_max", _beyond(score, natural + limit, natural), score.value - natural, limit, text)


def _beyond(score: Score, limit: float, chance: float) -> bool:
    """Whether the score keeps the limit: it is not above, or its interval does not exclude ``chance``."""
    return score.value <= limit or (score.interval is not None and score.interval[0] <= chance)


def _between(score: Score) -> str:
    return f" (95 % interval {score.interval[0]:.3f} to {score.interval[1]:.3f})" if score.interval else ""
