"""Two columns in an order that no row breaks."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema

__all__ = ["Inequality"]


@dataclass(frozen=True, slots=True)
class Inequality:
    """``low`` is at most ``high`` in every row where both are present.

    Parameters
    ----------
    low, high : str
        Columns of one dtype.
    swap : bool
        Whether a row that breaks it is mended by exchanging the two values, which keeps what both columns hold together;
        else the upper value is raised to the lower one. Only columns on one grid can be exchanged.
    decimals : int or None
        Grid of ``high``: a value that is raised is rounded up to it; None where it has none.
    """

    kind: ClassVar[str] = "inequality"
    low: str
    high: str
    swap: bool
    decimals: int | None = None

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.low} is at most {self.high}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        return (rows[self.low] > rows[self.high]).fill_null(value=False)

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave the rows as they are: a model learns the order nearly by itself."""
        return rows

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Leave the schema as it is."""
        return schema

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Mend the rows that break it."""
        broken = self.violations(rows)
        if not broken.any():
            return rows
        low, high = rows[self.low], rows[self.high]
        if self.swap:
            mended = [low.zip_with(broken, high).alias(self.high), high.zip_with(broken, low).alias(self.low)]
            return rows.with_columns(mended)
        return rows.with_columns(self._raised(low).zip_with(broken, high).alias(self.high))

    def _raised(self, low: pl.Series) -> pl.Series:
        """Round up to the grid of the upper column."""
        if self.decimals is None or not low.dtype.is_float():
            return low
        scale = 10.0**self.decimals
        # Less a hair, so that a value already on the grid stays.
        return ((low * scale - 1e-6).ceil() / scale).round(self.decimals)

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"low": self.low, "high": self.high, "swap": self.swap, "decimals": self.decimals}

    @classmethod
    def restore(cls, state: State) -> "Inequality":
        """Build the constraint that gave ``state``."""
        return cls(**cast("dict[str, Any]", state))
