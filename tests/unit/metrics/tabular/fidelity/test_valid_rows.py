import polars as pl
import pytest

from understudy.data.table import Table
from understudy.metrics.tabular.fidelity.valid_rows import ValidRows
from understudy.schema.column import Boolean, Categorical, Datetime, Identifier, Location, Numerical, Text
from understudy.schema.table import TableSchema


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
        (Location(axis="latitude", partner="c"), [1.0, 2.0], 89.0, 91.0),
        (Identifier(pattern="(+)[0-9]{3}-[A-Z]{1,2}"), ["(+)123-A", "x"], "(+)456-QQ", "(+)4567-Q"),
        (Text(), ["x", "y"], "anything", None),
        (Numerical(high=5), [1.0, None], None, 9.0),
    ],
)
def test_one_bad_value_makes_one_bad_row(make, run, column, real, good, bad):
    assert share(make, run, column, real, [good]) == 1
    assert share(make, run, column, real, [good, bad]) == 0.5


def test_the_real_extremes_are_no_bounds(make, run):
    assert share(make, run, Numerical(), [1.0, 5.0], [0.5, 5.5]) == 1


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
