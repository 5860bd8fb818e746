"""How a column of text spells its numbers: read them, and write others the same way."""

import polars as pl

from understudy.schema.layout import Layout, NumberFormat

__all__ = ["read_numbers", "write_numbers"]

EXACT = 2.0**53
HALF = 0.5


def read_numbers(text: pl.Expr, decimals: int | None, style: NumberFormat, layout: Layout) -> pl.Expr:
    """Give the numbers that ``text`` spells, null where it spells none or one that is not finite.

    Parameters
    ----------
    text : polars.Expr
        String values.
    decimals : int or None
        0 gives Int64, where a fraction counts as no number; else Float64.
    style : NumberFormat
        The column's own way.
    layout : Layout
        The file's marks.
    """
    bare = text.str.strip_chars()
    if style.prefix.strip():
        # A sign stands before the currency: -$5.
        sign = bare.str.starts_with("-")
        bare = bare.str.strip_prefix("-").str.strip_prefix(style.prefix.strip()).str.strip_chars()
        bare = pl.when(sign).then(pl.lit("-") + bare).otherwise(bare)
    if style.suffix.strip():
        bare = bare.str.strip_suffix(style.suffix.strip()).str.strip_chars()
    if style.grouped and layout.thousands_mark:
        bare = bare.str.replace_all(layout.thousands_mark, "", literal=True)
    if layout.decimal_mark == ",":
        bare = bare.str.replace_all(".", "x", literal=True).str.replace_all(",", ".", literal=True)
    real = bare.cast(pl.Float64, strict=False)
    real = pl.when(real.is_finite()).then(real)
    if decimals != 0:
        # A negative zero would come back as "-0".
        return pl.when(real == 0).then(0.0).otherwise(real)
    fits = (real == real.floor()) & (real.abs() < EXACT)
    return bare.cast(pl.Int64, strict=False).fill_null(pl.when(fits).then(real).cast(pl.Int64, strict=False))


def write_numbers(number: pl.Expr, decimals: int | None, style: NumberFormat, layout: Layout) -> pl.Expr:
    """Spell numbers as the source does; the inverse of :func:`read_numbers`.

    Parameters
    ----------
    number : polars.Expr
        Int64 where ``decimals`` is 0, else Float64.
    decimals : int or None
        Digits after the decimal mark that every value is rounded to; None writes the shortest text that reads back
        to the same number.
    style : NumberFormat
        The column's own way.
    layout : Layout
        The file's marks.
    """
    if (
        decimals is None
        and style.digits
        and layout.decimal_mark == "."
        and not style.grouped
        and not style.prefix.strip()
    ):
        # The shortest text that polars writes is this one already.
        return style.prefix + number.cast(pl.String) + style.suffix
    negative = number < 0
    if decimals == 0:
        whole = number.cast(pl.String).str.strip_prefix("-")
        digits = pl.lit("0" * style.digits)
    elif decimals is None:
        # No exponent between 1e-5 and 1e16: polars decides where one is shorter.
        text = number.abs().cast(pl.String)
        whole = text.str.extract(r"^(\d+)", 1)
        digits = text.str.slice(whole.str.len_bytes()).str.strip_prefix(".")
        digits = pl.when(digits == "0").then(pl.lit("0" * min(style.digits, 1))).otherwise(digits)
    else:
        whole, digits = _grid(number, decimals, style.digits)
        # What rounds to zero has no sign.
        negative &= number.abs() * 10.0**decimals >= HALF
    if style.grouped and layout.thousands_mark:
        mark = layout.thousands_mark
        spread = whole.str.reverse().str.replace_all(r"(\d{3})", "${1}" + mark).str.reverse()
        whole = spread.str.strip_prefix(mark)
    point = (
        pl.when((digits == "") | digits.str.starts_with("e")).then(pl.lit("")).otherwise(pl.lit(layout.decimal_mark))
    )
    sign = pl.when(negative).then(pl.lit("-")).otherwise(pl.lit(""))
    if style.prefix.strip():
        return sign + style.prefix + whole + point + digits + style.suffix
    return style.prefix + sign + whole + point + digits + style.suffix


def _grid(number: pl.Expr, decimals: int, at_least: int) -> tuple[pl.Expr, pl.Expr]:
    """Give the digits before and after the decimal mark, the latter without zeros at the end beyond ``at_least``."""
    scale = 10**decimals
    scaled = (number.abs() * scale).round(0)
    # Beyond 2**53 there is no fraction left to write; the cast would leave Int64.
    large = scaled >= EXACT
    units = pl.when(large).then(0.0).otherwise(scaled).cast(pl.Int64)
    whole = (
        pl.when(large)
        .then(number.abs().cast(pl.Int128, strict=False).cast(pl.String))
        .otherwise((units // scale).cast(pl.String))
    )
    digits = (units % scale).cast(pl.String).str.zfill(decimals)
    if at_least < decimals:
        digits = digits.str.strip_chars_end("0")
    return whole, digits.str.pad_end(at_least, "0")
