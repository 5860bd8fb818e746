"""A column that is the sum or the difference of two others, in every row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema

__all__ = ["LinearIdentity"]

_NEAR = 1e-9  # of the terms: how far floats of full precision may be off


@dataclass(frozen=True, slots=True)
class LinearIdentity:
    """``total`` = ``first`` + ``sign`` * ``second``; missing where one of them is.

    Parameters
    ----------
    total, first, second : str
        Numerical columns.
    sign : int
        1 for a sum, -1 for a difference.
    decimals : int or None
        Decimals that the total is rounded to, and the identity holds after rounding; None: full float precision.
    """

    kind: ClassVar[str] = "linear_identity"
    total: str
    first: str
    second: str
    sign: int
    decimals: int | None

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.total} = {self.first} {'+' if self.sign > 0 else '-'} {self.second}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        total = rows[self.total].cast(pl.Float64)
        off = (self._sum(rows).cast(pl.Float64) - total).abs() > self._slack(rows)
        return (off.fill_null(value=False) | (total.is_null() != self._sum(rows).is_null())).alias("")

    def _slack(self, rows: pl.DataFrame) -> pl.Series:
        size = rows[self.first].cast(pl.Float64).abs() + rows[self.second].cast(pl.Float64).abs()
        return size * _NEAR + (10.0**-self.decimals / 2 if self.decimals else 0.0)

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drop the total."""
        return rows.drop(self.total)

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema without the total."""
        return schema.model_copy(update={"columns": {k: v for k, v in schema.columns.items() if k != self.total}})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Compute the total."""
        return rows.with_columns(self._sum(rows).alias(self.total))

    def _sum(self, rows: pl.DataFrame) -> pl.Series:
        first, second = rows[self.first], rows[self.second]
        if self.decimals == 0 and first.dtype == second.dtype == pl.Int64:
            return first + second if self.sign > 0 else first - second
        total = first.cast(pl.Float64) + self.sign * second.cast(pl.Float64)
        if self.decimals is None:
            return total
        return total.round(self.decimals).cast(pl.Int64 if self.decimals == 0 else pl.Float64)

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the third of the three numbers where two are known of a row."""
        terms = {name: cast("float | None", known[name]) for name in self.terms if name in known}
        if self.first in terms and self.second in terms:
            first, second = terms[self.first], terms[self.second]
            return {self.total: None if first is None or second is None else self._rounded(first + self.sign * second)}
        if len(terms) < 2 or None in terms.values():  # noqa: PLR2004 - one number says nothing about another
            return {}
        total = cast("float", terms[self.total])
        if self.first in terms:
            return {self.second: self._rounded(self.sign * (total - cast("float", terms[self.first])))}
        return {self.first: self._rounded(total - self.sign * cast("float", terms[self.second]))}

    def solved(self, rows: pl.DataFrame, total: pl.Series, name: str) -> pl.DataFrame:
        """Give rows whose ``name``, one of the two terms, makes the sum ``total``."""
        goal = total if self.decimals == 0 else total.cast(pl.Float64)
        second = name == self.second
        value = (goal - rows[self.first]) * self.sign if second else goal - rows[self.second] * self.sign
        if self.decimals:
            value = value.round(self.decimals)
        return rows.with_columns(value.cast(rows.schema[name]).alias(name))

    @property
    def terms(self) -> tuple[str, str, str]:
        """The three columns, the total first."""
        return self.total, self.first, self.second

    def _rounded(self, value: float) -> float:
        if isinstance(value, int) or self.decimals is None:
            return value
        return round(value, self.decimals) if self.decimals else float(np.rint(value))

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {
            "total": self.total,
            "first": self.first,
            "second": self.second,
            "sign": self.sign,
            "decimals": self.decimals,
        }

    @classmethod
    def restore(cls, state: State) -> "LinearIdentity":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))
