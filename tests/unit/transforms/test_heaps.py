"""Heaps on coarser grids are found, come back in their share, and are not seen where there are none."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.schema.column import Numerical
from understudy.transforms._heaps import heaps_of
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.protection import Protection

RNG = np.random.default_rng(9)
N = 4_000


def heaps(values, step=1.0):
    distinct, counts = np.unique(values, return_counts=True)
    return dict(zip(*(each.round(3).tolist() for each in heaps_of(distinct, counts, step)), strict=True))


@pytest.mark.parametrize("step", [1.0, 0.01, 100.0])
def test_evenly_spread_values_have_no_heaps(step):
    assert heaps(RNG.integers(1, 10**6, N) * step, step) == {}
    assert heaps(np.rint(RNG.lognormal(8, 1, N)) * step, step) == {}


def test_a_share_that_was_rounded_is_found():
    values = RNG.integers(1, 10**6, N)
    values[:1200] = values[:1200] // 1000 * 1000
    values[1200:2000] = values[1200:2000] // 5 * 5
    found = heaps(values)
    assert set(found) == {5.0, 1000.0}
    assert found[1000.0] == pytest.approx(0.3, abs=0.03)
    assert found[5.0] == pytest.approx(0.2, abs=0.03)


def test_a_few_values_tell_of_no_heaps():
    assert heaps(np.arange(10, 900, 10)[:50]) == {}
    assert heaps(RNG.normal(size=N), 0.0) == {}


@pytest.mark.parametrize("decimals", [0, 3])
def test_rounded_values_come_back_in_their_share(decimals):
    unit = 10.0**-decimals
    values = RNG.integers(10_000, 10**6, N)
    values[::3] = values[::3] // 1000 * 1000
    column = Numerical(decimals=decimals)
    series = pl.Series("x", values) if decimals == 0 else pl.Series("x", values * unit).round(decimals)
    encoder = QuantityEncoder.fit(series, column, Protection(), Run(1))
    drawn = encoder.decode(encoder.encode(series), np.random.default_rng(2))
    whole = (drawn / unit).round(0).cast(pl.Int64)
    assert float((whole % 1000 == 0).mean()) == pytest.approx(float((pl.Series(values) % 1000 == 0).mean()), abs=0.05)
    assert float((drawn - series).abs().max()) < 40_000 * unit  # each stays in the bin that it was in
    again = QuantityEncoder.restore(encoder.state())
    assert again.decode(encoder.encode(series), np.random.default_rng(2)).equals(drawn)


def test_insurers_charges_keep_their_decimals():
    values = [round(float(v), int(k)) for v, k in zip(RNG.lognormal(9, 1, N), RNG.choice([2, 3, 4], N), strict=True)]
    series = pl.Series("x", [*values, 1.123456])
    column = Numerical(decimals=6, step=0.0001)
    encoder = QuantityEncoder.fit(series, column, Protection(), Run(1))
    drawn = encoder.decode(encoder.encode(series), np.random.default_rng(2))
    shares = [float((drawn.round(k) == drawn).mean()) for k in (1, 2, 3, 4)]
    assert shares == pytest.approx([0.05, 0.39, 0.69, 1.0], abs=0.05)


def test_values_stay_on_a_step():
    series = pl.Series("x", RNG.integers(10, 90_000, N) * 100)
    encoder = QuantityEncoder.fit(series, Numerical(decimals=0, step=100), Protection(), Run(1))
    drawn = encoder.decode(encoder.encode(series), np.random.default_rng(2))
    assert set((drawn % 100).to_list()) == {0}
