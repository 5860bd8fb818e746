"""Distances of rows to many others: the few nearest, and how many lie how far; all with all, compiled."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from understudy._compiled import compiled
from understudy.metrics.tabular._differences import BLOCK, differences
from understudy.metrics.tabular._neighbours import Points

__all__ = ["SHELLS", "nearest_k", "shells"]

SHELLS = 512
"""Shells of equal thickness in which :func:`shells` counts, from 0 to the number of columns."""

Floats: TypeAlias = npt.NDArray[np.float32]


def nearest_k(queries: Points, others: Points, k: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Give each query's distances to its ``k`` nearest other rows, nearest first, and which rows they are.

    Returns
    -------
    distance, index : arrays of shape (queries, k)
        Of fewer than ``k`` rows, the rest is infinitely far.
    """
    return _nearest(*_sides(queries, others), k)


def shells(queries: Points, others: Points) -> npt.NDArray[np.int32]:
    """Count for each query the other rows by their distance, shape (queries, :data:`SHELLS`)."""
    width = max(1, queries.numbers.shape[0] + queries.codes.shape[0])
    return _shells(*_sides(queries, others), np.float32(SHELLS / width), SHELLS)


def _sides(queries: Points, others: Points) -> tuple[Floats, npt.NDArray[np.int32], Floats, npt.NDArray[np.int32]]:
    return (
        np.ascontiguousarray(queries.numbers.T),
        np.ascontiguousarray(queries.codes.T),
        others.numbers,
        others.codes,
    )


@compiled(fastmath={"nnan", "nsz"})
def _nearest(
    numbers: Floats,
    codes: npt.NDArray[np.int32],
    other_numbers: Floats,
    other_codes: npt.NDArray[np.int32],
    k: int,
) -> tuple[Floats, npt.NDArray[np.int64]]:
    n, m = numbers.shape[0], other_numbers.shape[1]
    best = np.full((n, k), np.float32(np.inf), dtype=np.float32)
    index = np.zeros((n, k), dtype=np.int64)
    apart, unlike = np.empty(BLOCK, dtype=np.float32), np.empty(BLOCK, dtype=np.float32)
    for start in range(0, m, BLOCK):
        size = min(BLOCK, m - start)
        for i in range(n):
            differences(numbers[i], codes[i], other_numbers, other_codes, start, size, apart, unlike)
            for j in range(size):
                away = apart[j] + unlike[j]
                if away < best[i, k - 1]:
                    place = k - 1
                    while place > 0 and best[i, place - 1] > away:
                        best[i, place], index[i, place] = best[i, place - 1], index[i, place - 1]
                        place -= 1
                    best[i, place], index[i, place] = away, start + j
    return best, index


@compiled(fastmath={"nnan", "nsz"})
def _shells(
    numbers: Floats,
    codes: npt.NDArray[np.int32],
    other_numbers: Floats,
    other_codes: npt.NDArray[np.int32],
    per_unit: np.float32,
    n_shells: int,
) -> npt.NDArray[np.int32]:
    n, m = numbers.shape[0], other_numbers.shape[1]
    counts = np.zeros((n, n_shells), dtype=np.int32)
    apart, unlike = np.empty(BLOCK, dtype=np.float32), np.empty(BLOCK, dtype=np.float32)
    for start in range(0, m, BLOCK):
        size = min(BLOCK, m - start)
        for i in range(n):
            differences(numbers[i], codes[i], other_numbers, other_codes, start, size, apart, unlike)
            for j in range(size):
                counts[i, min(int((apart[j] + unlike[j]) * per_unit), n_shells - 1)] += 1
    return counts
