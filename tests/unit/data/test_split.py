import numpy as np
import polars as pl
import pytest

from understudy.data.split import draw, split
from understudy.data.table import Table
from understudy.errors import InputError
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema


def table(n, entities=None):
    columns = {"x": Numerical(decimals=0)}
    rows = pl.DataFrame({"x": pl.Series(range(n), dtype=pl.Int64)})
    if entities is None:
        return Table.of(rows, TableSchema(columns=columns))
    columns["who"] = Categorical()
    rows = rows.with_columns(who=pl.Series(entities, dtype=pl.String))
    return Table.of(rows, TableSchema(columns=columns, entity="who"))


def rng(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("n", [20, 21, 100, 1003])
def test_every_row_is_on_one_side_and_a_fifth_is_held_out(n):
    parts = split(table(n), rng())
    training, holdout = parts.training.rows["x"], parts.holdout.rows["x"]
    assert sorted([*training, *holdout]) == list(range(n))
    assert len(holdout) == round(n * 0.2)
    assert training.is_sorted()


def test_the_seed_decides_the_rows():
    one, again, other = (split(table(100), rng(seed)).holdout.rows["x"].to_list() for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_an_entity_is_never_split():
    entities = [f"p{i % 17}" for i in range(300)]
    parts = split(table(300, entities), rng())
    assert not set(parts.training.rows["who"]) & set(parts.holdout.rows["who"])
    assert 0.1 < parts.holdout.n_rows / 300 < 0.3


def test_one_large_entity_stays_whole():
    entities = ["large"] * 90 + [f"p{i}" for i in range(10)]
    for seed in range(10):
        parts = split(table(100, entities), rng(seed))
        assert not set(parts.training.rows["who"]) & set(parts.holdout.rows["who"])
        assert parts.training.n_rows
        assert parts.holdout.n_rows


def test_rows_without_entity_are_their_own():
    parts = split(table(100, [None] * 100), rng())
    assert parts.holdout.n_rows == 20


def test_one_entity_alone_is_an_error():
    with pytest.raises(InputError, match="'who'"):
        split(table(30, ["a"] * 30), rng())


@pytest.mark.parametrize("n", [2, 19])
def test_a_short_table_keeps_every_row(n):
    parts = split(table(n), rng())
    assert parts.training.n_rows == n
    assert parts.holdout is None


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_rows_are_an_error(n):
    with pytest.raises(InputError, match="at least 2"):
        split(table(n), rng())


def test_partitions_on_disk_stay_there_and_give_the_same_rows(tmp_path):
    whole = table(100)
    pieces = []
    for start in (0, 30, 60):
        pieces.append(tmp_path / f"p{start}.parquet")
        whole.rows.slice(start, 30 if start < 60 else 40).write_parquet(pieces[-1])
    parts = split(Table(tuple(pieces), whole.schema), rng())
    memory = split(whole, rng())
    assert all(not isinstance(part, pl.DataFrame) for part in parts.training.partitions)
    assert parts.training.rows.equals(memory.training.rows)
    assert parts.holdout.rows.equals(memory.holdout.rows)


def test_two_draws_of_one_size_from_disk_do_not_write_over_each_other(tmp_path):
    whole = table(100)
    whole.rows.write_parquet(tmp_path / "p.parquet")
    disk = Table((tmp_path / "p.parquet",), whole.schema)
    source = rng()
    first = draw(disk, 20, source)
    rows = first.rows
    assert not draw(disk, 20, source).rows.equals(rows)
    assert first.rows.equals(rows)
