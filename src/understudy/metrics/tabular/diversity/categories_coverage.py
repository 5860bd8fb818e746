"""Whether the rare categories still occur."""

from typing import ClassVar

import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import is_category
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["CategoriesCoverage"]


class CategoriesCoverage(Spec):
    """Share of the rare categories that the synthetic table still holds, in [0, 1].

    Rare is a level that less than 1 % of the real rows hold. A synthesizer that protects the people behind a level of
    very few rows leaves some out on purpose: read it beside the privacy scores. There is no interval: the levels are no
    sample of others. The ceiling is what as many fresh real rows would hold on average, if levels came with the shares
    that they have in the real table.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Rare categories"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = False

    rare: float = Field(default=0.01, gt=0, le=1)
    """Share of the real rows below which a category is rare."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Count each rare level; ``details`` has one row per rare level, the relative error of its share among them."""
        names = [name for name, column in real.schema.columns.items() if is_category(column)]
        if not names:
            raise NotApplicable("The table has no categorical column.")
        shares = pl.concat([_shares(real, synthetic, name) for name in names])
        details = shares.filter(pl.col("real") < self.rare).with_columns(
            present=pl.col("synthetic") > 0, relative_error=(pl.col("synthetic") / pl.col("real") - 1).abs()
        )
        if details.is_empty():
            msg = f"Every category is held by at least {self.rare:.2%} of the rows."
            raise NotApplicable(msg)
        hits = int(details["present"].sum())
        expected = float((1 - (1 - details["real"]) ** synthetic.n_rows).mean())  # pyright: ignore[reportArgumentType] - numbers
        return Score(hits / details.height, ceiling=expected, details=details)


def _shares(real: Table, synthetic: Table, name: str) -> pl.DataFrame:
    a, b = (
        table.rows.select(level=pl.col(name).cast(pl.String)).group_by("level").agg(share=pl.len() / table.n_rows)
        for table in (real, synthetic)
    )
    return (
        a.drop_nulls()
        .join(b, on="level", how="left")
        .sort("share", "level", descending=[True, False])
        .select(
            column=pl.lit(name),
            level="level",
            real="share",
            synthetic=pl.col("share_right").fill_null(0.0).cast(pl.Float64),
        )
    )
