"""Moments as whole units, counted on a clock or a calendar, and back; exact in either direction."""

import numpy as np
import polars as pl

from understudy.schema.column import UNIT_US, Datetime

__all__ = ["DAY", "moments", "shifted", "ticks", "unit_of", "zone_of"]

DAY = UNIT_US["day"]
_MONTHS = {"month": -1, "quarter": -3, "year": -12}  # as units: they are of several lengths
_HOUR = UNIT_US["hour"]
_YEARS = (np.datetime64("0001-01-01"), np.datetime64("9999-12-31"))  # the first and the last day that dates can be
_MOST = 1 << 62


def unit_of(column: Datetime) -> int | None:
    """Give the unit of a column in microseconds, or as a negative number of months; None for weeks.

    Days of the week are no unit: which one all moments fall on would have to be known.
    """
    if column.resolution == "week":
        return None
    return _MONTHS.get(column.resolution) or UNIT_US[column.resolution]


def zone_of(column: Datetime) -> str | None:
    """Give the zone in which the clock on the wall is another than that of UTC."""
    return None if column.time_zone in {None, "UTC", "offset"} else column.time_zone


def ticks(values: pl.Series, unit: int, zone: str | None) -> pl.Series:
    """Count the whole units from 1970 on, rounded down."""
    wall = _wall(values, zone)
    if unit < 0:
        months = (wall.dt.year().cast(pl.Int64) - 1970) * 12 + wall.dt.month().cast(pl.Int64) - 1
        return months // -unit
    return wall.to_physical() // unit


def moments(counted: pl.Series, unit: int, zone: str | None, dtype: pl.DataType) -> pl.Series:
    """Give the moments at which so many whole units are over, within the years 1 to 9999."""
    scale = "datetime64[M]" if unit < 0 else "datetime64[us]"
    low, high = (int(day.astype(scale).astype(np.int64)) // abs(unit) for day in _YEARS)
    whole = counted.fill_null(0).clip(low + 1, high).to_numpy() * abs(unit)
    wall = pl.Series(whole.astype(scale).astype("datetime64[us]"), dtype=pl.Datetime("us"))
    there = _there(wall, zone, dtype)
    return there.zip_with(counted.is_not_null(), pl.Series([None], dtype=there.dtype).new_from_index(0, there.len()))


def shifted(values: pl.Series, by: pl.Series, unit: int, zone: str | None) -> pl.Series:
    """Move moments by whole units, as a clock on the wall shows them; days of a month end with it."""
    wall = _wall(values, zone)
    if unit < 0:
        frame = pl.DataFrame({"at": wall, "by": by.clip(-120_000, 120_000) * -unit})
        moved = frame.select(pl.col("at").dt.offset_by(pl.format("{}mo", "by"))).to_series()
    else:
        moved = (wall.to_physical() + by.clip(-(_MOST // unit), _MOST // unit) * unit).cast(pl.Datetime("us"))
    return _there(moved, zone, values.dtype).alias(values.name)


def _wall(values: pl.Series, zone: str | None) -> pl.Series:
    if zone is None:
        return values.dt.replace_time_zone(None)
    return values.dt.convert_time_zone(zone).dt.replace_time_zone(None)


def _there(wall: pl.Series, zone: str | None, dtype: pl.DataType) -> pl.Series:
    """Give the moments at which the clock on the wall shows ``wall``; an hour later where it never does."""
    if zone is None:
        return wall.dt.replace_time_zone("UTC").cast(dtype) if getattr(dtype, "time_zone", None) else wall
    there = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    later = (wall.to_physical() + _HOUR).cast(pl.Datetime("us"))
    there = there.fill_null(later.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null"))
    return there.dt.convert_time_zone("UTC")
