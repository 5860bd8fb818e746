"""Tells which columns hold dates, moments, clocks or lengths of time."""

import polars as pl

from understudy.data.dates import Dates, find_dates
from understudy.data.durations import duration_format, read_durations
from understudy.data.profile import Guess, Profile
from understudy.data.spelling import Hints
from understudy.schema.column import Duration

__all__ = ["guess_dated_number", "guess_time"]

SMALLEST_MONTH, LARGEST_MOMENT = 190_001, 20_991_231_235_959
DAY_US, TIMES_OF_DAY = 86_400_000_000, 20


def guess_time(profile: Profile, hints: Hints) -> Guess | None:
    """Take a column of text for dates, clocks or lengths of time if every value is one, apart from a word or two."""
    values = profile.values
    # Dates and clocks begin with a digit, a name, a sign or the P of ISO 8601: spare other columns the search.
    begun = values.head(20)
    if begun.str.contains(r"^\s*[-P]?\d|^\s*[A-Z][a-z]{2}|^-?P|^Q[1-4]").sum() < begun.len() - 2:
        return None
    found = find_dates(values, hints.day_first) or _floats(values)
    if found is not None and not (found.odd.len() and profile.markers_fixed):
        return _dated(profile, found)
    clock = duration_format(values)
    if clock is None:
        return None
    column = Duration(format=clock)
    lengths = pl.select(read_durations(pl.lit(values), column)).to_series()
    column = column.model_copy(update={"within_day": _within_day(lengths)})
    return Guess(column, (f"every value is a length of time, spelled as {clock}", *_said_of(column)), profile)


def _floats(values: pl.Series) -> Dates | None:
    """Find dates that were made floats by a gap between them, as 20240131.0."""
    if not values.head(20).str.ends_with(".0").all() or not values.str.contains(r"^\d+\.0$").all():
        return None
    found = find_dates(values.str.strip_suffix(".0"), lambda: False)
    if found is None or found.odd.len():
        return None
    column = found.column.model_copy(update={"format": f"{found.column.format}.0"})
    return Dates(column, (f"every value is a date spelled {column.format}",), found.odd)


def _dated(profile: Profile, found: Dates) -> Guess:
    profile, said = profile.set_aside(found.odd, "date") if found.odd.len() else (profile, ())
    return Guess(found.column, (*found.evidence, *said, f"{profile.n_distinct:,} distinct dates"), profile)


def _within_day(lengths: pl.Series) -> bool:
    """Tell whether lengths are times of a day: many, and none of them a day long or below zero."""
    sizes = lengths.dt.total_microseconds()
    return lengths.len() >= TIMES_OF_DAY and bool(sizes.is_between(0, DAY_US - 1).all())


def _said_of(column: Duration) -> tuple[str, ...]:
    return ("none of them reaches 24 hours, so no new one does",) if column.within_day else ()


def guess_dated_number(profile: Profile) -> Guess | None:
    """Take whole numbers such as 20240131 for the dates that they spell."""
    values = profile.values.cast(pl.Int64)
    low, high = values.min(), values.max()
    likely = low >= SMALLEST_MONTH and high <= LARGEST_MOMENT and len(str(low)) == len(str(high))  # pyright: ignore[reportOperatorIssue, reportOptionalOperand] - integers, not empty
    found = find_dates(values.cast(pl.String), lambda: False) if likely else None
    return None if found is None or found.odd.len() else _dated(profile, found)
