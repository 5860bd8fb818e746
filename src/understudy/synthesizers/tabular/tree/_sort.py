"""Stable sorting in compiled code: numba's own takes over a second to compile, and says nothing about ties.

Source: Knuth, *The Art of Computer Programming*, vol. 3, section 5.2.4 (merging, bottom up).
"""

import numpy as np
from numba import njit

__all__ = ["ascending"]


@njit(cache=True, nogil=True)
def ascending(key: np.ndarray, order: np.ndarray, spare: np.ndarray) -> None:
    """Fill ``order``, of shape (n,), with the places of the first n keys, ascending; equal keys keep their order.

    ``spare`` has room for as many places; both are int64.
    """
    n = order.shape[0]
    for i in range(n):
        order[i] = i
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            middle = min(start + width, n)
            end = min(start + 2 * width, n)
            a = start
            b = middle
            for i in range(start, end):
                if a < middle and (b >= end or key[order[a]] <= key[order[b]]):
                    spare[i] = order[a]
                    a += 1
                else:
                    spare[i] = order[b]
                    b += 1
        for i in range(n):
            order[i] = spare[i]
        width *= 2
