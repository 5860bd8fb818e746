"""Readers and writers of media that have dtypes: what goes in comes out, and bad files get one sentence."""

import datetime as dt
import gzip

import polars as pl
import pytest
import xlsxwriter

from understudy.catalog import entries, load
from understudy.context import Run
from understudy.data.infer import infer
from understudy.data.storage import dtype_named
from understudy.data.typed import parse
from understudy.data.writers._typed import as_typed
from understudy.errors import InputError, OutputError
from understudy.schema.column import Datetime
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema

FRAME = pl.DataFrame(
    {
        "whole": [1, 2, 4, None] * 15,
        "real": [0.5, 2.25, 3.125] * 20,
        "word": ["a", None, "é"] * 20,
        "flag": [True, False, None] * 20,
        "day": [dt.date(2024, 1, 1), None, dt.date(2024, 5, 6)] * 20,
        "moment": [dt.datetime(2024, 1, 1, 10, 30), dt.datetime(2023, 1, 1), None] * 20,  # noqa: DTZ001
    },
    schema_overrides={"whole": pl.Int32, "real": pl.Float32},
)
WRITE = {
    "parquet": lambda frame, path: frame.write_parquet(path),
    "arrow": lambda frame, path: frame.write_ipc(path),
    "jsonl": lambda frame, path: frame.write_ndjson(path),
    "excel": lambda frame, path: frame.write_excel(path),
}


def ending(kind):
    return load("readers", kind).suffixes[0]


@pytest.mark.parametrize("kind", WRITE)
def test_a_file_comes_back_as_it_was(tmp_path, kind):
    source, target = tmp_path / f"in{ending(kind)}", tmp_path / f"out{ending(kind)}"
    WRITE[kind](FRAME, source)
    reader, run = load("readers", kind)(), Run(0)
    raw = reader.read(source, run)
    table = parse(raw, infer(raw, run).schema, run)
    with load("writers", kind)().open(target, table.schema, Run(0)) as sink:
        sink.append(table)
    again = reader.read(target, run)
    assert next(again.frames()).equals(next(raw.frames()))
    assert again.dtypes == raw.dtypes


@pytest.mark.parametrize("kind", [k for k in entries("writers") if k != "csv"])
def test_many_tables_become_one_file(tmp_path, kind):
    path = tmp_path / f"out{ending(kind)}"
    source = tmp_path / f"in{ending(kind)}"
    WRITE[kind](FRAME, source)
    reader, run = load("readers", kind)(), Run(0)
    raw = reader.read(source, run)
    table = parse(raw, infer(raw, run).schema, run)
    with load("writers", kind)().open(path, table.schema, Run(0)) as sink:
        for _ in range(3):
            sink.append(table)
    rows = next(reader.read(path, run).frames())
    assert rows.equals(pl.concat(list(raw.frames()) * 3))
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted({path.name, source.name})


@pytest.mark.parametrize("kind", [*WRITE, "csv"])
def test_a_bad_file_is_refused(tmp_path, kind):
    reader = load("readers", kind)()
    path = tmp_path / f"t{ending(kind)}"
    with pytest.raises(InputError, match="There is no file"):
        reader.read(path, Run(0))
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is empty"):
        reader.read(path, Run(0))
    path.write_bytes(b"PAR1 this is \x00\x01\x02 nothing at all" * 10)
    with pytest.raises(InputError):
        reader.read(path, Run(0))


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_file_without_rows_is_refused(tmp_path, kind):
    path = tmp_path / f"t{ending(kind)}"
    WRITE[kind](FRAME.clear(), path)
    with pytest.raises(InputError, match="has no rows"):
        load("readers", kind)().read(path, Run(0))


def test_json_lines_name_the_bad_line(tmp_path):
    path = tmp_path / "t.jsonl"
    reader = load("readers", "jsonl")()
    path.write_text('{"a": 1}\n{"a": \n', encoding="utf-8")
    with pytest.raises(InputError, match=r"Line 2 of .* is not JSON"):
        reader.read(path, Run(0))
    path.write_text('{"a": 1}\n[1, 2]\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"Line 2 of .* is a JSON list"):
        reader.read(path, Run(0))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['{"a": 1}', '{"a": "x"}'], True),
        (['{"a":true}', '{"a":"x"}'], True),
        (['{"größe": 1.5}', '{"größe": "x"}'], True),
        (['{"a": "1"}', '{"a": "x"}'], False),
        (['{"a": "1", "b": "\\"a\\": 1"}'], False),
        (['{"a": "x"}', '{"a": null}'], False),
    ],
)
def test_a_finding_says_that_numbers_beside_words_are_words(tmp_path, lines, told):
    path, run = tmp_path / "t.jsonl", Run(0)
    path.write_text("\n".join(lines), encoding="utf-8")
    load("readers", "jsonl")().read(path, run)
    assert [finding.code for finding in run.findings.all()] == ["jsonl.mixed"] * told


def test_packed_json_lines_are_read(tmp_path):
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n{"a": 2, "b": "x"}\n'))
    raw = load("readers", "jsonl")().read(path, Run(0))
    assert next(raw.frames()).to_dict(as_series=False) == {"a": [1, 2], "b": [None, "x"]}


FROM_TEXT = {
    "zero_one": (["0", "1"], pl.Int64),
    "code": (["1", "2"], pl.Int64),
    "kind_id": (["10", "20", "30"], pl.Int64),
    "whole floats": (["1.0", "2.0", "7.0"], pl.Float64),
    "padded": (["01", "02", "03"], pl.String),
    "yes": (["yes", "no"], pl.Boolean),
    "day": (["2024-01-05", "2024-02-07"], pl.Date),
    "number of a day": (["20240105", "20240207"], pl.Date),
    "midnight": (["2024-01-05T00:00:00Z", "2024-02-07T00:00:00Z"], pl.Datetime("us", "UTC")),
    "clock at midnight": (["2024-01-05 00:00:00", "2024-02-07 00:00:00"], pl.Datetime("us")),
}


@pytest.mark.parametrize("name", FROM_TEXT)
def test_rows_of_a_delimited_file_have_the_dtypes_that_its_values_have(tmp_path, name):
    values, dtype = FROM_TEXT[name]
    source, target = tmp_path / "in.csv", tmp_path / "out.parquet"
    pl.DataFrame({name: (values * 60)[:60]}).write_csv(source)
    raw = load("readers", "csv")().read(source, Run(0))
    schema = infer(raw, Run(0)).schema
    with load("writers", "parquet")().open(target, schema, Run(0)) as sink:
        sink.append(parse(raw, schema, Run(0)))
    assert pl.read_parquet_schema(target) == {name: dtype}


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        (Datetime(format="%F %T"), pl.Datetime("us")),
        (Datetime(format="%s"), pl.Datetime("us")),
        (Datetime(resolution="minute"), pl.Datetime("us")),
        (Datetime(resolution="day"), pl.Date()),
        (Datetime(format="%F", resolution="second"), pl.Date()),
        (Datetime(format="%F %T %:z", time_zone="+05:30"), pl.Datetime("us", "UTC")),
    ],
)
def test_moments_of_a_delimited_file_keep_their_clock(column, dtype):
    schema = as_typed(TableSchema(columns={"at": column}, layout=Layout(medium="csv")), "parquet")
    assert dtype_named(schema.layout.storage["at"]) == dtype


@pytest.mark.parametrize("kind", ["parquet", "jsonl", "arrow"])
def test_switches_and_codes_that_are_numbers_stay_numbers(tmp_path, kind):
    frame = pl.DataFrame({"flag": [0, 1, 1] * 20, "plan": [1, 2, 2] * 20, "day": [20240105, 20240207, 20240301] * 20})
    source, target = tmp_path / f"in{ending(kind)}", tmp_path / f"out{ending(kind)}"
    WRITE[kind](frame, source)
    reader = load("readers", kind)()
    raw = reader.read(source, Run(0))
    schema = infer(raw, Run(0)).schema
    assert [column.kind for column in schema.columns.values()] == ["boolean", "categorical", "datetime"]
    with load("writers", kind)().open(target, schema, Run(0)) as sink:
        sink.append(parse(raw, schema, Run(0)))
    assert next(reader.read(target, Run(0)).frames()).equals(frame)


def test_parquet_is_read_in_partitions(tmp_path):
    path = tmp_path / "t.parquet"
    FRAME.write_parquet(path)
    raw = load("readers", "parquet")(partition_rows=25, work=tmp_path / "work").read(path, Run(0))
    assert [frame.height for frame in raw.frames()] == [25, 25, 10]
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    assert table.n_rows == 60
    assert table.rows["whole"].to_list() == FRAME["whole"].to_list()


def test_an_excel_sheet_can_be_named(tmp_path):
    path = tmp_path / "t.xlsx"
    FRAME.write_excel(path, worksheet="sales")
    with pytest.raises(InputError, match="has no sheet 'other'; its sheets are sales"):
        load("readers", "excel")(sheet="other").read(path, Run(0))


def test_what_comes_late_in_a_sheet_is_read_as_it_is(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["code", "share"])
        for row in range(1, 1500):
            sheet.write_row(row, 0, [row, row / 7] if row < 1200 else [f"text {row}", "none"])
    frame = next(load("readers", "excel")().read(path, Run(0)).frames())
    assert frame["code"].to_list() == [str(row) if row < 1200 else f"text {row}" for row in range(1, 1500)]
    shares = [float(cell) for cell in frame["share"].head(1199)]
    assert shares == pytest.approx([row / 7 for row in range(1, 1200)], rel=1e-15)
    assert frame["share"].tail(300).to_list() == ["none"] * 300


@pytest.mark.parametrize("kind", [*WRITE, "csv"])
def test_a_place_that_cannot_be_written_is_named(tmp_path, kind):
    source = tmp_path / "in.parquet"
    FRAME.write_parquet(source)
    raw = load("readers", "parquet")().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    path = tmp_path / "absent" / f"t{ending(kind)}"
    with (
        pytest.raises(OutputError, match="cannot be written"),
        load("writers", kind)().open(path, table.schema, Run(0)) as sink,
    ):
        sink.append(table)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a":' * 100_000 + "\n", "Line 1 .* is nested too deeply"),
        ('{"a": 1}\n{"a": ' + "[" * 100_000 + "]" * 100_000 + "}\n", "Line 2 .* is nested too deeply"),
        ('{"a": ' + "9" * 400 + '}\n{"a": 1}\n', "numbers of at most 38 digits"),
        ('{"a": ' + "9" * 5_000 + '}\n{"a": 1}\n', "numbers of at most 38 digits"),
        ('{"a": true}\n{"a": 1}\n', "values of one kind"),
    ],
    ids=["open", "deep", "long", "longer", "mixed"],
)
def test_json_lines_that_no_column_can_hold_come_with_a_way_out(tmp_path, text, says):
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load("readers", "jsonl")().read(tmp_path / "a.jsonl", Run(0))


def test_numbers_that_python_writes_into_json_are_read(tmp_path):
    text = '{"a": NaN, "b": "NaN"}\n{"a": 1.5, "b": "x"}\n{"a": -Infinity, "b": null}\n'
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    raw = load("readers", "jsonl")().read(tmp_path / "a.jsonl", Run(0))
    assert str(raw.column("a").to_list()) == "[nan, 1.5, -inf]"
    assert raw.column("b").to_list() == ["NaN", "x", None]
