"""What every column becomes: a symbol per row, and back. All engines work on these symbols."""

from typing import Protocol, runtime_checkable

import numpy as np
import polars as pl

from understudy.protocols import State

__all__ = ["MAX_SYMBOLS", "ColumnEncoder", "stratified"]

MAX_SYMBOLS = 65_535
"""Symbols are held as uint16."""


@runtime_checkable
class ColumnEncoder(Protocol):
    """A column's alphabet."""

    @property
    def n_symbols(self) -> int:
        """Number of symbols; at least 1."""
        ...

    @property
    def ordered(self) -> bool:
        """Whether a higher symbol means more of the same; the symbol of missing values, 0, stands outside the order."""
        ...

    def encode(self, values: pl.Series) -> np.ndarray:
        """Give the symbols of ``values``, as uint16."""
        ...

    def decode(self, codes: np.ndarray, rng: np.random.Generator) -> pl.Series:
        """Draw a value for each symbol, in the dtype of the column's rows."""
        ...

    def allowed(self, value: object) -> np.ndarray:
        """Tell which symbols ``value`` can have: a bool per symbol, all False where it cannot occur."""
        ...

    def state(self) -> State:
        """Give everything needed to build this encoder again."""
        ...


def stratified(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw a number in [0, 1) per row so that the rows of each group are spread evenly (systematic sampling).

    Parameters
    ----------
    groups : array of shape (n,), integers
        Group of each row.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    array of shape (n,), float64
        Within a group of g rows, one number falls into each of the g equal parts of [0, 1), in random order. Each
        number alone is uniform, and the share of them below any point is off by at most 1/g.

    References
    ----------
    Madow and Madow, *On the theory of systematic sampling*, Annals of Mathematical Statistics 15, 1944.
    """
    n = len(groups)
    shuffled = rng.permutation(n)
    if n and groups.min() >= 0 and groups.max() <= MAX_SYMBOLS:
        groups = groups.astype(np.uint16)  # which numpy sorts by counting, many times faster than by comparing
    order = shuffled[np.argsort(groups[shuffled], kind="stable")]
    sorted_groups = groups[order]
    first = np.ones(n, dtype=bool)
    first[1:] = sorted_groups[1:] != sorted_groups[:-1]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, n))
    group = np.cumsum(first) - 1
    draws = np.empty(n)
    draws[order] = (np.arange(n) - starts[group] + rng.random(len(starts))[group]) / sizes[group]
    return np.minimum(draws, np.nextafter(1.0, 0.0))
