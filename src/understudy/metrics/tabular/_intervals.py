"""Intervals of 95 %: for shares, for means of influences, and for the area under a curve."""

from math import sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Z95", "Interval", "area", "around", "share_interval"]

Z95 = 1.959963984540054
"""Two-sided 95 % point of the standard normal distribution."""

Interval: TypeAlias = tuple[float, float]


def around(value: float, error: float, low: float = 0.0, high: float = 1.0, z: float = Z95) -> Interval:
    """Give ``value`` -+ ``z`` standard errors, kept inside [low, high]."""
    return max(low, value - z * error), min(high, value + z * error)


def share_interval(hits: float, n: int) -> Interval:
    """Give Wilson's interval of a share of ``hits`` in ``n`` trials; it is sane at shares of 0 and 1.

    References
    ----------
    Wilson, *Probable inference, the law of succession, and statistical inference*, JASA 22 (1927).
    """
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # Rounding leaves the ends a hair off 0 and 1, where they belong exactly.
    return (0.0 if hits <= 0 else max(0.0, centre - half)), (1.0 if hits >= n else min(1.0, centre + half))


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
