"""Finds how a column of text spells its numbers: marks, signs, currency, units, exponents, blanks."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from math import floor, isfinite, log10

import polars as pl

from understudy.schema.layout import DecimalMark, NumberFormat, ThousandsMark

__all__ = ["Hints", "marks_of", "spelling_of", "strict_pattern"]

Marks = tuple[DecimalMark, ThousandsMark]

DECIMAL_MARKS: tuple[DecimalMark, ...] = (".", ",")
THOUSANDS_MARKS: tuple[ThousandsMark, ...] = ("", ",", ".", " ", "'", "\u2019", "\u00a0", "\u202f", "_")
SAMPLE = 1_000
NEARLY_ALL = 0.95
FEW = 3
CURRENCY = r"[$€£¥₹₽₩₺₴₪฿]|R\$|kr\.?|zł|Kč|Ft|lei|(?:US|CA|AU|NZ|HK)\$|(?:USD|EUR|GBP|CHF|JPY|INR|CNY|SEK|NOK|DKK|PLN)"
NUMBER = re.compile(
    r"(?P<left>\s*)(?P<open>\()?(?P<before>[-+\u2212])?"
    rf"(?P<prefix>(?:{CURRENCY})\s?)?(?P<inside>[-+\u2212])?"
    r"(?P<body>\d[\d.,'\u2019 \u00a0\u202f_]*\d|\d+\.?|[.,]\d+)(?P<exponent>[eE][+-]?\d{1,3})?"
    rf"(?P<suffix>\s?(?:[%‰]|{CURRENCY}|°[CF]?|[^\W\d_]{{1,10}}[²³]?(?:/[^\W\d_]{{1,6}}[²³]?)?))?"
    r"(?P<after>[-\u2212])?(?P<close>\))?(?P<right>\s*)"
)
PLAIN = r"^-?\d+(\.\d+)?$"


@dataclass(frozen=True)
class Hints:
    """What helps where the numbers of a column by themselves could be read two ways.

    Parameters
    ----------
    frame : function
        Gives some rows of the table.
    semicolons : bool
        Whether semicolons part the fields of the file, as they do where the comma is taken.
    fixed : NumberFormat
        The marks that the user has named, and no others.
    """

    frame: Callable[[], pl.DataFrame]
    semicolons: bool = False
    fixed: NumberFormat = field(default_factory=NumberFormat)

    @cached_property
    def usual(self) -> DecimalMark | None:
        """The decimal mark of most columns in which it can be told; None where it can in none."""
        votes: Counter[str] = Counter()
        for column in self.frame().iter_columns():
            if column.dtype != pl.String:
                continue
            bodies = [m["body"] for m in _matches(column.head(SAMPLE).drop_nulls().unique(maintain_order=True))]
            good = [marks for marks in _fitting(bodies, self.fixed) if any(set(marks) & set(body) for body in bodies)]
            if good and len({decimal for decimal, _ in good}) == 1:
                votes[good[0][0]] += 1
        return "," if votes[","] > votes["."] else "." if votes["."] else None

    def day_first(self) -> bool:
        """Tell whether days stand before months, as they do where decimals have commas."""
        return self.usual == "," or (self.usual is None and self.semicolons)


def spelling_of(values: pl.Series, hints: Hints) -> NumberFormat | None:
    """Find how the numbers of a column are spelled, apart from how many decimals they have.

    Parameters
    ----------
    values : polars.Series
        Distinct values, String.
    hints : Hints
        For numbers such as "1,234".

    Returns
    -------
    NumberFormat or None
        None where most of the values are no numbers.
    """
    if (
        not hints.fixed.model_fields_set
        and values.str.contains(PLAIN).all()
        and not values.str.contains(r"\.\d{3}$").all()
    ):
        return NumberFormat()
    found = _matches(values)
    if not found:
        return None
    affixes = Counter((m["prefix"] or "", m["suffix"] or "") for m in found)
    (prefix, suffix), many = affixes.most_common(1)[0]
    if many < NEARLY_ALL * len(found):
        return None
    found = [m for m in found if ((m["prefix"] or ""), (m["suffix"] or "")) == (prefix, suffix)]
    marks = marks_of([m["body"] for m in found], hints)
    if marks is None:
        return None
    if marks[1] and any(m["exponent"] for m in found):
        return None
    exponents = _exponents(found)
    left, right, width = _blanks(found)
    return NumberFormat.model_validate(
        {
            "decimal_mark": marks[0],
            "thousands_mark": marks[1],
            "prefix": left + prefix,
            "suffix": suffix + right,
            "width": width,
            "zero": _has_zeros(found),
            **_signs(found),
            **exponents,
        }
    )


def _matches(values: pl.Series) -> list[re.Match[str]]:
    """Give what reads as a number among the first values, if that is most of them."""
    texts = values.head(SAMPLE).to_list()
    if sum(NUMBER.fullmatch(text) is not None for text in texts[:20]) == 0:
        return []
    return [m for text in texts if (m := NUMBER.fullmatch(text)) and (m["open"] is None) == (m["close"] is None)]


def _blanks(found: list[re.Match[str]]) -> tuple[str, str, int]:
    """Give the blanks before and after every number, and the width where they fill all values up to one."""
    lefts, rights = {m["left"] for m in found}, {m["right"] for m in found}
    lengths = {len(m[0]) for m in found}
    left, right = (next(iter(side)) if len(side) == 1 else "" for side in (lefts, rights))
    padded = len(lefts) > 1 and len(lengths) == 1 and not any(left.strip(" ") for left in lefts)
    return left, right, lengths.pop() if padded else 0


def _has_zeros(found: list[re.Match[str]]) -> bool:
    """Tell whether a 0 stands before the decimal mark of numbers below one."""
    bare = any(re.match(r"[.,]", m["body"]) for m in found)
    return not bare or any(re.match(r"0[.,]", m["body"]) for m in found)


def _signs(found: list[re.Match[str]]) -> dict[str, object]:
    """Tell how numbers below and above zero are marked."""
    out: dict[str, object] = {}
    minus = {"-", "\u2212"}
    if any(m["open"] for m in found):
        out["negative"] = "($5)"
    elif any(m["after"] for m in found):
        out["negative"] = "$5-"
    elif any(m["inside"] in minus and m["prefix"] for m in found):
        out["negative"] = "$-5"
    signs = [m["before"] or m["inside"] or m["after"] for m in found]
    if "\u2212" in signs and "-" not in signs:
        out["minus"] = "\u2212"
    above = [sign for sign, m in zip(signs, found, strict=True) if sign not in minus and re.search("[1-9]", m["body"])]
    out["plus"] = "+" in above and all(sign == "+" for sign in above)
    return out


def _exponents(found: list[re.Match[str]]) -> dict[str, object]:
    spelled = [m["exponent"] for m in found if m["exponent"]]
    if not spelled:
        return {}
    digits = min(len(e.lstrip("eE+-")) for e in spelled)
    plus = any("+" in e for e in spelled) or all("-" in e for e in spelled)
    form = spelled[0][0] + ("+" if plus else "") + "0" * min(digits, 3)
    lengths = {len(re.split("[.,]", m["body"] + ".")[1]) for m in found}
    # Sixteen digits are more than some floats have, and fewer than others take: these are written as short as can be.
    if len(spelled) == len(found) and len(lengths) == 1 and lengths != {15}:
        return {"notation": "scientific", "exponent": form}
    return {"notation": "shortest", "exponent": form, "plain_range": _plain_range(found)}


def _plain_range(found: list[re.Match[str]]) -> tuple[float, float]:
    """Find from which power of ten on, and below which, numbers are spelled without an exponent.

    Python writes no exponent from 1e-4 up to 1e16, JavaScript from 1e-6 up to 1e21, Java from 1e-3 up to 1e7; any range
    that fits what was seen will do, the one of Python above all.
    """
    sizes = [(float(m["body"].replace(",", ".") + (m["exponent"] or "")), m["exponent"] is None) for m in found]
    low, high = 1e-4, 1e16
    sizes = [(size, plain) for size, plain in sizes if size and isfinite(size)]
    for size, plain in sizes:
        if plain:
            low, high = min(low, 10.0 ** floor(log10(size))), max(high, 10.0 ** (floor(log10(size)) + 1))
    for size, plain in sizes:
        if not plain and size < 1:
            low = max(low, 10.0 ** (floor(log10(size)) + 1))
        elif not plain:
            high = min(high, 10.0 ** floor(log10(size)))
    return low, high


def marks_of(bodies: list[str], hints: Hints) -> Marks | None:
    """Find the decimal mark and the thousands mark of a column; None where its numbers follow no rule.

    "1,234" alone could be read two ways. If every comma of the column has three digits after it, none follows a lone 0,
    and no number of a thousand or more goes without, then it is grouped, unless the table's other columns have decimal
    commas.

    Parameters
    ----------
    bodies : list of str
        Numbers without sign, currency, unit and exponent.
    hints : Hints
        For numbers such as "1,234".
    """
    good = _fitting(bodies, hints.fixed)
    if not good:
        return None
    held = [body for body in bodies if "," in body or "." in body]
    if good[0][1] == "" and held and len(good) > 1:
        return _either(good, held, bodies, hints)
    return good[0]


def _fitting(bodies: list[str], fixed: NumberFormat) -> list[Marks]:
    """Give the marks by which most numbers can be read, and nearly all, those without thousands marks first."""
    named = fixed.model_fields_set
    pairs: list[Marks] = [
        (decimal, thousands)
        for thousands, decimal in product(THOUSANDS_MARKS, DECIMAL_MARKS)
        if decimal != thousands
        and (thousands == "" or any(thousands in body for body in bodies))
        and ("decimal_mark" not in named or decimal == fixed.decimal_mark)
        and ("thousands_mark" not in named or thousands == fixed.thousands_mark)
    ]
    fits = {pair: sum(map(bool, map(re.compile(strict_pattern(pair)).fullmatch, bodies))) for pair in pairs}
    most = max(fits.values(), default=0)
    return [pair for pair in pairs if fits[pair] == most and most >= max(NEARLY_ALL * len(bodies), 1)]


def _either(good: list[Marks], held: list[str], bodies: list[str], hints: Hints) -> Marks:
    """Decide between a decimal mark and a thousands mark before exactly three digits."""
    plain = next((pair for pair in good if pair[1] == "" and any(pair[0] in body for body in held)), None)
    grouped = next((pair for pair in good if pair[1] and any(pair[1] in body for body in held)), None)
    if plain is None or grouped is None:
        return grouped or plain or good[0]
    if hints.usual is not None:
        return plain if hints.usual == plain[0] else grouped
    # No one knows: a point is one for decimals, a comma groups where it occurs often enough to be no chance.
    small = any(re.fullmatch(r"\d{1,3}", body) for body in bodies)
    often = len(held) >= FEW and (small or len(held) >= len(bodies))
    return grouped if plain[0] == "," and often and not hints.semicolons else plain


def strict_pattern(marks: Marks) -> str:
    """Give the pattern of a number without sign in which every group of three digits is set apart."""
    decimal, thousands = map(re.escape, marks)
    fraction = rf"(?:{decimal}\d+)?"
    if not marks[1]:
        return rf"(?:\d+{fraction}|\d+{decimal}|{decimal}\d+)"
    return rf"(?:(?:0|[1-9]\d{{0,2}}(?:{thousands}\d{{3}})*){fraction}|{decimal}\d+)"
