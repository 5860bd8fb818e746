"""A value of one column always comes with one value of another, such as no visits with no time spent."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema

__all__ = ["Implication"]


@dataclass(frozen=True, slots=True)
class Implication:
    """Where ``condition`` is ``when``, ``column`` is ``then``.

    Parameters
    ----------
    condition, column : str
        Columns.
    when, then : str, float, int, bool or None
        Values as rows hold them; None for missing.
    """

    kind: ClassVar[str] = "implication"
    condition: str
    column: str
    when: str | float | bool | None
    then: str | float | bool | None

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"where {self.condition} is {_said(self.when)}, {self.column} is {_said(self.then)}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        hit, kept = pl.col(self.condition).eq_missing(pl.lit(self.when)), pl.col(self.column).eq_missing(pl.lit(self.then))
        return rows.select(hit & ~kept).to_series()

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave the rows as they are: a model learns the rule nearly by itself."""
        return rows

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Leave the schema as it is."""
        return schema

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Set the value where the condition holds."""
        hit = pl.col(self.condition).eq_missing(pl.lit(self.when))
        then = pl.lit(self.then).cast(rows.schema[self.column])
        return rows.with_columns(pl.when(hit).then(then).otherwise(self.column).alias(self.column))

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"condition": self.condition, "column": self.column, "when": self.when, "then": self.then}

    @classmethod
    def restore(cls, state: State) -> "Implication":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))


def _said(value: str | float | bool | None) -> str:  # noqa: FBT001 - a value of a column
    return "missing" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
