"""How the source writes its rows down, so that synthetic rows can be written the same way."""

from typing import Annotated, Literal

from pydantic import Field

from understudy.schema.spec import Spec

__all__ = ["Layout", "NumberFormat"]


class NumberFormat(Spec):
    """How one column spells its numbers, beyond its number of decimals."""

    digits: Annotated[int, Field(ge=0, le=17)] = 0
    """Digits that are written after the decimal mark even where they are zero: 12.50 has 2 of them, 5.0 has 1."""
    grouped: bool = False
    """Whether groups of three digits are set apart by the thousands mark."""
    prefix: str = ""
    """What stands before each number, such as a currency sign or a blank."""
    suffix: str = ""
    """What stands after each number, such as a unit."""


class Layout(Spec):
    """The look of a file or frame, as opposed to its meaning."""

    medium: Literal["csv", "parquet", "jsonl", "arrow", "excel", "frame"] = "frame"
    """Kind of source."""
    delimiter: str = ","
    """Character between two fields of a delimited file."""
    quote: str | None = '"'
    """Character around fields that hold a delimiter; empty: none."""
    quoting: Literal["necessary", "non_numeric", "always"] = "necessary"
    """Which fields the file puts in quotes."""
    encoding: str = "utf-8"
    """Character encoding of the file, as Python names it."""
    decimal_mark: Literal[".", ","] = "."
    """Character before the decimals of a number."""
    thousands_mark: Literal["", ",", ".", " ", "'"] = ""
    """Character between groups of three digits."""
    header: bool = True
    """Whether the first line holds the column names."""
    line_end: Literal["\n", "\r\n"] = "\n"
    """What ends a line."""
    missing: dict[str, dict[str, float]] = Field(default={})
    """For each column that has missing values: the markers that stand for them, with their shares (which sum to 1)."""
    storage: dict[str, str] = Field(default={})
    """For each column that was typed at its source: the dtype it had there, such as ``Int32`` or ``Categorical``."""
    numbers: dict[str, NumberFormat] = Field(default={})
    """For each column of text whose numbers are not spelled the plain way: how they are."""
