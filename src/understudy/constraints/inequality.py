"""Two columns in an order that no row breaks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from zoneinfo import available_timezones

import numpy as np
import polars as pl

from understudy.constraints._clock import DAY, moments, ticks
from understudy.protocols import State
from understudy.schema.table import TableSchema
from understudy.store.trust import expect

__all__ = ["Inequality"]


@dataclass(frozen=True, slots=True)
class Inequality:
    """``low`` is at most ``high``, or less than it, in every row where both are present.

    Parameters
    ----------
    low, high : str
        Columns of one dtype.
    grids : tuple of float
        Grid of each, in its own unit (microseconds for time); 0: none. A row that breaks the order is mended by
        exchanging the two values where the grids are the same, which keeps what both columns hold together; else the
        upper value is raised to the lower one.
    strict : bool
        Whether the two are never equal. Where they are and neither may give way by a step, the row stays as it is:
        whoever drew it draws another.
    by_day : bool
        Whether the order is that of days: ``high`` holds dates, and ``low`` may be any hour of the same one.
    zone : str or None
        Zone in whose clock days begin.
    """

    kind: ClassVar[str] = "inequality"
    low: str
    high: str
    grids: tuple[float, float] = (0.0, 0.0)
    strict: bool = False
    by_day: bool = False
    zone: str | None = None

    @property
    def text(self) -> str:
        """One sentence for a person."""
        if self.by_day:
            return f"{self.high} is not before the day of {self.low}"
        return f"{self.low} is {'less than' if self.strict else 'at most'} {self.high}"

    @property
    def broken(self) -> pl.Expr:
        """Where rows break it."""
        low, high = self._day(pl.col(self.low)), pl.col(self.high)
        if self.by_day:
            high = self._day(high)
        return (low >= high if self.strict else low > high).fill_null(value=False)

    def _day(self, values: pl.Expr) -> pl.Expr:
        if not self.by_day:
            return values
        wall = values if self.zone is None else values.dt.convert_time_zone(self.zone)
        return wall.dt.replace_time_zone(None).dt.truncate("1d")

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
                made = {self.low: self._beside(rows[self.high], self.grids[0], up=False)}
            case (False, False) if self.grids[0] == self.grids[1]:
                return rows.with_columns(
                    pl.when(self.broken).then(high).otherwise(low).alias(self.low),
                    pl.when(self.broken).then(low).otherwise(high).alias(self.high),
                )
            case _:
                low_values = rows[self.low]
                if self.by_day:
                    low_values = moments(ticks(low_values, DAY, self.zone), DAY, self.zone, low_values.dtype)
                made = {self.high: self._beside(low_values, self.grids[1], up=True)}
        return rows.with_columns(
            pl.when(self.broken).then(pl.lit(value)).otherwise(name).alias(name) for name, value in made.items()
        )

    def _beside(self, values: pl.Series, grid: float, *, up: bool) -> pl.Series:
        """Give the nearest points of ``grid`` that are above (``up``) or below ``values`` as the order wants them."""
        if not grid or self.by_day or (self.grids[0] == self.grids[1] and not self.strict):
            return values
        if values.dtype.is_integer():  # beyond 2**53 a division would lose the last digits
            return values + (1 if up else -1)
        if values.dtype.is_temporal():
            whole, unit = values.to_physical(), int(grid)
            steps = self._step(whole // unit, (whole + (unit - 1)) // unit, up=up)
            return (steps * unit).cast(values.dtype)
        steps = self._step((values / grid + 1e-9).floor(), (values / grid - 1e-9).ceil(), up=up)
        return (steps * grid).round(max(0, round(-np.log10(grid)))).cast(values.dtype)

    def _step(self, floor: pl.Series, ceiling: pl.Series, *, up: bool) -> pl.Series:
        if self.strict:
            return floor + 1 if up else ceiling - 1
        return ceiling if up else floor

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Nothing follows from one side of an order alone."""
        del known
        return {}

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        state: State = {"low": self.low, "high": self.high, "grids": list(self.grids), "strict": self.strict}
        return {**state, "by_day": self.by_day, "zone": self.zone}

    @classmethod
    def restore(cls, state: State) -> "Inequality":
        """Build the constraint that gave ``state``."""
        fields = cast("dict[str, Any]", state)
        lower, upper = fields["grids"]
        zone = fields.get("zone")
        expect(zone is None or zone in available_timezones(), "a time zone is none")
        grids = float(lower), float(upper)
        return cls(fields["low"], fields["high"], grids, bool(fields["strict"]), bool(fields.get("by_day")), zone)
