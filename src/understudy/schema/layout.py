"""How the source writes its rows down, so that synthetic rows can be written the same way."""

from typing import Literal

from understudy.schema.spec import Spec

__all__ = ["Layout"]


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
    missing: dict[str, dict[str, float]] = {}
    """For each column that has missing values: the markers that stand for them, with their shares (which sum to 1)."""
    storage: dict[str, str] = {}
    """For each column that was typed at its source: the dtype it had there, such as ``Int32`` or ``Categorical``."""
