"""A value of one column always comes with one value of another, such as no visits with no time spent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, cast

import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema

__all__ = ["Implication", "Plain", "mend"]

Plain: TypeAlias = str | float | bool | None
"""A value as rows hold it that JSON can hold too; None for missing."""


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
    when: Plain
    then: Plain

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"where {self.condition} is {said(self.when)}, {self.column} is {said(self.then)}"

    @property
    def hit(self) -> pl.Expr:
        """Where the condition holds."""
        return _is(self.condition, self.when)

    @property
    def broken(self) -> pl.Expr:
        """Where rows break it."""
        return self.hit & ~_is(self.column, self.then)

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        return rows.select(self.broken.alias("")).to_series()

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave the rows as they are: a model learns the rule nearly by itself."""
        return rows

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Leave the schema as it is."""
        return schema

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Set the value where the condition holds."""
        return mend(rows, [self], ())

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the values that follow from those known of a row."""
        holds = self.condition in known and known[self.condition] == self.when
        return {self.column: self.then} if holds else {}

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"condition": self.condition, "column": self.column, "when": self.when, "then": self.then}

    @classmethod
    def restore(cls, state: State) -> "Implication":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))


def mend(rows: pl.DataFrame, implications: Sequence[Implication], held: Collection[str]) -> pl.DataFrame:
    """Set the values that the conditions ask for, column by column, except in columns that are ``held``."""
    columns = dict.fromkeys(i.column for i in implications if i.column not in held)
    for name in columns:
        value = pl.col(name)
        for rule in reversed([i for i in implications if i.column == name]):
            value = pl.when(rule.hit).then(pl.lit(rule.then).cast(rows.schema[name])).otherwise(value)
        rows = rows.with_columns(value.alias(name))
    return rows


def said(value: Plain) -> str:
    """Spell a value for a person."""
    return "missing" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _is(column: str, value: Plain) -> pl.Expr:
    return pl.col(column).is_null() if value is None else pl.col(column).eq_missing(pl.lit(value))
