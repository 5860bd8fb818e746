"""How the source writes its rows down, so that synthetic rows can be written the same way."""

import codecs
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from understudy.schema.spec import Spec

__all__ = ["DecimalMark", "Layout", "NumberFormat", "ThousandsMark", "encoding_named"]

DecimalMark = Literal[".", ","]
ThousandsMark = Literal["", ",", ".", " ", "'", "\u2019", "\u00a0", "\u202f", "_"]


class NumberFormat(Spec):
    """How one column spells its numbers, beyond its number of decimals."""

    digits: Annotated[int, Field(ge=0, le=40)] = 0
    """Digits that are written after the decimal mark even where they are zero: 12.50 has 2 of them, 5.0 has 1."""
    decimal_mark: DecimalMark = "."
    """Character before the decimals."""
    thousands_mark: ThousandsMark = ""
    """Character between groups of three digits."""
    prefix: str = ""
    """What stands before each number, such as a currency sign or a blank."""
    suffix: str = ""
    """What stands after each number, such as a unit."""
    negative: Literal["-$5", "$-5", "($5)", "$5-"] = "-$5"
    """How numbers below zero are spelled, shown on five dollars."""
    minus: Literal["-", "\u2212"] = "-"
    """Character for minus."""
    plus: bool = False
    """Whether a plus sign stands before numbers that are not below zero."""
    zero: bool = True
    """Whether a 0 stands before the decimal mark where nothing else does: 0.5, not .5."""
    notation: Literal["plain", "shortest", "scientific"] = "plain"
    """Whether numbers are written without an exponent, with one outside of ``plain_range``, or always with one."""
    plain_range: tuple[float, float] = (1e-4, 1e16)
    """From which size on, and below which, numbers have no exponent, where the notation is shortest."""
    exponent: Annotated[str, Field(pattern=r"^[eE]\+?0{1,3}$")] = "e+00"
    """How the exponent 0 is spelled in this file, where there are exponents."""
    width: Annotated[int, Field(ge=0, le=100)] = 0
    """Characters that blanks before the number fill up to."""

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.thousands_mark == self.decimal_mark:
            msg = f"decimal_mark and thousands_mark are both {self.decimal_mark!r}; change one of them"
            raise ValueError(msg)
        return self


class Layout(Spec):
    """The look of a file or frame, as opposed to its meaning."""

    medium: Literal["csv", "parquet", "jsonl", "arrow", "excel", "frame"] = "frame"
    """Kind of source."""
    delimiter: str = ","
    """What stands between two fields of a delimited file."""
    quote: str | None = '"'
    """Character around fields that hold a delimiter; empty: none."""
    quoted: Literal["all"] | tuple[str, ...] = ()
    """Columns whose fields are in quotes whether they need them or not."""
    quoted_header: bool = False
    """Whether the names of the columns are in quotes whether they need them or not."""
    quoted_empty: bool = False
    """Whether empty fields of the quoted columns are in quotes too."""
    encoding: str = "utf-8"
    """Character encoding of the file, as Python names it."""
    preamble: str = ""
    """Lines above the header, which belong to no row."""
    header: bool = True
    """Whether the first line holds the column names."""
    line_end: Literal["\n", "\r\n", "\r"] = "\n"
    """What ends a line."""
    missing: dict[str, dict[str, float]] = Field(default={})
    """For each column that has missing values: the markers that stand for them, with their shares (which sum to 1)."""
    odd: tuple[str, ...] = ()
    """Columns in which a value that is none of the column's kind, as a remark among numbers, counts as missing instead
    of being refused; it is not written back, as a marker is."""
    storage: dict[str, str] = Field(default={})
    """For each column: the dtype that it has at its source, such as ``Int32`` or ``Categorical``. For a delimited file,
    only where the column's meaning leaves it open: ``Int64`` for a category whose levels are whole numbers."""
    numbers: dict[str, NumberFormat] = Field(default={})
    """For each column of text whose numbers are not spelled the plain way: how they are."""

    @field_validator("encoding")
    @classmethod
    def _is_an_encoding(cls, name: str) -> str:
        return encoding_named(name)

    @model_validator(mode="after")
    def _quote_is_no_delimiter(self) -> Self:
        if self.quote == self.delimiter:
            msg = f"quote and delimiter are both {self.quote!r}; change one of them"
            raise ValueError(msg)
        return self


def encoding_named(name: str) -> str:
    """Give the name of an encoding of text back.

    Raises
    ------
    ValueError
        If there is none of that name, or it is none that files are written in, as ``idna`` is for names of hosts.
    """
    try:
        "".encode(name)
        codecs.getincrementaldecoder(name)
        known = name not in {"idna", "undefined"}
    except (LookupError, ValueError):
        known = False
    if not known:
        msg = f"no encoding is named {name!r}; utf-8, utf-16, cp1252 and latin-1 are"
        raise ValueError(msg)
    return name
