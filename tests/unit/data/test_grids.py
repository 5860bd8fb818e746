"""The grid that nearly all numbers lie on is found, and no grid where there is none."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.grids import step_of
from understudy.data.infer import infer
from understudy.data.raw import Raw
from understudy.data.typed import parse, unparse
from understudy.schema.column import Numerical
from understudy.schema.layout import Layout
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.protection import Protection

RNG = np.random.default_rng(5)


def step(values, decimals):
    counted = pl.Series("x", values).value_counts()
    return step_of(counted["x"], counted["count"], decimals)


@pytest.mark.parametrize(
    ("unit", "decimals"), [(10, 0), (25, 0), (100, 0), (1000, 0), (5, 0), (0.05, 2), (0.25, 2), (0.5, 1), (0.005, 3)]
)
def test_a_grid_is_found(unit, decimals):
    values = (RNG.integers(3, 5_000, 300) * unit).round(decimals)
    assert step(values, decimals) == unit


@pytest.mark.parametrize("decimals", [0, 1, 2, 4])
def test_where_the_last_decimal_is_used_there_is_no_other_grid(decimals):
    for n in (5, 50, 500):
        assert step(RNG.normal(1000, 400, n).round(decimals), decimals) is None


def test_large_numbers_are_on_no_grid_by_rounding():
    assert step(RNG.integers(15 * 10**14, 16 * 10**14, 60), 0) is None


def test_a_value_beside_the_grid_does_not_hide_it():
    assert step([3.123456, *RNG.uniform(1, 99, 60).round(2)], 6) == 0.01
    assert step([21.123456789, *RNG.integers(-30, 40, 3_000).astype(float)], 9) == 1
    assert step([21.5, 17.25, 3.125, *RNG.integers(-3, 4, 60).astype(float)], 3) != 1


def test_noise_of_floats_does_not_hide_a_grid():
    noisy = RNG.integers(10, 9_000, 300) * 0.1 + 0.2
    assert step(noisy, None) == 0.1
    assert step(RNG.normal(size=300), None) is None


def test_new_values_of_a_noisy_grid_have_no_noise():
    values = pl.Series("x", RNG.integers(10, 9_000, 300) * 0.1 + 0.2)
    encoder = QuantityEncoder.fit(values, Numerical(step=0.1), Protection(), Run(1))
    drawn = encoder.decode(encoder.encode(values), np.random.default_rng(2))
    assert drawn.cast(pl.String).str.len_chars().max() <= len("999.9")


def test_a_few_numbers_are_on_a_grid_by_chance():
    assert step([10, 20, 30], 0) is None
    assert step([1000, 2000, 3000], 0) == 1000
    assert step([0, 0, 0], 0) is None


def test_one_value_of_many_decimals_stays_as_it_was_and_new_ones_have_few():
    values = ["3.123456", *(f"{v:.2f}" for v in RNG.uniform(1, 99, 60))]
    raw = Raw((pl.DataFrame({"x": values}),), Layout(medium="csv"))
    found = infer(raw, Run(0))
    assert found.schema.columns["x"] == Numerical(decimals=6, step=0.01)
    assert "nearly all of them are multiples of 0.01" in found.evidence["x"]
    assert unparse(parse(raw, found.schema, Run(0)))["x"].to_list() == values
