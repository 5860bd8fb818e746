import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular.fidelity.valid_rows import ValidRows
from understudy.schema.column import Boolean, Categorical, Datetime, Duration, Identifier, Location, Numerical, Text
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular.marginal.independent import Independent


def share(make, run, column, real, synthetic):
    return ValidRows()(make({"c": column}, {"c": real}), make({"c": column}, {"c": synthetic}), None, run).value


@pytest.mark.parametrize(
    ("column", "real", "good", "bad"),
    [
        (Numerical(decimals=0, high=5), [1, 5], 5, 6),
        (Numerical(low=1), [1.0, 5.0], 1.0, 0.999),
        (Numerical(), [1.0, 5.0], 2.0, float("inf")),
        (Numerical(), [1.0, 5.0], 2.0, float("nan")),
        (Numerical(low=0), [1.0, 5.0], 0.5, -0.5),
        (Numerical(high=9), [1.0, 5.0], 8.5, 9.5),
        (Numerical(decimals=2), [1.0, 5.0], 1.07, 1.075),
        (Categorical(), ["a", "b"], "a", "c"),
        (Categorical(levels=("a", "z")), ["a", "b"], "z", "b"),
        (Boolean(), [True, False], True, None),
        (Datetime(), [10**15, 2 * 10**15], 3 * 10**15, None),
        (Location(axis="latitude", partner="c"), [1.0, 80.0], 89.0, 91.0),
        (Location(axis="longitude", partner="c"), [1.0, 350.0], 359.0, 361.0),
        (Identifier(pattern="(+)[0-9]{3}-[A-Z]{1,2}"), ["(+)123-A", "x"], "(+)456-QQ", "(+)4567-Q"),
        (Identifier(pattern="[1-9][0-9]{0,2}"), ["7", "812"], "1000", "0100"),
        (Identifier(pattern="[1-9][0-9]{2}"), ["107", "812"], "1000", "12"),
        (Identifier(pattern="No [0-9]{1,2}"), ["No 0", "No 79"], "No 100", "No "),
        (Identifier(pattern="C-[0-9]{3}"), ["C-001", "C-999"], "C-000", "C-1000"),
        (Identifier(pattern="X\\[[0-9]]"), ["X[1]", "X[2]"], "X[3]", "X3"),
        (Text(), ["x", "y"], "anything", None),
        (Numerical(high=5), [1.0, None], None, 9.0),
    ],
)
def test_one_bad_value_makes_one_bad_row(make, run, column, real, good, bad):
    assert share(make, run, column, real, [good]) == 1
    assert share(make, run, column, real, [good, bad]) == 0.5


def spread(n=400):
    """Give values of a column with a long upper tail, and no value below 0."""
    return np.exp(np.random.default_rng(3).normal(3, 0.8, n)).tolist()


def test_the_real_extremes_are_no_bounds(make, run):
    assert share(make, run, Numerical(), [1.0, 5.0], [0.5, 5.5]) == 1


def test_what_no_real_value_comes_near_is_invalid(make, run):
    ages = [*np.random.default_rng(1).integers(17, 91, 2000).tolist()]
    assert share(make, run, Numerical(decimals=0), ages, [17, 90, 95, 12]) == 1
    assert share(make, run, Numerical(decimals=0), ages, [999, -40, 130, 40]) == 0.25


def test_a_long_tail_leaves_more_room_than_a_short_one(make, run):
    tail = spread()
    assert share(make, run, Numerical(), tail, [max(tail) * 1.5]) == 1
    assert share(make, run, Numerical(), tail, [max(tail) * 100]) == 0


def test_zero_is_not_crossed_where_no_real_value_does(make, run):
    assert share(make, run, Numerical(), spread(), [0.0, -0.01]) == 0.5
    assert share(make, run, Numerical(), [-v for v in spread()], [0.0, 0.01]) == 0.5
    assert share(make, run, Numerical(), [-1.0, *spread()], [-1.5]) == 1


def test_a_constant_stays_constant(make, run):
    assert share(make, run, Numerical(), [7.0] * 30, [7.0, 7.1]) == 0.5


def test_moments_and_lengths_of_time_have_a_reach_too(make, run):
    day = 86_400_000_000
    assert share(make, run, Datetime(), [day * i for i in range(1000)], [-50 * day, 1050 * day, 2000 * day]) == 2 / 3
    assert share(make, run, Duration(), [day * i for i in range(1000)], [1050 * day, -day, 2000 * day]) == 1 / 3


@pytest.mark.parametrize("seed", range(3))
def test_protected_ends_of_a_range_are_valid(seed):
    rng = np.random.default_rng(seed)
    draws = {"normal": rng.normal(size=300), "tail": rng.standard_cauchy(300), "count": rng.poisson(2, 300) * 1.0}
    schema = TableSchema(columns={name: Numerical() for name in draws})
    real = Table.of(pl.DataFrame(draws), schema)
    made = Independent().fit(real, Run(seed)).sample(20_000, Run(seed))
    assert ValidRows()(real, made, None, Run(seed)).value == 1


@pytest.mark.parametrize("draw", ["normal", "exponential", "lognormal"])
def test_unseen_real_rows_are_rarely_beyond_reach(draw):
    rng = np.random.default_rng(8)
    schema = TableSchema(columns={"x": Numerical()})
    tables = 300
    beyond = 0
    for _ in range(tables):
        real, unseen = (Table.of(pl.DataFrame({"x": getattr(rng, draw)(size=n)}), schema) for n in (400, 100))
        beyond += ValidRows()(real, unseen, None, Run(0)).value < 1
    # Long tails exceed the reach in about one of a hundred tables; more than 12 of 300 have a chance below 0.001.
    assert beyond <= 12


def test_unique_identifiers_must_be_unique(make, run):
    assert share(make, run, Identifier(), ["a", "b"], ["x", "x", "y", "z"]) == 0.5
    assert share(make, run, Identifier(unique=False), ["a", "a"], ["x", "x"]) == 1


def test_primary_key_is_present_and_unique(run):
    schema = TableSchema(columns={"k": Numerical(decimals=0)}, primary_key="k")
    real = Table.of(pl.DataFrame({"k": [1, 2, 9, None]}), schema)
    score = ValidRows()(real, Table.of(pl.DataFrame({"k": [1, 1, 3, None]}), schema), None, run)
    assert score.value == 0.25


def test_a_row_counts_once_and_details_name_the_column(make, run):
    columns = {"x": Numerical(decimals=0, high=8), "k": Categorical()}
    real = make(columns, {"x": [1, 2], "k": ["a", "b"]})
    score = ValidRows()(real, make(columns, {"x": [1, 9, 9, 1], "k": ["a", "c", "a", "b"]}), None, run)
    assert score.value == 0.5
    assert score.details.rows() == [("x", 0.5, 2, "9"), ("k", 0.75, 1, "c")]


def test_details_show_the_first_few_invalid_values_missing_ones_in_words(make, run):
    score = ValidRows()(
        make({"k": Categorical()}, {"k": ["a", "b"]}),
        make({"k": Categorical()}, {"k": ["u", None, "u", "v", "w", "a"]}),
        None,
        run,
    )
    assert score.details.row(0) == ("k", pytest.approx(1 / 6), 5, "u, missing, v")


def test_what_the_schema_cannot_hold_is_invalid_even_where_missing_is_not(make, run):
    schema = TableSchema(columns={"x": Numerical(decimals=0)})
    synthetic = Table(
        (pl.DataFrame({"x": [1, None, None]}, schema={"x": pl.Int64}),),
        schema,
        pl.DataFrame({"x": [None, "n/k", None]}, schema={"x": pl.String}),
    )
    score = ValidRows()(make(schema.columns, {"x": [1, 2, None]}), synthetic, None, run)
    assert score.value == pytest.approx(2 / 3)
    assert score.details.row(0)[2:] == (1, "n/k")


def test_what_is_missing_among_unseen_real_rows_only_may_be_missing(make, run):
    column = {"c": Numerical()}
    real, unseen, synthetic = (make(column, {"c": v}) for v in ([1.0, 2.0], [1.0, None], [None, 2.0]))
    assert ValidRows()(real, synthetic, unseen, run).value == 1
    assert ValidRows()(real, synthetic, real, run).value == 0.5
