"""Groups of people by a protected column, and the rows of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, IntArray, is_category, is_number, numbers
from understudy.schema.column import Boolean, ColumnType

__all__ = ["FEWEST", "Groups", "groups_of", "spelled"]

FEWEST = 30
"""Real rows of a group below which nothing is said about it: chance would decide, and single people would show."""

_QUARTERS = ("lowest quarter", "second quarter", "third quarter", "highest quarter")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one protected column.

    Parameters
    ----------
    column : str
        The column.
    names : tuple of str
        Levels of a category; of a quantity, its quarters by the real rows.
    kind : ColumnType
        Type of the column.
    cuts : array
        Ends of the quarters of a quantity.
    """

    column: str
    names: tuple[str, ...]
    kind: ColumnType
    cuts: FloatArray

    def codes(self, rows: pl.DataFrame) -> IntArray:
        """Give the group of each row; -1 where it is missing, or in a group that is not judged."""
        values = rows[self.column]
        if is_number(self.kind):
            held = numbers(values)
            return np.where(np.isnan(held), -1, np.searchsorted(self.cuts, held, "left"))
        known = spelled(values, self.kind).cast(pl.Enum(self.names), strict=False).to_physical()
        return known.cast(pl.Int64).fill_null(-1).to_numpy()


def spelled(values: pl.Series, column: ColumnType) -> pl.Series:
    """Give levels as the source spells them; other values as text."""
    if isinstance(column, Boolean):
        words = {True: column.true, False: column.false}
        return values.replace_strict(words, return_dtype=pl.String)
    # Lengths of time have no spelling in polars; their microseconds do.
    return (values.to_physical() if values.dtype == pl.Duration else values).cast(pl.String)


def groups_of(protected: Sequence[str], real: Table, run: Run, least: int = 1) -> list[Groups]:
    """Give the groups of each protected column that have rows enough; a finding counts those that have not.

    Parameters
    ----------
    protected : sequence of str
        The columns.
    real : Table
        Rows that decide which groups there are.
    run : Run
        The job.
    least : int
        Groups that a column must have.

    Raises
    ------
    NotApplicable
        If no column is named, or none of them has enough groups.
    """
    if not protected:
        raise NotApplicable("No protected column is named.")
    out: list[Groups] = []
    for name in protected:
        if name not in real.schema.columns:
            msg = f"The protected column {name!r} is not a column of the table."
            raise NotApplicable(msg)
        groups, few = _groups(name, real)
        if few:
            text = f"Column {name!r}: {few} group{'s' * (few != 1)} of fewer than {FEWEST} real rows cannot be judged."
            run.find("fairness.few_rows", text)
        if len(groups.names) >= least:
            out.append(groups)
    if not out:
        many = "a group" if least == 1 else f"{least} groups"
        msg = f"No protected column has {many} of at least {FEWEST} real rows."
        raise NotApplicable(msg)
    return out


def _groups(name: str, real: Table) -> tuple[Groups, int]:
    column, values = real.schema.columns[name], real.column(name)
    if is_category(column):
        counts = spelled(values, column).drop_nulls().alias("level").value_counts(name="n")
        held = counts.filter(pl.col("n") >= FEWEST).sort(["n", "level"], descending=[True, False])
        return Groups(name, tuple(held["level"].to_list()), column, np.zeros(0)), counts.height - held.height
    if is_number(column):
        known = numbers(values)
        known = known[~np.isnan(known)]
        if len(known) < FEWEST:
            return Groups(name, (), column, np.zeros(0)), int(len(known) > 0)
        cuts = np.unique(np.quantile(known, (0.25, 0.5, 0.75), method="inverted_cdf"))
        cuts = cuts[cuts < known.max()]
        n = len(cuts) + 1
        names = _QUARTERS if n == len(_QUARTERS) else tuple(f"part {i} of {n}, ascending" for i in range(1, n + 1))
        return Groups(name, names, column, cuts), 0
    msg = f"The protected column {name!r} holds {column.kind} values, which form no groups."
    raise NotApplicable(msg)
