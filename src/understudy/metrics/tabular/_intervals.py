"""Intervals of 95 %: for shares and their differences, for means of influences, and for areas under ROC curves.

``tests/statistical/test_coverage.py`` counts how often each of them covers the truth.
"""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from understudy.context import Run

__all__ = [
    "GROUPS",
    "Z95",
    "Interval",
    "area",
    "area_interval",
    "around",
    "jackknife",
    "jackknifed",
    "share_interval",
    "share_won",
    "shares_apart",
]

GROUPS = 10
"""Groups of rows that a jackknife leaves out one at a time."""

Z95 = 1.959963984540054
"""Two-sided 95 % point of the standard normal distribution."""

Interval: TypeAlias = tuple[float, float]


def around(value: float, error: float, low: float = 0.0, high: float = 1.0, z: float = Z95) -> Interval:
    """Give ``value`` -+ ``z`` standard errors, kept inside [low, high]."""
    return max(low, value - z * error), min(high, value + z * error)


def jackknife(values: npt.NDArray[np.float64]) -> float:
    """Give the variance of a statistic from its values without each of some groups of rows of equal size.

    Values that are undefined, because a group held all rows of a kind, are left out.

    References
    ----------
    Shao, Tu, *The Jackknife and Bootstrap* (1995), eq. 2.31 (delete-d by groups).
    """
    values = values[np.isfinite(values)]
    return (len(values) - 1) / len(values) * float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0


def jackknifed(
    value: float,
    without: Callable[[npt.NDArray[np.bool_], npt.NDArray[np.bool_]], float],
    rows: tuple[int, int],
    run: Run,
    low: float = 0.0,
) -> Interval | None:
    """Give the interval of a statistic of two tables by leaving out a tenth of the rows of either, ten times each.

    Parameters
    ----------
    value : float
        The statistic of all rows; at most 1.
    without : callable
        Gives the statistic of the rows that are marked in either table.
    rows : tuple of int
        Number of rows of the two tables.
    run : Run
        Draws the groups.
    low : float
        Least value that the statistic can take.

    Returns
    -------
    tuple of float, or None
        None where a table has fewer than twenty rows: without a tenth of them little is left to learn from.
    """
    if min(rows) < 2 * GROUPS:
        return None
    first, second = (run.child("groups", i).rng.permutation(n) % GROUPS for i, n in enumerate(rows))
    all_first, all_second = np.ones(rows[0], dtype=bool), np.ones(rows[1], dtype=bool)
    variance = jackknife(np.array([without(first != g, all_second) for g in range(GROUPS)]))
    variance += jackknife(np.array([without(all_first, second != g) for g in range(GROUPS)]))
    return around(value, sqrt(variance), low)


def share_won(
    won: npt.NDArray[np.float64],
    nearest: npt.NDArray[np.int64],
    other_nearest: npt.NDArray[np.int64],
    n: int,
    comparisons: int = 1,
) -> tuple[float, Interval]:
    """Give the share of rows that lie nearer to one of two sets of ``n`` rows, with its interval.

    A ratio of sums over the rows of the sets: it is by them, not by the many that have one nearest, that chance moves
    the share.

    Parameters
    ----------
    won : array of shape (rows,)
        1 where the first set is nearer, 0 where the second, one half where neither.
    nearest, other_nearest : arrays of shape (rows,)
        Which row of either set is the nearest.
    n : int
        Rows of either set.
    comparisons : int
        How many shares are looked at; the interval holds for all of them.
    """
    share = float(won.mean())
    gained = np.bincount(nearest, weights=won, minlength=n)
    lost = np.bincount(other_nearest, weights=1 - won, minlength=n)
    spread = (1 - share) ** 2 * gained.var(ddof=1) + share**2 * lost.var(ddof=1)
    z = float(student.ppf(1 - 0.025 / comparisons, 2 * n - 2))
    return share, around(share, float(np.sqrt(n * spread)) / len(won), z=z)


def share_interval(hits: float, n: int, z: float = Z95) -> Interval:
    """Give Wilson's interval of a share of ``hits`` in ``n`` trials; it is sane at shares of 0 and 1.

    References
    ----------
    Wilson, *Probable inference, the law of succession, and statistical inference*, JASA 22 (1927).
    """
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, z**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # Rounding leaves the ends a hair off 0 and 1, where they belong exactly.
    return (0.0 if hits <= 0 else max(0.0, centre - half)), (1.0 if hits >= n else min(1.0, centre + half))


def shares_apart(hits: int, n: int, other_hits: int, other_n: int, z: float = Z95) -> Interval:
    """Give Newcombe's interval of the difference of two shares, from Wilson's intervals of each.

    References
    ----------
    Newcombe, *Interval estimation for the difference between independent proportions*, Statistics in Medicine 17
    (1998), method 10.
    """
    p, q = hits / max(n, 1), other_hits / max(other_n, 1)
    (p_low, p_high), (q_low, q_high) = share_interval(hits, n, z), share_interval(other_hits, other_n, z)
    below, above = sqrt((p - p_low) ** 2 + (q_high - q) ** 2), sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return p - q - below, p - q + above


def area(positive: npt.NDArray[np.floating], negative: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Give the area under the ROC curve and its standard error; ties count half.

    Parameters
    ----------
    positive, negative : arrays of shape (m,) and (n,)
        Scores of the cases that should score high, and of those that should score low. Neither is empty.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson, *Comparing the areas under two or more correlated ROC curves*, Biometrics 44 (1988).
    """
    p, n = np.sort(positive), np.sort(negative)
    above = (np.searchsorted(n, p, "left") + np.searchsorted(n, p, "right")) / (2 * len(n))
    below = 1 - (np.searchsorted(p, n, "left") + np.searchsorted(p, n, "right")) / (2 * len(p))
    variance = sum(float(v.var(ddof=1)) / len(v) if len(v) > 1 else 0.25 for v in (above, below))
    return float(above.mean()), sqrt(variance)


def area_interval(areas: Sequence[float], cases: Sequence[tuple[float, float]]) -> Interval:
    """Give the interval of the mean of areas under ROC curves that holds from three cases on, perfect areas included.

    The bounds are the means that the areas, all moved alike, would only just be seen from; of an area of 1 on few cases
    the lower bound is far below 1, where a bootstrap would give 1. Of several areas the errors are added up, as if each
    moved with the others.

    Parameters
    ----------
    areas : sequence of float
        Areas, such as one per class.
    cases : sequence of (float, float)
        How many cases should score high and low in each.

    References
    ----------
    Newcombe, *Confidence intervals for an effect size measure based on the Mann-Whitney statistic*, Statistics in
    Medicine 25 (2006), part 2, method 5.
    """
    seen = np.array(areas, dtype=np.float64)
    m, n = np.array(cases, dtype=np.float64).T
    low, high = (_farthest(seen, m, n, sign) for sign in (-1.0, 1.0))
    return low, high


def _farthest(
    seen: npt.NDArray[np.float64], m: npt.NDArray[np.float64], n: npt.NDArray[np.float64], sign: float
) -> float:
    """Halve the stretch in which the mean stops to be within the error that it would have there itself."""
    near, far = 0.0, 1.0
    for _ in range(40):
        move = (near + far) / 2
        moved = np.clip(seen + sign * move, 0.0, 1.0)
        within = abs(float((moved - seen).mean())) < Z95 * float(_area_error(moved, m, n).mean())
        near, far = (move, far) if within else (near, move)
    return float(np.clip(seen + sign * near, 0.0, 1.0).mean())


def _area_error(
    area: npt.NDArray[np.float64], m: npt.NDArray[np.float64], n: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    half = (m + n) / 2 - 1
    spread = 1 + half * ((1 - area) / (2 - area) + area / (1 + area))
    return np.sqrt(np.maximum(area * (1 - area) * spread / (m * n), 0.0))
