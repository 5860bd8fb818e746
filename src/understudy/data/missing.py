"""The ways in which sources spell a missing value."""

import hashlib

import numpy as np
import polars as pl

from understudy.data.raw import NULL
from understudy.schema.column import Boolean, Categorical, ColumnType, Identifier, Text
from understudy.schema.layout import Layout

__all__ = ["NOT_FINITE", "USUAL", "first_turn", "is_missing", "markers_of", "put_markers"]

USUAL = (
    "",
    *("NA", "N/A", "n/a", "na", "N.A.", "n.a.", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-nan", "NaT"),
    *("NULL", "Null", "null", "None", "none", "NONE", "nil", "?", "-", "--", "---", ".", "..", "missing", "Missing"),
)
"""Markers that are looked for without being named; blanks around them do not count."""

NOT_FINITE = ("inf", "-inf", "Inf", "-Inf", "+inf", "INF", "-INF", "Infinity", "-Infinity", "infinity", "-infinity")
"""Spellings of infinities: no number that can be learned from, so they are kept as markers."""

GOLDEN = 0.6180339887498949


def markers_of(name: str, column: ColumnType, layout: Layout) -> list[str]:
    """Give every spelling that counts as missing in a column of text.

    Where words are values ("none" may be a level), only the markers that the layout names count. Elsewhere the usual
    ones count too, since they could not be values; how a switch spells true and false is no marker.
    """
    named = [marker for marker in layout.missing.get(name, {}) if marker != NULL]
    empty = [""] if layout.medium == "csv" else []
    if isinstance(column, Categorical | Identifier | Text):
        return [*empty, *named]
    values = {column.true, column.false} if isinstance(column, Boolean) else set[str]()
    return [marker for marker in (*named, *USUAL, *NOT_FINITE) if marker not in values]


def is_missing(text: pl.Expr, markers: list[str]) -> pl.Expr:
    """Tell which values are null or a marker, with or without blanks around it."""
    return text.is_null() | text.is_in(markers) | text.str.strip_chars().is_in([m for m in markers if m.strip()])


def first_turn(rows: pl.DataFrame) -> float:
    """Give a number in [0, 1) that depends on what the first row holds: as good as random where rows are.

    So no batch of rows starts with the same marker as every other, and none needs a generator to be written.
    """
    digest = hashlib.blake2b(repr(rows.head(1).rows()).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / (1 << 48)


def put_markers(values: pl.Series, shares: dict[str, float], start: float = 0.5) -> pl.Series:
    """Spell the missing values: markers take turns according to their shares, evenly along the rows.

    Parameters
    ----------
    values : polars.Series
        Written values, String or float, null where missing.
    shares : dict
        Share of each marker; they sum to 1. NULL leaves the null.
    start : float
        Where among the shares, in [0, 1), the first turn is.
    """
    gaps = values.is_null()
    if not shares or list(shares) == [NULL] or not gaps.any():
        return values
    order = list(shares)
    turns = (np.arange(int(gaps.sum())) * GOLDEN + start) % 1.0
    picked = np.searchsorted(np.cumsum([shares[m] for m in order])[:-1], turns, side="right")
    dtype = values.dtype
    fill = [None if m == NULL else float(m) if dtype.is_float() else m for m in order]
    chosen = pl.Series(fill, dtype=dtype, strict=False).gather(picked)
    places = gaps.arg_true()
    return values.clone().scatter(places, chosen)
