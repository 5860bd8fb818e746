"""Two columns that hold the same value, in every row or in a good share of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import polars as pl

from understudy.protocols import State
from understudy.schema.column import Boolean, ColumnType
from understudy.schema.table import TableSchema

__all__ = ["Equality"]


@dataclass(frozen=True, slots=True)
class Equality:
    """``copy`` equals ``original`` in ``share`` of the rows.

    Where that is all of them, the copy is taken out of the rows; else whether a row's two values are equal becomes a
    column of its own.

    Parameters
    ----------
    original, copy : str
        Columns of one dtype.
    share : float
        Share of the training rows in which they are equal, in (0, 1].
    """

    kind: ClassVar[str] = "equality"
    original: str
    copy: str
    share: float

    @property
    def always(self) -> bool:
        """Whether they are equal in every row."""
        return self.share >= 1

    @property
    def text(self) -> str:
        """One sentence for a person."""
        where = "every row" if self.always else f"{self.share:.1%} of the rows"
        return f"{self.copy} equals {self.original} in {where}"

    @property
    def flag(self) -> str:
        """Name of the column that tells where they are equal."""
        return f"{self.copy} = {self.original}"

    @property
    def broken(self) -> pl.Expr:
        """Where rows that still have the flag break it."""
        return pl.col(self.flag) & pl.col(self.copy).ne_missing(pl.col(self.original))

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it; no single row can break a share."""
        if self.always:
            return rows[self.copy].ne_missing(rows[self.original]).alias("")
        return pl.Series([False] * rows.height, dtype=pl.Boolean)

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drop the copy, or put the column that tells where they are equal before the later of the two."""
        if self.always:
            return rows.drop(self.copy)
        equal = rows[self.original].eq_missing(rows[self.copy]).alias(self.flag)
        place = max(rows.columns.index(self.original), rows.columns.index(self.copy))
        return rows.clone().insert_column(place, equal)

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema of such rows."""
        columns: dict[str, ColumnType] = {}
        later = max((self.original, self.copy), key=list(schema.columns).index)
        for name, column in schema.columns.items():
            if name == later and not self.always:
                columns[self.flag] = Boolean()
            if name != self.copy or not self.always:
                columns[name] = column
        return schema.model_copy(update={"columns": columns})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Copy the value, in all rows or where the flag says so."""
        if self.always:
            return rows.with_columns(pl.col(self.original).alias(self.copy))
        return self.mend(rows, ()).drop(self.flag)

    def mend(self, rows: pl.DataFrame, held: Collection[str]) -> pl.DataFrame:
        """Copy the value where the flag says so, into the column that is not ``held``."""
        source, target = self.original, self.copy
        if target in held:
            source, target = target, source
        if target in held:
            return rows
        return rows.with_columns(pl.when(pl.col(self.flag)).then(source).otherwise(target).alias(target))

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the values that follow from those known of a row."""
        both = self.original in known, self.copy in known
        if all(both) and not self.always:
            return {self.flag: known[self.original] == known[self.copy]}
        if not any(both) or not (self.always or known.get(self.flag)):
            return {}
        return {self.copy: known[self.original]} if both[0] else {self.original: known[self.copy]}

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"original": self.original, "copy": self.copy, "share": self.share}

    @classmethod
    def restore(cls, state: State) -> "Equality":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))
