"""How far one row is from many others, by a compiled loop: what every search among rows is made of."""

import numpy as np
import numpy.typing as npt

from understudy._compiled import compiled

__all__ = ["BLOCK", "differences"]

BLOCK = 512
"""Rows that are compared at once: two accumulators of this length stay in the fastest cache."""


@compiled(fastmath={"nnan", "nsz"})
def differences(
    row_numbers: npt.NDArray[np.float32],
    row_codes: npt.NDArray[np.int32],
    numbers: npt.NDArray[np.float32],
    codes: npt.NDArray[np.int32],
    start: int,
    size: int,
    apart: npt.NDArray[np.float32],
    unlike: npt.NDArray[np.float32],
) -> None:
    """Put the differences of a row to others into ``apart`` and ``unlike``.

    Parameters
    ----------
    row_numbers, row_codes : arrays of shape (columns,)
        The row: quantities as shares of a range, and levels.
    numbers, codes : arrays of shape (columns, rows)
        The others.
    start, size : int
        Which of them: at most :data:`BLOCK` from ``start`` on.
    apart, unlike : arrays of shape (BLOCK,)
        Sum of the differences of quantities, each at most 1; number of levels that differ.
    """
    one, zero = np.float32(1), np.float32(0)
    apart[:] = zero
    unlike[:] = zero
    for c in range(row_numbers.shape[0]):
        value, column = row_numbers[c], numbers[c, start : start + size]
        for j in range(size):
            apart[j] += min(abs(value - column[j]), one)
    for c in range(row_codes.shape[0]):
        code, levels = row_codes[c], codes[c, start : start + size]
        for j in range(size):
            unlike[j] += one if levels[j] != code else zero
