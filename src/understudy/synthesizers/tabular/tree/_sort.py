"""Sorting, searching and appending in compiled code: numba's own take over a second to compile.

Source: Knuth, *The Art of Computer Programming*, vol. 3, sections 5.2.1 (insertion), 5.2.4 (merging, bottom up) and
6.2.1 (binary search by steps of fixed size).
"""

import numpy as np

from understudy._compiled import compiled

__all__ = ["appended", "ascending", "places"]

_RUN = 16  # keys that are sorted by insertion before runs are merged: few keys are the common case


@compiled()
def ascending(key: np.ndarray, order: np.ndarray, spare: np.ndarray) -> None:
    """Fill ``order``, of shape (n,), with the places of the first n keys, ascending; equal keys keep their order.

    ``spare`` has room for as many places; both are int64.
    """
    n = order.shape[0]
    for start in range(0, n, _RUN):
        for i in range(start, min(start + _RUN, n)):
            j = i
            while j > start and key[order[j - 1]] > key[i]:
                order[j] = order[j - 1]
                j -= 1
            order[j] = i
    width = _RUN
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


@compiled()
def appended(store: np.ndarray, n: int | np.int64, part: np.ndarray) -> np.ndarray:
    """Write ``part`` behind the first ``n`` bools of ``store``; give the store, a longer one where it had no room."""
    if n + part.shape[0] > store.shape[0]:
        longer = np.zeros(2 * (n + part.shape[0]), np.bool_)
        for b in range(n):
            longer[b] = store[b]
        store = longer
    for b in range(part.shape[0]):
        store[n + b] = part[b]
    return store


@compiled()
def places(edges: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Give the number of ``edges`` (ascending, fewer than 65,536) below each value, as uint16.

    As ``np.searchsorted`` does, in a tenth of the time: all values take a step together, and no way has to be guessed.
    """
    low = np.zeros(values.shape[0], np.int32)
    n = edges.shape[0]
    while n > 0:
        half = (n + 1) >> 1
        for i in range(values.shape[0]):
            low[i] += half * (edges[np.uint64(low[i] + half - 1)] < values[i])
        n -= half
    return low.astype(np.uint16)
