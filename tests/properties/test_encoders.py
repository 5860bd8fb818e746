"""Encoders of columns on any values: nothing crashes, and the order of the rows does not matter."""

from datetime import datetime, timedelta

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from understudy.context import Run
from understudy.data.table import row_dtype
from understudy.schema.column import Boolean, Categorical, Datetime, Duration, Location, Numerical
from understudy.transforms.categorical import CategoricalEncoder
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.protection import Protection

INT64 = st.integers(-(2**63), 2**63 - 1)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.datetimes()
LENGTHS = st.integers(-(2**62), 2**62).map(lambda us: timedelta(microseconds=us))
QUANTITIES = [
    (Numerical(decimals=0), INT64),
    (Numerical(decimals=0, low=-3, high=9.5), INT64),
    (Numerical(), FLOAT),
    (Numerical(decimals=2), FLOAT.map(lambda v: round(v, 2))),
    (Numerical(decimals=2), st.integers(-999, 999).map(lambda v: v / 100)),
    (Location(axis="longitude", partner="y"), st.floats(-180, 180)),
    (Datetime(resolution="microsecond"), MOMENTS),
    (Datetime(resolution="day"), st.dates().map(lambda d: datetime(d.year, d.month, d.day))),  # noqa: DTZ001 - naive rows
    (Duration(), LENGTHS),
]
PROTECTIONS = st.builds(
    Protection,
    rare_rows=st.sampled_from([1, 2, 5, 30]),
    extremes=st.sampled_from(["protected", "exact"]),
    extreme_rows=st.sampled_from([1, 3, 10]),
)


def lists(values):
    """Lists with repeats, so that atoms, heaps and single values occur."""
    some = st.lists(st.one_of(values, st.none()), max_size=40)
    return st.tuples(some, st.integers(1, 12)).map(lambda pair: pair[0] * pair[1])


def same(a, b):
    return all(np.array_equal(value, b[name]) for name, value in a.items())


def check(encoder, values, column, seed):
    codes = encoder.encode(values)
    assert codes.dtype == np.uint16
    assert encoder.n_symbols >= 1
    assert not len(codes) or codes.max() < encoder.n_symbols
    drawn = encoder.decode(codes, np.random.default_rng(seed))
    assert drawn.dtype == row_dtype(column)
    assert drawn.len() == values.len()
    every = encoder.decode(np.arange(encoder.n_symbols, dtype=np.uint16), np.random.default_rng(seed))
    assert every.len() == encoder.n_symbols
    again = type(encoder).restore(encoder.state())
    assert again.decode(codes, np.random.default_rng(seed)).equals(drawn)
    for value in values[:3].to_list():
        assert encoder.allowed(value).shape == (encoder.n_symbols,)
    return drawn


@pytest.mark.parametrize(("column", "values"), QUANTITIES, ids=lambda v: getattr(v, "kind", ""))
def test_quantities_are_encoded_whatever_they_are(column, values):
    @settings(max_examples=100, deadline=None)
    @given(lists(values), PROTECTIONS, st.integers(0, 2**32))
    def holds(rows, protection, seed):
        known = pl.Series("x", rows, dtype=row_dtype(column))
        encoder = QuantityEncoder.fit(known, column, protection, Run(1))
        drawn = check(encoder, known, column, seed)
        assert drawn.is_null().equals(known.is_null())
        if isinstance(column, Numerical) and column.low is not None and drawn.drop_nulls().len():
            assert -3 <= drawn.min() <= drawn.max() <= 9
        shuffled = known.gather(np.random.default_rng(seed).permutation(known.len()))
        assert same(encoder.state(), QuantityEncoder.fit(shuffled, column, protection, Run(1)).state())

    holds()


@pytest.mark.parametrize("column", [Categorical(), Boolean()])
def test_levels_are_encoded_whatever_they_are(column):
    @settings(max_examples=100, deadline=None)
    @given(lists(st.booleans() if isinstance(column, Boolean) else st.text()), PROTECTIONS, st.integers(0, 2**32))
    def holds(rows, protection, seed):
        known = pl.Series("x", rows, dtype=row_dtype(column))
        encoder = CategoricalEncoder.fit(known, column, protection, Run(1))
        drawn = check(encoder, known, column, seed)
        counts = {level: rows.count(level) for level in rows if level is not None}
        shown = {level for level, n in counts.items() if n >= protection.rare_rows or isinstance(level, bool)}
        if shown or None in rows:
            assert set(drawn.drop_nulls()) <= shown
        elif not all(len(level) == 1 for level in counts):  # one letter may be drawn by chance
            assert not set(drawn) & set(counts)
        shuffled = known.gather(np.random.default_rng(seed).permutation(known.len()))
        assert same(encoder.state(), CategoricalEncoder.fit(shuffled, column, protection, Run(1)).state())

    holds()
