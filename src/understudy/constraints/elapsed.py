"""A number, or a length of time, that is the time between two moments in every row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal, cast
from zoneinfo import available_timezones

import numpy as np
import polars as pl

from understudy.constraints._clock import DAY, ticks
from understudy.protocols import State
from understudy.schema.column import UNIT_US
from understudy.schema.table import TableSchema
from understudy.store.trust import expect

__all__ = ["Elapsed", "How"]

How = Literal["rounded", "floored", "calendar", "length"]

_NEAR = 1e-9  # of the number: how far floats of full precision may be off
_MOST_DECIMALS = 17
_UNITS = {UNIT_US[name]: f"{name}s" for name in ("day", "hour", "minute", "second")}


@dataclass(frozen=True, slots=True)
class Elapsed:
    """``total`` is the time from ``low`` to ``high``; missing where one of them is.

    Parameters
    ----------
    total : str
        A column of numbers, or of lengths of time.
    low, high : str
        Columns of moments.
    unit : int
        Microseconds of the unit in which it is counted.
    how : {"rounded", "floored", "calendar", "length"}
        Whether it is rounded to its ``decimals``, or down to whole units; whether days of the calendar are counted,
        whatever the hour; or whether it is a length of time.
    decimals : int or None
        Decimals of the total; None: full float precision.
    zone : str or None
        Zone in whose clock days begin.
    loose : bool
        Whether the gap between the two, as it is learnt, leaves open how much the total is.
    """

    kind: ClassVar[str] = "elapsed"
    total: str
    low: str
    high: str
    unit: int
    how: How
    decimals: int | None = 0
    zone: str | None = None
    loose: bool = False

    @property
    def text(self) -> str:
        """One sentence for a person."""
        if self.how == "length":
            return f"{self.total} = {self.high} - {self.low}"
        whole = {"floored": "whole ", "calendar": "calendar "}.get(self.how, "")
        return f"{self.total} = {self.high} - {self.low} in {whole}{_UNITS[self.unit]}"

    @property
    def gap(self) -> str:
        """Name of the column with the gap between the two."""
        return f"{self.high} - {self.low}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        total, made = rows[self.total].to_physical(), self._between(rows)
        if self.how == "rounded":
            low, high = (cast("pl.Series", end) for end in self._ends(total.cast(pl.Float64)))
            off = (self._microseconds(rows) < low) | (self._microseconds(rows) > high)
        else:
            off = total != made.to_physical()
        return (off.fill_null(value=False) | (total.is_null() != made.is_null())).alias("")

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drop the total."""
        return rows.drop(self.total)

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema without the total."""
        return schema.model_copy(update={"columns": {k: v for k, v in schema.columns.items() if k != self.total}})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Compute the total."""
        return rows.with_columns(self._between(rows).alias(self.total))

    def span(self, value: object, unit: int) -> tuple[float, float]:
        """Give the fewest and the most whole ``unit`` that the gap can be where the total is ``value``."""
        number = value // timedelta(microseconds=1) if isinstance(value, timedelta) else cast("float", value)
        low, high = self._ends(number)
        if unit < 0:  # months are of several lengths
            return -np.inf, np.inf
        slack = 1 if self.loose else 0
        return float(np.ceil(low / unit)) - slack, float(np.floor(high / unit)) + slack

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the values that follow from those known of a row."""
        low, high, gap, total = (known.get(name, ...) for name in (self.low, self.high, self.gap, self.total))
        if low is None or high is None or gap is None:
            return {self.total: None}
        if total is None:
            return {self.gap: None}
        if low is ... or high is ...:
            return {}
        row = pl.DataFrame({name: pl.Series([known[name]]).dt.cast_time_unit("us") for name in (self.low, self.high)})
        return {self.total: self._between(row)[0]}

    def _ends(self, total: Any) -> tuple[Any, Any]:  # noqa: ANN401 - numbers or columns of them
        """Give the shortest and the longest time that ``total`` stands for, in microseconds."""
        match self.how:
            case "length":
                return total, total
            case "floored":
                return total * self.unit, total * self.unit + (self.unit - 1)
            case "calendar":
                beside = DAY - 1 if self.loose else 0
                return total * DAY - beside, total * DAY + beside
            case _:
                half = self.unit * (0.5 * 10.0**-self.decimals if self.decimals is not None else 0.0)
                half = abs(total) * self.unit * _NEAR + half
                return total * self.unit - half, total * self.unit + half

    def _microseconds(self, rows: pl.DataFrame) -> pl.Series:
        return rows[self.high].to_physical() - rows[self.low].to_physical()

    def _between(self, rows: pl.DataFrame) -> pl.Series:
        if self.how == "calendar":
            return ticks(rows[self.high], DAY, self.zone) - ticks(rows[self.low], DAY, self.zone)
        apart = self._microseconds(rows)
        match self.how:
            case "length":
                return apart.cast(pl.Duration("us"))
            case "floored":
                return apart // self.unit
            case _:
                exact = apart.cast(pl.Float64) / self.unit
                if self.decimals is None:
                    return exact
                return exact.round(self.decimals).cast(pl.Int64 if self.decimals == 0 else pl.Float64)

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        fields = ("total", "low", "high", "unit", "how", "decimals", "zone", "loose")
        return {name: getattr(self, name) for name in fields}

    @classmethod
    def restore(cls, state: State) -> "Elapsed":
        """Build the constraint that gave ``state``.

        Raises
        ------
        ValueError
            If it could not be computed with.
        """
        fields = cast("dict[str, Any]", state)
        made = cls(**fields)
        kinds = ("rounded", "floored", "calendar", "length")
        expect(isinstance(fields["how"], str) and fields["how"] in kinds, "a length of time is of no kind")
        expect(type(made.unit) is int and made.unit in _UNITS, "a length of time has no unit")
        expect(made.zone is None or made.zone in available_timezones(), "a time zone is none")
        places = made.decimals
        expect(places is None or (type(places) is int and 0 <= places <= _MOST_DECIMALS), "decimals are none")
        expect(isinstance(fields["loose"], bool), "a flag is none")
        return made
