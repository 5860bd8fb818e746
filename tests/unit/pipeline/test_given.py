from datetime import UTC, date, datetime

import numpy as np
import pytest

from understudy.context import Run
from understudy.errors import ConditionError
from understudy.pipeline.given import from_words, parse_given
from understudy.schema.column import Boolean, Categorical, Datetime, Numerical
from understudy.schema.layout import Layout, NumberFormat
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(
    columns={
        "age": Numerical(decimals=0, low=0, high=120),
        "rate": Numerical(decimals=2),
        "on": Boolean(true="ja", false="nein"),
        "day": Datetime(format="%d.%m.%Y", resolution="day"),
        "at": Datetime(time_zone="UTC"),
        "here": Datetime(time_zone="Europe/Berlin"),
        "there": Datetime(time_zone="+05:30"),
        "spelled": Datetime(format="%d.%m.%Y %H:%M", time_zone="Europe/Berlin"),
        "a=b": Categorical(levels=("x", "y")),
        "code": Categorical(),
    },
    layout=Layout(medium="csv", numbers={"rate": NumberFormat(decimal_mark=",")}, missing={"age": {"?": 1.0}}),
)


def given(**values):
    return parse_given(values, SCHEMA, Run(1))


@pytest.mark.parametrize(
    ("name", "value", "row"),
    [
        ("age", "30", 30),
        ("age", 30, 30),
        ("age", np.int64(30), 30),
        ("age", 30.0, 30),
        ("age", None, None),
        ("rate", "1,25", 1.25),
        ("rate", 2, 2.0),
        ("on", "ja", True),
        ("on", False, False),
        ("on", "false", False),
        ("day", "24.12.2023", datetime(2023, 12, 24)),  # noqa: DTZ001 - the column has no zone
        ("day", date(2023, 12, 24), datetime(2023, 12, 24)),  # noqa: DTZ001
        ("at", datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)),
        ("here", datetime(2023, 7, 1, 12), datetime(2023, 7, 1, 10, tzinfo=UTC)),  # noqa: DTZ001 - as clocks show it
        ("here", "2023-07-01 12:00", datetime(2023, 7, 1, 10, tzinfo=UTC)),
        ("here", "2023-07-01T12:00:00+00:00", datetime(2023, 7, 1, 12, tzinfo=UTC)),
        ("here", date(2023, 1, 1), datetime(2022, 12, 31, 23, tzinfo=UTC)),
        ("here", datetime(2023, 3, 26, 2, 30), datetime(2023, 3, 26, 1, 30, tzinfo=UTC)),  # noqa: DTZ001 - skipped
        ("there", "2023-07-01 12:00", datetime(2023, 7, 1, 6, 30, tzinfo=UTC)),
        ("spelled", "01.07.2023 12:00", datetime(2023, 7, 1, 10, tzinfo=UTC)),
        ("spelled", "2023-07-01 12:00", datetime(2023, 7, 1, 10, tzinfo=UTC)),
        ("code", 7, "7"),
    ],
)
def test_a_value_is_taken_as_the_source_or_python_spells_it(name, value, row):
    assert given(**{name: value}) == {name: row}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("agee", 1, "no column 'agee' to be given. Did you mean 'age'? The columns are 'age', 'rate', "),
        ("nothing", 1, "no column 'nothing' to be given. The columns are 'age', "),
        ("age", "old", "cannot be 'old'. Give a whole number."),
        ("age", 1.5, "cannot be 1.5"),
        ("age", True, "cannot be True"),
        ("age", 300, "bounds"),
        ("rate", "much", "Give a number."),
        ("on", "maybe", "cannot be 'maybe'. Give true or false, here spelled 'ja' or 'nein'."),
        ("day", "someday", "cannot be 'someday'. Give a moment such as 2024-01-31"),
        ("a=b", "z", "It is one of 'x', 'y'."),
        ("a=b", "X", "Did you mean 'x'?"),
    ],
)
def test_an_impossible_value_is_a_sentence(name, value, says):
    with pytest.raises(ConditionError) as refusal:
        given(**{name: value})
    assert says in str(refusal.value)


def test_columns_that_pandas_names_by_numbers_are_found():
    schema = TableSchema(columns={"1": Boolean(true="1", false="0")})
    assert parse_given({1: 1}, schema, Run(1)) == {"1": True}


@pytest.mark.parametrize("wrong", [["age"], "age=3", 5])
def test_what_is_no_mapping_is_a_sentence(wrong):
    with pytest.raises(ConditionError, match="no mapping of columns to values"):
        parse_given(wrong, SCHEMA, Run(1))


def test_a_word_that_spells_false_is_not_missing():
    schema = TableSchema(columns={"x": Boolean(true="x", false="")}, layout=Layout(medium="csv"))
    assert parse_given(from_words(["x="], schema), schema, Run(1)) == {"x": False}


def test_words_are_split_at_the_column():
    assert from_words(["age=?", "a=b=x", "code="], SCHEMA) == {"age": None, "a=b": "x", "code": None}


@pytest.mark.parametrize(("words", "says"), [(["age"], "no '='"), (["age=1", "age=2"], "twice")])
def test_words_that_say_nothing_or_too_much_are_refused(words, says):
    with pytest.raises(ConditionError, match=says):
        from_words(words, SCHEMA)


@pytest.mark.parametrize("name", ["age", "rate"])
@pytest.mark.parametrize("value", [np.array([1, 2]), 10**400, -(10**400), float("nan"), float("inf"), [1]])
def test_what_is_no_number_cannot_be_given(name, value):
    with pytest.raises(ConditionError, match=f"Column '{name}' is numerical and cannot be"):
        given(**{name: value})


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "1e400", "-1e400"])
@pytest.mark.parametrize("name", ["age", "rate"])
def test_what_was_given_is_quoted_as_it_was_written(name, word):
    with pytest.raises(ConditionError, match=f"cannot be '{word}'"):
        given(**{name: word})
