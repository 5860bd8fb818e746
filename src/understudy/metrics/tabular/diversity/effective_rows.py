"""Whether the rows are as different from one another as real ones, or variations of a few."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, capped
from understudy.metrics.tabular._intervals import around
from understudy.metrics.tabular._neighbours import WORK, Neighbours, Points
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["EffectiveRows"]

_FEWEST = 20  # rows of either table below which pairs of them say nothing
_REACH_ROWS = 1_500  # whose distances say how far near is


class EffectiveRows(Spec):
    """Likeness of the effective numbers of distinct rows, in (0, 1]; 1 is as many as real rows.

    Two rows are near if their distance is at most that of the nearest 0.5 % of all pairs of real rows. The effective
    number is one over the share of near pairs: that of so many rows, all equally frequent and far from one another. The
    value is the smaller number as a part of the greater one. A model that has collapsed to ``m`` kinds of rows has an
    effective number of at most ``m``, where real rows have 200 (fewer, where more than 0.5 % of the pairs are equal).
    The distance is Gower's: differences as a share of the real range, 1 for another category.

    ``details`` shows the numbers, and how many of as many rows of either table are different at all. The interval
    follows from how many near rows each row has.

    References
    ----------
    Leinster, Cobbold, *Measuring diversity: the importance of species similarity*, Ecology 93 (2012), order 2, with
    similarity 1 for near rows and 0 for others.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Distinct rows"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=12_000, ge=_FEWEST)
    """Rows of each table that are compared with one another at most; more are sampled, fewer of wide tables."""
    near: float = Field(default=0.005, gt=0, lt=1)
    """Share of the pairs of real rows that are near."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare all pairs of rows of either table."""
        most = min(self.max_rows, max(_FEWEST, int(np.sqrt(WORK / 10 / max(1, len(real.schema.columns))))))
        n = min(real.n_rows, synthetic.n_rows, most)
        if n < _FEWEST:
            msg = f"A table has only {n} row{'s' * (n != 1)}; to see how they differ, {_FEWEST} of each are needed."
            raise NotApplicable(msg)
        a, b = capped(real, n, run.child("real")), capped(synthetic, n, run.child("synthetic"))
        space = Neighbours.of(Coding.of(real.schema, a, b), real.rows)
        points = space.points(a)
        reach = self._reach(points.take(run.child("reach").rng.choice(n, min(n, _REACH_ROWS), replace=False)))
        (share_a, on_a), (share_b, on_b) = (_near(rows, reach) for rows in (points, space.points(b)))
        value = float(np.exp(-abs(np.log(share_a / share_b))))
        error = float(np.sqrt(on_a.var() / n + on_b.var() / n)) * value
        distinct = [len(np.unique(space.coding.matrix(frame), axis=0)) for frame in (a, b)]
        details = pl.DataFrame(
            [("effective", 1 / share_a, 1 / share_b, n), ("different", float(distinct[0]), float(distinct[1]), n)],
            schema=["measure", "real", "synthetic", "rows"],
            orient="row",
        )
        return Score(value, interval=around(value, error), details=details)

    def _reach(self, rows: Points) -> float:
        """Give the greatest distance of near rows."""
        distances = Neighbours.apart(rows, rows)[np.triu_indices(rows.n_rows, 1)]
        place = int(self.near * len(distances))
        return float(np.partition(distances, place)[place])


def _near(rows: Points, reach: float) -> tuple[float, FloatArray]:
    """Give the share of pairs that are near, and the influence of each row on its log."""
    n = rows.n_rows
    each = (Neighbours.within(rows, rows, reach) - 1) / (n - 1)
    share = max(float(each.mean()), 1 / (n * (n - 1)))
    return share, 2 * each / share
