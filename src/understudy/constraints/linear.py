"""A column that is the sum or the difference of two others, in every row."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema

__all__ = ["LinearIdentity"]


@dataclass(frozen=True, slots=True)
class LinearIdentity:
    """``total`` = ``first`` + ``sign`` * ``second``.

    Parameters
    ----------
    total, first, second : str
        Numerical columns.
    sign : int
        1 for a sum, -1 for a difference.
    decimals : int
        Decimals that the total is rounded to; the identity holds after rounding.
    """

    kind: ClassVar[str] = "linear_identity"
    total: str
    first: str
    second: str
    sign: int
    decimals: int

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.total} = {self.first} {'+' if self.sign > 0 else '-'} {self.second}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        off = (self._sum(rows) - rows[self.total].cast(pl.Float64)).abs() > 10.0**-self.decimals / 2
        return off.fill_null(value=False)

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drop the total."""
        return rows.drop(self.total)

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema without the total."""
        return schema.model_copy(update={"columns": {k: v for k, v in schema.columns.items() if k != self.total}})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Compute the total."""
        whole = self.decimals == 0 and all(rows.schema[c] == pl.Int64 for c in (self.first, self.second))
        total = self._sum(rows).cast(pl.Int64 if whole else pl.Float64)
        return rows.with_columns(total.alias(self.total))

    def _sum(self, rows: pl.DataFrame) -> pl.Series:
        first, second = (rows[c].cast(pl.Float64) for c in (self.first, self.second))
        return (first + np.sign(self.sign) * second).round(self.decimals)

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
