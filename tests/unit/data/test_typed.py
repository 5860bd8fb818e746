"""Rows that disagree with the schema are named: which column, how many, the first of them."""

import datetime as dt
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.infer import infer
from understudy.data.raw import Raw
from understudy.data.table import Table
from understudy.data.typed import parse, unparse
from understudy.errors import SchemaError
from understudy.schema.column import Boolean, Categorical, Datetime, Duration, Identifier, Numerical
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema


def schema_of(column, **layout):
    return TableSchema(columns={"x": column}, layout=Layout(medium="csv", **layout))


def raw_of(*values):
    return Raw((pl.DataFrame({"x": values}),), Layout(medium="csv"))


@pytest.mark.parametrize("pair", [("+", "-"), ("yes", "none"), ("x", "")])
def test_a_switch_whose_values_look_like_markers_keeps_them(pair):
    table = parse(raw_of(*pair, pair[0], "NA"), schema_of(Boolean(true=pair[0], false=pair[1])), Run(0))
    assert table.rows["x"].to_list() == [True, False, True, None]


WRONG = {
    "number": (Numerical(), ["1", "b", "c"]),
    "whole": (Numerical(decimals=0), ["1", "1.5", "2.5"]),
    "too large": (Numerical(decimals=0), ["1", "1e300", "99999999999999999999"]),
    "switch": (Boolean(true="yes", false="no"), ["yes", "maybe", "Yes"]),
    "level": (Categorical(levels=("a", "b")), ["a", "c", "d"]),
    "date": (Datetime(format="%Y-%m-%d"), ["2024-01-01", "2024-02-30", "yesterday"]),
    "length": (Duration(format="%H:%M:%S"), ["01:00:00", "1h", "2h"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_values_of_another_type_are_named(case):
    column, values = WRONG[case]
    with pytest.raises(
        SchemaError, match=rf"Column 'x' is {column.kind} .* 2 of its 3 values are not \(first: '.*' in row 2\)"
    ):
        parse(raw_of(*values), schema_of(column), Run(0))


def test_rows_are_counted_across_partitions():
    raw = Raw((pl.DataFrame({"x": ["1"] * 5}), pl.DataFrame({"x": ["2", "b"]})), Layout(medium="csv"))
    with pytest.raises(SchemaError, match=r"1 of its 2 values is not \(first: 'b' in row 7\)"):
        parse(raw, schema_of(Numerical()), Run(0))


def test_typed_sources_are_checked_too():
    raw = Raw((pl.DataFrame({"x": [1.0, 2.5]}),), Layout())
    with pytest.raises(SchemaError, match="1 of its 2 values is not"):
        parse(raw, schema_of(Numerical(decimals=0)), Run(0))


def test_an_absent_column_is_named():
    with pytest.raises(SchemaError, match=r"The schema has the column 'x' but the data has only \['y'\]"):
        parse(Raw((pl.DataFrame({"y": ["1"]}),), Layout()), schema_of(Numerical()), Run(0))


def test_a_column_that_the_schema_leaves_out_is_left_out_and_reported():
    run = Run(0)
    raw = Raw((pl.DataFrame({"y": ["1"], "x": ["2"]}),), Layout(medium="csv"))
    assert parse(raw, schema_of(Numerical()), run).rows.columns == ["x"]
    assert [f.code for f in run.findings.all()] == ["schema.extra_columns"]


def test_usual_markers_are_missing_in_unseen_rows_where_they_cannot_be_values():
    assert parse(raw_of("1", "NA"), schema_of(Numerical()), Run(0)).rows["x"].to_list() == [1.0, None]
    assert parse(raw_of("a", "NA", ""), schema_of(Categorical()), Run(0)).rows["x"].to_list() == ["a", "NA", None]


def test_missing_values_without_a_known_marker_are_empty_fields():
    table = parse(raw_of("1", "NA"), schema_of(Numerical()), Run(0))
    assert unparse(table)["x"].to_list() == ["1.0".removesuffix(".0"), ""]


def test_an_unknown_dtype_of_storage_is_refused():
    schema = TableSchema(columns={"x": Numerical()}, layout=Layout(storage={"x": "Int7"}))
    table = parse(Raw((pl.DataFrame({"x": [1.0]}),), Layout()), schema, Run(0))
    with pytest.raises(SchemaError, match="'Int7', which is no dtype"):
        unparse(table)


@pytest.mark.parametrize("decimals", [0, 2, None])
def test_the_short_way_reads_the_same_numbers_as_the_long_one(decimals):
    values = ["1", "-2", "+3", "007", "-0", "9007199254740993"]
    values += [] if decimals == 0 else ["1.25", "1e-3", "-0.0", ".5"]
    short = parse(raw_of(*values), schema_of(Numerical(decimals=decimals)), Run(0))
    long = parse(raw_of(*values, "NA"), schema_of(Numerical(decimals=decimals), missing={"x": {"NA": 1.0}}), Run(0))
    assert unparse(long)["x"].to_list() == [*unparse(short)["x"].to_list(), "NA"]
    assert long.rows["x"].to_list()[:-1] == short.rows["x"].to_list()


def test_markers_take_turns_however_few_rows_are_written_at_a_time():
    kept = schema_of(Numerical(decimals=0), missing={"x": {"NA": 0.7, "?": 0.3}})
    schema = kept.model_copy(update={"columns": {**kept.columns, "y": Numerical()}})
    rows = pl.DataFrame({"x": pl.Series([None] * 600, dtype=pl.Int64), "y": np.random.default_rng(1).normal(size=600)})
    for size in (1, 2, 600):
        parts = [unparse(Table.of(rows[k : k + size], schema))["x"] for k in range(0, 600, size)]
        share = float((pl.concat(parts) == "NA").mean())
        assert abs(share - 0.7) < 0.1, size


HELD = {
    "nanoseconds to the end": pl.Series([2**63 - 1 - i for i in range(30)]).cast(pl.Datetime("ns")),
    "the last day": pl.Series([dt.date(9999, 12, 31)] * 30),
    "the last second": pl.Series([dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)] * 30),
    "decimals beyond 64 bits": pl.Series([Decimal(10) ** 37 + i for i in range(30)], dtype=pl.Decimal(38, 0)),
    "one decimal beyond 64 bits": pl.Series([Decimal(10) ** 37] * 30, dtype=pl.Decimal(38, 0)),
    "whole decimals": pl.Series([Decimal(7 * i * i) for i in range(30)], dtype=pl.Decimal(38, 0)),
    "whole numbers of 128 bits": pl.Series([7 * i * i for i in range(30)], dtype=pl.Int128),
}


@pytest.mark.parametrize("case", HELD)
def test_far_values_come_back(case):
    frame = pl.DataFrame({"a": HELD[case]})
    raw = Raw((frame,), Layout())
    made = unparse(parse(raw, infer(raw, Run(0)).schema, Run(0)))
    assert made.schema == frame.schema
    assert made["a"].cast(pl.Float64).to_list() == pytest.approx(frame["a"].cast(pl.Float64).to_list(), rel=1e-12)


def written(column, dtype, values):
    """Write rows of ``column`` as ``dtype``, as generated ones are."""
    schema = TableSchema(columns={"a": column}, layout=Layout(storage={"a": str(dtype)}))
    return unparse(Table.of(pl.DataFrame({"a": values}), schema))["a"]


def test_new_values_beyond_the_dtype_are_its_last():
    far = pl.Series(["2300-01-01", "1600-01-01"]).str.to_datetime(time_unit="us")
    made = written(Datetime(), pl.Datetime("ns"), far)
    assert [value.year for value in made.cast(pl.Datetime("us"))] == [2262, 1677]
    made = written(Duration(), pl.Duration("ns"), [dt.timedelta(days=365 * 300)])
    assert made.cast(pl.Duration("us"))[0].days == 106_751
    assert written(Numerical(decimals=2), pl.Decimal(5, 2), [1e9, -1e9, 5.0]).to_list() == [
        Decimal("999.99"),
        Decimal("-999.99"),
        Decimal(5),
    ]
    assert written(Numerical(decimals=0), pl.UInt8, [300, -2, 7]).to_list() == [255, 0, 7]


def test_new_keys_beyond_the_dtype_stay_keys():
    assert written(Identifier(), pl.UInt8, ["254", "255", "256", "257"]).to_list() == [254, 255, 0, 1]
    big = [str(2**64 - 1), str(2**64), "99999999999999999999"]
    assert written(Identifier(), pl.UInt64, big).to_list() == [2**64 - 1, 0, 10**20 - 1 - 5 * 2**64]
    assert written(Identifier(), pl.Int128, big).to_list() == [int(key) for key in big]
