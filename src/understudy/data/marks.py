"""Which character stands before the decimals of a file's numbers, and which between groups of three digits."""

import re
from typing import Literal

import polars as pl

__all__ = ["DecimalMark", "ThousandsMark", "marks_of"]

DecimalMark = Literal[".", ","]
ThousandsMark = Literal["", ",", ".", " ", "'"]

MANY, FEW = 2_000, 3
AFFIX = r"[\s$€£¥]*"
COMMA = re.compile(rf"{AFFIX}[+-]?(\d+|\d{{1,3}}([. ']\d{{3}})*),\d+([eE][+-]?\d+)?{AFFIX}%?")
POINT = re.compile(rf"{AFFIX}[+-]?(\d*|\d{{1,3}}([, ']\d{{3}})*)\.\d+([eE][+-]?\d+)?{AFFIX}%?")
WHOLE = re.compile(rf"{AFFIX}[+-]?\d+{AFFIX}%?")
GROUPS = re.compile(rf"{AFFIX}[+-]?\d{{1,3}}([,.' ])\d{{3}}(\1\d{{3}})*([.,]\d+)?{AFFIX}%?")


def marks_of(frame: pl.DataFrame, decimal: DecimalMark | None = None) -> tuple[DecimalMark, ThousandsMark]:
    """Find the decimal mark and the thousands mark that the columns of text agree on.

    A column votes if nearly all its values read as numbers one way. "1,234" alone could be either: it is grouped where
    every value of the column that has a comma has exactly three digits after it, none begins with "0,", and no number
    of a thousand or more goes without.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of String.
    decimal : {".", ","}, optional
        The decimal mark, where the user has named it.
    """
    votes = {".": 0, ",": 0}
    grouped: dict[str, int] = {}
    for column in frame.iter_columns():
        values = _numbers(column)
        if not values:
            continue
        group = _group(values)
        if group is not None:
            grouped[group] = grouped.get(group, 0) + 1
            tail = [v for v in values if group in v]
            votes["."] += any("." in v for v in tail) if group != "." else 0
            votes[","] += any("," in v for v in tail) if group != "," else 0
            votes[","] += group == "."
        else:
            votes[","] += sum(map(bool, map(COMMA.fullmatch, values))) > len(values) / 2
            votes["."] += sum(map(bool, map(POINT.fullmatch, values))) > len(values) / 2
            votes[","] += any("," in v for v in values) and not any("." in v for v in values)
            votes["."] += any("." in v for v in values) and not any("," in v for v in values)
    mark: DecimalMark = decimal or ("," if votes[","] > votes["."] else ".")
    others = {g: n for g, n in grouped.items() if g != mark}
    thousands = max(others, key=lambda g: others[g]) if others else ""
    return mark, thousands  # pyright: ignore[reportReturnType] - the keys are matches of GROUPS' first class


def _numbers(column: pl.Series) -> list[str]:
    """Give up to MANY distinct values if nearly all read as numbers and some hold a mark, else nothing."""
    if column.dtype != pl.String:
        return []
    sample = column.head(20 * MANY).drop_nulls().unique(maintain_order=True).head(MANY)
    digits = sample.filter(sample.str.contains(r"^[\s$€£¥]*[+-]?[\d.,]"))
    if digits.len() < sample.len() * 0.8 - 3 or not digits.str.contains(r"[.,' ]").any():
        return []
    values = digits.to_list()
    good = [v for v in values if WHOLE.fullmatch(v) or COMMA.fullmatch(v) or POINT.fullmatch(v) or GROUPS.fullmatch(v)]
    return good if good and len(good) >= len(values) * 0.95 else []


def _group(values: list[str]) -> str | None:
    """Give the mark between groups of three digits if the values use one without exception."""
    for mark in ",.' ":
        held = [v for v in values if mark in v.strip()]
        matches = [GROUPS.fullmatch(v) for v in held]
        if not held or not all(m is not None and m[1] == mark for m in matches):
            continue
        plain = [v for v in values if mark not in v.strip()]
        if any(re.search(r"\d{4,}([.,]|\D*$)", v) for v in plain) or any(re.match(r"\D*0", v) for v in held):
            continue
        several = any(v.count(mark) > 1 or re.search(rf"\{mark}\d{{3}}[.,]", v) for v in held)
        if (
            several
            or (mark == "," and len(held) >= FEW and any(re.fullmatch(r"\D*\d{1,3}\D*", v) for v in plain))
            or (mark in "' ")
        ):
            return mark
    return None
