"""Small typed tables for the tests of metrics."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.schema.column import Boolean, Categorical, ColumnType, Datetime, Numerical
from understudy.schema.table import TableSchema

MIXED: dict[str, ColumnType] = {
    "age": Numerical(decimals=0),
    "income": Numerical(),
    "joined": Datetime(),
    "member": Boolean(),
    "city": Categorical(),
    "plan": Categorical(),
}


@pytest.fixture
def run() -> Run:
    return Run(11)


@pytest.fixture
def make() -> Callable[..., Table]:
    """Give a function that makes a table of the given columns."""

    def make(columns: dict[str, ColumnType], values: dict[str, object]) -> Table:
        rows = pl.DataFrame([pl.Series(n, values[n], dtype=row_dtype(c), strict=False) for n, c in columns.items()])
        return Table.of(rows, TableSchema(columns=columns))

    return make


@pytest.fixture
def mixed(make) -> Callable[..., Table]:
    """Give a function that draws a table of dependent columns of every kind, with a share of missing values."""

    def draw(seed: int, n: int = 600, *, missing: float = 0.0, shift: float = 0.0) -> Table:
        rng = np.random.default_rng(seed)
        age = rng.integers(18, 90, n)
        plan = np.where(rng.random(n) < age / 120, "old", np.where(rng.random(n) < 0.3, "new", "mid"))
        income = np.exp(rng.normal(3 + shift, 0.4, n)) + age / 10
        values = {
            "age": age.tolist(),
            "income": income.tolist(),
            "joined": (rng.integers(0, 1000, n) * 86_400_000_000 + age * 10**13).tolist(),
            "member": (income + rng.normal(0, 5, n) > 25).tolist(),
            "city": rng.choice(["Rom", "Ulm", "Bern", "Graz"], n, p=[0.6, 0.2, 0.15, 0.05]).tolist(),
            "plan": plan.tolist(),
        }
        for column in values.values():
            for i in np.flatnonzero(rng.random(n) < missing):
                column[i] = None
        return make(MIXED, values)

    return draw


@pytest.fixture
def frame() -> Callable[[Table], pd.DataFrame]:
    """Give a function that gives rows as pandas holds them: objects for strings, None for a missing string."""

    def frame(table: Table) -> pd.DataFrame:
        columns, dtypes = {}, {"numerical": float, "datetime": "datetime64[ns]"}
        for name in table.rows.columns:
            kind = table.schema.columns[name].kind
            values = table.rows[name].to_list()
            columns[name] = pd.Series(values, dtype=dtypes.get(kind, object))
        return pd.DataFrame(columns)

    return frame
