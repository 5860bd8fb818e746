"""The reader of delimited text finds the dialect by itself, and says in one sentence what is wrong with a file."""

import gzip

import polars as pl
import pytest
from pydantic import ValidationError

from understudy.data.readers.csv import Csv
from understudy.errors import InputError
from understudy.run import Run

ROWS = [("Ann", "1.5", "x"), ("Bob", "2.25", "y"), ("Zoë", "3", "z")]


def written(tmp_path, text, encoding="utf-8", name="t.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def rows_of(path, **options):
    raw = Csv(**options).read(path, Run(0))
    return pl.concat(list(raw.frames())).rows(), raw.layout


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    lines = [delimiter.join(row) for row in [("name", "size", "kind"), *ROWS]]
    rows, layout = rows_of(written(tmp_path, "\n".join(lines) + "\n"))
    assert rows == ROWS
    assert layout.delimiter == delimiter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_the_encoding_is_found(tmp_path, encoding):
    lines = [",".join(row) for row in [("name", "size", "kind"), *ROWS]]
    rows, layout = rows_of(written(tmp_path, "\n".join(lines) + "\n", encoding))
    assert rows == ROWS
    assert layout.encoding == {"latin-1": "cp1252"}.get(encoding, encoding)


def test_an_encoding_that_shows_late_is_found(tmp_path):
    text = b"name,size\n" + b"Ann,1\n" * 100_000 + "Zoë,2\n".encode("cp1252")
    rows, layout = rows_of(written(tmp_path, text))
    assert rows[-1] == ("Zoë", "2")
    assert layout.encoding == "latin-1"


def test_a_packed_file_is_read_whatever_its_name(tmp_path):
    path = written(tmp_path, gzip.compress(b"a,b\n1,2\n"), name="t.csv")
    assert rows_of(path)[0] == [("1", "2")]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(tmp_path):
    rows, layout = rows_of(written(tmp_path, 'a,b\n1,"x, y"\n2,"he said ""no"""\n3,"two\nlines"\n'))
    assert rows == [("1", "x, y"), ("2", 'he said "no"'), ("3", "two\nlines")]
    assert layout.quoting == "necessary"


def test_single_quotes_are_found(tmp_path):
    assert rows_of(written(tmp_path, "a,b\n1,'x, y'\n2,'z'\n"))[0] == [("1", "x, y"), ("2", "z")]


def test_a_quote_that_is_a_character_stays_one(tmp_path):
    rows, layout = rows_of(written(tmp_path, 'size,n\n5" pipe,1\n6" pipe,2\n'))
    assert rows == [('5" pipe', "1"), ('6" pipe', "2")]
    assert layout.quote is None


@pytest.mark.parametrize(
    ("text", "quoting"),
    [
        ('"a","b"\n"1","x"\n"2","y"\n', "always"),
        ('"a","b"\n1,"x"\n2,"y"\n', "non_numeric"),
        ("a,b\n1,x\n", "necessary"),
    ],
)
def test_the_way_of_quoting_is_found(tmp_path, text, quoting):
    assert rows_of(written(tmp_path, text))[1].quoting == quoting


def test_line_ends_of_every_system_are_read(tmp_path):
    for end, kept in (("\n", "\n"), ("\r\n", "\r\n"), ("\r", "\n")):
        rows, layout = rows_of(written(tmp_path, end.join(["a,b", "1,2", "3,4", ""])))
        assert rows == [("1", "2"), ("3", "4")]
        assert layout.line_end == kept


def test_a_last_line_without_an_end_is_a_row(tmp_path):
    assert rows_of(written(tmp_path, "a,b\n1,2\n3,4"))[0] == [("1", "2"), ("3", "4")]


def test_blank_lines_are_passed_over(tmp_path):
    assert rows_of(written(tmp_path, "a,b\n1,2\n\n3,4\n\n"))[0] == [("1", "2"), ("3", "4")]
    assert rows_of(written(tmp_path, 'a\n1\n\n""\n2\n'))[0] == [("1",), ("",), ("2",)]


def test_numbers_above_numbers_are_no_header(tmp_path):
    rows, layout = rows_of(written(tmp_path, "1.5,x\n2.5,y\n"))
    assert rows == [("1.5", "x"), ("2.5", "y")]
    assert not layout.header
    assert rows_of(written(tmp_path, "k,2019,2020\na,1,2\nb,3,4\n"))[1].header


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("a;b\n1,5;2,25\n3,0;4,75\n", (",", "")),
        ("a;b\n1.234,50;x\n12,25;y\n", (",", ".")),
        ('a,b\n"1,234.50",x\n12.25,y\n', (".", ",")),
        ('a,b\n"1,234",x\n"12,345",y\n"2,500",y\n17,z\n', (".", ",")),
        ("a,b\n1.5,x\n2.25,y\n", (".", "")),
        ("a;b\n1 234,5;x\n2,5;y\n", (",", " ")),
        ("a,b\n2024-01-05,x\n10.0.0.1,y\n", (".", "")),
    ],
)
def test_the_marks_of_numbers_are_found(tmp_path, text, marks):
    layout = rows_of(written(tmp_path, text))[1]
    assert (layout.decimal_mark, layout.thousands_mark) == marks


def test_what_was_found_is_reported(tmp_path):
    run = Run(0)
    Csv().read(written(tmp_path, "a;b\n1,5;é\n2,5;b\n", "cp1252"), run)
    (finding,) = run.findings.all()
    assert finding.code == "csv.dialect"
    assert "delimiter ';'" in finding.text
    assert "cp1252" in finding.text


def test_every_finding_can_be_overridden(tmp_path):
    path = written(tmp_path, "1;2,5\n3;4,5\n")
    rows, layout = rows_of(path, delimiter=";", header=False, decimal_mark=".", encoding="latin-1", quote="")
    assert rows == [("1", "2,5"), ("3", "4,5")]
    assert (layout.decimal_mark, layout.encoding, layout.quote) == (".", "latin-1", None)
    with pytest.raises(ValidationError):
        Csv(delimiter=";;")


def test_a_large_file_goes_through_partitions_on_disk(tmp_path):
    path = written(tmp_path, "a,b\n" + "".join(f"{i},x\n" for i in range(1000)))
    raw = Csv(partition_rows=300, work=tmp_path / "work").read(path, Run(0))
    assert [p.name for p in raw.partitions] == [f"raw-0000{i}.parquet" for i in range(4)]
    assert [frame.height for frame in raw.frames()] == [300, 300, 300, 100]
    assert raw.column("a").to_list() == [str(i) for i in range(1000)]
    assert raw.n_rows == 1000
    assert raw.dtypes == {"a": pl.String(), "b": pl.String()}


@pytest.mark.parametrize("quoted", [True, False])
def test_blocks_end_between_records(tmp_path, monkeypatch, quoted):
    monkeypatch.setattr("understudy.data.readers._text.BLOCK", 64)
    value = '"a, b\nc"' if quoted else "abc"
    path = written(tmp_path, "k,v\n" + "".join(f"{i},{value}\n" for i in range(100)))
    rows, _ = rows_of(path)
    assert rows == [(str(i), "a, b\nc" if quoted else "abc") for i in range(100)]


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n\n\n", "nothing but blank lines"),
    "binary": (bytes(range(256)) * 10, "is a binary file"),
    "parquet": (b"PAR1" + bytes(100), "is a Parquet file"),
    "excel": (b"PK\x03\x04" + bytes(100), "Excel workbook"),
    "header only": (b"a,b\n", "has a header but no rows"),
    "too many fields": (b"a,b\n1,2\n3,4,5\n", "Line 3 of .* has 3 fields where the first line has 2"),
    "too few fields": (b"a,b,c\n1,2,3\n4,5,6\n7,8\n9,1,2\n3,4,5\n", "Line 4 of .* has 2 fields"),
    "quotes hide a ragged line": (b'a,b\n"x\ny",2\n"z",2\n3,4,5\n', "Line 5 of .* has 3 fields"),
    "duplicates": (b"a,b,a\n1,2,3\n", r"has 2 columns named 'a' \(columns 1, 3\)"),
    "no names": (b"a,,\n1,2,3\n", r"has 2 columns without a name \(columns 2, 3\)"),
    "cut off": (gzip.compress(b"a,b\n1,2\n" * 1000)[:-20], "cannot be unpacked"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path, case):
    data, sentence = BAD[case]
    with pytest.raises(InputError, match=sentence) as refused:
        Csv().read(written(tmp_path, data), Run(0))
    assert str(refused.value).endswith(".")


def test_an_absent_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        Csv().read(tmp_path / "absent.csv", Run(0))
    with pytest.raises(InputError, match="is a folder"):
        Csv().read(tmp_path, Run(0))


def test_a_wrong_delimiter_is_refused_with_the_right_one(tmp_path):
    with pytest.raises(InputError, match="single column with the delimiter ',', but 3 with ';'"):
        Csv(delimiter=",").read(written(tmp_path, "a;b;c\n1;2;3\n"), Run(0))


def test_a_wrong_encoding_is_refused(tmp_path):
    path = written(tmp_path, "a,b\né,2\n", "cp1252")
    with pytest.raises(InputError, match="is not written in utf-8"):
        Csv(encoding="utf-8").read(path, Run(0))
    with pytest.raises(InputError, match="No encoding is named 'utf-9'"):
        Csv(encoding="utf-9").read(path, Run(0))
