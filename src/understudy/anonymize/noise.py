"""Noise on numbers, and now and then another category."""

import numpy as np
import polars as pl

from understudy.anonymize.columns import as_numbers, is_quantity, with_numbers
from understudy.context import Run
from understudy.data.table import Table

__all__ = ["add_noise"]


def add_noise(table: Table, run: Run, scale: float = 0.1, share: float = 0.1) -> Table:
    """Add normal noise to quantities, and draw a share of the other values anew from their column.

    Parameters
    ----------
    table : Table
        Rows.
    run : Run
        For draws.
    scale : float
        Standard deviation of the noise, in those of the column.
    share : float
        Share of the other values that are drawn anew, in [0, 1].
    """
    columns: dict[str, pl.Series] = {}
    for name, column in table.schema.columns.items():
        values, rng = table.rows[name], run.child(name).rng
        if is_quantity(column):
            numbers = as_numbers(values)
            spread = float(np.nanstd(numbers)) if np.isfinite(numbers).any() else 0.0
            columns[name] = with_numbers(values, column, numbers + rng.normal(0, scale * spread, len(numbers)))
        else:
            other = values.gather(rng.integers(len(values), size=len(values)))
            columns[name] = other.zip_with(pl.Series(rng.random(len(values)) < share), values)
    return Table.of(pl.DataFrame(columns), table.schema)
