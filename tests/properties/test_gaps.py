"""Pairs in an order come back from their gap as they were: numbers, moments, missing values, clocks of all zones."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.constraints._clock import DAY, moments, shifted, ticks
from understudy.constraints._gaps import Gaps
from understudy.constraints.constraint import restore, stored
from understudy.constraints.elapsed import Elapsed
from understudy.data.table import row_dtype
from understudy.schema.column import UNIT_US, Datetime, Numerical
from understudy.schema.table import TableSchema

SOME = settings(max_examples=150, deadline=None)
ZONES = st.sampled_from([None, "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
UNITS = {"year": -12, "quarter": -3, "month": -1, "day": DAY, "hour": UNIT_US["hour"], "second": 1_000_000}
RESOLUTIONS = st.sampled_from(sorted(UNITS))
SECONDS = st.integers(-(10**9), 4 * 10**9)


def zone(column):
    return None if column.time_zone == "UTC" else column.time_zone


def on_grid(seconds, column):
    """Give moments whose clock on the wall shows whole units."""
    unit = UNITS[column.resolution]
    whole = pl.Series([s * 1_000_000 for s in seconds], dtype=pl.Datetime("us"))
    if unit > 0 and unit < DAY:
        return moments(ticks(whole, unit, None), unit, None, row_dtype(column))
    return moments(ticks(whole, unit, None), unit, zone(column), row_dtype(column))


@st.composite
def pairs_of_moments(draw):
    time_zone = draw(ZONES)
    low, high = (Datetime(resolution=draw(RESOLUTIONS), time_zone=time_zone) for _ in range(2))
    first = draw(st.lists(SECONDS, min_size=3, max_size=30))
    apart = draw(st.lists(st.integers(0, 10**7), min_size=len(first), max_size=len(first)))
    a, b = on_grid(first, low), on_grid([s + more for s, more in zip(first, apart, strict=True)], high)
    hidden = pl.Series(draw(st.lists(st.booleans(), min_size=len(first), max_size=len(first))))
    lonely = draw(st.booleans())
    none = pl.Series([None], dtype=a.dtype).new_from_index(0, len(first))
    if lonely:
        b = none.zip_with(hidden, b)
    else:
        a = none.zip_with(hidden, a)
    return pl.DataFrame({"a": a, "x": list(range(len(first))), "b": b}), low, high


@SOME
@given(pairs_of_moments())
def test_moments_come_back_from_their_gap(drawn):
    rows, low, high = drawn
    schema = TableSchema(columns={"a": low, "x": Numerical(decimals=0), "b": high})
    gap = Gaps(rows, schema).take("a", "b", always=True)
    if gap is None:  # which column can be computed depends on which is missing, and on whose unit is coarser
        return
    before = rows.clone()
    free = gap.to_free(rows)
    assert list(gap.free_schema(schema).columns) == free.columns
    assert free.schema[gap.name] == pl.Int64
    assert gap.from_free(free).select(rows.columns).equals(rows)
    assert rows.equals(before)
    assert not gap.violations(rows).any()
    (again,) = restore(stored([gap]))
    assert again == gap


@SOME
@given(pairs_of_moments(), st.integers(-400, 400))
def test_a_pair_with_any_gap_is_in_order_and_the_base_can_be_found_back(drawn, more):
    rows, low, high = drawn
    gap = Gaps(rows, TableSchema(columns={"a": low, "x": Numerical(decimals=0), "b": high})).take("a", "b", always=True)
    if gap is None:
        return
    free = gap.to_free(rows).with_columns(pl.col(gap.name) + abs(more))
    made = gap.from_free(free)
    assert not gap.violations(made).any()
    if (rows["a"] <= rows["b"]).drop_nulls().all():  # else the order is one of days
        assert (made["a"] <= made["b"]).fill_null(value=True).all()
    moved = free.with_columns(shifted(free[gap.base], pl.Series([more] * rows.height), gap.unit, gap.zone))
    moved = moved.with_columns(made[gap.column])
    back = moved.with_columns(gap.solved(moved))
    assert (gap.apart(back).eq_missing(free[gap.name])).all()


@SOME
@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.booleans()), min_size=2, max_size=30),
    st.sampled_from([0, 1, 2, 4]),
)
def test_numbers_come_back_from_their_gap(drawn, decimals):
    column = Numerical(decimals=decimals)
    scale = 10**decimals
    low = [a / scale if decimals else a for a, _, _ in drawn]
    high = [None if gone else (a + b) / scale if decimals else a + b for a, b, gone in drawn]
    dtype = row_dtype(column)
    rows = pl.DataFrame({"a": pl.Series(low, dtype=dtype), "b": pl.Series(high, dtype=dtype)})
    gap = Gaps(rows, TableSchema(columns={"a": column, "b": column})).take("a", "b", always=True)
    if all(gone for *_, gone in drawn):
        assert gap is None
        return
    assert gap.from_free(gap.to_free(rows)).select("a", "b").equals(rows)
    assert restore(stored([gap])) == (gap,)


@SOME
@given(pairs_of_moments(), st.sampled_from(["rounded", "floored", "calendar"]), st.sampled_from([0, 2, None]))
def test_a_length_of_time_obeys_itself_and_is_among_its_span(drawn, how, decimals):
    rows, low, high = drawn
    decimals = decimals if how == "rounded" else 0
    total = Elapsed("t", "a", "b", DAY, how, decimals, zone(high))
    made = total.from_free(rows.select("a", "b"))
    assert not total.violations(made).any()
    gap = Gaps(rows, TableSchema(columns={"a": low, "x": Numerical(), "b": high})).take("a", "b", always=True)
    if gap is None or gap.unit < 0 or zone(low):  # days of a clock on the wall are of several lengths
        return
    loose = Elapsed("t", "a", "b", DAY, how, decimals, zone(high), loose=True)
    for value, apart in zip(made["t"], gap.apart(rows), strict=True):
        if value is not None:
            least, most = loose.span(value, gap.unit)
            assert least <= apart <= most
