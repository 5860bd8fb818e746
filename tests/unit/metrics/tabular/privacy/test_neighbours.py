import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.metrics.tabular._coding import Coding
from understudy.metrics.tabular._neighbours import Neighbours
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema

COLUMNS = {"x": Numerical(), "y": Numerical(), "k": Categorical(), "b": Boolean()}
SCHEMA = TableSchema(columns=COLUMNS)
DTYPES = {"x": pl.Float64, "y": pl.Float64, "k": pl.String, "b": pl.Boolean}


def slow(a, b, ranges, weight):
    """Compare value by value, as the definition says."""
    total = 0.0
    for name, (u, v) in zip(COLUMNS, zip(a, b, strict=True), strict=True):
        if name in ranges:
            if u is None or v is None:
                total += float((u is None) != (v is None))
            elif ranges[name] > 0:
                total += min(abs(u - v) / ranges[name], 1.0)
            else:
                total += float(u != v)
        else:
            total += weight * float(u != v)
    return total


row = st.tuples(
    st.none() | st.integers(-3, 3).map(float),
    st.none() | st.just(2.0),
    st.none() | st.sampled_from("abc"),
    st.none() | st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=6), st.lists(row, min_size=1, max_size=30), st.sampled_from([1.0, 2.0]))
def test_search_is_the_slow_comparison_of_all_with_all(queries, others, weight):
    a, b = (pl.DataFrame(rows, schema=DTYPES, orient="row") for rows in (queries, others))
    ranges = {n: float((b[n].max() or 0) - (b[n].min() or 0)) for n in ("x", "y")}
    space = Neighbours.of(Coding.of(SCHEMA, a, b), b)
    distance, index = space.nearest(space.points(a), space.points(b), (weight,))
    # Values beyond the training range by more than the range are as far as anything: the slow form agrees by its cap.
    want = np.array([[slow(q, o, ranges, weight) for o in others] for q in queries])
    np.testing.assert_allclose(distance[0], want.min(axis=1), atol=1e-5)
    np.testing.assert_allclose(want[np.arange(len(queries)), index[0]], want.min(axis=1), atol=1e-5)


def test_long_tables_are_searched_to_the_end():
    n = 3000
    rng = np.random.default_rng(0)
    b = pl.DataFrame({"x": rng.normal(size=n), "y": rng.normal(size=n), "k": ["a"] * n, "b": [True] * n}, schema=DTYPES)
    space = Neighbours.of(Coding.of(SCHEMA, b), b)
    points = space.points(b)
    distance, index = space.nearest(points, points)
    assert distance[0].tolist() == [0.0] * n
    assert index[0].tolist() == list(range(n))


def test_equal_rows_are_exactly_zero_apart_whatever_their_size():
    b = pl.DataFrame(
        {"x": [1e308, -1e308, 0.1], "y": [1e-300, 0.0, 3.0], "k": ["a", None, "c"], "b": [True] * 3}, schema=DTYPES
    )
    space = Neighbours.of(Coding.of(SCHEMA, b), b)
    points = space.points(b)
    assert space.nearest(points, points)[0][0].tolist() == [0.0, 0.0, 0.0]
    assert points.take(np.array([2])).n_rows == 1


def test_a_differing_category_costs_its_weight():
    b = pl.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0], "k": ["a", "a"], "b": [True, True]}, schema=DTYPES)
    q = pl.DataFrame({"x": [0.0], "y": [0.25], "k": ["z"], "b": [True]}, schema=DTYPES)
    space = Neighbours.of(Coding.of(SCHEMA, b, q), b)
    assert space.nearest(space.points(q), space.points(b), (1.0, 2.0))[0][:, 0].tolist() == pytest.approx([1.25, 2.25])


@pytest.mark.parametrize("n", [3, 600])
def test_rows_within_reach_are_those_whose_distance_is_no_greater(n):
    rng = np.random.default_rng(n)
    drawn = {
        "x": rng.integers(-3, 4, n).astype(float),
        "y": rng.normal(size=n),
        "k": rng.choice(["a", "b", None], n).tolist(),
        "b": (rng.random(n) < 0.5).tolist(),
    }
    rows = pl.DataFrame(drawn, schema=DTYPES).with_columns(x=pl.when(pl.col("x") > -3).then("x"))
    space = Neighbours.of(Coding.of(SCHEMA, rows), rows)
    points = space.points(rows)
    apart = space.apart(points, points)
    ranges = {name: rows[name].max() - rows[name].min() for name in "xy"}
    few = rows.head(40).rows()
    by_hand = [[slow(a, b, ranges, 1.0) for b in few] for a in few]
    assert apart[:40, :40] == pytest.approx(np.array(by_hand), abs=1e-5)
    # The reach is itself a distance: ties count.
    for reach in (0.0, float(np.median(apart)), float(apart[0, -1])):
        np.testing.assert_array_equal(space.within(points, points, reach), (apart <= np.float32(reach)).sum(axis=1))
