"""Whether columns depend on one another as in the real table."""

from typing import ClassVar

from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._pairs import Sides, pair_score, quantile_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Pairs"]


class Pairs(Spec):
    """Mean similarity of the pairs of columns, in [0, 1].

    Two quantities count one minus half the difference of their correlations; any other pair one minus the total
    variation distance of its joint distribution, with quantities cut at the deciles of the real table and missing
    values as a level of their own. A constant synthetic column counts as uncorrelated.

    References
    ----------
    SDMetrics, *CorrelationSimilarity* and *ContingencySimilarity*; there the bins have equal widths and differ between
    the two tables, which the metric ``pairs_own_bins`` keeps to.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Pairs of columns"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=5_000, ge=1)
    """Pairs that are compared at most (all, up to 100 columns); more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each pair; ``details`` has one row per pair."""
        sides = Sides.of(real, synthetic, self.max_rows, run)
        return pair_score(sides, sides.pairs(self.max_pairs, run), quantile_codes, undefined=0.0)
