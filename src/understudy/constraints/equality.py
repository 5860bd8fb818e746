"""Two columns that hold the same value in a good share of the rows."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import polars as pl

from understudy.protocols import State
from understudy.schema.column import Boolean, ColumnType
from understudy.schema.table import TableSchema

__all__ = ["Equality"]


@dataclass(frozen=True, slots=True)
class Equality:
    """``copy`` equals ``original`` in ``share`` of the rows; whether it does becomes a column of its own.

    Parameters
    ----------
    original, copy : str
        Columns of one type.
    share : float
        Share of the training rows in which they are equal, in (0, 1].
    """

    kind: ClassVar[str] = "equality"
    original: str
    copy: str
    share: float

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.copy} equals {self.original} in {self.share:.1%} of the rows"

    @property
    def flag(self) -> str:
        """Name of the column that tells where they are equal."""
        return f"{self.copy} = {self.original}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """No single row can break a share."""
        return pl.Series([False] * rows.height, dtype=pl.Boolean)

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add the column that tells where they are equal, before the later of the two."""
        equal = rows[self.original].eq_missing(rows[self.copy]).alias(self.flag)
        place = max(rows.columns.index(self.original), rows.columns.index(self.copy))
        return rows.insert_column(place, equal) if self.flag not in rows.columns else rows

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema with that column."""
        columns: dict[str, ColumnType] = {}
        later = max((self.original, self.copy), key=list(schema.columns).index)
        for name, column in schema.columns.items():
            if name == later:
                columns[self.flag] = Boolean()
            columns[name] = column
        return schema.model_copy(update={"columns": columns})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Copy the value where the flag says so."""
        copied = pl.when(pl.col(self.flag)).then(self.original).otherwise(self.copy).alias(self.copy)
        return rows.with_columns(copied).drop(self.flag)

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"original": self.original, "copy": self.copy, "share": self.share}

    @classmethod
    def restore(cls, state: State) -> "Equality":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))
