import polars as pl
import pytest

from understudy.data.table import Table
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema


@pytest.fixture
def as_table():
    """Make a table of plain columns: numbers, booleans, everything else as categories; others as they are told."""

    def kind(values):
        if values.dtype == pl.Boolean:
            return Boolean()
        if values.dtype.is_integer():
            return Numerical(decimals=0)
        return Numerical() if values.dtype.is_float() else Categorical()

    def make(columns, told=()):
        rows = pl.DataFrame(columns)
        rows = rows.with_columns(pl.col(pl.Null).cast(pl.Float64), pl.selectors.integer().cast(pl.Int64))
        return Table.of(rows, TableSchema(columns={name: kind(rows[name]) for name in rows.columns} | dict(told)))

    return make
