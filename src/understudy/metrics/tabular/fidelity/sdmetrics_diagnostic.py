"""The diagnostic score of SDMetrics, for comparison with what others publish."""

from typing import ClassVar

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import is_category, is_number, numbers
from understudy.protocols import Better, Score, StandIn
from understudy.schema.column import Identifier
from understudy.schema.spec import Spec

__all__ = ["SdmetricsDiagnostic"]


class SdmetricsDiagnostic(Spec):
    """The overall score of SDMetrics' diagnostic report, in [0, 1].

    The mean of two properties. Data validity is the mean over the columns of: for quantities the share of values
    between the least and the greatest real one, for categories the share of values that occur among the real ones,
    where missing counts as invalid unless the real column lacks values too; for unique identifiers the share of
    values that are present and have not occurred before. Data structure is whether both tables have the same columns of
    the same types: always 1 here, as tables that differ are refused before.

    No interval: every value is looked at. Spellings of dates and identifiers are not checked, as no metadata with
    formats is at hand; ``valid_rows`` checks patterns.

    References
    ----------
    SDMetrics, *DiagnosticReport*.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "SDMetrics diagnostic score"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = True

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Look at each value; ``details`` has one row per property and per column."""
        a, b = real.rows, synthetic.rows
        parts: list[tuple[str, str | None, float]] = []
        for name, column in real.schema.columns.items():
            if is_number(column):
                share = _within(a[name], b[name])
                parts += [] if share is None else [("boundary", name, share)]
            elif is_category(column):
                parts.append(("category", name, _among(a[name], b[name])))
            elif name == real.schema.primary_key or (isinstance(column, Identifier) and column.unique):
                kept = b[name].is_first_distinct() & b[name].is_not_null()
                parts.append(("key", name, float(kept.sum()) / b.height))
        structure: tuple[str, str | None, float] = ("data_structure", None, 1.0)
        validity = [("data_validity", None, float(np.mean([share for _, _, share in parts])))] if parts else []
        properties = [*validity, structure]
        details = pl.DataFrame(
            [*properties, *parts],
            schema={"measure": pl.String, "column": pl.String, "score": pl.Float64},
            orient="row",
        )
        return Score(float(np.mean([score for _, _, score in properties])), details=details)


def _within(real: pl.Series, synthetic: pl.Series) -> float | None:
    """Give the share of values in the real range; None where there is no value to look at."""
    x, y = numbers(real), numbers(synthetic)
    known = x[~np.isnan(x)]
    if len(known) < len(x):
        y = y[~np.isnan(y)]
    if not len(y):
        return None
    return float(((y >= known.min()) & (y <= known.max())).mean()) if len(known) else 0.0


def _among(real: pl.Series, synthetic: pl.Series) -> float:
    held = synthetic.is_in(real.drop_nulls().unique().implode()).fill_null(value=real.null_count() > 0)
    return float(held.sum()) / synthetic.len()
