"""One column fixes another: equal values of the determinant always come with one value of the dependent."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema

__all__ = ["FunctionalDependency"]


@dataclass(frozen=True, slots=True)
class FunctionalDependency:
    """``determinant`` fixes ``dependent``, as a table of pairs says.

    Parameters
    ----------
    determinant, dependent : str
        Columns.
    pairs : polars.DataFrame
        The value of ``dependent`` for each value of ``determinant``, in columns ``determinant`` and ``dependent``.
    """

    kind: ClassVar[str] = "functional_dependency"
    determinant: str
    dependent: str
    pairs: pl.DataFrame

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.determinant} fixes {self.dependent}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it; a value of the determinant that was never seen breaks nothing."""
        fixed = self._fixed(rows)
        known = rows[self.determinant].is_in(self.pairs["determinant"].implode(), nulls_equal=True)
        return known & fixed.ne_missing(rows[self.dependent])

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drop the dependent column."""
        return rows.drop(self.dependent)

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema without the dependent column."""
        return schema.model_copy(update={"columns": {k: v for k, v in schema.columns.items() if k != self.dependent}})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Look the dependent column up."""
        return rows.with_columns(self._fixed(rows).alias(self.dependent))

    def _fixed(self, rows: pl.DataFrame) -> pl.Series:
        keys = rows.select(pl.col(self.determinant).alias("determinant"))
        found = keys.join(self.pairs, on="determinant", how="left", nulls_equal=True, maintain_order="left")
        return found["dependent"]

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"determinant": self.determinant, "dependent": self.dependent, "pairs": self.pairs}

    @classmethod
    def restore(cls, state: State) -> "FunctionalDependency":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))
