"""Closeness to the rows that a model learned from, against others of the same kind."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from judging.case import Case
from judging.neighbours import coordinates, nearest

__all__ = ["closeness", "copies", "membership", "membership_half"]

_ONE_SIDED = 1.645
"""95 % quantile of the normal distribution."""


def closeness(case: Case) -> dict[str, float]:
    """Share of synthetic rows nearer to the half their model saw than to the other, ties half; also the strict form.

    Numbers are divided by their range in the half seen, categories are one-hot, distances are L1: a differing
    category costs 2. The ideal is .5. Where the split was also modelled the other way round, so is the mean of both.
    """
    if case.half_synthetic is None:
        return {}
    share, strict, error = _closer(case, case.half_train, case.half_test, case.half_synthetic)
    scores = {"closer_share": share, "closer_share_strict": strict, "closer_share_se": error}
    if case.other_synthetic is not None:
        # What the two halves happen to differ by moves either direction, but not their mean.
        other, _, other_error = _closer(case, case.half_test, case.half_train, case.other_synthetic)
        scores["closer_share_both"] = (share + other) / 2
        scores["closer_share_both_se"] = float(np.hypot(error, other_error) / 2)
    return scores


def _closer(
    case: Case, seen: pd.DataFrame, unseen: pd.DataFrame, synthetic: pd.DataFrame
) -> tuple[float, float, float]:
    """Share of ``synthetic`` nearer to ``seen``, with ties half and strictly, and the standard error of the first."""
    known, others, rows = coordinates(case, [seen, unseen, synthetic], seen, ranks=False)
    near, far = (nearest(case, rows, half, cost=2.0, squared=False) for half in (known, others))
    wins = (near < far) + 0.5 * (near == far)
    return float(wins.mean()), float((near < far).mean()), float(wins.std() / len(wins) ** 0.5)


def copies(case: Case) -> dict[str, float]:
    """Share of synthetic rows equal to a training row, beside the share of test rows that are: the natural rate."""

    def keys(frame: pd.DataFrame) -> np.ndarray:
        plain = frame.assign(**{name: frame[name].astype(float).round(9) + 0.0 for name in case.numbers})
        return pd.util.hash_pandas_object(plain, index=False).to_numpy()

    known = np.unique(keys(case.train))
    found = [float(np.isin(keys(frame), known).mean()) for frame in (case.synthetic, case.test)]
    return {"copies": found[0], "copies_natural": found[1]}


def _area(members: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """AUC of scores, and its standard error after DeLong, DeLong and Clarke-Pearson (1988), by mid-ranks."""
    ranks = rankdata(np.concatenate([members, others]))
    above = (ranks[: len(members)] - rankdata(members)) / len(others)
    below = 1 - (ranks[len(members) :] - rankdata(others)) / len(members)
    error = np.sqrt(above.var(ddof=1) / len(members) + below.var(ddof=1) / len(others))
    return float(above.mean()), float(error)


def _attack(case: Case, members: pd.DataFrame, others: pd.DataFrame, synthetic: pd.DataFrame) -> tuple[float, float]:
    """Guess membership from the distance to the nearest synthetic row: ranks for numbers, 1 per differing category."""
    size = min(len(members), len(others))
    rng = np.random.default_rng(0)
    sampled = [frame.iloc[rng.permutation(len(frame))[:size]] for frame in (members, others)]
    *asked, rows = coordinates(case, [*sampled, synthetic], members, ranks=True)
    # Rounded, so that rows at the same distance are ties whatever the order of a sum did to the last digit.
    scores = [-nearest(case, part, rows, cost=1.0, squared=True).round(5) for part in asked]
    return _area(*scores)


def membership(case: Case) -> dict[str, float]:
    """AUC of guessing training rows against test rows, and its one-sided 95 % upper bound."""
    area, error = _attack(case, case.train, case.test, case.synthetic)
    return {"membership_auc": area, "membership_se": error, "membership_upper": area + _ONE_SIDED * error}


def membership_half(case: Case) -> dict[str, float]:
    """Attack the same way on the 50/50 split: where the test split is small, this bound is the tighter one."""
    if case.half_synthetic is None:
        return {}
    area, error = _attack(case, case.half_train, case.half_test, case.half_synthetic)
    return {
        "membership_half_auc": area,
        "membership_half_se": error,
        "membership_half_upper": area + _ONE_SIDED * error,
    }
