"""An order for the levels of unordered columns, in which one latent variable can carry the most of their dependence."""

import numpy as np
from scipy.sparse import csr_array

from understudy.synthesizers.tabular.copula._layout import Layout

__all__ = ["level_order"]

_ROWS = 50_000
_SWEEPS = 10
_TOLERANCE = 1e-4


def level_order(codes: np.ndarray, layout: Layout, unordered: np.ndarray) -> dict[int, np.ndarray]:
    """Order the levels of columns with more than two by scores that make the sum of all squared correlations large.

    All columns have a score per symbol; those of ordered columns are fixed. In turn, each unordered column gets the
    scores that correlate best with those of all others: the first axis of the levels' mean scores, each weighted by its
    rows. No step makes the sum smaller.

    Parameters
    ----------
    codes : array of shape (d, n)
        Symbols.
    layout : Layout
        Their latent variables, with levels in the order of their symbols.
    unordered : array of shape (d,), bool
        Which columns have no order.

    Returns
    -------
    dict of int to array
        For each such column, the places of its levels in the order of their scores.

    References
    ----------
    De Leeuw, *Multivariate analysis with optimal scaling*, in Das Gupta and Ghosh (eds), Advances in Multivariate
    Statistical Analysis, 1988.
    """
    named = [int(j) for j in np.flatnonzero(unordered & (layout.value >= 0))]
    free = [j for j in named if len(layout.margins[layout.value[j]].symbols) > 2]  # noqa: PLR2004 - two have one order
    if not free:
        return {}
    n = codes.shape[1]
    codes = codes[:, np.linspace(0, n - 1, min(n, _ROWS)).astype(np.int64)]
    column, tables, _ = layout.tables()
    scores = np.take_along_axis(tables, codes[column].astype(np.intp), axis=1).T.copy()
    scores /= np.maximum(np.sqrt((scores**2).mean(axis=0)), 1e-12)
    members = {j: _Members(codes[j], layout, j) for j in free}
    for _ in range(_SWEEPS):
        moved = 0.0
        for j in free:
            before = scores[:, layout.value[j]].copy()
            scores[:, layout.value[j]] = members[j].rescored(scores)
            moved = max(moved, 1 - abs(float((before * scores[:, layout.value[j]]).mean())))
        if moved < _TOLERANCE:
            break
    return {j: np.argsort(members[j].levels, kind="stable") for j in free}


class _Members:
    """Which rows have which level of one column."""

    def __init__(self, codes: np.ndarray, layout: Layout, j: int) -> None:
        margin = layout.margins[layout.value[j]]
        place = np.full(int(layout.sizes[j]), -1)
        place[margin.symbols] = np.arange(len(margin.symbols))
        level = place[codes]
        rows = np.flatnonzero(level >= 0)
        shape = (len(margin.symbols), len(codes))
        self.indicator = csr_array((np.ones(len(rows)), (level[rows], rows)), shape=shape)
        self.counts = np.asarray(self.indicator.sum(axis=1)).ravel()
        self.latent = int(layout.value[j])
        self.levels = margin.scores.copy()

    def rescored(self, scores: np.ndarray) -> np.ndarray:
        """Give the rows' scores by the first axis of the other columns' mean ``scores``; 0 where missing."""
        sums = np.asarray(self.indicator @ scores)
        sums[:, self.latent] = 0.0
        root = np.sqrt(np.maximum(self.counts, 1.0))
        centred = sums - np.outer(self.counts, sums.sum(axis=0) / max(self.counts.sum(), 1.0))
        left, strength, _ = np.linalg.svd(centred / root[:, None], full_matrices=False)
        if strength[0] > 1e-9 * np.sqrt(len(scores)):
            axis = left[:, 0] / root
            axis *= np.sign(axis[np.abs(left[:, 0]).argmax()])  # which way an axis points is the library's whim
            self.levels = axis
        rows = np.asarray(self.indicator.T @ self.levels)
        return rows / max(float(np.sqrt((rows**2).mean())), 1e-12)
