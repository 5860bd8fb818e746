"""Rows together with what they mean. The only currency between readers, synthesizers, metrics and writers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from understudy.errors import SchemaError
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
    Text,
)
from understudy.schema.table import TableSchema

__all__ = ["Table", "pairs_counted", "row_dtype"]


def row_dtype(column: ColumnType) -> pl.DataType:  # noqa: PLR0911 - one line per type
    """Give the one polars dtype in which rows hold a column of this type."""
    match column:
        case Numerical(decimals=0):
            return pl.Int64()
        case Numerical() | Location():
            return pl.Float64()
        case Categorical() | Identifier() | Text():
            return pl.String()
        case Boolean():
            return pl.Boolean()
        case Datetime(time_zone=None):
            return pl.Datetime("us")
        case Datetime():
            return pl.Datetime("us", "UTC")
        case Duration():
            return pl.Duration("us")


@dataclass(frozen=True, slots=True)
class Table:
    """A table in one or more partitions.

    Parameters
    ----------
    partitions : tuple of polars.DataFrame or pathlib.Path
        Rows in order; a path names a Parquet file with rows already in the dtypes of :func:`row_dtype`. At least one.
    schema : TableSchema
        Meaning of the columns; its order is the order of the columns of each partition.
    unfit : polars.DataFrame or None
        Only of rows to be judged: for each column with values that the schema cannot hold those values, as the source
        spells them, and null in all other rows. In the partitions they are missing.

    Raises
    ------
    SchemaError
        If a partition in memory has other columns or dtypes than the schema says.
    """

    partitions: tuple[pl.DataFrame | Path, ...]
    schema: TableSchema
    unfit: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        want = {name: row_dtype(column) for name, column in self.schema.columns.items()}
        for part in self.partitions:
            if isinstance(part, Path):
                continue
            if part.columns != list(want):
                msg = (
                    f"The schema has the columns {list(want)} but the data has {part.columns}. "
                    "Correct the schema, or make it anew with `understudy infer`."
                )
                raise SchemaError(msg)
            for name, dtype in want.items():
                if part.schema[name] != dtype:
                    msg = (
                        f"Column {name!r} is {self.schema.columns[name].kind} in the schema, which is held as {dtype}, "
                        f"but its rows are {part.schema[name]}. Correct the schema, or "
                        "make it anew with `understudy infer`."
                    )
                    raise SchemaError(msg)

    @classmethod
    def of(cls, rows: pl.DataFrame, schema: TableSchema) -> "Table":
        """Make a table of one partition."""
        return cls((rows,), schema)

    def frames(self) -> Iterator[pl.DataFrame]:
        """Give each partition's rows, one at a time in memory."""
        for part in self.partitions:
            yield pl.read_parquet(part) if isinstance(part, Path) else part

    @property
    def rows(self) -> pl.DataFrame:
        """All rows in memory at once."""
        return pl.concat(list(self.frames())) if len(self.partitions) > 1 else next(self.frames())

    def column(self, name: str) -> pl.Series:
        """Give one column of all rows, reading no other."""
        parts = [
            pl.scan_parquet(p).select(name).collect()[name] if isinstance(p, Path) else p[name] for p in self.partitions
        ]
        return pl.concat(parts) if len(parts) > 1 else parts[0]

    def holders(self) -> np.ndarray | None:
        """Give the number of each row's entity, shape (n,); None where the schema names none.

        A row without one is an entity of its own.
        """
        if self.schema.entity is None:
            return None
        known = self.column(self.schema.entity).rank("dense").cast(pl.Int64)
        own = pl.int_range(known.len(), eager=True) + known.len() + 1
        return pl.select(pl.coalesce(known, own)).to_series().to_numpy()

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return sum(
            pl.scan_parquet(p).select(pl.len()).collect().item() if isinstance(p, Path) else p.height
            for p in self.partitions
        )


def pairs_counted(values: np.ndarray, who: np.ndarray, n_values: int) -> np.ndarray:
    """Count the different holders of each of ``n_values`` numbered values, given the value and holder of each row."""
    base = int(who.max(initial=0)) + 1
    return np.bincount(np.unique(values.astype(np.int64) * base + who) // base, minlength=n_values)
