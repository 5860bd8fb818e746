"""What the symbols of quantities keep, and what of the training rows they never hold."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import row_dtype
from understudy.schema.column import Datetime, Duration, Location, Numerical
from understudy.transforms._units import to_numbers
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.protection import Protection

EXACT = Protection(extremes="exact")
BARE = Protection(rare_rows=1, extremes="exact")
EPOCH = datetime(2020, 1, 1)  # noqa: DTZ001 - rows of a column without a zone are naive


def series(values, column):
    return pl.Series("x", values, dtype=row_dtype(column))


def fitted(values, column, protection=None, run=None):
    return QuantityEncoder.fit(series(values, column), column, protection or Protection(), run or Run(1))


def there_and_back(values, column, protection=None, seed=0):
    encoder = fitted(values, column, protection)
    return encoder.decode(encoder.encode(series(values, column)), np.random.default_rng(seed))


def ks(a, b):
    points = np.sort(np.concatenate([a, b]))
    return np.abs(
        np.searchsorted(np.sort(a), points, side="right") / len(a)
        - np.searchsorted(np.sort(b), points, side="right") / len(b)
    ).max()


def codes_of(report):
    return [finding.code for finding in report.findings.all()]


def stored_numbers(encoder):
    """Every number that the state holds, counts and places aside."""
    places = {"weight", "first", "atom_codes", "bin_codes"}
    arrays = [v for name, v in encoder.state().items() if isinstance(v, np.ndarray) and name not in places]
    numbers = [v for v in encoder.state().values() if isinstance(v, int | float) and not isinstance(v, bool)]
    return np.concatenate([*(a.astype(float) for a in arrays), numbers])


rng = np.random.default_rng(11)
DRAWN = {
    "normal": (rng.normal(size=3000), Numerical()),
    "cents": (np.round(rng.gamma(1.0, 30.0, 3000), 2), Numerical(decimals=2)),
    "whole": (rng.integers(-500, 10_000, 3000), Numerical(decimals=0)),
    "ages": (rng.integers(17, 90, 3000), Numerical(decimals=0)),
    "spiked": (np.where(rng.random(3000) < 0.7, 0, rng.lognormal(8, 1, 3000).round()), Numerical(decimals=0)),
    "heavy": (rng.standard_cauchy(3000), Numerical()),
    "latitude": (rng.uniform(-90, 90, 3000).round(4), Location(axis="latitude", partner="y", decimals=4)),
    "seconds": (
        [EPOCH + timedelta(seconds=int(s)) for s in rng.integers(0, 10**8, 3000)],
        Datetime(resolution="second"),
    ),
    "days": ([EPOCH + timedelta(days=int(d)) for d in rng.integers(0, 900, 3000)], Datetime(resolution="day")),
    "zoned": (
        [EPOCH.replace(tzinfo=UTC) + timedelta(minutes=int(m)) for m in rng.integers(0, 10**6, 3000)],
        Datetime(time_zone="Europe/Berlin", resolution="minute"),
    ),
    "lengths": ([timedelta(seconds=int(s)) for s in rng.gamma(2, 4000, 3000)], Duration()),
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_has_the_marginal_of_the_rows(name):
    values, column = DRAWN[name]
    drawn = there_and_back(values, column)
    real = series(values, column).to_physical().to_numpy()
    assert drawn.dtype == row_dtype(column)
    assert ks(real, drawn.to_physical().to_numpy()) < 0.02


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("protection", [Protection(), EXACT, BARE])
def test_every_drawn_value_lies_in_the_range_and_encodes_to_a_symbol_beside_its_own(name, protection):
    values, column = DRAWN[name]
    encoder = fitted(values, column, protection)
    codes = encoder.encode(series(values, column))
    drawn = encoder.decode(codes, np.random.default_rng(3))
    physical = to_numbers(drawn, column)  # a clock on the wall, where there is a time zone
    assert physical.min() >= encoder.low.min()
    assert physical.max() <= encoder.high.max()
    if (
        protection is not BARE
    ):  # a value drawn for a bin may be one of the atoms inside the bin, and the other way round
        real = to_numbers(series(values, column), column)
        extent = real.max() - real.min()
        assert ks(real, physical) < 0.02 or extent == 0
    assert encoder.encode(drawn).max() < encoder.n_symbols


@pytest.mark.parametrize("name", DRAWN)
def test_symbols_are_in_the_order_of_their_values(name):
    values, column = DRAWN[name]
    encoder = fitted(values, column)
    kept = encoder.atoms[np.argsort(encoder.atom_codes)]
    assert (np.diff(kept) > 0).all()
    assert (np.diff(encoder.bin_starts) > 0).all()
    assert (np.diff(encoder.bin_codes) > 0).all()
    real = series(values, column)
    codes = encoder.encode(real)
    physical = real.to_physical().to_numpy()
    means = [physical[codes == k].mean() for k in range(encoder.n_symbols) if (codes == k).any()]
    assert (np.diff(means) > 0).all()
    assert sorted([*encoder.atom_codes, *encoder.bin_codes]) == list(range(encoder.n_symbols))


@pytest.mark.parametrize("decimals", [0, 1, 2, 5])
def test_drawn_numbers_are_on_the_grid_of_the_column(decimals):
    values = np.round(np.random.default_rng(5).normal(0, 50, 2000), decimals)
    drawn = there_and_back(values if decimals else values.astype(int), Numerical(decimals=decimals)).to_list()
    assert all(float(f"{v:.{decimals}f}") == v for v in drawn)


@pytest.mark.parametrize(("resolution", "unit"), [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)])
def test_drawn_moments_are_of_the_resolution_of_the_column(resolution, unit):
    steps = np.random.default_rng(5).integers(0, 5_000, 800)
    values = [EPOCH + timedelta(seconds=int(s) * unit) for s in steps]
    drawn = there_and_back(values, Datetime(resolution=resolution))
    assert (drawn.to_physical() % (unit * 1_000_000) == 0).all()


def test_lengths_of_time_are_drawn_on_a_clock_grid_that_gives_no_value_away():
    steps = np.random.default_rng(5).integers(1, 5_000, 300)
    drawn = there_and_back([timedelta(minutes=int(s)) for s in steps], Duration())
    assert (drawn.to_physical() % 60_000_000 == 0).all()
    one = fitted([timedelta(microseconds=12_345_678)], Duration())
    assert one.step == 1.0


def test_frequent_values_come_back_exactly():
    values = [0.1 + 0.2, 1e-9, 7.25] * 40
    drawn = there_and_back(values, Numerical())
    assert drawn.to_list() == values


def test_atoms_among_other_values_come_back_exactly_for_every_draw():
    other = np.random.default_rng(2).normal(size=5000)
    values = np.concatenate([np.full(3000, 0.3), other])
    encoder = fitted(values, Numerical())
    atom = encoder.encode(series([0.3], Numerical()))
    drawn = encoder.decode(np.repeat(atom, 100_000), np.random.default_rng(0))
    assert drawn.unique().to_list() == [0.3]


@pytest.mark.parametrize("rare_rows", [2, 5, 25, 60])
@pytest.mark.parametrize("seed", range(4))
def test_no_value_that_too_few_rows_share_is_stored(rare_rows, seed):
    draw = np.random.default_rng(seed)
    pool = draw.normal(size=1500)  # full of values that occur 1 to 60 times
    values = np.concatenate([draw.choice(pool, 2500, p=np.full(1500, 1 / 1500)), np.repeat(pool[:40], 30), pool[:7]])
    encoder = fitted(values, Numerical(), Protection(rare_rows=rare_rows))
    distinct, counts = np.unique(values, return_counts=True)
    assert not np.isin(stored_numbers(encoder), distinct[counts < rare_rows]).any()


@pytest.mark.parametrize("value", [5e-324, 1e-300, 1e-5, 3.0, 1e300, 1.7e308, -1.7e308, 40.0, 35.0])
def test_no_single_value_is_stored_however_small_or_large(value):
    encoder = fitted([value], Numerical())
    assert value not in stored_numbers(encoder)
    assert np.isfinite(encoder.decode(np.zeros(3, dtype=np.uint16), np.random.default_rng(0)).to_numpy()).all()


@pytest.mark.parametrize("n", [1, 2, 3, 5, 9, 10, 11, 40, 61, 400])
def test_no_value_of_a_short_column_is_stored(n):
    values = np.random.default_rng(n).lognormal(3, 2, n)
    encoder = fitted(values, Numerical())
    assert not np.isin(stored_numbers(encoder), values).any()
    assert fitted(values, Numerical(), BARE).n_symbols >= 1


def test_single_values_among_frequent_ones_are_not_stored_nor_generated():
    run = Run(1)
    values = [0] * 500 + [1] * 300 + [987_654]
    encoder = fitted(values, Numerical(decimals=0), run=run)
    drawn = encoder.decode(encoder.encode(series(values, Numerical(decimals=0))), np.random.default_rng(0))
    assert 987_654 not in stored_numbers(encoder)
    assert drawn.max() <= 1
    assert codes_of(run) == ["extremes.protected"]


def test_ends_of_a_protected_range_are_no_training_value_and_the_finding_says_so():
    run = Run(1)
    values = np.random.default_rng(1).normal(size=1000)
    encoder = fitted(values, Numerical(), run=run)
    assert not np.isin([encoder.low.min(), encoder.high.max()], values).any()
    assert codes_of(run) == ["extremes.protected"]
    assert "'x'" in run.findings.all()[0].text


def test_one_outlier_does_not_decide_the_end_of_a_protected_range():
    values = np.random.default_rng(1).normal(size=1000)
    near = fitted(values, Numerical()).high.max()
    far = fitted(np.append(values[:-1], 1e6), Numerical()).high.max()
    assert far < near + 1
    assert near < values.max() + 1


def test_exact_extremes_keep_the_very_ends():
    run = Run(1)
    values = np.random.default_rng(1).normal(size=1000)
    encoder = fitted(values, Numerical(), EXACT, run)
    assert encoder.low.min() == values.min()
    assert encoder.high.max() == values.max()
    assert codes_of(run) == []


def test_a_range_without_negative_values_stays_so():
    drawn = there_and_back(np.random.default_rng(1).exponential(size=2000), Numerical())
    assert drawn.min() >= 0
    drawn = there_and_back(-np.random.default_rng(1).integers(0, 300, 2000), Numerical(decimals=0))
    assert drawn.max() <= 0


def test_values_never_pass_a_frequent_end():
    draw = np.random.default_rng(1)
    values = np.minimum(draw.normal(70, 20, 3000).round(1), 100.0)
    assert there_and_back(values, Numerical(decimals=1)).max() <= 100


@pytest.mark.parametrize(("low", "high", "decimals"), [(0.5, 40.5, 0), (-1.25, 33.335, 2), (3.0, 3.9, None), (2, 2, 0)])
def test_bounds_of_the_schema_are_obeyed_on_the_grid(low, high, decimals):
    column = Numerical(decimals=decimals, low=low, high=high)
    values = np.random.default_rng(4).normal(20, 30, 2000)
    values = values.round().astype(int) if decimals == 0 else values
    drawn = there_and_back(values, column)
    assert drawn.min() >= low
    assert drawn.max() <= high


def test_degrees_stay_on_the_globe():
    values = np.r_[np.random.default_rng(4).uniform(89, 90, 50), -89.99]
    drawn = there_and_back(values, Location(axis="latitude", partner="y"))
    assert drawn.max() <= 90
    assert drawn.min() >= -90


def test_moments_stay_in_the_years_that_can_be_written():
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999)  # noqa: DTZ001 - as above
    values = [last - timedelta(days=int(d)) for d in np.random.default_rng(1).integers(0, 3_000_000, 300)]
    drawn = there_and_back(values, Datetime(resolution="microsecond"))
    assert drawn.max() <= last
    assert drawn.dt.year().min() >= 1
    assert there_and_back([last] * 30, Datetime(resolution="microsecond")).unique().to_list() == [last]


def test_the_ends_of_int64_come_back_exactly():
    ends = [2**63 - 1, -(2**63), 0] * 20
    assert there_and_back(ends, Numerical(decimals=0)).to_list() == ends


def test_large_whole_numbers_come_back_exactly():
    values = [2**60 + i % 7 for i in range(140)]
    assert there_and_back(values, Numerical(decimals=0)).to_list() == values
    spread = [2**61 + 1_001 * i for i in range(500)]
    drawn = there_and_back(spread, Numerical(decimals=0))
    assert drawn.n_unique() > 300
    assert 2**61 - 10**6 < drawn.min() < drawn.max() < 2**61 + 10**6
    encoder = fitted(values, Numerical(decimals=0))
    assert encoder.allowed(2**60 + 3).any()
    assert not encoder.allowed(5).any()
    assert not encoder.allowed(-(2**63)).any()


def test_huge_numbers_do_not_overflow():
    draw = np.random.default_rng(1)
    values = np.concatenate([[1e308, -1e308, 1.7e308, -1.7e308, 1e300, 5e-324], draw.normal(size=200) * 1e300])
    for column in (Numerical(), Numerical(decimals=2)):
        drawn = there_and_back(values, column)
        assert np.isfinite(drawn.to_numpy()).all()
        assert ks(values, drawn.to_numpy()) < 0.1
        repeated = there_and_back(np.repeat(values[:5], 30), column)
        assert repeated.to_list() == np.repeat(values[:5], 30).tolist()


def test_infinite_values_count_as_missing_and_the_finding_says_so():
    run = Run(1)
    encoder = fitted([1.0, float("inf"), float("-inf"), 2.0] * 10, Numerical(), run=run)
    assert encoder.missing
    assert "numbers.infinite" in codes_of(run)


def test_negative_zero_comes_back_as_zero():
    drawn = there_and_back([-0.0] * 30, Numerical(decimals=1))
    assert str(drawn.to_list()[0]) == "0.0"
    drawn = there_and_back(np.random.default_rng(1).normal(0, 0.2, 500).round(1), Numerical(decimals=1))
    assert "-0.0" not in drawn.cast(pl.String).to_list()


@pytest.mark.parametrize("column", [Numerical(), Numerical(decimals=0), Datetime(), Duration()])
def test_a_column_without_any_value_gives_missing_ones(column):
    encoder = fitted([None] * 5, column)
    assert encoder.n_symbols == 1
    drawn = encoder.decode(np.zeros(7, dtype=np.uint16), np.random.default_rng(0))
    assert drawn.dtype == row_dtype(column)
    assert drawn.null_count() == 7
    assert fitted([], column).n_symbols == 1


def test_a_constant_column_stays_constant():
    assert there_and_back([7] * 50, Numerical(decimals=0)).unique().to_list() == [7]
    assert there_and_back([7.5] * 5, Numerical()).unique().to_list() == [7.5]


def test_one_row_gives_its_order_of_magnitude_only():
    drawn = there_and_back([3_712.5], Numerical(decimals=1))
    assert drawn.len() == 1
    assert drawn[0] != 3_712.5
    assert 1_000 < drawn[0] < 10_000
    assert there_and_back([3_712.5], Numerical(decimals=1), BARE).to_list() == [3_712.5]


def test_missing_values_are_the_first_symbol_and_stay_as_many():
    values = [1.5, None, 2.5, None, None] * 30
    encoder = fitted(values, Numerical())
    codes = encoder.encode(series(values, Numerical()))
    assert ((codes == 0) == series(values, Numerical()).is_null().to_numpy()).all()
    assert encoder.decode(codes, np.random.default_rng(0)).is_null().to_list() == [v is None for v in values]


def test_values_never_seen_have_the_nearest_symbol():
    encoder = fitted([0, 10, 20] * 30, Numerical(decimals=0))
    assert encoder.encode(series([-99, 4, 6, 14, 16, 99], Numerical(decimals=0))).tolist() == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("name", DRAWN)
def test_a_restored_encoder_is_the_same(name):
    values, column = DRAWN[name]
    encoder = fitted(values, column)
    again = QuantityEncoder.restore(encoder.state())
    assert again.column == encoder.column
    for key, value in encoder.state().items():
        assert np.array_equal(again.state()[key], value)
    codes = encoder.encode(series(values, column))
    ours, theirs = (e.decode(codes, np.random.default_rng(1)) for e in (encoder, again))
    assert ours.equals(theirs)


def test_given_values_are_allowed_where_they_can_occur_only():
    whole = fitted(np.random.default_rng(1).integers(0, 1000, 3000), Numerical(decimals=0))
    assert whole.allowed(500).sum() == 1
    assert whole.allowed(500.0).sum() == 1
    for impossible in (500.5, 10_000, None, "many", float("nan"), 10**30):
        assert not whole.allowed(impossible).any()
    few = fitted([1, 2, 5] * 30, Numerical(decimals=0))
    assert not few.allowed(3).any()
    cents = fitted(np.random.default_rng(1).normal(0, 9, 3000).round(2), Numerical(decimals=2))
    assert cents.allowed(1.23).sum() == 1
    assert not cents.allowed(1.234).any()
    bounded = fitted(np.random.default_rng(1).normal(0, 9, 3000), Numerical(low=-5, high=5))
    assert not bounded.allowed(6.0).any()


def test_given_moments_are_allowed_in_every_spelling_of_the_same_moment():
    values = [EPOCH + timedelta(hours=int(h)) for h in np.random.default_rng(1).integers(0, 9000, 2000)]
    plain = fitted(values, Datetime(resolution="hour"))
    assert plain.allowed(datetime(2020, 5, 1, 7)).any()  # noqa: DTZ001 - as above
    assert plain.allowed(date(2020, 5, 1)).any()
    zoned = fitted([v.replace(tzinfo=UTC) for v in values], Datetime(time_zone="UTC", resolution="hour"))
    assert (zoned.allowed(datetime(2020, 5, 1, 7, tzinfo=UTC)) == zoned.allowed(datetime(2020, 5, 1, 7))).all()  # noqa: DTZ001
    assert zoned.allowed(datetime(2020, 5, 1, 7, tzinfo=UTC)).any()


def test_symbols_within_a_range_hold_some_value_of_it():
    values = np.random.default_rng(1).normal(size=3000)
    encoder = fitted([*values, None], Numerical())
    inside = encoder.within(-0.5, 0.5)
    codes = encoder.encode(series(values, Numerical()))
    assert not inside[0]
    assert set(codes[np.abs(values) < 0.5]) <= set(np.flatnonzero(inside))
    assert encoder.within(50, 60).sum() == 0


def test_stragglers_between_frequent_values_do_not_stretch_the_range():
    """Whole degrees are atoms; of the few rows that are none, the tenth from the end lies far inside."""
    degrees = np.repeat(np.arange(-20.0, 41), 500)
    stragglers = np.array([-19.5, 0.5, *np.linspace(38.1, 39.9, 8), 41.2])
    drawn = there_and_back(np.concatenate([degrees, stragglers]), Numerical(decimals=1))
    assert drawn.min() > -21
    assert drawn.max() < 43
