"""Whole tables as symbols and back."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.errors import ConditionError
from understudy.execution.local import Local
from understudy.schema.column import Boolean, Categorical, Datetime, Duration, Identifier, Location, Numerical, Text
from understudy.schema.table import TableSchema
from understudy.transforms.protection import Protection
from understudy.transforms.table import TableEncoder

COLUMNS = {
    "whole": Numerical(decimals=0),
    "float": Numerical(),
    "level": Categorical(),
    "flag": Boolean(),
    "when": Datetime(),
    "took": Duration(),
    "lat": Location(axis="latitude", partner="lon"),
    "lon": Location(axis="longitude", partner="lat"),
    "key": Identifier(pattern="A-[0-9]{7}"),
    "note": Text(),
}


def every_type(n=300, seed=1, missing=0.1):
    rng = np.random.default_rng(seed)
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - rows of a column without a zone are naive
    values = {
        "whole": rng.integers(0, 99, n).tolist(),
        "float": rng.normal(size=n).tolist(),
        "level": rng.choice(["a", "b", "ü"], n).tolist(),
        "flag": (rng.random(n) < 0.5).tolist(),
        "when": [start + timedelta(seconds=int(s)) for s in rng.integers(0, 10**7, n)],
        "took": [timedelta(seconds=int(s)) for s in rng.integers(0, 10**4, n)],
        "lat": rng.uniform(-90, 90, n).tolist(),
        "lon": rng.uniform(-180, 180, n).tolist(),
        "key": [f"A-{i:07}" for i in rng.choice(10**7, n, replace=False)],
        "note": [f"word {i}" for i in rng.integers(0, 9, n)],
    }
    made = [
        pl.Series(name, [None if h else v for h, v in zip(rng.random(n) < missing, found, strict=True)],
                  dtype=row_dtype(COLUMNS[name]))
        for name, found in values.items()
    ]  # fmt: skip
    return Table.of(pl.DataFrame(made), TableSchema(columns=COLUMNS))


DATA = every_type()
ENCODER = TableEncoder.fit(DATA, Protection(), Run(1))


def test_symbols_are_one_contiguous_row_per_column_and_below_their_number():
    codes = ENCODER.encode(DATA)
    assert codes.shape == (10, 300)
    assert codes.dtype == np.uint16
    assert codes.flags["C_CONTIGUOUS"]
    assert (codes.max(axis=1) < ENCODER.n_symbols).all()
    assert ENCODER.names == list(COLUMNS)
    assert dict(zip(ENCODER.names, ENCODER.ordered.tolist(), strict=True))["float"]


def test_rows_come_back_in_their_types_and_with_as_many_missing():
    rows = ENCODER.decode(ENCODER.encode(DATA), Run(2))
    assert rows.schema == DATA.rows.schema
    assert rows.null_count().equals(DATA.rows.null_count())


def test_partitions_give_the_symbols_of_the_whole(tmp_path):
    parts = (DATA.rows[:100], tmp_path / "part.parquet", DATA.rows[200:])
    DATA.rows[100:200].write_parquet(parts[1])
    split = Table(parts, DATA.schema)
    assert (ENCODER.encode(split) == ENCODER.encode(DATA)).all()
    again = TableEncoder.fit(split, Protection(), Run(1))
    assert (again.encode(split) == ENCODER.encode(DATA)).all()


def test_a_columns_draw_does_not_depend_on_the_other_columns():
    codes = ENCODER.encode(DATA)
    whole = ENCODER.decode(codes, Run(2))
    part = ENCODER.decode(codes, Run(2), names=["lat", "level"])
    assert part.columns == ["level", "lat"]
    assert part.equals(whole.select("level", "lat"))


def test_two_workers_learn_the_same_symbols():
    again = TableEncoder.fit(DATA, Protection(), Run(1, executor=Local(2)))
    codes = ENCODER.encode(DATA)
    assert (again.encode(DATA) == codes).all()
    assert again.decode(codes, Run(3)).equals(ENCODER.decode(codes, Run(3)))


def test_a_restored_encoder_is_the_same():
    again = TableEncoder.restore(ENCODER.state())
    codes = again.encode(DATA)
    assert (codes == ENCODER.encode(DATA)).all()
    assert again.decode(codes, Run(3)).equals(ENCODER.decode(codes, Run(3)))
    assert again.fresh == {"key", "note"}


def test_given_values_become_symbols_and_impossible_ones_are_refused():
    masks = ENCODER.evidence({"level": "b", "flag": None, "key": None})
    assert [int(mask.sum()) for mask in masks.values()] == [1, 1, 1]
    for given in ({"level": "z"}, {"whole": 10**6}, {"key": "A-0000001"}, {"note": "word 1"}):
        with pytest.raises(ConditionError) as refusal:
            ENCODER.evidence(given)
        assert next(iter(given)) in str(refusal.value)


def test_a_column_named_like_anything_is_kept():
    names = ["", " ", "$array", "a/b", "ü\n", "columns"]
    schema = TableSchema(columns=dict.fromkeys(names, Numerical(decimals=0)))
    data = Table.of(pl.DataFrame({name: [1, 2, 3] * 9 for name in names}), schema)
    encoder = TableEncoder.fit(data, Protection(), Run(1))
    assert encoder.decode(encoder.encode(data), Run(1)).equals(data.rows)
