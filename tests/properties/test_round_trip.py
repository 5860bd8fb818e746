"""Rows that are read, understood, and written back are the rows that were there, whatever they are."""

import datetime as dt
import re

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.context import Run
from understudy.data.dates import read_dates, write_dates
from understudy.data.durations import read_durations, write_durations
from understudy.data.infer import infer
from understudy.data.levels import LEAST
from understudy.data.numbers import read_numbers, write_numbers
from understudy.data.raw import Raw
from understudy.data.readers.csv import Csv as Reader
from understudy.data.typed import parse, unparse
from understudy.data.writers.csv import Csv as Writer
from understudy.errors import InputError
from understudy.schema.column import Datetime, Duration
from understudy.schema.layout import Layout, NumberFormat

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=12)
ODD = st.sampled_from(
    [
        *("", "NA", "?", "inf", "1e400", "-0", "+5", "007", "1,5", "1.50", "0x1", "true", "2024-01-01", "9" * 30),
        *("$1,234", "1.234,5", "(5)", "5-", "\u22125", ".5", "5.", "5 kg", "10%", "1 234", "2024-W05", "2024-Q1"),
        *("202401", "20240131", "24:00", "1:05", "5:05 PM", "P1D", "3 days", "<5", "12:00:00.5"),
    ]
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70).map(str), st.floats(width=64).map(repr), st.decimals(-9999, 9999, places=2).map(str)
)
CELLS = st.one_of(WORDS, ODD, NUMBERS)


def through(frame, layout):
    raw = Raw((frame,), layout)
    return unparse(parse(raw, infer(raw, Run(0)).schema, Run(0)))


def alike(one, other):
    """Tell whether two cells say the same: equal text, or equal numbers (a missing marker stands for any other)."""
    if one == other:
        return True
    try:
        return number(one) == number(other)
    except ValueError:
        return False


def number(text):
    """Read a number whose sign is spelled in any way."""
    bare = re.sub(r"^\((.*)\)$|^(.*)-$", r"-\1\2", text.strip()).replace("\u2212", "-").replace("--", "-")
    return float(bare)


@SOME
@given(st.lists(CELLS, min_size=1, max_size=40))
def test_any_column_of_text_comes_back(cells):
    frame = pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)})
    raw = Raw((frame,), Layout(medium="csv"))
    schema = infer(raw, Run(0)).schema
    markers = schema.layout.missing.get("x", {})
    for was, now in zip(cells, unparse(parse(raw, schema, Run(0)))["x"].to_list(), strict=True):
        remark = bool(schema.layout.odd) and cells.count(was) < LEAST and now in {"", *markers}
        assert alike(was, now) or (was in markers and now in markers) or remark


@SOME
@given(
    st.lists(st.tuples(WORDS, NUMBERS, CELLS), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t", "|", "~", "||", "§"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([(), ("n",), "all"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_file_that_is_written_is_read_the_same(tmp_path, rows, delimiter, encoding, quoted, line_end):
    frame = pl.DataFrame(rows, schema={"a b": pl.String, "n": pl.String, "c": pl.String}, orient="row")
    layout = Layout(medium="csv", delimiter=delimiter, encoding=encoding, quoted=quoted, line_end=line_end)
    raw = Raw((frame,), layout)
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    path = tmp_path / "t.csv"
    with Writer().open(path, table.schema, Run(0)) as sink:
        sink.append(table)
    reader = Reader(delimiter=delimiter, header=True, quote='"', encoding=encoding)
    again = next(reader.read(path, Run(0)).frames())
    assert again.rows() == unparse(table).rows()


@SOME
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path, data):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    try:
        raw = Reader().read(path, Run(0))
    except InputError:
        return
    schema = infer(raw, Run(0)).schema
    assert parse(raw, schema, Run(0)).n_rows == raw.n_rows


@SOME
@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=30))
def test_whole_numbers_of_a_frame_come_back(values):
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Int64)})
    assert through(frame, Layout()).equals(frame)


@SOME
@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1, max_size=30))
def test_floats_of_a_frame_come_back(values):
    frame = pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)})
    back = through(frame, Layout())
    assert (back["x"].eq_missing(frame["x"])).all()


MIXED = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.builds(lambda units, decimals: units / 10**decimals, st.integers(-(10**7), 10**7), st.integers(0, 12)),
)


@settings(SOME, max_examples=200)
@given(st.lists(MIXED, min_size=2, max_size=30))
def test_floats_of_a_file_and_of_a_frame_come_back_with_all_their_digits(values):
    text = pl.DataFrame({"x": [repr(value) for value in values]})
    assert [float(cell) for cell in through(text, Layout(medium="csv"))["x"]] == values
    assert through(pl.DataFrame({"x": values}), Layout())["x"].to_list() == values


MOMENTS = st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2150, 1, 1))  # noqa: DTZ001


@SOME
@given(st.lists(st.one_of(st.none(), MOMENTS), min_size=1, max_size=30), st.sampled_from([None, "UTC", "Asia/Tokyo"]))
def test_moments_of_a_frame_come_back(values, zone):
    series = pl.Series("x", values, dtype=pl.Datetime("us")).dt.replace_time_zone(zone)
    assert through(series.to_frame(), Layout()).equals(series.to_frame())


@SOME
@given(
    st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=30),
    st.integers(0, 4),
    st.booleans(),
    st.builds(
        NumberFormat,
        prefix=st.sampled_from(["", "$", " ", " R$ "]),
        suffix=st.sampled_from(["", "%", " kg"]),
        negative=st.sampled_from(["-$5", "$-5", "($5)", "$5-"]),
        minus=st.sampled_from(["-", "\u2212"]),
        plus=st.booleans(),
        zero=st.booleans(),
        width=st.sampled_from([0, 12]),
        notation=st.sampled_from(["plain", "plain", "shortest"]),
        exponent=st.sampled_from(["e+00", "E0", "e+000"]),
    ),
    st.sampled_from([(".", ","), (",", "."), (".", ""), (",", " "), (".", "'")]),
)
def test_numbers_are_read_as_they_are_written(units, decimals, fixed, style, marks):
    named = {"decimal_mark": marks[0], "thousands_mark": marks[1] if style.notation == "plain" else ""}
    style = style.model_copy(update={"digits": decimals if fixed else 0, **named})
    values = pl.Series([u if decimals == 0 else u / 10**decimals for u in units])
    text = pl.select(write_numbers(pl.lit(values), decimals, style)).to_series()
    back = pl.select(read_numbers(pl.lit(text), decimals, style)).to_series()
    assert back.to_list() == values.to_list()


FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%-m/%-d/%Y %-I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%S%:z",
    "%d-%b-%Y %H:%M:%SZ",
    "%^a %d-%,b-%Y %H:%M:%S",
]


@SOME
@given(
    st.lists(MOMENTS, min_size=1, max_size=30),
    st.sampled_from(FORMATS),
    st.sampled_from(["UTC", "Etc/GMT-2", "-03:30"]),
)
def test_dates_are_read_as_they_are_written(moments, format_, zone):
    zoned = "z" in format_ or format_.endswith("Z")
    column = Datetime(format=format_, time_zone=(zone if "%:z" in format_ else "UTC") if zoned else None)
    values = (
        pl.Series(moments, dtype=pl.Datetime("us")).dt.truncate("1s").dt.replace_time_zone("UTC" if zoned else None)
    )
    text = pl.select(write_dates(pl.lit(values), column)).to_series()
    assert pl.select(read_dates(pl.lit(text), column)).to_series().to_list() == values.to_list()


@pytest.mark.parametrize("format_", ["%H:%M:%S%.f", "%-H:%M:%S%.-f", "%D day(s) %H:%M:%S%.6f", "iso8601"])
@SOME
@given(values=st.lists(st.timedeltas(-dt.timedelta(days=300), dt.timedelta(days=300)), min_size=1, max_size=30))
def test_durations_are_read_as_they_are_written(format_, values):
    column = Duration(format=format_)
    lengths = pl.Series(values, dtype=pl.Duration("us"))
    text = pl.select(write_durations(pl.lit(lengths), column)).to_series()
    assert pl.select(read_durations(pl.lit(text), column)).to_series().to_list() == lengths.to_list()
