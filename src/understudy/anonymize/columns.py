"""Quantities as numbers, and back in the column's own type."""

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.schema.column import ColumnType, Datetime, Duration, Location, Numerical

__all__ = ["as_numbers", "is_quantity", "with_numbers"]

_LARGEST = 2.0**62


def is_quantity(column: ColumnType) -> bool:
    """Whether a column's values have distances."""
    return isinstance(column, Numerical | Location | Datetime | Duration)


def as_numbers(values: pl.Series) -> npt.NDArray[np.float64]:
    """Give a column of quantities as floats; what is missing or infinite is NaN."""
    numbers = values.to_physical().cast(pl.Float64).to_numpy()
    return np.where(np.isfinite(numbers), numbers, np.nan)


def with_numbers(values: pl.Series, column: ColumnType, numbers: npt.NDArray[np.float64]) -> pl.Series:
    """Give ``numbers`` in the type of ``values`` and with the decimals of the column; NaN where a value is missing."""
    decimals = column.decimals if isinstance(column, Numerical | Location) else 0
    if decimals is not None:
        numbers = np.round(numbers, decimals)
    held = pl.Series(values.name, np.clip(numbers, -_LARGEST, _LARGEST), nan_to_null=True)
    if values.dtype.is_float():
        return held.cast(values.dtype)
    return held.round(0).cast(pl.Int64).cast(values.to_physical().dtype).cast(values.dtype)
