from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pytest

from understudy.data.table import Table
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema


@dataclass
class Shuffler:
    """A generator that draws every column on its own."""

    schema: TableSchema
    rows: pl.DataFrame
    asked: list = field(default_factory=list)

    def sample(self, n, run, given=None, first=0):
        self.asked.append((n, first, run.path))
        columns = []
        for name in self.rows.columns:
            drawn = self.rows[name].gather(run.child(name).rng.integers(self.rows.height, size=n))
            columns.append(pl.Series(name, [given[name]] * n, drawn.dtype) if given and name in given else drawn)
        return Table.of(pl.DataFrame(columns), self.schema)

    def state(self):
        return {}

    def describe(self):
        return {}


@pytest.fixture
def table():
    def make(n):
        rng = np.random.default_rng(5)
        rows = pl.DataFrame({"x": rng.normal(size=n), "on": rng.choice(["a", "b", "c"], size=n)})
        columns = {"x": Numerical(), "on": Categorical()}
        return Table.of(rows, TableSchema(columns=columns))

    return make


@pytest.fixture
def shuffler(table):
    def make(n=50):
        made = table(n)
        return Shuffler(made.schema, made.rows)

    return make
