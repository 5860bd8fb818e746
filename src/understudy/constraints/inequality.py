"""Two columns in an order that no row breaks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
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
    grids : tuple of float
        Grid of each, in its own unit (microseconds for time); 0: none. A row that breaks the order is mended by
        exchanging the two values where the grids are the same, which keeps what both columns hold together; else the
        upper value is raised to the lower one.
    """

    kind: ClassVar[str] = "inequality"
    low: str
    high: str
    grids: tuple[float, float] = (0.0, 0.0)

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.low} is at most {self.high}"

    @property
    def broken(self) -> pl.Expr:
        """Where rows break it."""
        return (pl.col(self.low) > pl.col(self.high)).fill_null(value=False)

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        return rows.select(self.broken.alias("")).to_series()

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Leave the rows as they are: a model learns the order nearly by itself."""
        return rows

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Leave the schema as it is."""
        return schema

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Mend the rows that break it."""
        return self.mend(rows, ())

    def mend(self, rows: pl.DataFrame, held: Collection[str]) -> pl.DataFrame:
        """Mend the rows that break it without touching the columns that are ``held``."""
        fixed = self.low in held, self.high in held
        low, high = pl.col(self.low), pl.col(self.high)
        match fixed:
            case (True, True):
                return rows
            case (False, True):
                made = {self.low: self._snapped(rows[self.high], self.grids[0], up=False)}
            case (False, False) if self.grids[0] == self.grids[1]:
                return rows.with_columns(
                    pl.when(self.broken).then(high).otherwise(low).alias(self.low),
                    pl.when(self.broken).then(low).otherwise(high).alias(self.high),
                )
            case _:
                made = {self.high: self._snapped(rows[self.low], self.grids[1], up=True)}
        return rows.with_columns(
            pl.when(self.broken).then(pl.lit(value)).otherwise(name).alias(name) for name, value in made.items()
        )

    def _snapped(self, values: pl.Series, grid: float, *, up: bool) -> pl.Series:
        """Give the nearest points of ``grid`` that are not lower (``up``) or not higher than ``values``."""
        if not grid or self.grids[0] == self.grids[1]:
            return values
        if values.dtype.is_temporal():
            whole, unit = values.to_physical(), int(grid)
            return ((whole + (unit - 1 if up else 0)) // unit * unit).cast(values.dtype)
        steps = values / grid
        steps = (steps - 1e-9).ceil() if up else (steps + 1e-9).floor()
        return (steps * grid).round(max(0, round(-np.log10(grid)))).cast(values.dtype)

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Nothing follows from one side of an order alone."""
        del known
        return {}

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"low": self.low, "high": self.high, "grids": list(self.grids)}

    @classmethod
    def restore(cls, state: State) -> "Inequality":
        """Build the constraint that gave ``state``."""
        fields = cast("dict[str, Any]", state)
        return cls(fields["low"], fields["high"], (fields["grids"][0], fields["grids"][1]))
