import numpy as np
import polars as pl
import pytest

from understudy.anonymize.generalise import generalise, make_alike
from understudy.anonymize.mask import mask
from understudy.anonymize.noise import add_noise
from understudy.anonymize.swap import swap
from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.schema.column import Boolean, Categorical, Datetime, Identifier, Numerical
from understudy.schema.table import TableSchema

COLUMNS = {
    "id": Identifier(),
    "age": Numerical(decimals=0),
    "pay": Numerical(decimals=2),
    "city": Categorical(),
    "member": Boolean(),
    "joined": Datetime(),
}


@pytest.fixture
def table():
    rng = np.random.default_rng(1)
    n = 500
    age = rng.integers(18, 80, n)
    values = {
        "id": [f"P{k}" for k in range(n)],
        "age": [None if k % 50 == 0 else int(a) for k, a in enumerate(age)],
        "pay": np.round(age * 10 + rng.normal(0, 30, n), 2).tolist(),
        "city": rng.choice(["Rom", "Ulm", "Bern"], n, p=[0.7, 0.297, 0.003]).tolist(),
        "member": (rng.random(n) < 0.4).tolist(),
        "joined": (rng.integers(0, 9000, n) * 86_400_000_000).tolist(),
    }
    rows = pl.DataFrame([pl.Series(k, v, dtype=row_dtype(COLUMNS[k]), strict=False) for k, v in values.items()])
    return Table.of(rows, TableSchema(columns=COLUMNS))


@pytest.mark.parametrize("technique", [mask, generalise, make_alike, add_noise, swap])
def test_types_lengths_and_draws_stay(table, technique):
    once, again = technique(table, Run(1)), technique(table, Run(1))
    assert once.rows.schema == table.rows.schema
    assert once.n_rows == table.n_rows
    assert once.rows.equals(again.rows)
    assert not once.rows.equals(table.rows)


@pytest.mark.parametrize("technique", [mask, generalise, make_alike, add_noise, swap])
@pytest.mark.parametrize("n", [1, 2])
def test_the_shortest_tables_are_taken(table, technique, n):
    assert technique(Table.of(table.rows.head(n), table.schema), Run(1)).n_rows == n


def test_masking_empties_what_points_at_people(table):
    rows = mask(table, Run(1)).rows
    assert rows["id"].null_count() == 500
    assert set(rows["city"].drop_nulls()) == {"Rom", "Ulm"}
    assert rows["pay"].equals(table.rows["pay"])


def test_generalising_keeps_few_values(table):
    rows = generalise(table, Run(1), bins=4).rows
    assert rows["pay"].n_unique() == 4
    assert rows["age"].drop_nulls().n_unique() <= 4
    assert rows["age"].null_count() == table.rows["age"].null_count()
    assert (rows["pay"] - table.rows["pay"]).abs().mean() < 80


def test_every_row_has_four_others_like_it(table):
    rows = make_alike(table, Run(1), k=5).rows
    counts = rows.group_by(rows.columns).len()["len"]
    assert counts.min() >= 5
    assert counts.max() < 40


def test_noise_has_the_scale_that_was_asked_for(table):
    rows = add_noise(table, Run(1), scale=0.2, share=0.3).rows
    moved = (rows["pay"] - table.rows["pay"]).std() / table.rows["pay"].std()
    assert moved == pytest.approx(0.2, rel=0.15)
    changed = (rows["id"] != table.rows["id"]).mean()
    assert changed == pytest.approx(0.3, abs=0.07)
    assert rows["age"].null_count() == table.rows["age"].null_count()


def test_swapping_keeps_each_column_and_stays_near_in_rank(table):
    rows = swap(table, Run(1), share=0.5, reach=0.05).rows
    for name in rows.columns:
        assert rows[name].sort().equals(table.rows[name].sort())
    ranks = [frame["pay"].rank() for frame in (rows, table.rows)]
    assert (ranks[0] - ranks[1]).abs().max() <= 0.05 * 500 * 1.5
    assert 0.3 < (rows["id"] != table.rows["id"]).mean() < 0.6
