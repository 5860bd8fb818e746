"""Distance of each row to the nearest row of another table, by comparing all with all in a compiled loop.

The distance sums over the columns: for quantities the difference as a share of the training range, at most 1; for
categories 1 where they differ, times a weight. Missing against missing is 0, missing against a value is 1.
Equal rows are exactly 0 apart, and equal distances compare equal: both matter where ties are counted.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy._compiled import compiled
from understudy.metrics.tabular._coding import Coding
from understudy.metrics.tabular._differences import BLOCK, differences

__all__ = ["WORK", "Neighbours", "Points"]

WORK = 2e10
"""Number of value comparisons that one search may take (about three seconds); samples shrink to stay below it."""

_FAR = np.float32(4.0)  # beyond the range of every scaled value by more than 1, the largest difference that counts


@dataclass(frozen=True, slots=True)
class Points:
    """Rows as points.

    Parameters
    ----------
    numbers : array of shape (columns, rows)
        Quantities, as shares of the training range; missing is far off.
    codes : array of shape (columns, rows)
        Categories; missing is a code of its own.
    """

    numbers: npt.NDArray[np.float32]
    codes: npt.NDArray[np.int32]

    @property
    def n_rows(self) -> int:
        """Number of points."""
        return self.numbers.shape[1]

    def take(self, rows: npt.NDArray[np.integer]) -> "Points":
        """Give some of the points."""
        return Points(np.ascontiguousarray(self.numbers[:, rows]), np.ascontiguousarray(self.codes[:, rows]))


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A space in which rows have distances; its scale is that of the training rows.

    Parameters
    ----------
    coding : Coding
        Turns rows into numbers.
    ranges : dict
        For each column of quantities, the least and the greatest training value.
    """

    coding: Coding
    ranges: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, coding: Coding, training: pl.DataFrame) -> "Neighbours":
        """Measure the ranges of the training rows."""
        ranges: dict[str, tuple[float, float]] = {}
        for name, values in coding.columns(training):
            if coding.levels[name] is None:
                seen = values[~np.isnan(values)]
                ranges[name] = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 0.0)
        return cls(coding, ranges)

    def points(self, frame: pl.DataFrame) -> Points:
        """Place rows."""
        scaled = [self._scaled(name, values) for name, values in self.coding.columns(frame) if name in self.ranges]
        codes = [self.coding.codes(frame, name) for name in self.coding.names if name not in self.ranges]
        n = frame.height
        return Points(
            np.array(scaled, dtype=np.float32).reshape(len(scaled), n), np.array(codes, dtype=np.int32).reshape(-1, n)
        )

    def _scaled(self, name: str, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        low, high = self.ranges[name]
        if high > low:
            # Halved first: the range of values near the largest float would overflow.
            scaled = np.clip((values / 2 - low / 2) / (high / 2 - low / 2), -1.0, 2.0)
        else:
            # A constant has no range: any other value counts as wholly different.
            scaled = np.where(values == low, 0.0, 2.0)
        return np.where(np.isnan(values), _FAR, scaled)

    @staticmethod
    def apart(rows: Points, others: Points) -> npt.NDArray[np.float32]:
        """Give the distance of each row to each other one, shape (rows, others); for few rows only."""
        out = np.zeros((rows.n_rows, others.n_rows), dtype=np.float32)
        step = np.empty_like(out)
        for value, column in zip(rows.numbers, others.numbers, strict=True):
            np.subtract(value[:, None], column[None, :], out=step)
            out += np.minimum(np.abs(step, out=step), np.float32(1), out=step)
        unlike = np.zeros_like(out)
        for code, levels in zip(rows.codes, others.codes, strict=True):
            unlike += code[:, None] != levels[None, :]
        return out + unlike

    @staticmethod
    def within(rows: Points, others: Points, reach: float) -> npt.NDArray[np.int64]:
        """Give for each row how many of ``others`` are at most ``reach`` away, shape (rows,)."""
        return _count(
            np.ascontiguousarray(rows.numbers.T),
            np.ascontiguousarray(rows.codes.T),
            others.numbers,
            others.codes,
            np.float32(reach),
        )

    @staticmethod
    def nearest(
        queries: Points, others: Points, weights: tuple[float, ...] = (1.0,)
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Give each query's distance to its nearest other row, and which row that is (the first, where several are).

        Parameters
        ----------
        queries, others : Points
            Rows to start from, and rows to look among (at least one).
        weights : tuple of float
            What a differing category costs; one search answers for several.

        Returns
        -------
        distance, index : arrays of shape (weights, queries)
        """
        return _search(
            np.ascontiguousarray(queries.numbers.T),
            np.ascontiguousarray(queries.codes.T),
            others.numbers,
            others.codes,
            np.array(weights, dtype=np.float32),
        )


@compiled(fastmath={"nnan", "nsz"})
def _search(
    query_numbers: npt.NDArray[np.float32],
    query_codes: npt.NDArray[np.int32],
    numbers: npt.NDArray[np.float32],
    codes: npt.NDArray[np.int32],
    weights: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    n_queries, n_others, n_weights = query_numbers.shape[0], numbers.shape[1], weights.shape[0]
    best = np.full((n_weights, n_queries), np.float32(np.inf), dtype=np.float32)
    index = np.zeros((n_weights, n_queries), dtype=np.int64)
    apart = np.empty(BLOCK, dtype=np.float32)
    unlike = np.empty(BLOCK, dtype=np.float32)
    for start in range(0, n_others, BLOCK):
        size = min(BLOCK, n_others - start)
        for i in range(n_queries):
            differences(query_numbers[i], query_codes[i], numbers, codes, start, size, apart, unlike)
            for w in range(n_weights):
                weight, least = weights[w], best[w, i]
                before = least
                for j in range(size):
                    least = min(least, apart[j] + weight * unlike[j])
                if least < before:
                    best[w, i] = least
                    for j in range(size):
                        if apart[j] + weight * unlike[j] == least:
                            index[w, i] = start + j
                            break
    return best, index


@compiled(fastmath={"nnan", "nsz"})
def _count(
    query_numbers: npt.NDArray[np.float32],
    query_codes: npt.NDArray[np.int32],
    numbers: npt.NDArray[np.float32],
    codes: npt.NDArray[np.int32],
    reach: np.float32,
) -> npt.NDArray[np.int64]:
    n_queries, n_others = query_numbers.shape[0], numbers.shape[1]
    found = np.zeros(n_queries, dtype=np.int64)
    apart = np.empty(BLOCK, dtype=np.float32)
    unlike = np.empty(BLOCK, dtype=np.float32)
    for start in range(0, n_others, BLOCK):
        size = min(BLOCK, n_others - start)
        for i in range(n_queries):
            differences(query_numbers[i], query_codes[i], numbers, codes, start, size, apart, unlike)
            near = 0
            for j in range(size):
                near += apart[j] + unlike[j] <= reach
            found[i] += near
    return found
