"""The quality score of SDMetrics, for comparison with what others publish."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._pairs import Codes, Sides, joint_codes, own_bin_codes, pair_score
from understudy.metrics.tabular.fidelity.marginals import Marginals
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["SdmetricsQuality"]


class SdmetricsQuality(Spec):
    """The overall score of SDMetrics' quality report, in [0, 1].

    The mean of two properties. Column shapes are the mean of the columns' Kolmogorov-Smirnov and total variation
    complements, as in ``marginals``. Column pair trends are the mean similarity of the pairs, as in ``pairs_own_bins``,
    that are strongly related in the real table: by a Pearson correlation beyond 0.5, or a Cramer's V beyond 0.3. Where
    no pair is, the first property alone counts. Before version 0.27 all pairs counted: set both limits to 0 for that.

    There is no interval: which pairs count, and the bins, hang on the rows. SDMetrics draws 50,000 rows for tables that
    are longer; here all of them count up to ``max_rows``.

    References
    ----------
    SDMetrics 0.27 and later, *QualityReport*.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "SDMetrics quality score"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = True

    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=5_000, ge=1)
    """Pairs that are compared at most (all, up to 100 columns); more are sampled."""
    correlation: float = Field(default=0.5, ge=0, le=1)
    """Correlation in the real table that a pair of quantities must exceed to count; 0: all count."""
    association: float = Field(default=0.3, ge=0, le=1)
    """Cramer's V in the real table that any other pair must exceed to count; 0: all count."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Compare columns and pairs; ``details`` has one row per property, column and pair."""
        shapes = Marginals(max_rows=self.max_rows)(real, synthetic, holdout, run.child("shapes"))
        columns = _rows(shapes.details, "column_shape", pl.col("column"), pl.lit(None, pl.String))
        pairs = self._pairs(real, synthetic, run.child("trends"))
        trends = pairs.filter(pl.col("counts"))["score"].drop_nulls()
        scores = [shapes.value, *([float(trends.to_numpy().mean())] if len(trends) else [])]
        properties = pl.DataFrame(
            [
                (name, None, None, score, True)
                for name, score in zip(("column_shapes", "column_pair_trends"), scores, strict=False)
            ],
            schema=_DETAILS,
            orient="row",
        )
        return Score(float(np.mean(scores)), details=pl.concat([properties, columns, pairs]))

    def _pairs(self, real: Table, synthetic: Table, run: Run) -> pl.DataFrame:
        """Compare each pair, and say whether it counts."""
        try:
            sides = Sides.of(real, synthetic, self.max_rows, run)
            details = pair_score(sides, sides.pairs(self.max_pairs, run), own_bin_codes, undefined=None).details
        except NotApplicable:
            return pl.DataFrame(schema=_DETAILS)  # of one column, as published, the shape alone counts
        rows = _rows(details, "column_pair_trend", pl.col("first"), pl.col("second"))
        return rows.with_columns(counts=pl.Series(self._counting(sides, details), dtype=pl.Boolean))

    def _counting(self, sides: Sides, details: pl.DataFrame | None) -> list[bool]:
        if details is None:
            return []
        codes = sides.codes(own_bin_codes) if self.association > 0 else {}
        found: list[bool] = []
        for first, second, measure, rho in details.select("first", "second", "measure", "real").iter_rows():
            if measure == "correlation":
                found.append(not self.correlation or (rho is not None and abs(rho) > self.correlation))
            else:
                found.append(not self.association or _cramer(codes[first], codes[second]) > self.association)
        return found


_DETAILS: dict[str, pl.DataType] = {
    "measure": pl.String(),
    "first": pl.String(),
    "second": pl.String(),
    "score": pl.Float64(),
    "counts": pl.Boolean(),
}


def _rows(details: pl.DataFrame | None, measure: str, first: pl.Expr, second: pl.Expr) -> pl.DataFrame:
    if details is None:
        return pl.DataFrame(schema=_DETAILS)
    return details.select(
        measure=pl.lit(measure), first=first, second=second, score="score", counts=pl.lit(value=True, dtype=pl.Boolean)
    )


def _cramer(first: Codes, second: Codes) -> float:
    """Give Cramer's V of two columns in the real table; 0 where one of them has one value."""
    (a, _), (b, _) = first, second
    x, _, k = joint_codes((a, a), (b, b))
    n, rows, columns = len(a), np.bincount(a), np.bincount(b)
    sides = min(int((rows > 0).sum()), int((columns > 0).sum()))
    if sides < 2:  # noqa: PLR2004
        return 0.0
    cells, at = np.unique(x, return_index=True)
    held = np.bincount(x, minlength=k)[cells]
    chi_squared = n * (float((held**2 / (rows[a[at]] * columns[b[at]])).sum()) - 1)
    return float(np.sqrt(max(0.0, chi_squared) / n / (sides - 1)))
