"""Each kind of relation: what breaks it, how it is taken out of rows and put back, and what follows from it."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from understudy.constraints.conclude import conclude
from understudy.constraints.constraint import Constraint, restore, stored
from understudy.constraints.equality import Equality
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.implication import Implication
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity
from understudy.errors import ConditionError
from understudy.schema.column import Boolean, Categorical, Datetime, Numerical
from understudy.schema.table import TableSchema

DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - rows of a column without a zone are naive

SCHEMA = TableSchema(
    columns={
        "city": Categorical(),
        "a": Numerical(decimals=0),
        "state": Categorical(),
        "b": Numerical(decimals=0),
        "c": Numerical(decimals=0),
        "x": Numerical(decimals=1),
        "y": Numerical(decimals=0),
        "start": Datetime(),
        "end": Datetime(resolution="day"),
    }
)
ROWS = pl.DataFrame(
    {
        "city": ["Ulm", "Bonn", None, "Ulm", "Rom"],
        "a": [1, 2, None, 4, 5],
        "state": ["BW", "NRW", "?", "BW", None],
        "b": [10, 20, 30, 4, 50],
        "c": [11, 22, None, 8, 55],
        "x": [0.5, 1.5, None, 3.5, 4.0],
        "y": [1, 2, 3, None, 4],
        "start": [DAY + timedelta(hours=h) for h in (0, 5, 10, 15, 20)],
        "end": [DAY + timedelta(days=d) for d in (1, 1, 2, 3, 4)],
    },
    schema_overrides={"start": pl.Datetime("us"), "end": pl.Datetime("us")},
)
PAIRS = pl.DataFrame({"determinant": [None, "Bonn", "Rom", "Ulm"], "dependent": ["?", "NRW", None, "BW"]})
EVERY: dict[str, Constraint] = {
    "functional dependency": FunctionalDependency("city", "state", PAIRS),
    "implication": Implication("city", "a", "Bonn", 2),
    "implication of missing": Implication("city", "c", None, None),
    "order": Inequality("a", "b", (1.0, 1.0)),
    "order of moments": Inequality("start", "end", (1e6, 8.64e10)),
    "strict order": Inequality("start", "end", (1e6, 8.64e10), strict=True),
    "sum": LinearIdentity("c", "a", "b", 1, 0),
    "difference": LinearIdentity("a", "c", "b", -1, 0),
    "equality": Equality("a", "b", 0.2),
    "copy": Equality("start", "again", 1.0),
}


def rows_for(constraint):
    if constraint.kind == "equality" and constraint.always:
        return ROWS.with_columns(pl.col("start").alias("again"))
    return ROWS


def schema_for(constraint):
    if constraint.kind == "equality" and constraint.always:
        return TableSchema(columns={**SCHEMA.columns, "again": Datetime()})
    return SCHEMA


@pytest.mark.parametrize("name", EVERY)
def test_rows_that_obey_break_nothing_and_come_back_as_they_were(name):
    constraint = EVERY[name]
    rows = rows_for(constraint)
    before = rows.clone()
    assert not constraint.violations(rows).any()
    assert constraint.violations(rows).len() == rows.height
    free = constraint.to_free(rows)
    assert rows.equals(before)
    assert rows.columns == before.columns
    assert constraint.from_free(free).select(rows.columns).equals(rows)
    assert rows.equals(before)


@pytest.mark.parametrize("name", EVERY)
def test_the_free_schema_names_the_columns_of_the_free_rows(name):
    constraint = EVERY[name]
    free = constraint.to_free(rows_for(constraint))
    schema = constraint.free_schema(schema_for(constraint))
    assert list(schema.columns) == free.columns


@pytest.mark.parametrize("name", EVERY)
def test_a_restored_relation_is_the_same(name):
    constraint = EVERY[name]
    assert isinstance(constraint, Constraint)
    (again,) = restore(stored([constraint]))
    assert type(again) is type(constraint)
    assert again.text == constraint.text
    rows = rows_for(constraint)
    free = constraint.to_free(rows)
    assert again.from_free(free).equals(constraint.from_free(free))


def test_relations_are_restored_in_their_order():
    many = [Implication("a", "b", i, i) for i in range(12)]
    assert list(restore(stored(many))) == many


def test_rows_that_break_a_relation_are_told():
    broken = ROWS.with_columns(
        pl.Series("state", ["BW", "BW", "?", "BW", None]),
        pl.Series("b", [0, 20, 30, 4, 50]),
        pl.Series("c", [11, 22, 5, 8, 54]),
    )
    assert EVERY["functional dependency"].violations(broken).to_list() == [False, True, False, False, False]
    assert EVERY["order"].violations(broken).to_list() == [True, False, False, False, False]
    assert EVERY["sum"].violations(broken).to_list() == [True, False, True, False, True]
    assert EVERY["implication of missing"].violations(broken).to_list() == [False, False, True, False, False]


def test_an_unseen_level_goes_with_what_most_pairs_have_and_breaks_nothing():
    pairs = pl.DataFrame({"determinant": ["a", "b", "c"], "dependent": ["x", "y", "y"]})
    fixes = FunctionalDependency("k", "v", pairs)
    rows = fixes.from_free(pl.DataFrame({"k": ["a", "new", None]}, schema={"k": pl.String}))
    assert rows["v"].to_list() == ["x", "y", "y"]
    assert not fixes.violations(rows).any()


def test_an_unseen_number_goes_with_its_nearest_neighbour():
    pairs = pl.DataFrame({"determinant": [None, 10, 20, 40], "dependent": ["none", "low", "mid", "high"]})
    fixes = FunctionalDependency("k", "v", pairs)
    rows = fixes.from_free(pl.DataFrame({"k": [-5, 14, 16, 20, 31, 99, None]}))
    assert rows["v"].to_list() == ["low", "low", "mid", "mid", "high", "high", "none"]


def test_a_row_out_of_order_has_its_two_values_exchanged_on_one_grid():
    mended = Inequality("a", "b", (1.0, 1.0)).from_free(pl.DataFrame({"a": [5, 1, None, 2], "b": [3, 2, 1, None]}))
    assert mended.rows() == [(3, 5), (1, 2), (None, 1), (2, None)]


def test_a_row_out_of_order_is_raised_to_the_grid_of_the_upper_column():
    mended = Inequality("x", "y", (0.01, 0.1)).from_free(pl.DataFrame({"x": [1.23, 0.3, 2.0], "y": [1.0, 0.3, 1.9]}))
    assert mended.rows() == [(1.23, 1.3), (0.3, 0.3), (2.0, 2.0)]
    late = DAY + timedelta(hours=30)
    moments = pl.DataFrame(
        {"start": [late], "end": [DAY]}, schema={"start": pl.Datetime("us"), "end": pl.Datetime("us")}
    )
    assert EVERY["order of moments"].from_free(moments)["end"].to_list() == [DAY + timedelta(days=2)]


@pytest.mark.parametrize(("held", "expected"), [({"a"}, (5, 5)), ({"b"}, (3, 3)), ({"a", "b"}, (5, 3))])
def test_a_held_column_keeps_its_value(held, expected):
    mended = Inequality("a", "b", (1.0, 1.0)).mend(pl.DataFrame({"a": [5], "b": [3]}), held)
    assert mended.rows() == [expected]


def test_lowering_to_a_held_column_stays_on_the_lower_grid():
    mended = Inequality("x", "y", (0.1, 0.01)).mend(pl.DataFrame({"x": [2.0], "y": [1.74]}), {"y"})
    assert mended.rows() == [(1.7, 1.74)]


def test_equal_values_break_a_strict_order_and_no_other():
    rows = pl.DataFrame({"a": [1, 2, 3, None], "b": [1, 3, 2, 4]})
    assert Inequality("a", "b").violations(rows).to_list() == [False, False, True, False]
    assert Inequality("a", "b", strict=True).violations(rows).to_list() == [True, False, True, False]
    with pytest.raises(ConditionError, match="a is less than b"):
        conclude({"a": 2, "b": 2}, [Inequality("a", "b", strict=True)])


@pytest.mark.parametrize(
    ("grids", "dtype", "held", "expected"),
    [
        ((1.0, 1.0), pl.Int64, {"a"}, (5, 6)),
        ((1.0, 1.0), pl.Int64, {"b"}, (4, 5)),
        ((1.0, 1.0), pl.Int64, (), (5, 5)),  # neither may give way: another row is drawn
        ((0.1, 0.1), pl.Float64, {"a"}, (5.0, 5.1)),
        ((0.1, 0.01), pl.Float64, {"b"}, (4.9, 5.0)),
        ((0.0, 0.0), pl.Float64, {"a"}, (5.0, 5.0)),
    ],
)
def test_a_strict_order_is_mended_by_one_step(grids, dtype, held, expected):
    rows = pl.DataFrame({"a": [5], "b": [5]}, schema={"a": dtype, "b": dtype})
    assert Inequality("a", "b", grids, strict=True).mend(rows, held).row(0) == expected


def test_a_strict_order_of_moments_is_mended_to_the_next_day():
    rows = ROWS.with_columns(end=pl.col("start").dt.truncate("1d")).head(2)
    mended = EVERY["strict order"].mend(rows, {"start"})
    assert mended["end"].to_list() == [DAY + timedelta(days=1)] * 2


def test_whole_numbers_beyond_float_precision_are_mended_by_one():
    rows = pl.DataFrame({"a": [2**60 + 1], "b": [2**60 + 1]})
    assert Inequality("a", "b", (1.0, 1.0), strict=True).mend(rows, {"a"}).row(0) == (2**60 + 1, 2**60 + 2)


def test_a_sum_of_other_grids_has_the_dtype_and_decimals_of_its_column():
    whole = LinearIdentity("t", "p", "q", 1, 0).from_free(pl.DataFrame({"p": [1.2, None], "q": [3.1, 1.0]}))
    assert whole["t"].dtype == pl.Int64
    assert whole["t"].to_list() == [4, None]
    cents = LinearIdentity("t", "p", "q", -1, 2).from_free(pl.DataFrame({"p": [0.3], "q": [0.1]}))
    assert cents["t"].to_list() == [0.2]


def test_a_sum_of_whole_numbers_beyond_float_precision_is_exact():
    rows = pl.DataFrame({"p": [2**60 + 1], "q": [2]})
    assert LinearIdentity("t", "p", "q", 1, 0).from_free(rows)["t"].to_list() == [2**60 + 3]


def test_a_sum_in_full_precision_is_no_matter_of_the_last_digit():
    total = LinearIdentity("t", "p", "q", 1, None)
    rows = pl.DataFrame({"p": [0.1, 1e12], "q": [0.2, 1e-3], "t": [0.3, 1e12 + 1e-3]})
    assert not total.violations(rows).any()
    assert total.violations(rows.with_columns(t=pl.Series([0.3001, 1e12]))).to_list() == [True, False]


@pytest.mark.parametrize("name", ["p", "q"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_term_is_solved_for_a_total(name, sign):
    identity = LinearIdentity("t", "p", "q", sign, 1)
    rows = identity.solved(pl.DataFrame({"p": [0.7, 2.5], "q": [0.1, 4.0]}), pl.Series([3.3, -1.0]), name)
    assert identity.from_free(rows)["t"].to_list() == [3.3, -1.0]


def test_a_flag_column_stands_before_the_later_of_two_equal_columns():
    free = Equality("a", "b", 0.2).to_free(ROWS)
    assert free.columns[free.columns.index("b") - 1] == "b = a"
    assert free["b = a"].to_list() == [False, False, False, True, False]


def test_values_that_follow():
    assert EVERY["functional dependency"].conclude({"city": "Ulm"}) == {"state": "BW"}
    assert EVERY["functional dependency"].conclude({"city": None}) == {"state": "?"}
    assert EVERY["functional dependency"].conclude({"state": "BW"}) == {}
    assert EVERY["functional dependency"].determinants(["BW", None]).to_list() == ["Rom", "Ulm"]
    assert EVERY["implication"].conclude({"city": "Bonn"}) == {"a": 2}
    assert EVERY["implication"].conclude({"city": "Rom"}) == {}
    assert EVERY["order"].conclude({"a": 1}) == {}
    assert EVERY["sum"].conclude({"a": 1, "b": 2}) == {"c": 3}
    assert EVERY["sum"].conclude({"a": 1, "c": 3}) == {"b": 2}
    assert EVERY["sum"].conclude({"a": None, "b": 2}) == {"c": None}
    assert EVERY["sum"].conclude({"a": None, "c": 2}) == {}
    assert EVERY["difference"].conclude({"a": 1, "b": 2}) == {"c": 3}
    assert EVERY["difference"].conclude({"a": 1, "c": 3}) == {"b": 2}
    assert EVERY["equality"].conclude({"a": 1, "b": 1}) == {"b = a": True}
    assert EVERY["equality"].conclude({"a": 1, "b": 2}) == {"b = a": False}
    assert EVERY["equality"].conclude({"a": 1, "b = a": True}) == {"b": 1}
    assert EVERY["copy"].conclude({"again": DAY}) == {"start": DAY}


def test_relations_are_said_in_words():
    said = {name: constraint.text for name, constraint in EVERY.items()}
    assert said["functional dependency"] == "city fixes state"
    assert said["implication of missing"] == "where city is missing, c is missing"
    assert said["order"] == "a is at most b"
    assert said["sum"] == "c = a + b"
    assert said["equality"] == "b equals a in 20.0% of the rows"
    assert said["copy"] == "again equals start in every row"


def test_a_flag_is_a_boolean_column():
    assert EVERY["equality"].free_schema(SCHEMA).columns["b = a"] == Boolean()
