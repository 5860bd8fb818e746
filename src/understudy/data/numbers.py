"""How a column of text spells its numbers: read them, and write others the same way."""

from decimal import Decimal

import polars as pl

from understudy.schema.layout import NumberFormat

__all__ = ["bare_numbers", "read_numbers", "write_numbers"]

EXACT = 2.0**53
HALF = 0.5


def read_numbers(text: pl.Expr, decimals: int | None, style: NumberFormat) -> pl.Expr:
    """Give the numbers that ``text`` spells, null where it spells none or one that is not finite.

    Parameters
    ----------
    text : polars.Expr
        String values.
    decimals : int or None
        0 gives Int64, where a fraction counts as no number; else Float64.
    style : NumberFormat
        The column's way.
    """
    bare = bare_numbers(text, style)
    real = bare.cast(pl.Float64, strict=False)
    real = pl.when(real.is_finite()).then(real)
    if decimals != 0:
        # A negative zero would come back as "-0".
        return pl.when(real == 0).then(0.0).otherwise(real)
    fits = (real == real.floor()) & (real.abs() < EXACT)
    return bare.cast(pl.Int64, strict=False).fill_null(pl.when(fits).then(real).cast(pl.Int64, strict=False))


def bare_numbers(text: pl.Expr, style: NumberFormat) -> pl.Expr:
    """Give the digits with a plain sign, a decimal point and nothing else."""
    bare, below_zero = text.str.strip_chars(), None
    if style.minus != "-":
        bare = bare.str.replace(style.minus, "-", literal=True)
    if style.negative == "($5)":
        below_zero = bare.str.starts_with("(") & bare.str.ends_with(")")
        bare = pl.when(below_zero).then(bare.str.strip_prefix("(").str.strip_suffix(")")).otherwise(bare)
    elif style.negative == "$5-":
        below_zero = bare.str.ends_with("-")
        bare = bare.str.strip_suffix("-")
    elif style.prefix.strip():
        below_zero = bare.str.starts_with("-")
        bare = bare.str.strip_prefix("-")
    if style.prefix.strip():
        bare = bare.str.strip_prefix("+").str.strip_prefix(style.prefix.strip()).str.strip_chars()
    if style.suffix.strip():
        bare = bare.str.strip_suffix(style.suffix.strip()).str.strip_chars()
    if style.thousands_mark:
        bare = bare.str.replace_all(style.thousands_mark, "", literal=True)
    if style.decimal_mark == ",":
        bare = bare.str.replace_all(".", "x", literal=True).str.replace_all(",", ".", literal=True)
    return bare if below_zero is None else pl.when(below_zero).then(pl.lit("-") + bare).otherwise(bare)


def write_numbers(number: pl.Expr, decimals: int | None, style: NumberFormat) -> pl.Expr:
    """Spell numbers as the source does; the inverse of :func:`read_numbers`.

    Parameters
    ----------
    number : polars.Expr
        Int64 where ``decimals`` is 0, else Float64.
    decimals : int or None
        Digits after the decimal mark that every value is rounded to; None writes the shortest text that reads back
        to the same number.
    style : NumberFormat
        The column's way.
    """
    if decimals is None and style == NumberFormat(digits=1):
        # What polars writes is this spelling already.
        return number.cast(pl.String).map_batches(_without_exponents, return_dtype=pl.String)
    below_zero = number < 0
    if style.notation != "plain":
        text = number.abs().map_batches(lambda s: _with_exponents(s, decimals, style), return_dtype=pl.String)
        return _signed(text, below_zero, number >= 0, style)
    if decimals == 0:
        whole, digits = number.cast(pl.Int64).cast(pl.String).str.strip_prefix("-"), pl.lit("0" * style.digits)
    elif decimals is None:
        text = number.abs().cast(pl.String).map_batches(_without_exponents, return_dtype=pl.String)
        whole = text.str.extract(r"^(\d+)", 1)
        digits = text.str.slice(whole.str.len_bytes()).str.strip_prefix(".")
        digits = pl.when(digits == "0").then(pl.lit("0" * min(style.digits, 1))).otherwise(digits)
    else:
        whole, digits = _grid(number, decimals, style.digits)
        # What rounds to zero has no sign.
        below_zero &= number.abs() * 10.0**decimals >= HALF
    if style.thousands_mark:
        spread = whole.str.reverse().str.replace_all(r"(\d{3})", "${1}" + style.thousands_mark).str.reverse()
        whole = spread.str.strip_prefix(style.thousands_mark)
    if not style.zero:
        whole = pl.when((whole == "0") & (digits != "")).then(pl.lit("")).otherwise(whole)
    point = pl.when(digits == "").then(pl.lit("")).otherwise(pl.lit(style.decimal_mark))
    return _signed(whole + point + digits, below_zero, number >= 0, style)


def _signed(text: pl.Expr, below_zero: pl.Expr, not_below: pl.Expr, style: NumberFormat) -> pl.Expr:
    """Put the sign, the prefix and the suffix to the digits."""
    prefix, suffix = style.prefix.lstrip(), style.suffix.rstrip()
    left, right = style.prefix.removesuffix(prefix), style.suffix.removeprefix(suffix)
    before, after = {"($5)": ("(", ")"), "$5-": ("", style.minus)}.get(style.negative, (style.minus, ""))
    opening = pl.when(below_zero).then(pl.lit(before)).otherwise(pl.lit(""))
    if style.plus:
        opening = pl.when(not_below).then(pl.lit("+")).otherwise(opening)
    closing = pl.when(below_zero).then(pl.lit(after)).otherwise(pl.lit(""))
    inner = opening + pl.lit(prefix) if style.negative != "$-5" else pl.lit(prefix) + opening
    out = pl.lit(left) + inner + text + pl.lit(suffix) + closing + pl.lit(right)
    return out.str.pad_start(style.width) if style.width else out


def _grid(number: pl.Expr, decimals: int, at_least: int) -> tuple[pl.Expr, pl.Expr]:
    """Give the digits before and after the decimal mark, the latter without zeros at the end beyond ``at_least``."""
    scale = 10**decimals
    scaled = (number.abs() * scale).round(0)
    # From 2**53 units on, floats are coarser than the grid, and the cast would leave Int64: the shortest spelling does.
    large = scaled >= EXACT
    text = pl.when(large).then(number.abs()).cast(pl.String).map_batches(_without_exponents, return_dtype=pl.String)
    units = pl.when(large).then(0.0).otherwise(scaled).cast(pl.Int64)
    whole = pl.when(large).then(text.str.extract(r"^(\d+)", 1)).otherwise((units // scale).cast(pl.String))
    fraction = text.str.extract(r"\.(\d*[1-9])0*$", 1).fill_null("").str.pad_end(decimals, "0")
    digits = pl.when(large).then(fraction).otherwise((units % scale).cast(pl.String).str.zfill(decimals))
    if at_least < decimals:
        digits = digits.str.strip_chars_end("0")
    return whole, digits.str.pad_end(at_least, "0")


def _without_exponents(texts: pl.Series) -> pl.Series:
    """Write numbers such as 1e-7, as polars spells them, with all their digits."""
    places = texts.str.contains("e", literal=True).fill_null(value=False).arg_true()
    if not places.len():
        return texts
    return texts.clone().scatter(places, [format(Decimal(text), "f") for text in texts.gather(places).to_list()])


def _with_exponents(numbers: pl.Series, decimals: int | None, style: NumberFormat) -> pl.Series:
    """Spell numbers from zero up with an exponent: always, or where they are very small or large."""
    spell = _scientific if style.notation == "scientific" else _shortest
    texts = [None if x is None else spell(float(x), decimals, style) for x in numbers.to_list()]
    return pl.Series(texts, dtype=pl.String).str.replace(".", style.decimal_mark, literal=True)


def _scientific(x: float, decimals: int | None, style: NumberFormat) -> str:
    del decimals  # a grid of significant digits has none
    mantissa, _, power = f"{x:.{style.digits}e}".partition("e")
    return mantissa + _exponent(int(power), style)


def _shortest(x: float, decimals: int | None, style: NumberFormat) -> str:
    x = x if decimals is None else round(x, decimals)
    number = Decimal(repr(x)).normalize()
    low, high = style.plain_range
    if not x or low <= x < high:
        text = format(number, "f")
        return f"{text}.0" if style.digits and "." not in text else text
    digits = "".join(map(str, number.as_tuple().digits))
    point = f".{digits[1:]}" if digits[1:] else ""
    return digits[0] + point + _exponent(number.adjusted(), style)


def _exponent(power: int, style: NumberFormat) -> str:
    """Spell an exponent with as many digits, at least, as that of 0 has."""
    sign = "-" if power < 0 else "+" if "+" in style.exponent else ""
    return f"{style.exponent[0]}{sign}{abs(power):0{style.exponent.count('0')}d}"
