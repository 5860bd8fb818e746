"""How a column of text spells lengths of time: find the format, read them, and write others the same way."""

from typing import Literal

import polars as pl

from understudy.schema.column import Duration

__all__ = ["duration_format", "read_durations", "write_durations"]

Format = Literal["clock", "short_clock", "days_clock", "iso8601"]

FRACTION = r"(?:\.(\d{1,6}))?"
PATTERNS: dict[Format, str] = {
    "clock": rf"^(-?)()(\d{{1,4}}):([0-5]\d):([0-5]\d){FRACTION}$",
    "short_clock": r"^(-?)()(\d{1,4}):([0-5]\d)()()$",
    "days_clock": rf"^(-?)(\d+) days? (\d{{1,2}}):([0-5]\d):([0-5]\d){FRACTION}$",
    "iso8601": rf"^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+){FRACTION}S)?)?$",
}
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000


def duration_format(values: pl.Series) -> Format | None:
    """Find the format in which every value is a length of time; None where they are something else."""
    for name, pattern in PATTERNS.items():
        if values.str.contains(pattern).all() and values.str.contains(r"\d").all():
            return name
    return None


def read_durations(text: pl.Expr, column: Duration) -> pl.Expr:
    """Give the lengths that ``text`` spells as Duration("us"), null where it spells none."""
    pattern = PATTERNS[column.format or "clock"]
    parts = [text.str.extract(pattern, group) for group in range(1, 7)]
    numbers = [part.cast(pl.Int64, strict=False).fill_null(0) for part in parts[1:5]]
    fraction = parts[5].fill_null("").str.pad_end(6, "0").cast(pl.Int64, strict=False)
    days, hours, minutes, seconds = numbers
    total = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + fraction
    signed = pl.when(parts[0] == "-").then(-total).otherwise(total)
    return pl.when(text.str.contains(pattern)).then(signed).cast(pl.Duration("us"))


def write_durations(length: pl.Expr, column: Duration) -> pl.Expr:
    """Spell lengths as the source does; the inverse of :func:`read_durations`."""
    total = length.dt.total_microseconds()
    sign = pl.when(total < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = total.abs()
    days, hours, minutes = size // DAY, size // HOUR, size // MINUTE % 60
    seconds, fraction = size // SECOND % 60, size % SECOND
    short = pl.when(fraction % 1000 == 0).then(_padded(fraction // 1000, 3)).otherwise(_padded(fraction, 6))
    decimals = pl.when(fraction == 0).then(pl.lit("")).otherwise(pl.lit(".") + short)
    match column.format or "clock":
        case "clock":
            return sign + _padded(hours, 2) + ":" + _padded(minutes, 2) + ":" + _padded(seconds, 2) + decimals
        case "short_clock":
            return sign + _padded(hours, 2) + ":" + _padded(minutes, 2)
        case "days_clock":
            clock = _padded(hours % 24, 2) + ":" + _padded(minutes, 2) + ":" + _padded(seconds, 2) + decimals
            return (
                sign
                + days.cast(pl.String)
                + pl.when(days == 1).then(pl.lit(" day ")).otherwise(pl.lit(" days "))
                + clock
            )
        case "iso8601":
            time = _unit(hours % 24, "H") + _unit(minutes, "M")
            time += (
                pl.when((seconds > 0) | (fraction > 0))
                .then(seconds.cast(pl.String) + decimals + "S")
                .otherwise(pl.lit(""))
            )
            time = pl.when(size % DAY == 0).then(pl.lit("")).otherwise(pl.lit("T") + time)
            return pl.when(size == 0).then(pl.lit("PT0S")).otherwise(sign + "P" + _unit(days, "D") + time)


def _padded(number: pl.Expr, width: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(width)


def _unit(number: pl.Expr, name: str) -> pl.Expr:
    return pl.when(number > 0).then(number.cast(pl.String) + name).otherwise(pl.lit(""))
