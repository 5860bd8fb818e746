"""The door for columns with dtypes of their own: what no later step could hold is converted, or refused by name."""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, NoReturn

import polars as pl

from understudy.data.reporter import Reporter
from understudy.errors import InputError

__all__ = ["admitted", "any_zone"]

SWITCH: Final = "POLARS_IGNORE_TIMEZONE_PARSE_ERROR"
OFFSET: Final = re.compile(r"[+-]\d\d:?\d\d")
PER_DAY: Final = {"ns": 86_400_000_000_000, "us": 86_400_000_000, "ms": 86_400_000}
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
"""The years 1 to 9999, in days since 1970: what Python and most databases hold."""
LONGEST_DAYS = 10_000_000
"""Longer times, of 27,000 years, would overflow where two of them are added in microseconds."""


@contextmanager
def any_zone() -> Generator[None]:
    """Let polars read columns in time zones that it does not know, for :func:`admitted` to convert or refuse.

    Without this switch of its own, polars panics over an offset such as +05:30, which other programs write.
    """
    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SWITCH]
        else:
            os.environ[SWITCH] = before


def admitted(rows: pl.DataFrame, run: Reporter | None = None, offset: int = 0) -> pl.DataFrame:
    """Give the rows in dtypes that every later step can hold.

    Half floats become Float32, moments at a fixed offset the same moments in UTC, and what an Arrow extension stores
    takes its place.

    Parameters
    ----------
    rows : polars.DataFrame
        Rows of a source with dtypes.
    run : Reporter, optional
        Told of offsets that cannot be written back.
    offset : int
        Rows of the source above these.

    Raises
    ------
    InputError
        If a column has an unknown time zone, numbers of 128 bits without sign, or times that cannot be held.
    """
    # By name: of a list, polars would name a column without a name anew.
    return pl.DataFrame({column.name: _admitted(column, run, offset) for column in rows.get_columns()})


def _admitted(values: pl.Series, run: Reporter | None, offset: int) -> pl.Series:
    match values.dtype:
        case pl.BaseExtension() as kind:
            stored = values.ext.storage()
            stored = stored.cast(pl.Boolean) if kind.ext_name() == "arrow.bool8" else stored
            return _admitted(stored.alias(values.name), run, offset)
        case pl.Float16():
            return values.cast(pl.Float32)
        case pl.UInt128():
            _refuse(values.name, "holds whole numbers of 128 bits without sign", "Store it as text or as Int128")
        case pl.Date():
            _check_range(values, FIRST_DAY, LAST_DAY + 1, offset)
        case pl.Datetime(time_unit=unit) if unit != "ns":  # all nanoseconds of 64 bits are near 1970
            _check_range(values, FIRST_DAY * PER_DAY[unit], (LAST_DAY + 1) * PER_DAY[unit], offset)
        case pl.Duration(time_unit=unit) if unit != "ns":
            _check_range(values, -LONGEST_DAYS * PER_DAY[unit], LONGEST_DAYS * PER_DAY[unit], offset)
        case _:
            pass
    zone = getattr(values.dtype, "time_zone", None)
    return values if zone is None else _zoned(values, zone, run)


def _check_range(values: pl.Series, low: int, high: int, offset: int) -> None:
    """Refuse times that are not from ``low`` on and below ``high``, as they are stored."""
    stored = values.to_physical()
    wrong = ((stored < low) | (stored >= high)).fill_null(value=False)
    count = int(wrong.sum())
    if count:
        length = isinstance(values.dtype, pl.Duration)
        what = "lengths of time beyond 27,000 years" if length else "dates outside of the years 1 to 9999"
        first = int(wrong.arg_true()[0]) + offset + 1
        _refuse(
            values.name,
            f"holds {what} in {count:,} row{'s' * (count != 1)} (first: row {first:,})",
            "Correct them, or leave them empty",
        )


def _zoned(values: pl.Series, zone: str, run: Reporter | None) -> pl.Series:
    if OFFSET.fullmatch(zone):
        if run is not None:
            text = f"Column {values.name!r} is at the fixed offset {zone}; its moments are kept, and written in UTC."
            run.find("times.offset", text)
        return values.dt.convert_time_zone("UTC")
    try:
        pl.Series([0]).cast(pl.Datetime("us", zone))
    except pl.exceptions.ComputeError:
        _refuse(values.name, f"is in the time zone {zone!r}, which is not known", "Convert it to UTC")
    return values


def _refuse(name: str, what: str, way_out: str) -> NoReturn:
    msg = f"Column {name!r} {what}. {way_out}."
    raise InputError(msg)
