"""What points at people is blotted out."""

import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.schema.column import Identifier, Text

__all__ = ["mask"]


def mask(table: Table, run: Run, rare: float = 0.01) -> Table:
    """Empty identifiers and free text, and every category that fewer than a share of the rows have.

    Quantities stay as they are, as in many a table that was called anonymous.

    Parameters
    ----------
    table : Table
        Rows.
    run : Run
        Not drawn from.
    rare : float
        Share of rows below which a category is emptied, in [0, 1].
    """
    del run
    columns: dict[str, pl.Series] = {}
    for name, column in table.schema.columns.items():
        values = table.rows[name]
        if isinstance(column, Identifier | Text):
            columns[name] = pl.Series(name, [None] * len(values), dtype=values.dtype)
        elif values.dtype == pl.String:
            held = values.to_frame("v").select(pl.len().over("v"))["len"]
            columns[name] = values.zip_with(held >= rare * len(values), pl.Series(name, [None], dtype=values.dtype))
        else:
            columns[name] = values
    return Table.of(pl.DataFrame(columns), table.schema)
