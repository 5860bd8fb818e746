"""Finds the grid that nearly all numbers of a column lie on, such as hundreds or quarters."""

from math import lgamma, log

import numpy as np
import polars as pl

__all__ = ["is_exact", "step_of"]

FACTORS = (1, 2, 2.5, 5)
COARSEST = 12  # powers of ten
FINEST = 6  # decimals, where the column has full precision
OFF_ROWS, OFF_VALUES = 0.005, 0.1
CHANCE = 1e-6
NEAR, PRECISION = 1e-6, 1e-12  # of a unit, and of the value
EXACT = 2.0**53
DIGITS = 15  # that every float has


def step_of(numbers: pl.Series, counts: pl.Series, decimals: int | None) -> float | None:
    """Find the coarsest step that nearly all values are multiples of; None where it is one unit of the last decimal.

    At most one value in ten, and one row in 200 (or one at all), may lie beside the grid, and so many have to lie on it
    that chance does not do that. Steps are 1, 2, 2.5 and 5 times a power of ten.

    Parameters
    ----------
    numbers, counts : polars.Series
        Distinct values, and the rows of each.
    decimals : int or None
        Digits after the decimal point that every value fits in; None for full precision.
    """
    values = np.abs(numbers.cast(pl.Float64).to_numpy())
    rows = counts.to_numpy()[values > 0]
    values, scale = values[values > 0], 10.0 ** (FINEST if decimals is None else decimals)
    if not len(values) or values.max() >= EXACT / scale:
        return None
    units = values * scale
    if decimals is not None:
        units = np.rint(units)
    elif not _on_grid(units, rows, 1):
        return None
    found = 1.0
    for power in range(COARSEST + 1):
        ratios = [factor * 10.0**power for factor in FACTORS if (factor * 10**power) % 1 == 0]
        good = [ratio for ratio in ratios if _on_grid(units, rows, ratio)]
        if not good:  # a multiple of a coarser one is a multiple of one of these
            break
        found = max([found, *(ratio for ratio in good if not _by_chance(units, ratio))])
    return None if found == 1 and decimals is not None else float(f"{found / scale:.12g}")


def is_exact(numbers: pl.Series, decimals: int) -> bool:
    """Tell whether floats can be rounded to so many decimals without a change: the largest has digits left for them."""
    return not decimals or float(numbers.abs().max() or 0) * 10.0**decimals < 10.0**DIGITS  # pyright: ignore[reportArgumentType]


def _multiples(units: np.ndarray, ratio: float) -> np.ndarray:
    """Tell which numbers are multiples of ``ratio``, give or take the noise of floats."""
    beside = np.remainder(units, ratio)
    noise = np.where(np.rint(units) == units, 0, np.maximum(NEAR, units * PRECISION))
    return np.minimum(beside, ratio - beside) <= noise


def _on_grid(units: np.ndarray, rows: np.ndarray, ratio: float) -> bool:
    """Tell whether nearly all values are multiples of ``ratio``."""
    on = _multiples(units, ratio)
    return bool(rows[~on].sum() <= max(OFF_ROWS * rows.sum(), 1) and (~on).sum() <= OFF_VALUES * len(on))


def _by_chance(units: np.ndarray, ratio: float) -> bool:
    """Tell whether as many of evenly spread values, of which one in ``ratio`` is a multiple, would be by chance."""
    n, k = len(units), int(_multiples(units, ratio).sum())
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return ratio > 1 and ways - k * log(ratio) > log(CHANCE)
