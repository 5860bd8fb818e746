"""One coding of a table's columns into numbers, shared by every metric that needs numbers.

Quantities, places, moments and lengths of time become floats; categories and booleans become codes over the union of
the levels of all tables that are compared. Identifiers and free text carry no statistics and are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.schema.column import Boolean, Categorical, ColumnType, Datetime, Duration, Location, Numerical
from understudy.schema.table import TableSchema

__all__ = ["Coding", "FloatArray", "IntArray", "capped", "is_category", "is_number", "numbers"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]


def is_number(column: ColumnType) -> bool:
    """Whether a column's values have distances."""
    return isinstance(column, Numerical | Location | Datetime | Duration)


def is_category(column: ColumnType) -> bool:
    """Whether a column's values are levels."""
    return isinstance(column, Categorical | Boolean)


def numbers(column: pl.Series) -> FloatArray:
    """Give a column of quantities as floats; missing and infinite values are NaN."""
    values = column.to_physical().cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)


def capped(table: Table, most: int, run: Run) -> pl.DataFrame:
    """Give the rows of a table, or a seeded sample of ``most`` of them, in their order."""
    rows = table.rows
    if rows.height <= most:
        return rows
    return rows[np.sort(run.rng.choice(rows.height, most, replace=False))]


@dataclass(frozen=True, slots=True)
class Coding:
    """How to turn rows into numbers.

    Parameters
    ----------
    levels : dict
        For each column in order: its levels (None for a column of quantities).
    """

    levels: dict[str, pl.Series | None]

    @classmethod
    def of(cls, schema: TableSchema, *frames: pl.DataFrame, without: str | None = None) -> "Coding":
        """Make the coding that all ``frames`` share, without one column (such as the target).

        Raises
        ------
        NotApplicable
            If no column is left.
        """
        levels: dict[str, pl.Series | None] = {}
        for name, column in schema.columns.items():
            if name == without:
                continue
            if is_number(column):
                levels[name] = None
            elif is_category(column):
                levels[name] = (
                    pl.concat([f[name].cast(pl.String).unique() for f in frames]).drop_nulls().unique().sort()
                )
        if not levels:
            raise NotApplicable("The table has no column to compare besides identifiers, free text and the target.")
        return cls(levels)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are coded, in the table's order."""
        return tuple(self.levels)

    @property
    def quantities(self) -> tuple[str, ...]:
        """The columns of quantities, in the table's order."""
        return tuple(name for name, levels in self.levels.items() if levels is None)

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns of categories, in the table's order."""
        return tuple(name for name, levels in self.levels.items() if levels is not None)

    @property
    def categorical(self) -> npt.NDArray[np.bool_]:
        """Which of the columns are categories."""
        return np.array([levels is not None for levels in self.levels.values()], dtype=bool)

    def codes(self, frame: pl.DataFrame, name: str) -> IntArray:
        """Give the codes of one categorical column; -1 is missing."""
        levels = self.levels[name]
        if levels is None or not len(levels):
            return np.full(frame.height, -1, dtype=np.int64)
        coded = frame[name].cast(pl.String).cast(pl.Enum(levels), strict=False).to_physical()
        return coded.cast(pl.Int64).fill_null(-1).to_numpy()

    def floats(self, frame: pl.DataFrame, name: str) -> FloatArray:
        """Give one column as floats, categories as their codes; missing is NaN."""
        if self.levels[name] is None:
            return numbers(frame[name])
        codes = self.codes(frame, name)
        return np.where(codes < 0, np.nan, codes)

    def n_levels(self, name: str) -> int:
        """Give the number of levels of one categorical column."""
        levels = self.levels[name]
        return 0 if levels is None else len(levels)

    def columns(self, frame: pl.DataFrame) -> Iterator[tuple[str, FloatArray]]:
        """Give each column as floats, categories as their codes; missing is NaN."""
        for name in self.levels:
            yield name, self.floats(frame, name)

    def matrix(self, frame: pl.DataFrame) -> FloatArray:
        """Give all columns side by side, shape (rows, columns)."""
        return np.column_stack([values for _, values in self.columns(frame)])
