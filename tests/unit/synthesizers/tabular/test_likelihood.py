"""A generator's likelihood is the law that it samples from."""

from itertools import product

import numpy as np
import polars as pl
import pytest

from understudy import catalog
from understudy.context import Run
from understudy.data.table import Table
from understudy.protocols import SupportsLikelihood
from understudy.schema.column import Boolean, Categorical, Identifier, Numerical
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(columns={"a": Categorical(), "b": Categorical(), "c": Boolean(), "d": Categorical()})
LEVELS = (["u", "v", "w"], ["x", "y"], [False, True], ["0", "1", "2", "3"])
RUN = Run(4)


def drawn(seed, n=4000):
    rng = np.random.default_rng(seed)
    a = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    b = (rng.random(n) < 0.2 + 0.3 * a).astype(int)
    c = rng.random(n) < np.where((a == 0) == (b == 0), 0.9, 0.2)
    d = (a + 2 * c + (rng.random(n) < 0.3)) % 4
    rows = {"a": np.array(LEVELS[0])[a], "b": np.array(LEVELS[1])[b], "c": c, "d": np.array(LEVELS[3])[d]}
    return Table.of(pl.DataFrame(rows), SCHEMA)


def every_row():
    return Table.of(pl.DataFrame(list(product(*LEVELS)), schema=list(SCHEMA.columns), orient="row"), SCHEMA)


@pytest.fixture(params=["independent", "forest"])
def fitted(request):
    return catalog.load("synthesizers", request.param)().fit(drawn(1), RUN)


def test_probabilities_of_all_rows_add_up_to_one(fitted):
    assert isinstance(fitted, SupportsLikelihood)
    assert np.exp(fitted.log_likelihood(every_row())).sum() == pytest.approx(1, abs=1e-4)


def test_rows_are_sampled_as_often_as_they_are_likely(fitted):
    n, every = 200_000, every_row()
    counts = fitted.sample(n, RUN.child("sample")).rows.group_by(list(SCHEMA.columns)).agg(n=pl.len())
    held = every.rows.join(counts, on=list(SCHEMA.columns), how="left", maintain_order="left")["n"].fill_null(0)
    share = np.exp(fitted.log_likelihood(every))
    error = np.sqrt(share * (1 - share) / n) + 1e-5
    assert np.abs(held.to_numpy() / n - share).max() < 5 * error.max()


def test_independent_likelihoods_are_products_of_shares():
    rows = drawn(1)
    fitted = catalog.load("synthesizers", "independent")().fit(rows, RUN)
    shares = [dict(rows.rows[name].value_counts(normalize=True).rows()) for name in SCHEMA.columns]
    few = rows.rows.head(50)
    expected = [np.log([share[v] for share, v in zip(shares, row, strict=True)]).sum() for row in few.rows()]
    assert fitted.log_likelihood(Table.of(rows.rows.head(50), SCHEMA)) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["independent", "forest"])
def test_a_restored_model_tells_the_same(name):
    kind = catalog.load("synthesizers", name)
    fitted = kind().fit(drawn(1), RUN)
    again = kind.restore(fitted.state())
    assert np.array_equal(again.log_likelihood(drawn(2, 300)), fitted.log_likelihood(drawn(2, 300)))


def test_likelihood_of_quantities_is_higher_where_rows_are():
    def quantities(seed, n=3000):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=n)
        rows = {"key": [f"k{seed}-{i}" for i in range(n)], "x": x, "y": x + rng.normal(0, 0.2, n)}
        return Table.of(
            pl.DataFrame(rows), TableSchema(columns={"key": Identifier(), "x": Numerical(), "y": Numerical()})
        )

    fitted = catalog.load("synthesizers", "forest")().fit(quantities(1), RUN)
    fresh = quantities(2)
    mixed = Table.of(fresh.rows.with_columns(y=pl.col("y").shuffle(seed=1)), fresh.schema)
    assert fitted.log_likelihood(fresh).mean() > fitted.log_likelihood(mixed).mean() + 1
