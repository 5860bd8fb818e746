"""Distance to the nearest row, exactly and fast."""

import numba
import numpy as np
import pandas as pd

from judging.case import Case

__all__ = ["coordinates", "nearest"]

_BLOCK = 2048
"""Reference rows looked at together; their distances stay in the first cache."""


def coordinates(case: Case, frames: list[pd.DataFrame], base: pd.DataFrame, *, ranks: bool) -> list[np.ndarray]:
    """Place rows in float32, shape (columns, rows): categories as codes, numbers over ``base``'s range or as ranks."""
    rows: list[list[np.ndarray]] = [[] for _ in frames]
    for name in case.types:
        if name in case.texts:
            levels = pd.Index(pd.unique(pd.concat([frame[name] for frame in frames])))
            values = [levels.get_indexer(frame[name]) for frame in frames]
        else:
            known = np.sort(base[name].to_numpy(float))
            values = [frame[name].to_numpy(float) for frame in frames]
            if ranks:
                both = ([np.searchsorted(known, v, side=side) for side in ("left", "right")] for v in values)
                values = [(low + high) / (2 * len(known)) for low, high in both]
            else:
                values = [v / ((known[-1] - known[0]) or 1.0) for v in values]
        for row, value in zip(rows, values, strict=True):
            row.append(value.astype(np.float32))
    return [np.stack(row) for row in rows]


@numba.njit(cache=True)
def _search(query, reference, is_category, cost, squared):  # noqa: ANN001, ANN202  loops for the compiler
    rows, columns = query.shape
    best = np.full(rows, np.float32(np.inf), np.float32)
    distance = np.empty(_BLOCK, np.float32)
    none = np.float32(0)
    for start in range(0, reference.shape[1], _BLOCK):
        width = min(_BLOCK, reference.shape[1] - start)
        for i in range(rows):
            distance[:width] = none
            for j in range(columns):
                value = query[i, j]
                other = reference[j, start : start + width]
                if is_category[j]:
                    for t in range(width):
                        distance[t] += cost if other[t] != value else none
                elif squared:
                    for t in range(width):
                        distance[t] += (other[t] - value) * (other[t] - value)
                else:
                    for t in range(width):
                        distance[t] += abs(other[t] - value)
            for t in range(width):
                best[i] = min(best[i], distance[t])
    return best


def nearest(case: Case, query: np.ndarray, reference: np.ndarray, *, cost: float, squared: bool) -> np.ndarray:
    """Distance of each row of ``query`` to its nearest of ``reference``, a differing category counting ``cost``.

    The sum of absolute differences, or with ``squared`` the Euclidean distance.
    """
    is_category = np.array([name in case.texts for name in case.types])
    found = _search(np.ascontiguousarray(query.T), reference, is_category, np.float32(cost), squared)
    return np.sqrt(found) if squared else found
