"""The similarity of pairs as papers publish it, comparable with their "Trend"."""

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._pairs import Sides, own_bin_codes, pair_score
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["PairsOwnBins"]


class PairsOwnBins(Spec):
    """Mean similarity of the pairs of columns in the published form, in [0, 1].

    As ``pairs``, but a quantity beside a category is cut into ten bins of equal width over the range of its own table,
    so that one outlier shifts all bins. Kept for comparison with published numbers; prefer ``pairs``. A pair of
    quantities of which one is constant is left out, and a missing quantity counts to the bin after the greatest value,
    as published.

    There is no interval: the bins move with the extremes, and a spread that held them fixed would be half the true one.

    References
    ----------
    SDMetrics, *ColumnPairTrends* without thresholds, and before its sampling of rows.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Pairs of columns, published form"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=5_000, ge=1)
    """Pairs that are compared at most (all, up to 100 columns); more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each pair; ``details`` has one row per pair."""
        sides = Sides.of(real, synthetic, self.max_rows, run)
        score = pair_score(sides, sides.pairs(self.max_pairs, run), own_bin_codes, undefined=None)
        return replace(score, interval=None)
