"""Dtypes that no later step could hold are converted at the door, or refused with the column's name."""

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from understudy.catalog import load
from understudy.context import Run
from understudy.data.dtypes import any_zone
from understudy.data.frames import to_raw
from understudy.data.infer import infer
from understudy.data.typed import parse, unparse
from understudy.errors import InputError


def through(frame):
    raw, back = to_raw(frame, Run(0))
    return back(unparse(parse(raw, infer(raw, Run(0)).schema, Run(0))))


REFUSED = {
    "a day after the last year": (pl.Series([1, 2**31 - 1], dtype=pl.Int32).cast(pl.Date), "years 1 to 9999 in 1 row "),
    "a day before the first": (pl.Series([1, -(2**31)], dtype=pl.Int32).cast(pl.Date), "years 1 to 9999"),
    "a moment": (pl.Series([1, 2**60]).cast(pl.Datetime("ms")), "years 1 to 9999"),
    "a length": (pl.Series([1, 2**60]).cast(pl.Duration("ms")), "lengths of time beyond 27,000 years"),
    "a number of 128 bits": (pl.Series([1, 2], dtype=pl.UInt128), "of 128 bits without sign"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("kind", ["frame", "parquet", "arrow"])
def test_what_cannot_be_held_is_refused_on_reading(case, kind, tmp_path):
    values, says = REFUSED[case]
    frame = pl.DataFrame({"a": values})
    path = tmp_path / f"a.{kind}"
    {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "frame": Path.touch}[kind](path)
    read = load("readers", "parquet" if kind == "frame" else kind)().read
    with pytest.raises(InputError, match=f"Column 'a' .*{says}"):
        to_raw(frame, Run(0)) if kind == "frame" else read(path, Run(0))


def test_rows_of_later_partitions_are_counted_from_the_first(tmp_path):
    days = pl.Series([1] * 5 + [2**31 - 1], dtype=pl.Int32).cast(pl.Date)
    pl.DataFrame({"a": days}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="first: row 6"):
        load("readers", "parquet")(partition_rows=4).read(tmp_path / "a.parquet", Run(0))


def test_half_floats_are_read():
    assert through(pl.DataFrame({"a": pl.Series([0.5, 1.25, 3.0], dtype=pl.Float16)}))["a"].dtype == pl.Float32


def stored(table, kind, tmp_path):
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    return path


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_moments_at_a_fixed_offset_are_read(kind, tmp_path):
    path = stored(pa.table({"a": pa.array(range(5), pa.timestamp("us", "+05:30"))}), kind, tmp_path)
    run = Run(0)
    raw = load("readers", kind)().read(path, run)
    assert raw.column("a").to_list() == [dt.datetime(1970, 1, 1, 0, 0, 0, i, dt.UTC) for i in range(5)]
    assert [finding.code for finding in run.findings.all()] == ["times.offset"]
    assert "+05:30" in run.findings.all()[0].text


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_an_unknown_time_zone_is_named(kind, tmp_path):
    path = stored(pa.table({"a": pa.array(range(5), pa.timestamp("us", "Mars/X"))}), kind, tmp_path)
    with pytest.raises(InputError, match="Column 'a' is in the time zone 'Mars/X'"):
        load("readers", kind)().read(path, Run(0))


@pytest.mark.parametrize("before", [None, "0"])
def test_the_switch_of_polars_is_put_back(before, monkeypatch):
    name = "POLARS_IGNORE_TIMEZONE_PARSE_ERROR"
    monkeypatch.delenv(name, raising=False) if before is None else monkeypatch.setenv(name, before)
    with any_zone():
        assert os.environ[name] == "1"
    assert os.environ.get(name) == before


PYARROW = {
    "offset": pa.array(range(6), pa.timestamp("us", "+05:30")),
    "dictionary of numbers": pa.array([1, 2, 3] * 2).dictionary_encode(),
    "dictionary of few": pa.array([0.5, 2.5] * 3).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.float64())),
    "dictionary of words": pa.array(["a", "b", None] * 2).dictionary_encode(),
    "json": pa.array(["{}", '{"a": 1}'] * 3, pa.json_()),
    "switch in bytes": pa.array([True, False, None] * 2).cast(pa.bool8()),
    "half": pa.array(np.array([0.5, 1, 2, 3, 4, 5], np.float16)),
}


@pytest.mark.parametrize("case", PYARROW)
def test_types_of_pyarrow_come_back(case):
    table = pa.table({"a": PYARROW[case]})
    made = through(table)
    assert made.schema == table.schema
    assert made["a"].to_pylist() == table["a"].to_pylist()


FOREIGN = {
    "decimal256": pa.array([Decimal(1)] * 2, pa.decimal256(50, 2)),
    "decimal128": pa.array([Decimal(100)] * 2, pa.decimal128(5, -2)),
    "run_end_encoded": pa.RunEndEncodedArray.from_arrays([1, 2], [1, 2]),
    "interval": pa.array([pa.MonthDayNano([1, 2, 3])] * 2),
    "union": pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
    "Mars/X": pa.array([1, 2], pa.timestamp("us", "Mars/X")),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_types_of_pyarrow_that_cannot_be_held_are_named(case):
    with pytest.raises(InputError, match=f"Column 'a' .*{case}"):
        to_raw(pa.table({"a": FOREIGN[case]}), Run(0))


@pytest.mark.parametrize("data", [pa.chunked_array([[1, 2]]), pa.array([1, 2])])
def test_a_column_alone_is_no_frame(data):
    with pytest.raises(InputError, match="is no frame"):
        to_raw(data, Run(0))


def test_a_column_without_a_name_keeps_none():
    frame = pl.DataFrame({"": [1, 5], "a": [2.5, 3.5]})
    assert to_raw(frame, Run(0))[0].dtypes == dict(frame.schema)
