"""How a column of text spells its dates and moments: find the format, read them, and write others the same way."""

import re
from itertools import product
from typing import Literal

import polars as pl

from understudy.schema.column import Datetime

Resolution = Literal["day", "hour", "minute", "second", "millisecond", "microsecond"]

__all__ = ["date_format", "read_dates", "resolution_of", "write_dates"]

MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
LONG_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
WEEKDAYS = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
DATES = (
    (r"\d{4}(?P<s>[-/.])\d{1,2}(?P=s)\d{1,2}", ("%Y{s}%m{s}%d",)),
    (r"\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)\d{4}", ("%d{s}%m{s}%Y", "%m{s}%d{s}%Y")),
    (r"\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)\d{2}", ("%d{s}%m{s}%y", "%m{s}%d{s}%y", "%y{s}%m{s}%d")),
    (rf"\d{{1,2}}(?P<s>[- ]){MONTHS}(?P=s)\d{{4}}", ("%d{s}%b{s}%Y",)),
    (rf"\d{{1,2}}(?P<s>[- ]){MONTHS}(?P=s)\d{{2}}", ("%d{s}%b{s}%y",)),
    (rf"\d{{1,2}}(?P<s>[- ]){LONG_MONTHS}(?P=s)\d{{4}}", ("%d{s}%B{s}%Y",)),
    (rf"{MONTHS} \d{{1,2}}, \d{{4}}", ("%b %d, %Y",)),
    (rf"{LONG_MONTHS} \d{{1,2}}, \d{{4}}", ("%B %d, %Y",)),
    (rf"{WEEKDAYS}, \d{{1,2}} {MONTHS} \d{{4}}", ("%a, %d %b %Y",)),
    (r"(?:19|20)\d{6}", ("%Y%m%d",)),
    (r"\d{4}(?P<s>[-/.])\d{2}", ("%Y{s}%m",)),
    (r"\d{2}(?P<s>[-/.])\d{4}", ("%m{s}%Y",)),
    (rf"{MONTHS}(?P<s>[- ])\d{{4}}", ("%b{s}%Y",)),
)
TIME = (
    r"(?P<gap>[T ]|, )(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?"
    r"(?P<half> ?[AaPp][Mm])?"
)
ZONE = r"(?P<zone>Z| UTC| GMT| ?[+-]\d{2}:?\d{2})"
ZONES = (
    *("Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York", "America/Chicago", "America/Denver"),
    *("America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney", "Asia/Jerusalem"),
)
EARLIEST, LATEST = 1700, 2200
BEGUN = 5  # values whose shape decides which formats are tried on all


def date_format(values: pl.Series, *, day_first: bool) -> tuple[Datetime, str] | None:
    """Find the format in which every value is a date or a moment.

    Parameters
    ----------
    values : polars.Series
        Distinct values, String, without missing ones.
    day_first : bool
        How to read 03/04/2020 where no value tells.

    Returns
    -------
    tuple of Datetime and str, or None
        The type, and a sentence with the evidence; None where the values are no dates.
    """
    shapes = _shapes(values)
    if shapes is None:
        return None
    formats, zone = shapes
    good = [f for f in formats if _fits(values, f)]
    if not good:
        return None
    note = f"every value is a date spelled {good[0]}"
    if len(good) > 1:
        good.sort(key=lambda f: (f.find("%d") > f.find("%m")) == day_first)
        note = f"every value is a date, spelled {good[0]} or {good[1]}: no value tells which"
    format_, time_zone = _zone(values, _padding(values, good[0]), zone)
    if time_zone == "offset":
        note += "; the UTC offsets follow no one zone and are written as +00:00"
    column = Datetime(format=format_, time_zone=time_zone)
    moments = pl.select(read_dates(pl.lit(values), column)).to_series()
    return column.model_copy(update={"resolution": resolution_of(moments)}), note


def _shapes(values: pl.Series) -> tuple[list[str], str] | None:
    """Give the formats that the first values allow, and how they spell the zone ("" for not at all)."""
    for shape, formats in DATES:
        pattern = re.compile(rf"(?P<before>\s*){shape}(?:{TIME})?(?:{ZONE})?(?P<after>\s*)", re.IGNORECASE)
        matches = [pattern.fullmatch(v) for v in values.head(BEGUN)]
        if not matches or not all(matches):
            continue
        first = matches[0]
        assert first is not None  # noqa: S101 - all of them matched
        if first["zone"] and not first["hour"]:
            return None
        separator = first.groupdict().get("s") or ""
        tail = _time(values, first) if first["hour"] else ""
        zone = first["zone"] or ""
        ending = _zone_code(zone) + first["after"]
        return [first["before"] + f.format(s=separator) + t + ending for f, t in product(formats, [tail])], zone
    return None


def _time(values: pl.Series, first: re.Match[str]) -> str:
    hour = "%I" if first["half"] else "%H"
    text = f"{first['gap']}{hour}:%M"
    if first["second"]:
        text += ":%S"
    if first["second"] and values.str.contains(r":\d{2}\.\d").any():
        lengths = values.str.extract(r":\d{2}\.(\d+)", 1).str.len_bytes()
        # A fixed number of digits is written out; "%.f" leaves out what is zero.
        fixed = lengths.n_unique() == 1 and lengths[0] in {3, 6}
        text += f"%.{lengths[0]}f" if fixed else "%.f"
    if first["half"]:
        gap = " " if first["half"].startswith(" ") else ""
        text += gap + ("%P" if first["half"].strip().islower() else "%p")
    return text


def _zone_code(zone: str) -> str:
    if not zone or not any(c in zone for c in "+-"):
        return zone
    return zone[: len(zone) - len(zone.lstrip())] + ("%:z" if ":" in zone else "%z")


def _fits(values: pl.Series, format_: str) -> bool:
    column = Datetime(format=format_, time_zone="offset" if "z" in format_ else None)
    begun = pl.select(read_dates(pl.lit(values.head(1000)), column)).to_series()
    if begun.null_count():
        return False
    moments = pl.select(read_dates(pl.lit(values), column)).to_series()
    years = moments.dt.year()
    return not moments.null_count() and bool(years.is_between(EARLIEST, LATEST).all())


def _padding(values: pl.Series, format_: str) -> str:
    """Leave the zeros out of days, months and hours where the source does."""
    bare = format_
    for code in ("%d", "%m", "%I", "%H"):
        bare = bare.replace(code, code.replace("%", "%-"))
    if bare == format_:
        return format_
    candidates = [format_, bare]
    hour = "%I" if "%I" in format_ else "%H"
    candidates += [bare.replace(hour.replace("%", "%-"), hour), format_.replace(hour, hour.replace("%", "%-"))]
    candidates += [format_.replace("%d", "%-d"), format_.replace("%d", "%e")]
    some = values.head(2000)
    some = pl.concat([some, values.tail(2000)]) if values.len() > some.len() else some
    plain = some.str.replace(r" ?[+-]\d{2}:?\d{2}$", "") if "%z" in format_ or "%:z" in format_ else some
    return max(candidates, key=lambda f: _written_alike(plain, re.sub(r" ?%:?z$", "", f)))


def _written_alike(values: pl.Series, format_: str) -> int:
    column = Datetime(format=format_)
    again = pl.select(write_dates(read_dates(pl.lit(values), column), column)).to_series()
    return int((again == values).sum())


def _zone(values: pl.Series, format_: str, zone: str) -> tuple[str, str | None]:
    """Give the zone in which the values are spelled, and the format with a fixed offset spelled out."""
    if not zone:
        return format_, None
    if "%" not in _zone_code(zone):
        return format_, "UTC"
    offsets = values.str.extract(r"([+-]\d{2}:?\d{2})\s*$", 1)
    if offsets.n_unique() == 1:
        offset = str(offsets[0])
        hours, minutes = int(offset[:3]), int(offset[-2:])
        if minutes == 0:
            # POSIX counts westward: Etc/GMT-2 is two hours ahead of UTC.
            return format_, "UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"
    for name in ZONES:
        column = Datetime(format=format_, time_zone=name)
        again = pl.select(write_dates(read_dates(pl.lit(values), column), column)).to_series()
        if again.equals(values):
            return format_, name
    return format_, "offset"


def read_dates(text: pl.Expr, column: Datetime) -> pl.Expr:
    """Give the moments that ``text`` spells, in the dtype of the rows; null where it spells none."""
    format_ = column.format or "%+"
    if re.search(r"%-?[de]", format_) is None:
        # A month without a day begins on its first.
        text, format_ = pl.lit("01 ") + text, f"%d {format_}"
    parsed = text.str.strptime(pl.Datetime("us"), format_.replace("%-", "%").replace("%e", "%d"), strict=False)
    if "%z" in format_ or "%:z" in format_:
        return parsed.dt.convert_time_zone("UTC")
    if column.time_zone not in {None, "UTC", "offset"}:
        local = parsed.dt.replace_time_zone(column.time_zone, ambiguous="earliest", non_existent="null")
        return local.dt.convert_time_zone("UTC")
    return parsed if column.time_zone is None else parsed.dt.replace_time_zone("UTC")


def write_dates(moment: pl.Expr, column: Datetime) -> pl.Expr:
    """Spell moments as the source does; the inverse of :func:`read_dates`."""
    if column.time_zone is not None and column.time_zone not in {"UTC", "offset"}:
        moment = moment.dt.convert_time_zone(column.time_zone)
    return moment.dt.to_string(column.format or "%+")


def resolution_of(moments: pl.Series) -> Resolution:
    """Give the finest unit that occurs among ``moments``."""
    clock = moments.dt
    units: tuple[tuple[Resolution, pl.Series], ...] = (
        ("microsecond", clock.microsecond() % 1000),
        ("millisecond", clock.microsecond()),
        ("second", clock.second()),
        ("minute", clock.minute()),
        ("hour", clock.hour()),
    )
    for name, part in units:
        if (part != 0).any():
            return name
    return "day"
