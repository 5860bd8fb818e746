"""How a column of text spells its dates and moments: find the format, read them, and write others the same way."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import product

import polars as pl

from understudy.data.zones import fixed_offset, moment_of, wall_of
from understudy.schema.column import Datetime, Resolution

__all__ = ["Dates", "find_dates", "is_likely", "read_dates", "resolution_of", "write_dates"]

MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
LONG_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
WEEKDAYS = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
LONG_WEEKDAYS = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
TIME = (
    r"(?P<gap>[T ]|, |:)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?"
    r"(?P<half> ?[AaPp][Mm])?"
)
ZONE = r"(?P<zone>Z| [A-Z]{3,5}| ?[+-]\d{2}:?\d{2})"
DATES = (
    (r"\d{4}(?P<s>[-/.])\d{1,2}(?P=s)\d{1,2}", ("%Y{s}%m{s}%d",)),
    (r"\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)\d{4}", ("%d{s}%m{s}%Y", "%m{s}%d{s}%Y")),
    (r"\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)\d{2}", ("%d{s}%m{s}%y", "%m{s}%d{s}%y", "%y{s}%m{s}%d")),
    (rf"\d{{1,2}}(?P<s>[-/ ]){MONTHS}(?P=s)\d{{4}}", ("%d{s}%b{s}%Y",)),
    (rf"\d{{1,2}}(?P<s>[-/ ]){MONTHS}(?P=s)\d{{2}}", ("%d{s}%b{s}%y",)),
    (rf"\d{{1,2}}(?P<s>[- ]){LONG_MONTHS}(?P=s)\d{{4}}", ("%d{s}%B{s}%Y",)),
    (rf"{MONTHS} {{1,2}}\d{{1,2}}(?P<s>,?) \d{{4}}", ("%b %d{s} %Y",)),
    (rf"{LONG_MONTHS} \d{{1,2}}(?P<s>,?) \d{{4}}", ("%B %d{s} %Y",)),
    (rf"{WEEKDAYS}, \d{{1,2}} {MONTHS} \d{{4}}", ("%a, %d %b %Y",)),
    (rf"{LONG_WEEKDAYS}, \d{{1,2}} {LONG_MONTHS} \d{{4}}", ("%A, %d %B %Y",)),
    (rf"{LONG_WEEKDAYS}, {LONG_MONTHS} \d{{1,2}}, \d{{4}}", ("%A, %B %d, %Y",)),
    (rf"{WEEKDAYS} {MONTHS} [ \d]\d \d\d:\d\d:\d\d \d{{4}}", ("%a %b %d %H:%M:%S %Y",)),
    (r"(?:19|20)\d{6}T\d{6}", ("%Y%m%dT%H%M%S",)),
    (r"(?:19|20)\d{12}", ("%Y%m%d%H%M%S",)),
    (r"(?:19|20)\d{6}", ("%Y%m%d",)),
    (r"\d{4}(?P<s>-?)W\d{2}", ("%G{s}W%V",)),
    (r"\d{4}(?P<s>-?)W\d{2}(?P=s)\d", ("%G{s}W%V{s}%u",)),
    (r"\d{4}(?P<s>[- ]?)Q[1-4]", ("%Y{s}Q%q",)),
    (r"Q[1-4](?P<s>[-/ ]?)\d{4}", ("Q%q{s}%Y",)),
    (r"\d{4}(?P<s>[-/.])\d{2}", ("%Y{s}%m",)),
    (r"\d{2}(?P<s>[-/.])\d{4}", ("%m{s}%Y",)),
    (rf"{MONTHS}(?P<s>[- ])\d{{4}}", ("%b{s}%Y",)),
    (rf"{LONG_MONTHS}(?P<s>[- ])\d{{4}}", ("%B{s}%Y",)),
    (r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])", ("%Y%m",)),
)
SHAPES = tuple(
    (re.compile(rf"(?P<before>\s*){shape}(?:{TIME})?(?:{ZONE})?(?P<after>\s*)", re.IGNORECASE), formats)
    for shape, formats in DATES
)
ZONES = (
    *("Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York", "America/Chicago", "America/Denver"),
    *("America/Los_Angeles", "America/Sao_Paulo", "Australia/Sydney", "Asia/Jerusalem"),
)
EARLIEST, LATEST = 1700, 2200
BEGUN = 100  # values whose shape decides which formats are tried on all
MOST_FORMATS, ODD_WORDS, PER_ODD_WORD = 3, 2, 10
LIKE_NUMBERS, ENOUGH_MONTHS = ("%Y%m", "%Y.%m", "%m.%Y"), 5  # that many are not months by chance
FIXED_FRACTIONS = (3, 6, 9)
MOSTLY = 0.9
MIDNIGHT = r"([T ])24:00"
DAY_CODES = r"%[-_0]?[deFDjsxcvVUW+]"
MONTH_CODES = r"%[-_0^,]?[mbBh]"


@dataclass(frozen=True, slots=True)
class Dates:
    """What was found about a column of dates.

    Parameters
    ----------
    column : Datetime
        The type.
    evidence : tuple of str
        Why.
    odd : polars.Series
        Values that are no dates, and stand for a missing one.
    """

    column: Datetime
    evidence: tuple[str, ...]
    odd: pl.Series


def find_dates(values: pl.Series, day_first: Callable[[], bool]) -> Dates | None:
    """Find the format in which every value is a date or a moment, apart from a word or two.

    Parameters
    ----------
    values : polars.Series
        Distinct values, String, without missing ones.
    day_first : function
        Tells how to read 03/04/2020 where no value tells.

    Returns
    -------
    Dates or None
        None where the values are no dates.
    """
    formats: list[str] = []
    notes: list[str] = []
    rest, zone = values, None
    while rest.len() and len(formats) < MOST_FORMATS:
        found = _best_format(rest, day_first)
        if found is None or any(_swapped(found.format) == _swapped(f) for f in formats):
            break
        if not formats and found.left.len() * 2 > values.len():
            return None
        format_, time_zone = found.format, found.zone
        formats.append(format_)
        zone = time_zone if len(formats) == 1 or zone == time_zone else "offset"
        notes.append(found.note)
        rest = found.left
    odd = rest.len() > ODD_WORDS or rest.len() * PER_ODD_WORD > values.len()
    if not formats or (rest.len() and odd) or (formats[0] in LIKE_NUMBERS and values.len() < ENOUGH_MONTHS):
        return None
    column = Datetime(format="|".join(formats), time_zone=zone)
    good = values if rest.is_empty() else values.filter(~values.is_in(rest.implode()))
    moments = pl.select(read_dates(pl.lit(good), column)).to_series()
    column = column.model_copy(update={"resolution": resolution_of(_local(moments, zone))})
    return Dates(column, tuple(_said(formats, notes, zone, good)), rest)


def _said(formats: list[str], notes: list[str], zone: str | None, values: pl.Series) -> list[str]:
    out = (
        [notes[0]] if len(formats) == 1 else [f"dates spelled {', '.join(formats)}; new ones are spelled {formats[0]}"]
    )
    if zone == "offset":
        out.append("the UTC offsets follow no one zone and are written as +00:00")
    if values.str.contains(MIDNIGHT).any():
        out.append("24:00 is read as 0:00 of the next day, and written so")
    return out


@dataclass(frozen=True, slots=True)
class _Found:
    """A format, the zone that it is in, and the values that it does not fit."""

    format: str
    zone: str | None
    note: str
    left: pl.Series


def _best_format(values: pl.Series, day_first: Callable[[], bool]) -> _Found | None:
    """Find the format that fits most of the values of the most frequent shape."""
    shaped = _shape(values)
    if shaped is None:
        return None
    candidates, zone = shaped
    parsed = {format_: _parsed(values, format_) for format_ in candidates}
    most = max(int(mask.sum()) for mask in parsed.values())
    if not most:
        return None
    good = [format_ for format_, mask in parsed.items() if int(mask.sum()) == most]
    note = f"every value is a date spelled {good[0]}"
    if len(good) > 1:
        first = day_first()
        good.sort(key=lambda f: (f.find("%d") > f.find("%m")) == first)
        note = f"every value is a date, spelled {good[0]} or {good[1]}: no value tells which"
    mask = parsed[good[0]]
    fitting = values.filter(mask)
    padded = _padding(fitting, _cased(fitting, good[0]))
    if padded is None:
        return None
    format_, time_zone = _zone(fitting, padded, zone)
    return _Found(format_, time_zone, note, values.filter(~mask))


def _cased(values: pl.Series, format_: str) -> str:
    """Give the format in which names of months and weekdays have the case that they mostly have in ``values``."""
    if re.search("%[aAbB]", format_) is None:
        return format_
    names = values.str.extract(r"(\p{L}{3,})", 1)
    for flag, same in (("^", names.str.to_uppercase()), (",", names.str.to_lowercase())):
        if (names == same).sum() * 2 > names.len():
            return re.sub("%([aAbB])", f"%{flag}\\1", format_)
    return format_


def _swapped(format_: str) -> str:
    """Give the format without what tells days from months: one of these in two orders would be read at random."""
    return re.sub(r"%-?[dm]", "%x", format_)


def _shape(values: pl.Series) -> tuple[list[str], str] | None:
    """Give the formats of the most frequent shape, and how they spell the zone ("" for not at all)."""
    found: Counter[int] = Counter()
    matches: dict[int, list[re.Match[str]]] = {}
    for value in values.head(BEGUN).to_list():
        place, match = next(
            ((i, m) for i, (shape, _) in enumerate(SHAPES) if (m := shape.fullmatch(value))), (-1, None)
        )
        if match is not None:
            found[place] += 1
            matches.setdefault(place, []).append(match)
    if not found:
        return None
    place = found.most_common(1)[0][0]
    first = matches[place][0]
    if first["zone"] and not first["hour"] and "T" not in first[0]:
        return None
    separator = first.groupdict().get("s") or ""
    alike = values.filter(values.str.contains(r"\d:\d\d")) if first["hour"] else values
    tail = _time(alike, first) if first["hour"] else ""
    zones = {m["zone"] or "" for m in matches[place]}
    zone = first["zone"] or ""
    if zone.strip().isalpha() and len(zones) > 1:
        return None
    ending = _zone_code(zone) + first["after"]
    formats = SHAPES[place][1]
    return [first["before"] + f.format(s=separator) + t + ending for f, t in product(formats, [tail])], zone


def _time(values: pl.Series, first: re.Match[str]) -> str:
    hour = "%I" if first["half"] else "%H"
    text = f"{first['gap']}{hour}:%M"
    if first["second"]:
        text += ":%S"
    if first["second"] and values.str.contains(r":\d{2}\.\d").any():
        lengths = values.str.extract(r":\d{2}\.(\d+)", 1).str.len_bytes()
        # A fixed number of digits is written out; "%.f" leaves out what is zero.
        fixed = lengths.n_unique() == 1 and lengths[0] in FIXED_FRACTIONS
        text += f"%.{lengths[0]}f" if fixed else "%.f"
    if first["half"]:
        gap = " " if first["half"].startswith(" ") else ""
        text += gap + ("%P" if first["half"].strip().islower() else "%p")
    return text


def _zone_code(zone: str) -> str:
    if not zone or not any(c in zone for c in "+-"):
        return zone
    return zone[: len(zone) - len(zone.lstrip())] + ("%:z" if ":" in zone else "%z")


def _parsed(values: pl.Series, format_: str) -> pl.Series:
    """Tell which values the format fits, and are of a year that is likely."""
    column = Datetime(format=format_, time_zone="offset" if "z" in format_ else None)
    begun = pl.select(read_dates(pl.lit(values.head(1000)), column)).to_series()
    if begun.null_count() == begun.len():
        return pl.repeat(value=False, n=values.len(), eager=True)
    moments = pl.select(read_dates(pl.lit(values), column)).to_series()
    return pl.select(is_likely(pl.lit(moments))).to_series().fill_null(value=False)


def is_likely(moments: pl.Expr) -> pl.Expr:
    """Tell which moments are of a year that is no stand-in for a missing one, as 9999 is."""
    return moments.dt.year().is_between(EARLIEST, LATEST)


def _padding(values: pl.Series, format_: str) -> str | None:
    """Leave the zeros out of days, months and hours where the source does; None where years are not of two digits."""
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
    alike = {f: _written_alike(plain, re.sub(r" ?%:?z$", "", f)) for f in candidates}
    best = max(candidates, key=lambda f: alike[f])
    return None if "%y" in best and alike[best] < MOSTLY * plain.len() else best


def _written_alike(values: pl.Series, format_: str) -> int:
    column = Datetime(format=format_)
    again = pl.select(write_dates(read_dates(pl.lit(values), column), column)).to_series()
    return int((again == values).sum())


def _zone(values: pl.Series, format_: str, zone: str) -> tuple[str, str | None]:
    """Give the zone in which the values are spelled, and the format with a fixed offset spelled out."""
    if not zone:
        return format_, None
    if "%" not in _zone_code(zone):
        return format_, "UTC" if zone.strip() in {"Z", "UTC", "GMT"} else None
    offsets = values.str.extract(r"([+-]\d{2}:?\d{2})\s*$", 1)
    if offsets.n_unique() == 1:
        offset = str(offsets[0])
        hours, minutes = int(offset[:3]), int(offset[-2:])
        if minutes == 0:
            # POSIX counts westward: Etc/GMT-2 is two hours ahead of UTC.
            return format_, "UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"
        return format_, f"{offset[:3]}:{offset[-2:]}"
    for name in ZONES:
        column = Datetime(format=format_, time_zone=name)
        again = pl.select(write_dates(read_dates(pl.lit(values), column), column)).to_series()
        if again.equals(values):
            return format_, name
    return format_, "offset"


def read_dates(text: pl.Expr, column: Datetime) -> pl.Expr:
    """Give the moments that ``text`` spells, in the dtype of the rows; null where it spells none."""
    formats = (column.format or "%+").split("|")
    return pl.coalesce([_read(text, format_, column.time_zone) for format_ in formats])


def _read(text: pl.Expr, format_: str, zone: str | None) -> pl.Expr:
    late = None
    if "%q" in format_:
        # A quarter begins with the month 3 q - 2; parsers know no quarters.
        quarter = text.str.extract(r"Q([1-4])", 1).cast(pl.Int8) * 3 - 2
        year = text.str.extract(r"(\d{4})", 1)
        text, format_ = year + "-" + quarter.cast(pl.String) + "-01", "%Y-%m-%d"
    elif re.search(DAY_CODES, format_) is None:
        # A month without a day begins on its first, and a year with its first month.
        first, codes = ("01 ", "%d ") if re.search(MONTH_CODES, format_) else ("01 01 ", "%d %m ")
        text, format_ = pl.lit(first) + text, codes + format_
    elif "%V" in format_ and "%u" not in format_:
        text, format_ = text + "-1", f"{format_}-%u"
    elif re.search(r"%-?H", format_):
        late = text.str.contains(MIDNIGHT)
        text = text.str.replace(MIDNIGHT, "${1}00:00")
    codes = re.sub("%[-^,]", "%", format_).replace("%e", "%d")
    parsed = text.str.strptime(pl.Datetime("us"), codes, strict=False)
    if late is not None:
        parsed = pl.when(late).then(parsed.dt.offset_by("1d")).otherwise(parsed)
    if "%z" in format_ or "%:z" in format_:
        return parsed.dt.convert_time_zone("UTC")
    return moment_of(parsed, zone)


def write_dates(moment: pl.Expr, column: Datetime) -> pl.Expr:
    """Spell moments as the source does; the inverse of :func:`read_dates`."""
    format_, zone = (column.format or "%+").partition("|")[0], column.time_zone
    if fixed_offset(zone) is not None:
        moment = wall_of(moment, zone)
        format_ = format_.replace("%:z", str(zone)).replace("%z", str(zone).replace(":", ""))
    elif zone not in {None, "UTC", "offset"}:
        moment = moment.dt.convert_time_zone(str(zone))
    # Which case names are written in, no library has a code for.
    pieces = [_piece(moment, piece) for piece in re.split(r"(%[\^,][a-zA-Z])", format_) if piece]
    return reduce(lambda one, other: one + other, pieces)


def _piece(moment: pl.Expr, format_: str) -> pl.Expr:
    """Spell the part of a format that has no name in another case, or nothing but one."""
    text = moment.dt.to_string(re.sub("^%[\\^,]", "%", format_))
    cased = {"%^": text.str.to_uppercase(), "%,": text.str.to_lowercase()}
    return cased.get(format_[:2], text)


def _local(moments: pl.Series, zone: str | None) -> pl.Series:
    return moments if zone is None else pl.select(wall_of(pl.lit(moments), zone)).to_series()


def resolution_of(moments: pl.Series) -> Resolution:
    """Give the coarsest unit that all of ``moments``, distinct and in local time, are whole numbers of."""
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
    n, months = moments.len(), clock.month()
    # How many it takes until chance does not explain it: one in 30 days, in 3 or 12 months, in 7 weekdays.
    if n >= 4 and (clock.day() == 1).all():  # noqa: PLR2004 - see above
        if n >= 6 and (months == 1).all():  # noqa: PLR2004 - see above
            return "year"
        return "quarter" if n >= 13 and (months % 3 == 1).all() else "month"  # noqa: PLR2004 - see above
    return "week" if n >= 8 and clock.weekday().n_unique() == 1 else "day"  # noqa: PLR2004 - see above
