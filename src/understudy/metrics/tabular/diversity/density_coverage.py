"""Whether synthetic rows are found in the neighbourhood of every real row, and how densely."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._embedding import blocks, clouds
from understudy.metrics.tabular._intervals import GROUPS, around, jackknife
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["DensityCoverage"]


class DensityCoverage(Spec):
    """Share of the real rows that have a synthetic row among their nearest neighbours (coverage), in [0, 1].

    The neighbourhood of a real row is the ball up to its fifth nearest other real row; it is covered if a synthetic row
    lies in it (its boundary counts, as many rows of a table are equal). As many rows of either table are compared, so
    that fresh real rows cover about ``1 - 2**-5 = .97``. Rows are points as in ``alpha_precision``.

    ``details`` also has the density, ``sum(n) / (5 rows)`` with the number ``n`` of synthetic rows in each
    neighbourhood: about 1 for real rows, more where synthetic ones crowd in the middle; and the shares of the rows of
    either table that lie in neighbourhoods of the other one (precision, and recall).

    The interval is a jackknife over ten groups of rows of both tables, with the neighbourhoods held fixed.

    References
    ----------
    Naeem, Oh, Uh, Choi, Yoo, *Reliable fidelity and diversity metrics for generative models* (2020).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Coverage of neighbourhoods"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=1_500, ge=GROUPS)
    """Rows of each table that are compared at most; more are sampled, fewer of wide tables."""
    neighbours: int = Field(default=5, ge=1)
    """Real rows that a neighbourhood reaches to."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Look around each real row; ``details`` has one row per measure."""
        x, y = clouds(real, synthetic, self.max_rows, run)
        n = len(x.numbers)
        if n <= self.neighbours:
            msg = f"A neighbourhood of {self.neighbours} rows needs more than {n} of them."
            raise NotApplicable(msg)
        between = x.squares(y)
        around_x, around_y = (_radii(cloud.squares(cloud), self.neighbours) for cloud in (x, y))
        inside = between <= around_x[:, None]
        groups, members = blocks(n)
        by_group = np.stack([inside[:, rows].any(axis=1) for rows in members], axis=1)
        covered = by_group.sum(axis=1) > 0
        value = float(covered.mean())
        without_real = [float(covered[groups != g].mean()) for g in range(GROUPS)]
        without_synthetic = [float(np.delete(by_group, g, axis=1).any(axis=1).mean()) for g in range(GROUPS)]
        variance = jackknife(np.array(without_real)) + jackknife(np.array(without_synthetic))
        measures = {
            "coverage": value,
            "density": float(inside.sum()) / (self.neighbours * n),
            "precision": float(inside.any(axis=0).mean()),
            "recall": float((between <= around_y[None, :]).any(axis=1).mean()),
        }
        details = pl.DataFrame({"measure": list(measures), "value": list(measures.values())})
        details = details.with_columns(rows=pl.lit(n, pl.Int64))
        return Score(value, interval=around(value, float(np.sqrt(variance))), details=details)


def _radii(squares: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.float32]:
    """Give the squared distance of each row to its ``k``-th nearest other one."""
    # A row is the nearest to itself.
    return np.partition(squares, k, axis=1)[:, k]
