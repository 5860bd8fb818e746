"""Two columns of which one is learnt as its distance from the other: the order holds by construction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from zoneinfo import available_timezones

import polars as pl

from understudy.constraints._clock import moments, shifted, ticks
from understudy.protocols import State
from understudy.schema.column import ColumnType, Numerical
from understudy.schema.table import TableSchema
from understudy.store.trust import expect

__all__ = ["Gap"]

_MOST_DECIMALS = 17
_LONGEST = 86_400_000_000  # a unit
_FEWEST_MONTHS = -12


@dataclass(frozen=True, slots=True)
class Gap:
    """``high`` - ``low`` is a column of its own, and stands for one of the two.

    Parameters
    ----------
    low, high : str
        Columns of numbers or of moments.
    lower : bool
        Whether it stands for ``low``, which is computed from ``high``, rather than the other way round. Where the
        computed column is present the other one is.
    unit : int or None
        What the gap is counted in: microseconds, or months if negative; None: numbers.
    zone : str or None
        Zone in whose clock days and months begin.
    upward : bool
        Whether a moment of the column that is kept counts as the end of its unit rather than as its beginning: then
        the order is kept in the values themselves, otherwise in their units.
    ordered, strict : bool
        Whether no gap is negative, and none is nothing either.
    decimals, step : int or float or None
        Those of the gap.
    bounds : tuple of float, or None
        Least and greatest value that the computed column may have, moments in microseconds.
    """

    kind: ClassVar[str] = "gap"
    low: str
    high: str
    lower: bool = False
    unit: int | None = None
    zone: str | None = None
    upward: bool = False
    ordered: bool = True
    strict: bool = False
    decimals: int | None = 0
    step: float | None = None
    bounds: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """One sentence for a person; empty where the two are in no order."""
        if not self.ordered:
            return ""
        if self.unit is None:
            return f"{self.low} is {'less than' if self.strict else 'at most'} {self.high}"
        return f"{self.high} is {'after' if self.strict else 'not before'} {self.low}"

    @property
    def name(self) -> str:
        """Name of the column with the gap."""
        return f"{self.high} - {self.low}"

    @property
    def column(self) -> str:
        """The column that is computed."""
        return self.low if self.lower else self.high

    @property
    def base(self) -> str:
        """The column that it is computed from."""
        return self.high if self.lower else self.low

    def apart(self, rows: pl.DataFrame) -> pl.Series:
        """Give the gap of each row."""
        gap = self._count(rows[self.high], self.high) - self._count(rows[self.low], self.low)
        return (gap.round(self.decimals) if gap.dtype.is_float() and self.decimals is not None else gap).alias("")

    def broken(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        lonely = rows[self.column].is_not_null() & rows[self.base].is_null()
        if not self.ordered:
            return lonely.alias("")
        gap = self.apart(rows)
        return (lonely | (gap <= 0 if self.strict else gap < 0).fill_null(value=False)).alias("")

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it."""
        return self.broken(rows)

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Put the gap in the place of the column that it stands for."""
        place = rows.columns.index(self.column)
        return rows.drop(self.column).insert_column(place, self.apart(rows).alias(self.name))

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema of such rows."""
        least = None if not self.ordered else 10.0**-self.decimals if self.strict and self.decimals is not None else 0.0
        gap = Numerical(decimals=self.decimals, step=self.step, low=least)
        columns: dict[str, ColumnType] = {}
        for name, column in schema.columns.items():
            columns |= {self.name: gap} if name == self.column else {name: column}
        return schema.model_copy(update={"columns": columns})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Compute the column from the other and the gap."""
        return rows.with_columns(self._computed(rows).alias(self.column)).drop(self.name)

    def fill(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Compute the column where the rows lack it; the gap stays."""
        return rows if self.column in rows.columns else rows.with_columns(self._computed(rows).alias(self.column))

    def mend(self, rows: pl.DataFrame, held: Collection[str]) -> pl.DataFrame:
        """Compute the column anew in the rows that break it, or the other one if the column is ``held``."""
        name, made = self.column, self._computed
        if name in held:
            name, made = self.base, self.solved
        broken = self.broken(rows)
        if name in held or not broken.any():
            return rows
        return rows.with_columns(made(rows).zip_with(broken, rows[name]).alias(name))

    def solved(self, rows: pl.DataFrame) -> pl.Series:
        """Give the values of the column that is kept which make the gap, each moved by whole units."""
        sign = 1 if self.lower else -1
        goal = self._count(rows[self.column], self.column) + rows[self.name] * sign
        base = rows[self.base]
        if self.unit is None:
            return self._rounded(goal, base.dtype)
        return shifted(base, goal - self._count(base, self.base), self.unit, self.zone)

    def reaching(self, column: pl.Series, gap: pl.Series) -> pl.Series:
        """Give the values of the other column that are ``gap`` away from ``column``, to the unit."""
        goal = self._count(column, self.column) + gap * (1 if self.lower else -1)
        if self.unit is None:
            return self._rounded(goal, column.dtype)
        return moments(goal, self.unit, self.zone, column.dtype)

    def refuses(self, value: object) -> bool:
        """Tell whether the computed column cannot be ``value``: out of its range, or beside its grid."""
        held = _series(value)
        number = held.to_physical()[0]
        beyond = self.bounds is not None and not self.bounds[0] <= number <= self.bounds[1]
        if self.unit is None:
            return beyond or (self.decimals is not None and round(number, self.decimals) != number)
        return beyond or moments(ticks(held, self.unit, self.zone), self.unit, self.zone, held.dtype)[0] != held[0]

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the values that follow from those known of a row."""
        names = (self.base, self.column, self.name)
        base, column, gap = (known.get(name, ...) for name in names)
        if base is None or column is None or gap is None:
            return {self.column: None, self.name: None}
        if base is ...:
            return {}
        row = {name: _series(known[name]) for name in names if name in known}
        if column is not ...:
            return {self.name: self.apart(pl.DataFrame(row))[0]}
        return {} if gap is ... else {self.column: self._computed(pl.DataFrame(row))[0]}

    def _count(self, values: pl.Series, name: str) -> pl.Series:
        if self.unit is None:
            return values
        counted = ticks(values, self.unit, self.zone)
        if self.upward and name == self.base:
            counted += (moments(counted, self.unit, self.zone, values.dtype) != values).cast(pl.Int64)
        return counted

    def _computed(self, rows: pl.DataFrame) -> pl.Series:
        base = rows[self.base]
        goal = self._count(base, self.base) + rows[self.name] * (-1 if self.lower else 1)
        return self._rounded(goal, base.dtype) if self.unit is None else moments(goal, self.unit, self.zone, base.dtype)

    def _rounded(self, values: pl.Series, dtype: pl.DataType) -> pl.Series:
        return values.round(self.decimals) if dtype.is_float() and self.decimals is not None else values

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        fields = ("low", "high", "lower", "unit", "zone", "upward", "ordered", "strict", "decimals", "step")
        state: State = {name: getattr(self, name) for name in fields}
        return {**state, "bounds": None if self.bounds is None else list(self.bounds)}

    @classmethod
    def restore(cls, state: State) -> "Gap":
        """Build the constraint that gave ``state``.

        Raises
        ------
        ValueError
            If it could not be computed with.
        """
        fields = cast("dict[str, Any]", dict(state))
        bounds = fields.pop("bounds")
        expect(bounds is None or _are_numbers(bounds, 2), "bounds of a gap are no two numbers")
        made = cls(**fields, bounds=None if bounds is None else tuple(bounds))
        flags = (fields[name] for name in ("lower", "upward", "ordered", "strict"))
        expect(all(isinstance(flag, bool) for flag in flags), "a flag of a gap is none")
        whole = made.unit is None or (type(made.unit) is int and _FEWEST_MONTHS <= made.unit <= _LONGEST and made.unit)
        expect(whole, "the unit of a gap is none")
        expect(made.zone is None or made.zone in available_timezones(), "a gap's time zone is none")
        places = made.decimals
        expect(places is None or (type(places) is int and 0 <= places <= _MOST_DECIMALS), "decimals of a gap are none")
        expect(made.unit is None or places == 0, "a gap of moments is no whole number")
        expect(made.step is None or (_are_numbers([made.step], 1) and made.step > 0), "step of a gap is none")
        return made


def _are_numbers(values: object, n: int) -> bool:
    return isinstance(values, list) and len(values) == n and all(type(v) in {int, float} for v in values)


def _series(value: object) -> pl.Series:
    """Give one value as a column of rows holds it."""
    values = pl.Series([value])
    return values.dt.cast_time_unit("us") if values.dtype.is_temporal() else values
