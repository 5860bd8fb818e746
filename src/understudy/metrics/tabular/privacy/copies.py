"""Whether synthetic rows are exact copies of training rows more often than unseen real rows are."""

from typing import ClassVar

import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import is_category, is_number
from understudy.metrics.tabular._intervals import share_interval
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Copies"]


class Copies(Spec):
    """Share of synthetic rows that equal a training row in every column but identifiers and free text, in [0, 1].

    Some equality is natural where a table has few columns and few values: the ceiling is the share of unseen real rows
    that equal a training row, and ``details`` sets the two side by side, also for the training rows that occur once
    only, where a copy points at one person.
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Exact copies"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Look each row up; ``details`` has one row per kind of rows that were looked up."""
        names = [name for name, column in real.schema.columns.items() if is_category(column) or is_number(column)]
        if not names:
            raise NotApplicable("The table has no column besides identifiers and free text.")
        known = real.rows.select(names).group_by(names).agg(pl.len().alias(_TIMES))
        tables = {"synthetic": synthetic} | ({} if holdout is None else {"unseen real": holdout})
        parts: list[tuple[str, float, float, float, float, int]] = []
        for what, table in tables.items():
            # -0.0 and 0.0 are one value to a join, as they are to a reader.
            times = table.rows.select(names).join(known, on=names, how="left", nulls_equal=True)[_TIMES].fill_null(0)
            hits, n = int((times > 0).sum()), table.n_rows
            low, high = share_interval(hits, n)
            parts.append((what, hits / n, low, high, int((times == 1).sum()) / n, n))
        details = pl.DataFrame(
            parts, schema=["rows_of", "copies", "low", "high", "copies_of_unique", "rows"], orient="row"
        )
        _, value, low, high, _, _ = parts[0]
        return Score(value, interval=(low, high), details=details)


_TIMES = "\0times"  # a column name that no table has
