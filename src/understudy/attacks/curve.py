"""What an attack on membership achieves: its area under the ROC curve, and who is caught at few false alarms."""

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from scipy.stats import beta

from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._intervals import Interval, area, around

__all__ = ["FALSE_ALARMS", "Curve", "clopper_pearson"]

FALSE_ALARMS = (0.001, 0.01, 0.1)
"""Shares of non-members taken for members, at which the share of members caught is told."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How well guesses tell members from others.

    Parameters
    ----------
    auc : float
        Area under the ROC curve; 0.5 is guessing.
    interval : tuple of float
        95 % interval of it (DeLong).
    p : float
        Chance of such an area, or a greater one, by guessing.
    caught : tuple of float
        Share of members caught at each of :data:`FALSE_ALARMS`.
    advantage : float
        Greatest difference between the shares of members and of others that are taken for members.
    error : float
        Standard error of the area.
    n : int
        Members.
    """

    auc: float
    interval: Interval
    p: float
    caught: tuple[float, ...]
    advantage: float
    error: float
    n: int

    @classmethod
    def of(cls, guesses: FloatArray, n: int) -> "Curve":
        """Measure guesses: high for members, NaN where none was made; the first ``n`` are of members."""
        members, others = guesses[:n], guesses[n:]
        members, others = members[~np.isnan(members)], others[~np.isnan(others)]
        n = len(members)
        auc, error = area(members, others)
        caught = tuple(_caught(members, others, share) for share in FALSE_ALARMS)
        p = 0.5 * erfc((auc - 0.5) / error / sqrt(2)) if error > 0 else (0.0 if auc > 0.5 else 1.0)  # noqa: PLR2004
        return cls(auc, around(auc, error), p, caught, _advantage(members, others), error, n)


def _caught(members: FloatArray, others: FloatArray, false: float) -> float:
    """Give the share of members guessed right where ``false`` of the others are guessed wrong; ties by chance."""
    bar = np.quantile(others, 1 - false, method="inverted_cdf")
    above, level = float((others > bar).mean()), float((others == bar).mean())
    part = (false - above) / level
    return float((members > bar).mean() + part * (members == bar).mean())


def _advantage(members: FloatArray, others: FloatArray) -> float:
    bars = np.unique(np.concatenate([members, others]))
    hit = 1 - np.searchsorted(np.sort(members), bars, "left") / len(members)
    false = 1 - np.searchsorted(np.sort(others), bars, "left") / len(others)
    return float(max((hit - false).max(initial=0.0), 0.0))


def clopper_pearson(hits: float, n: int, error: float = 0.05) -> Interval:
    """Give the exact interval of a share of ``hits`` in ``n`` trials, wrong in at most ``error`` of cases.

    References
    ----------
    Clopper, Pearson, *The use of confidence or fiducial limits*, Biometrika 26 (1934).
    """
    low = 0.0 if hits <= 0 else float(beta.ppf(error / 2, hits, n - hits + 1))
    high = 1.0 if hits >= n else float(beta.ppf(1 - error / 2, hits + 1, n - hits))
    return low, high
