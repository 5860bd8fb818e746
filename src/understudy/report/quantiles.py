"""Quantiles of a column that may be shown: read between rounded counts at round places, never the value of a row."""

import math

import numpy as np
from numpy.typing import NDArray

from understudy.report.protect import rounded

__all__ = ["quantile_pairs"]

_POINTS = 32
_PARTS = 4
"""Places within each bin of the histogram: counts there are rounded, too, and so tell as little."""
_LEAST_ROWS = 40
_SEEN = 400
"""Places on an axis that an eye tells apart."""


def quantile_pairs(
    real: NDArray[np.float64], synthetic: NDArray[np.float64], edges: NDArray[np.float64]
) -> tuple[tuple[float, float], ...]:
    """Give real and synthetic quantiles of evenly spaced shares of rows, within the protected range of an axis.

    Parameters
    ----------
    real, synthetic : arrays of shape (m,) and (n,)
        Finite values.
    edges : array of shape (k + 1,)
        Ends of the bins of the histogram: round numbers, between protected ends.

    Returns
    -------
    tuple of (float, float)
        Only shares whose real quantile lies on the axis; a synthetic one beyond it is its end. Empty with few rows.
    """
    if min(len(real), len(synthetic)) < _LEAST_ROWS:
        return ()
    places = np.interp(np.arange(_PARTS * (len(edges) - 1) + 1) / _PARTS, np.arange(len(edges)), edges)
    first, second = (_shares_below(values, places) for values in (real, synthetic))
    shares = (np.arange(_POINTS) + 0.5) / _POINTS
    shares = shares[(shares >= first[0]) & (shares <= first[-1])]
    # What no eye sees on the axis is not written either.
    digits = math.ceil(-math.log10((edges[-1] - edges[0]) / _SEEN))
    pairs = zip(_read(first, places, shares), _read(second, places, shares), strict=True)
    return tuple((round(float(a), digits), round(float(b), digits)) for a, b in pairs)


def _shares_below(values: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of values at or below each place, of counts in fives."""
    counts = np.searchsorted(np.sort(values), places, side="right").astype(np.int64)
    return rounded(counts) / len(values)


def _read(below: NDArray[np.float64], places: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Read quantiles on straight lines between the places; in a gap without rows, at its upper end."""
    upper = np.searchsorted(below, shares, side="left").clip(1, len(below) - 1)
    low, high = below[upper - 1], below[upper]
    part = np.clip((shares - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    return places[upper - 1] + part * (places[upper] - places[upper - 1])
