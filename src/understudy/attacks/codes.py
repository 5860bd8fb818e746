"""Rows in a few levels per column, and what the tables say of the cells of a few columns together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray

__all__ = ["Cells", "log_share", "mutual_information", "tree_of"]

_BINS = 20
_LEVELS = 40  # rarer ones count as one more
_MISSING = 1


@dataclass(frozen=True, slots=True)
class Cells:
    """Levels of each row.

    Parameters
    ----------
    targets, reference, synthetic : arrays of int, shape (rows, columns)
        Levels from 0 on.
    sizes : array of int, shape (columns,)
        Number of levels.
    """

    targets: IntArray
    reference: IntArray
    synthetic: IntArray
    sizes: IntArray

    @classmethod
    def of(cls, coding: Coding, targets: pl.DataFrame, reference: pl.DataFrame, synthetic: pl.DataFrame) -> "Cells":
        """Cut quantities at quantiles of reference and synthetic rows together; keep the most frequent categories."""
        columns: list[tuple[IntArray, IntArray, IntArray]] = []
        for name in coding.names:
            x, r, s = (coding.floats(rows, name) for rows in (targets, reference, synthetic))
            cut = _quantiles if coding.levels[name] is None else _frequent
            columns.append(cut(x, r, s))
        sizes = np.array([1 + max(int(part.max(initial=0)) for part in column) for column in columns], dtype=np.int64)
        targets_, reference_, synthetic_ = (np.column_stack(side) for side in zip(*columns, strict=True))
        return cls(targets_, reference_, synthetic_, sizes)

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.sizes)


def _quantiles(x: FloatArray, r: FloatArray, s: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    seen = np.concatenate([r, s])
    seen = seen[~np.isnan(seen)]
    cuts = np.unique(np.quantile(seen, np.arange(1, _BINS) / _BINS, method="inverted_cdf")) if len(seen) else seen
    first, second, third = (
        np.where(np.isnan(v), len(cuts) + _MISSING, np.searchsorted(cuts, v, "left")).astype(np.int64)
        for v in (x, r, s)
    )
    return first, second, third


def _frequent(x: FloatArray, r: FloatArray, s: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    codes = [np.where(np.isnan(v), -1, v).astype(np.int64) + 1 for v in (x, r, s)]
    size = 1 + max(int(code.max(initial=0)) for code in codes)
    often = np.bincount(np.concatenate(codes[1:]), minlength=size)
    order = np.argsort(-often, kind="stable")
    level = np.full(size, min(size, _LEVELS), dtype=np.int64)
    level[order[:_LEVELS]] = np.arange(min(size, _LEVELS))
    first, second, third = (level[code] for code in codes)
    return first, second, third


def mutual_information(codes: IntArray, sizes: IntArray) -> npt.NDArray[np.float64]:
    """Give the mutual information of every two columns in nats, shape (columns, columns), less what chance makes of it.

    Notes
    -----
    Chance adds (a - 1)(b - 1) / 2n on average (Miller, 1955), for the a and b levels that occur.
    """
    n, d = codes.shape
    held = [np.bincount(codes[:, c], minlength=int(sizes[c])) for c in range(d)]
    own = [_entropy(count, n) for count in held]
    out = np.zeros((d, d))
    for a in range(d):
        for b in range(a):
            joint = np.bincount(codes[:, a] * sizes[b] + codes[:, b])
            chance = (np.count_nonzero(held[a]) - 1) * (np.count_nonzero(held[b]) - 1) / (2 * n)
            out[a, b] = out[b, a] = max(own[a] + own[b] - _entropy(joint, n) - chance, 0.0)
    return out


def _entropy(counts: IntArray, n: int) -> float:
    p = counts[counts > 0] / n
    return float(-(p * np.log(p)).sum())


def tree_of(information: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Give the spanning tree of greatest information as (column, parent), the first column being the root.

    References
    ----------
    Chow, Liu, *Approximating discrete probability distributions with dependence trees*, IEEE Transactions on
    Information Theory 14 (1968). Prim's algorithm.
    """
    d = len(information)
    best, parent = information[0].copy(), np.zeros(d, dtype=np.int64)
    best[0] = -1.0
    left = set(range(1, d))
    tree: list[tuple[int, int]] = []
    while left:
        column = max(sorted(left), key=lambda c: best[c])
        tree.append((column, int(parent[column])))
        left.discard(column)
        for other in left:
            if information[column, other] > best[other]:
                best[other], parent[other] = information[column, other], column
    return tree


def log_share(queries: IntArray, rows: IntArray, columns: Sequence[int], sizes: IntArray, prior: float) -> FloatArray:
    """Give the log of the share of ``rows`` in each query's cell of some columns, ``prior`` rows added to each cell.

    Parameters
    ----------
    queries, rows : arrays of int, shape (any, columns)
        Levels.
    columns : sequence of int
        Columns that make the cell.
    sizes : array of int, shape (columns,)
        Levels of each.
    prior : float
        In rows; keeps empty cells away from a share of 0.
    """
    place = np.zeros(len(rows), dtype=np.int64)
    asked = np.zeros(len(queries), dtype=np.int64)
    for column in columns:
        place = place * sizes[column] + rows[:, column]
        asked = asked * sizes[column] + queries[:, column]
    cells, inverse = np.unique(np.concatenate([place, asked]), return_inverse=True)
    counts = np.bincount(inverse[: len(rows)], minlength=len(cells))
    total = float(np.prod(sizes[list(columns)].astype(np.float64)))
    return np.log((counts[inverse[len(rows) :]] + prior) / (len(rows) + prior * total))
