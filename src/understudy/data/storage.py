"""Names of the dtypes that a typed source stores its columns in, and the casts from and to rows."""

import re
from typing import Final, Literal, cast

import polars as pl

from understudy.errors import SchemaError

__all__ = ["dtype_named", "name_of"]

TimeUnit = Literal["ns", "us", "ms"]
UNIT: Final = r"time_unit='(ns|us|ms)'"


def name_of(dtype: pl.DataType) -> str:
    """Give the name of a dtype, as polars spells it; the levels of an Enum are the schema's, not the name's."""
    return "Enum" if isinstance(dtype, pl.Enum) else str(dtype)


def dtype_named(name: str, levels: tuple[str, ...] | None = None) -> pl.DataType:
    """Give the dtype that :func:`name_of` named.

    Raises
    ------
    SchemaError
        If there is no such dtype.
    """
    if name == "Enum":
        return pl.Enum(list(levels or ()))
    if match := re.fullmatch(rf"Datetime\({UNIT}(?:, time_zone=(?:None|'([^']+)'))?\)", name):
        return pl.Datetime(cast("TimeUnit", match[1]), match[2])
    if match := re.fullmatch(rf"Duration\({UNIT}\)", name):
        return pl.Duration(cast("TimeUnit", match[1]))
    if match := re.fullmatch(r"Decimal\(precision=(\d+), scale=(\d+)\)", name):
        return pl.Decimal(int(match[1]), int(match[2]))
    plain = {str(kind()): kind for kind in PLAIN}
    if name not in plain:
        msg = f"The layout stores a column as {name!r}, which is no dtype. Use one of {', '.join(sorted(plain))}."
        raise SchemaError(msg)
    return plain[name]()


PLAIN = (
    *(pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64),
    *(pl.Float32, pl.Float64, pl.Boolean, pl.String, pl.Categorical, pl.Date, pl.Time, pl.Null),
)
