"""How far the two tables are apart as wholes, by the means of a kernel."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._embedding import blocks, clouds
from understudy.metrics.tabular._intervals import GROUPS, around, jackknife
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["MaximumMeanDiscrepancy"]


class MaximumMeanDiscrepancy(Spec):
    """Squared maximum mean discrepancy of the two tables, unbiased, in [-1, 2]; 0 is identical, below 0 is chance.

    ``E k(x, x') + E k(y, y') - 2 E k(x, y)`` over pairs of different rows, with the kernel ``exp(-d^2 / (2 s^2))``;
    ``s`` is the median distance of real to real and to synthetic rows. Rows are points as in ``alpha_precision``:
    quantities between 0 and 1 by the real range, levels one-hot. It sees every difference of two laws given enough
    rows, and such of many columns at once sooner than those of one.

    The ceiling is 0, the mean of what fresh real rows score, however few. The interval is a jackknife over ten groups
    of rows of both tables; next to 0 it is wider than it need be.

    References
    ----------
    Gretton, Borgwardt, Rasch, Schoelkopf, Smola, *A kernel two-sample test*, JMLR 13 (2012), eq. 3.
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Maximum mean discrepancy"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=1_500, ge=GROUPS)
    """Rows of each table that are compared at most; more are sampled, fewer of wide tables."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare all rows with all; ``details`` has one row per kind of pairs."""
        x, y = clouds(real, synthetic, self.max_rows, run)
        n = len(x.numbers)
        squares = [x.squares(x), y.squares(y), x.squares(y)]
        above = np.triu_indices(n, 1)
        width = float(np.median(np.concatenate([squares[0][above], squares[2].ravel()])))
        width = width if width > 0 else float(squares[2].mean()) or 1.0
        sums = [_sums(np.exp(s / np.float32(-2 * width)), diagonal=i == 2) for i, s in enumerate(squares)]  # noqa: PLR2004
        _, members = blocks(n)
        sizes = np.array([rows.stop - rows.start for rows in members])
        everything = np.ones(GROUPS, dtype=bool)
        means = _means(sums, sizes, everything, everything)
        value = float(means[0] + means[1] - 2 * means[2])
        variance = 0.0
        for side in range(2):
            kept = [(~np.eye(GROUPS, dtype=bool)[g], everything) for g in range(GROUPS)]
            without = [_means(sums, sizes, *(k if side == 0 else k[::-1])) for k in kept]
            variance += jackknife(np.array([m[0] + m[1] - 2 * m[2] for m in without]))
        details = pl.DataFrame(
            {"measure": ["real, real", "synthetic, synthetic", "real, synthetic"], "kernel": means}
        ).with_columns(rows=pl.lit(n, pl.Int64))
        return Score(value, ceiling=0.0, interval=around(value, float(np.sqrt(variance)), -1.0, 2.0), details=details)


def _sums(kernel: npt.NDArray[np.float32], *, diagonal: bool) -> FloatArray:
    """Add up the kernel of the pairs of each two groups of rows, a row with itself left out unless ``diagonal``."""
    if not diagonal:
        np.fill_diagonal(kernel, 0)
    _, members = blocks(len(kernel))
    starts = [rows.start for rows in members]
    return np.add.reduceat(np.add.reduceat(kernel.astype(np.float64), starts, axis=0), starts, axis=1)


def _means(
    sums: list[FloatArray], sizes: npt.NDArray[np.int64], first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]
) -> list[float]:
    """Give the mean kernel of the pairs of real, of synthetic, and of mixed rows, of some of the groups."""
    m, n = int(sizes[first].sum()), int(sizes[second].sum())
    return [
        float(sums[0][first][:, first].sum()) / (m * (m - 1)),
        float(sums[1][second][:, second].sum()) / (n * (n - 1)),
        float(sums[2][first][:, second].sum()) / (m * n),
    ]
