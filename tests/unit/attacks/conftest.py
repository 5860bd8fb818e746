"""A population to draw real and synthetic rows from."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.schema.column import Categorical, ColumnType, Numerical
from understudy.schema.table import TableSchema

COLUMNS: dict[str, ColumnType] = {
    "age": Numerical(decimals=0),
    "income": Numerical(decimals=2),
    "spent": Numerical(decimals=2),
    "city": Categorical(),
    "job": Categorical(),
    "plan": Categorical(),
}


@pytest.fixture
def run() -> Run:
    return Run(5)


@pytest.fixture
def people() -> Callable[..., Table]:
    """Give a function that draws people: rows are hardly ever alike, columns depend on one another."""

    def draw(seed: int, n: int) -> Table:
        rng = np.random.default_rng(seed)
        age = rng.integers(18, 90, n)
        income = np.round(np.exp(rng.normal(3, 0.5, n)) + age, 2)
        values = {
            "age": age,
            "income": income,
            "spent": np.round(income * rng.uniform(0.2, 0.9, n), 2),
            "city": rng.choice([f"c{k}" for k in range(30)], n),
            "job": np.where(rng.random(n) < age / 120, "old", rng.choice(["a", "b", "c"], n)),
            "plan": np.where(income > 70, "big", rng.choice(["small", "mid"], n)),
        }
        rows = pl.DataFrame([pl.Series(k, v.tolist(), dtype=row_dtype(COLUMNS[k])) for k, v in values.items()])
        return Table.of(rows, TableSchema(columns=COLUMNS))

    return draw
