"""How a column of text spells lengths of time: find the format, read them, and write others the same way."""

import re
from functools import cache, reduce

import polars as pl

from understudy.schema.column import Duration

__all__ = ["duration_format", "read_durations", "write_durations"]

CODES = {
    "%D": r"(?P<day>\d+)",
    "%H": r"(?P<hour>\d{2,4})",
    "%-H": r"(?P<hour>\d{1,4})",
    "%I": r"(?P<half>\d{2})",
    "%-I": r"(?P<half>\d{1,2})",
    "%M": r"(?P<minute>[0-5]\d)",
    "%-M": r"(?P<minute>[0-5]?\d)",
    "%S": r"(?P<second>[0-5]\d)",
    "%-S": r"(?P<second>[0-5]?\d)",
    "%p": r"(?P<noon>[AaPp][Mm])",
    "%.3f": r"\.(?P<fraction>\d{3})",
    "%.6f": r"\.(?P<fraction>\d{6})",
    "%.9f": r"\.(?P<fraction>\d{6})\d{3}",
    "%.f": r"(?:\.(?P<fraction>\d{3}|\d{6}))?",
    "%.-f": r"(?:\.(?P<fraction>\d{1,6}))?",
    "day(s)": "days?",
}
TEMPLATES = (
    *("%H:%M:%S", "%-H:%M:%S", "%H:%M:%S%.3f", "%-H:%M:%S%.3f", "%H:%M:%S%.6f", "%-H:%M:%S%.6f", "%H:%M:%S%.f"),
    *("%-H:%M:%S%.f", "%H:%M:%S%.-f", "%-H:%M:%S%.-f", "%H:%M", "%-H:%M"),
    *("%-I:%M %p", "%I:%M %p", "%-I:%M%p", "%-I:%M:%S %p", "%I:%M:%S %p"),
    *(
        f"%D {days} {clock}"
        for days in ("days", "day(s)", "days,", "day(s),")
        for clock in ("%H:%M:%S", "%-H:%M:%S", "%H:%M:%S%.9f", "%H:%M:%S%.6f", "%H:%M:%S%.f", "%-H:%M:%S%.6f")
    ),
    *("%D.%H:%M:%S", "%D:%H:%M:%S", "%Dd %-Hh %-Mm %-Ss", "%Dd %-Hh %-Mm", "%Dd %-Hh", "%-Hh %-Mm %-Ss", "%-Hh %-Mm"),
    *("%-Hh%-Mm", "%-Hh%M", "%-Mm %-Ss", "%-Mm%-Ss", "%-H hours %-M minutes", "%-M:%S%.3f"),
)
"""Tried in this order; the first that fits every value, and writes it as it was, is taken."""
ISO = (
    r"^(?P<sign>-?)P(?:(?P<day>\d+)D)?(?:T(?:(?P<hour>\d+)H)?(?:(?P<minute>\d+)M)?"
    r"(?:(?P<second>\d+)(?:\.(?P<fraction>\d{1,6}))?S)?)?$"
)
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
HALF_DAY = 12
CODE = re.compile("|".join(map(re.escape, sorted(CODES, key=len, reverse=True))))
BEGUN = 200


def duration_format(values: pl.Series) -> str | None:
    """Find the format in which every value is a length of time; None where they are something else."""
    begun = values.head(BEGUN)
    first = begun.head(5).to_list()
    for format_ in (*TEMPLATES, "iso8601"):
        pattern = _pattern(format_)
        if not (all(re.match(pattern, value) for value in first) and values.str.contains(pattern).all()):
            continue
        column = Duration(format=format_)
        again = pl.select(write_durations(read_durations(pl.lit(begun), column), column)).to_series()
        if format_ == "iso8601" and not values.str.contains(r"\d").all():
            continue
        if format_ == "iso8601" or again.equals(begun):
            return format_
    return None


@cache
def _pattern(format_: str) -> str:
    if format_ == "iso8601":
        return ISO
    place, out = 0, "^(?P<sign>-?)"
    for match in CODE.finditer(format_):
        out += re.escape(format_[place : match.start()]) + CODES[match[0]]
        place = match.end()
    return out + re.escape(format_[place:]) + "$"


def read_durations(text: pl.Expr, column: Duration) -> pl.Expr:
    """Give the lengths that ``text`` spells as Duration("us"), null where it spells none."""
    pattern = _pattern(column.format or "%H:%M:%S")
    names = re.findall(r"\?P<(\w+)>", pattern)

    def word(name: str) -> pl.Expr:
        return text.str.extract(pattern, names.index(name) + 1)

    def part(name: str) -> pl.Expr:
        if name not in names:
            return pl.lit(0, dtype=pl.Int64)
        return word(name).cast(pl.Int64, strict=False).fill_null(0)

    total = part("day") * DAY + part("hour") * HOUR + part("minute") * MINUTE + part("second") * SECOND
    if "half" in names:
        after = word("noon").str.to_lowercase() == "pm"
        total += (part("half") % HALF_DAY + pl.when(after).then(HALF_DAY).otherwise(0)) * HOUR
    if "fraction" in names:
        fraction = word("fraction").fill_null("").str.pad_end(6, "0")
        total += fraction.cast(pl.Int64, strict=False).fill_null(0)
    signed = pl.when(word("sign") == "-").then(-total).otherwise(total)
    return pl.when(text.str.contains(pattern)).then(signed).cast(pl.Duration("us"))


def write_durations(length: pl.Expr, column: Duration) -> pl.Expr:
    """Spell lengths as the source does; the inverse of :func:`read_durations`."""
    total = length.dt.total_microseconds()
    sign = pl.when(total < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = total.abs()
    format_ = column.format or "%H:%M:%S"
    if format_ == "iso8601":
        return _iso8601(size, sign)
    pieces: list[pl.Expr] = [sign]
    place = 0
    for match in CODE.finditer(format_):
        pieces += [pl.lit(format_[place : match.start()]), _spelled(match[0], size, format_)]
        place = match.end()
    return reduce(lambda one, other: one + other, [*pieces, pl.lit(format_[place:])])


def _spelled(code: str, size: pl.Expr, format_: str) -> pl.Expr:  # noqa: PLR0911 - one answer for each code
    """Spell one part of a length of ``size`` microseconds; the largest unit that is spelled out takes all above it."""
    largest = next((unit for unit in "DHIMS" if f"%{unit}" in format_ or f"%-{unit}" in format_), "D")
    hours, minutes, seconds, fraction = size // HOUR, size // MINUTE, size // SECOND, size % SECOND
    width = 1 if "-" in code else 2
    if code == "%.-f":
        return _fraction(fraction)
    match code.replace("-", ""):
        case "%D":
            return (size // DAY).cast(pl.String)
        case "%H":
            return _padded(hours if largest == "H" else hours % 24, width)
        case "%I":
            return _padded((hours - 1) % HALF_DAY + 1, width)
        case "%M":
            return _padded(minutes if largest == "M" else minutes % 60, width)
        case "%S":
            return _padded(seconds % 60, width)
        case "%p":
            return pl.when(hours % 24 < HALF_DAY).then(pl.lit("AM")).otherwise(pl.lit("PM"))
        case "day(s)":
            return pl.when(size // DAY == 1).then(pl.lit("day")).otherwise(pl.lit("days"))
        case "%.f":
            short = pl.when(fraction % 1000 == 0).then(_padded(fraction // 1000, 3)).otherwise(_padded(fraction, 6))
            return pl.when(fraction == 0).then(pl.lit("")).otherwise(pl.lit(".") + short)
        case _:
            digits = int(code[2])
            return pl.lit(".") + _padded(fraction, 6).str.pad_end(digits, "0").str.slice(0, digits)


def _fraction(fraction: pl.Expr) -> pl.Expr:
    """Spell microseconds as a fraction of a second without zeros at its end; nothing where there are none."""
    return (
        pl.when(fraction == 0).then(pl.lit("")).otherwise(pl.lit(".") + _padded(fraction, 6).str.strip_chars_end("0"))
    )


def _iso8601(size: pl.Expr, sign: pl.Expr) -> pl.Expr:
    hours, minutes, seconds, fraction = size // HOUR % 24, size // MINUTE % 60, size // SECOND % 60, size % SECOND
    last = seconds.cast(pl.String) + _fraction(fraction) + "S"
    time = _unit(hours, "H") + _unit(minutes, "M")
    time += pl.when((seconds > 0) | (fraction > 0)).then(last).otherwise(pl.lit(""))
    time = pl.when(size % DAY == 0).then(pl.lit("")).otherwise(pl.lit("T") + time)
    return pl.when(size == 0).then(pl.lit("PT0S")).otherwise(sign + "P" + _unit(size // DAY, "D") + time)


def _padded(number: pl.Expr, width: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(width)


def _unit(number: pl.Expr, letter: str) -> pl.Expr:
    return pl.when(number > 0).then(number.cast(pl.String) + letter).otherwise(pl.lit(""))
