from datetime import UTC, date, datetime

import numpy as np
import pytest

from understudy.errors import ConditionError
from understudy.pipeline.given import from_words, parse_given
from understudy.run import Run
from understudy.schema.column import Boolean, Categorical, Datetime, Numerical
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(
    columns={
        "age": Numerical(decimals=0, low=0, high=120),
        "rate": Numerical(decimals=2),
        "on": Boolean(true="ja", false="nein"),
        "day": Datetime(format="%d.%m.%Y", resolution="day"),
        "at": Datetime(time_zone="UTC"),
        "a=b": Categorical(levels=("x", "y")),
        "code": Categorical(),
    },
    layout=Layout(medium="csv", decimal_mark=",", missing={"age": {"?": 1.0}}),
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
        ("day", "24.12.2023", datetime(2023, 12, 24)),  # noqa: DTZ001 - the column has no zone
        ("day", date(2023, 12, 24), datetime(2023, 12, 24)),  # noqa: DTZ001
        ("at", datetime(2023, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)),
        ("code", 7, "7"),
    ],
)
def test_a_value_is_taken_as_the_source_or_python_spells_it(name, value, row):
    assert given(**{name: value}) == {name: row}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("agee", 1, "Did you mean 'age'"),
        ("age", "old", "cannot be 'old'"),
        ("age", 1.5, "cannot be 1.5"),
        ("age", True, "cannot be True"),
        ("age", 300, "bounds"),
        ("on", "maybe", "cannot be 'maybe'"),
        ("day", "someday", "cannot be 'someday'"),
        ("a=b", "z", "one of 'x', 'y'"),
    ],
)
def test_an_impossible_value_is_a_sentence(name, value, says):
    with pytest.raises(ConditionError, match=says):
        given(**{name: value})


def test_words_are_split_at_the_column():
    assert from_words(["age=?", "a=b=x", "code="], SCHEMA) == {"age": None, "a=b": "x", "code": None}


@pytest.mark.parametrize(("words", "says"), [(["age"], "no '='"), (["age=1", "age=2"], "twice")])
def test_words_that_say_nothing_or_too_much_are_refused(words, says):
    with pytest.raises(ConditionError, match=says):
        from_words(words, SCHEMA)
