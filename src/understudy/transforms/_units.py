"""Quantities as float64 and back, exactly where float64 can hold them: whole numbers, grids, moments, durations."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import polars as pl

from understudy.data.table import row_dtype
from understudy.data.zones import moment_of, wall_of
from understudy.schema.column import UNIT_US, Datetime, Duration, Location, Numerical

__all__ = ["Quantity", "from_numbers", "grid", "limits", "on_grid", "one_number", "origin_of", "to_numbers"]

Quantity: TypeAlias = Numerical | Location | Datetime | Duration

_UNIT_US = {"week": 7 * UNIT_US["day"], **UNIT_US}
_MONTHS = {"year": 12, "quarter": 3, "month": 1}  # months are of several lengths: such moments are counted in months
_LAST_MONTHS = (-1969 * 12, 8029 * 12 + 11)  # of the years 1 to 9999, from January 1970
# Lengths of time that clocks and calendars are cut into: a grid found in the data itself could give a value away.
_LENGTHS_US = (
    *(1, 10, 100, 1_000, 10_000, 100_000),
    *(1_000_000 * seconds for seconds in (1, 5, 10, 15, 30, 60, 300, 600, 900, 1_800, 3_600, 86_400)),
)
_ENOUGH_MOMENTS = 20  # distinct ones, for a grid that is coarser than their unit
_DAY_US = 86_400_000_000
_EXACT = 1 << 52  # whole numbers no farther than this from the origin are exact in float64
_INT64 = np.iinfo(np.int64)
_MOMENTS = (-62_135_596_800_000_000, 253_402_300_799_999_999)  # the years 1 to 9999
_FAILURES = (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError)


def origin_of(values: pl.Series, column: Quantity) -> int:
    """Give the number to count from so that large whole numbers stay exact: 0 unless they need another one.

    It is a multiple of 2**52, so it says nothing about a single value. Weeks are counted from the day on which all
    values are.
    """
    if isinstance(column, Datetime) and column.resolution == "week" and values.drop_nulls().len():
        return int(_wall(values.drop_nulls(), column).cast(pl.Int64)[0]) % _UNIT_US["week"]
    if not (isinstance(column, Numerical) and column.decimals == 0) or values.dtype != pl.Int64:
        return 0
    known = values.drop_nulls().to_numpy()
    low, high = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    if max(-low, high) <= 2 * _EXACT or high - low > _EXACT:
        return 0
    return (low + high) // 2 // _EXACT * _EXACT


def to_numbers(values: pl.Series, column: Quantity, origin: int = 0) -> np.ndarray:
    """Give ``values`` as float64 with NaN for missing: moments and lengths of time in microseconds, or in months.

    Moments are taken as a clock on the wall shows them, so that midnight is midnight in the column's time zone.
    Infinite values count as missing; whole numbers are counted from ``origin``.
    """
    if isinstance(column, Datetime | Duration) and values.dtype != pl.Null:
        if isinstance(column, Datetime):
            values = _wall(values, column)
            if column.resolution in _MONTHS:
                return _in_months(values)
        values = values.cast(pl.Int64)
    if origin and values.dtype == pl.Int64:
        near = values.clip(max(origin - 2 * _EXACT, _INT64.min), min(origin + 2 * _EXACT, _INT64.max))
        values = near - origin
    numbers = values.cast(pl.Float64).to_numpy().astype(np.float64, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    numbers += 0.0  # a negative zero becomes zero
    return numbers


def from_numbers(numbers: np.ndarray, column: Quantity, step: float = 0.0, origin: int = 0) -> pl.Series:
    """Give numbers in the dtype of the column's rows, within its limits, with null for NaN.

    ``step`` is the grid of moments and lengths of time; other numbers are on their grid already.
    """
    absent = np.isnan(numbers)
    dtype = row_dtype(column)
    if dtype == pl.Float64():
        low, high = limits(column)
        values = pl.Series(np.clip(numbers, low, high) + 0.0, dtype=pl.Float64).fill_nan(None)
    else:
        monthly = isinstance(column, Datetime) and column.resolution in _MONTHS
        unit = max(int(step), 1) if isinstance(column, Datetime | Duration) else 1
        whole = _whole(np.where(absent, 0.0, numbers) / unit, unit, origin)
        low, high = _whole_limits(column, unit)
        mask = pl.Series(absent)
        whole = np.clip(whole, low, high)
        whole = whole.astype("datetime64[M]").astype("datetime64[us]").astype(np.int64) if monthly else whole
        values = pl.Series(whole, dtype=pl.Int64)
        if isinstance(column, Datetime):
            values = _moments(values, column)
        values = values.to_frame("").select(pl.when(~mask).then(pl.col("")).cast(dtype)).to_series()
    return values


def _wall(values: pl.Series, column: Datetime) -> pl.Series:
    """Give moments as a clock on the wall shows them."""
    return pl.select(wall_of(pl.lit(values), column.time_zone)).to_series()


def _moments(wall: pl.Series, column: Datetime) -> pl.Series:
    """Give the moments at which a clock on the wall shows ``wall``, in microseconds; later where it never does."""
    values = pl.lit(wall.cast(pl.Datetime("us")))
    return pl.select(moment_of(values, column.time_zone, "later")).to_series()


def _in_months(values: pl.Series) -> np.ndarray:
    moments = values.to_numpy()
    months = moments.astype("datetime64[M]").astype(np.int64).astype(np.float64)
    months[np.isnat(moments)] = np.nan
    return months


def _whole(numbers: np.ndarray, unit: int, origin: int) -> np.ndarray:
    """Round to int64, take ``unit`` times as much and add ``origin``; what lies beyond int64 becomes its end."""
    top = float(1 << 63) / unit
    rounded = np.clip(np.rint(numbers), -top, np.nextafter(top, 0.0))
    whole = rounded.astype(np.int64) * unit + origin
    whole[numbers >= top] = _INT64.max
    return whole


def limits(column: Quantity) -> tuple[float, float]:  # noqa: PLR0911 - one answer for each type
    """Give the least and the greatest value that the column's type allows, on its grid."""
    match column:
        case Numerical(low=low, high=high, decimals=decimals):
            least = -np.inf if low is None else low
            most = np.inf if high is None else high
            if decimals is not None:
                least, most = _inward(least, most, 10.0**decimals)
            return least, most
        case Location(axis="latitude"):
            return -90.0, 90.0
        case Location():
            return -360.0, 360.0  # some count longitudes from 0 to 360
        case Datetime(resolution="month" | "quarter" | "year"):
            return float(_LAST_MONTHS[0]), float(_LAST_MONTHS[1])
        case Datetime():
            return float(_MOMENTS[0]), float(_MOMENTS[1])
        case Duration(within_day=True):
            return 0.0, _DAY_US - 1.0
        case Duration():
            return -float(1 << 63), float(1 << 63)


def _inward(low: float, high: float, scale: float) -> tuple[float, float]:
    """Move bounds to the nearest points of the grid between them; bounds with none between them stay."""
    inner = (
        np.ceil(low * scale - 1e-9) / scale if abs(low) * scale < _EXACT else low,
        np.floor(high * scale + 1e-9) / scale if abs(high) * scale < _EXACT else high,
    )
    return inner if inner[0] <= inner[1] else (low, high)


def _whole_limits(column: Quantity, unit: int) -> tuple[int, int]:
    if isinstance(column, Datetime):
        return _LAST_MONTHS if column.resolution in _MONTHS else _MOMENTS
    if isinstance(column, Duration) and column.within_day:
        return 0, _DAY_US - unit
    low, high = limits(column)
    return int(max(low, float(_INT64.min))), _INT64.max if high >= float(1 << 63) else int(max(high, _INT64.min))


def grid(distinct: np.ndarray, column: Quantity) -> float:  # noqa: PLR0911 - one answer for each type
    """Give the grid on which values lie: the step or decimals of a number, the resolution of a moment; 0: none."""
    match column:
        case Numerical(step=float(step)):
            return step
        case Numerical(decimals=decimals) | Location(decimals=decimals):
            return 0.0 if decimals is None else 10.0**-decimals
        case Datetime(resolution="month" | "quarter" | "year" as resolution):
            return float(_MONTHS[resolution])
        case Datetime(resolution="week" | "day" as resolution):
            return float(_UNIT_US[resolution])
        case Datetime(resolution=resolution) if len(distinct) < _ENOUGH_MOMENTS:
            return float(_UNIT_US[resolution])
        case Datetime(resolution=resolution):
            return float(max(_UNIT_US[resolution], _length(distinct)))
        case Duration():
            return float(_length(distinct))


def _length(distinct: np.ndarray) -> int:
    """Give the longest usual length of time that all values are multiples of."""
    return max(unit for unit in _LENGTHS_US if not np.remainder(distinct, unit).any())


def on_grid(numbers: np.ndarray, column: Quantity, step: float) -> np.ndarray:
    """Give the nearest multiples of ``step``, exactly as many decimals as the column has."""
    if not step:
        return numbers
    decimals = getattr(column, "decimals", None)
    if decimals is None and isinstance(column, Numerical):
        decimals = max(-int(Decimal(repr(step)).normalize().as_tuple().exponent), 0)
    own = getattr(column, "step", None) is None and step == 10.0 ** -(decimals or 0)
    near = numbers if own else np.rint(numbers / step) * step
    if not decimals:
        return np.rint(numbers) if own else near
    scale = 10.0**decimals
    coarse = np.abs(near) < (1 << 52) / scale  # beyond, every float is on the grid as nearly as one can be
    return np.where(coarse, np.rint(np.where(coarse, near, 0.0) * scale) / scale, numbers)


def one_number(value: object, column: Quantity, origin: int) -> float:
    """Give one value as :func:`to_numbers` does; NaN where the column's rows cannot hold it."""
    if isinstance(value, datetime) and isinstance(column, Datetime) and column.time_zone is not None:
        aware = value.tzinfo is not None
        value = value.astimezone(UTC) if aware else _moments(pl.Series([value]), column)[0]
    if isinstance(value, float) and value.is_integer() and isinstance(column, Numerical) and column.decimals == 0:
        value = int(value)
    try:
        held = pl.Series([value], dtype=row_dtype(column), strict=True)
    except _FAILURES:
        return float("nan")
    return float(to_numbers(held, column, origin)[0])
