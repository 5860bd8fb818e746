"""The reader of delimited text finds the dialect by itself, and says in one sentence what is wrong with a file."""

import gzip

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from understudy.context import Run
from understudy.data.readers._records import Records
from understudy.data.readers.csv import Csv
from understudy.errors import InputError

ROWS = [("Ann", "1.5", "x"), ("Bob", "2.25", "y"), ("Zoë", "3", "z")]


def written(tmp_path, text, encoding="utf-8", name="t.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def rows_of(path, **options):
    raw = Csv(**options).read(path, Run(0))
    return pl.concat(list(raw.frames())).rows(), raw.layout


DELIMITERS = [",", ";", "\t", "|", ":", " ", "~", "^", "\x1f", "\x01", "¦", "§", "*", "!", "=", "||", "::", "~~"]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found(tmp_path, delimiter):
    lines = [delimiter.join(row) for row in [("name", "size", "kind"), *ROWS]]
    rows, layout = rows_of(written(tmp_path, "\n".join(lines) + "\n"))
    assert rows == ROWS
    assert layout.delimiter == delimiter


def test_a_delimiter_inside_quotes_is_part_of_the_value(tmp_path):
    for delimiter in ("~", "§", "||"):
        text = f'a{delimiter}b\n1{delimiter}"x{delimiter}y"\n2{delimiter}z\n'
        assert rows_of(written(tmp_path, text))[0] == [("1", f"x{delimiter}y"), ("2", "z")]


ALONE = {
    "dates": ("date", [f"2024-01-{day:02d}" for day in range(1, 29)]),
    "clocks": ("time", [f"12:{minute}" for minute in range(10, 59)]),
    "full names": ("full name", ["Ann Lee", "Bob Ray", "Eve Fox"]),
    "codes": ("order-no", [f"AB-{i:03d}" for i in range(30)]),
    "rates": ("rate%", [f"{i}%" for i in range(30)]),
    "prices": ("price $", [f"{i} $" for i in range(30)]),
    "mail": ("e-mail", [f"u{i}@mail.org" for i in range(30)]),
    "decimals": ("x.y", [f"{i}.5" for i in range(30)]),
    "sentences": ("text", [f"this is text {i}" for i in range(30)]),
}


@pytest.mark.parametrize("case", ALONE)
def test_a_file_of_one_column_has_one(tmp_path, case):
    name, values = ALONE[case]
    rows, _ = rows_of(written(tmp_path, "\n".join([name, *values, ""])))
    assert rows == [(value,) for value in values]


@pytest.mark.parametrize("case", ["dates", "clocks", "mail"])
def test_a_file_of_one_column_without_a_header_has_none(tmp_path, case):
    values = ALONE[case][1]
    rows, layout = rows_of(written(tmp_path, "\n".join([*values, ""])))
    assert rows == [(value,) for value in values]
    assert not layout.header


def test_a_single_column_that_may_be_several_says_how_to_part_it(tmp_path):
    run = Run(0)
    Csv().read(written(tmp_path, "a  b\n1   2\n33    4\n"), run)
    assert [f.code for f in run.findings.all()] == ["csv.one_column"]
    assert "`delimiter:`" in run.findings.all()[0].text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
def test_the_encoding_is_found(tmp_path, encoding):
    lines = [",".join(row) for row in [("name", "size", "kind"), *ROWS]]
    rows, layout = rows_of(written(tmp_path, "\n".join(lines) + "\n", encoding))
    assert rows == ROWS
    assert layout.encoding == {"latin-1": "cp1252"}.get(encoding, encoding)


def test_an_encoding_that_shows_late_is_found(tmp_path):
    text = b"name,size\n" + b"Ann,1\n" * 100_000 + "Zoë,2\n".encode("cp1252")
    rows, layout = rows_of(written(tmp_path, text))
    assert rows[-1] == ("Zoë", "2")
    assert layout.encoding == "cp1252"


def test_a_packed_file_is_read_whatever_its_name(tmp_path):
    path = written(tmp_path, gzip.compress(b"a,b\n1,2\n"), name="t.csv")
    assert rows_of(path)[0] == [("1", "2")]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends(tmp_path):
    rows, layout = rows_of(written(tmp_path, 'a,b\n1,"x, y"\n2,"he said ""no"""\n3,"two\nlines"\n'))
    assert rows == [("1", "x, y"), ("2", 'he said "no"'), ("3", "two\nlines")]
    assert layout.quoted == ()


def test_single_quotes_are_found(tmp_path):
    assert rows_of(written(tmp_path, "a,b\n1,'x, y'\n2,'z'\n"))[0] == [("1", "x, y"), ("2", "z")]


def test_a_quote_that_is_a_character_stays_one(tmp_path):
    rows, layout = rows_of(written(tmp_path, 'size,n\n5" pipe,1\n6" pipe,2\n'))
    assert rows == [('5" pipe', "1"), ('6" pipe', "2")]
    assert layout.quote is None


@pytest.mark.parametrize(
    ("text", "quoted", "header", "empty"),
    [
        ('"a","b"\n"1","x"\n"2","y"\n', "all", True, False),
        ('a,b\n"1","x"\n"2",""\n', "all", False, True),
        ('"a","b"\n1,"x"\n2,"y"\n', ("b",), True, False),
        ('"a","b"\n1,x\n2,y\n', (), True, False),
        ('a,b\n1,"x, y"\n2,z\n', (), False, False),
        ("a,b\n1,x\n", (), False, False),
    ],
)
def test_the_way_of_quoting_is_found(tmp_path, text, quoted, header, empty):
    layout = rows_of(written(tmp_path, text))[1]
    assert (layout.quoted, layout.quoted_header, layout.quoted_empty) == (quoted, header, empty)


def test_line_ends_of_every_system_are_read(tmp_path):
    for end in ("\n", "\r\n", "\r"):
        rows, layout = rows_of(written(tmp_path, end.join(["a,b", "1,2", "3,4", ""])))
        assert rows == [("1", "2"), ("3", "4")]
        assert layout.line_end == end


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_inside_of_quotes_are_part_of_the_value(tmp_path, end):
    lines = ["a,b", '1,"x\ny\nz"', '"2\r",w', "3,v"]
    rows, layout = rows_of(written(tmp_path, end.join([*lines, ""])))
    assert rows[:3] == [("1", "x\ny\nz"), ("2\r", "w"), ("3", "v")]
    assert layout.line_end == end


def test_carriage_returns_end_lines_throughout_a_large_file(tmp_path, monkeypatch):
    monkeypatch.setattr("understudy.data.readers._text.BLOCK", 1000)
    path = written(tmp_path, "a,b\r" + "".join(f'{i},"x\ny"\r' for i in range(1000)))
    assert rows_of(path)[0] == [(str(i), "x\ny") for i in range(1000)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028"])
def test_only_line_ends_end_the_lines_above_the_header(tmp_path, odd, end):
    path = written(tmp_path, f"Title{odd}page 1{end}a,b{end}1,2{end}3,4{end}")
    rows, layout = rows_of(path, skip_lines=1, encoding="utf-8")
    assert rows == [("1", "2"), ("3", "4")]
    assert layout.preamble == f"Title{odd}page 1{end}"


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


def test_what_was_found_is_reported(tmp_path):
    run = Run(0)
    raw = Csv().read(written(tmp_path, "a;b\n1,5;é\n2,5;b\n", "cp1252"), run)
    dialect, encoding = run.findings.all()
    assert (dialect.code, encoding.code) == ("csv.dialect", "csv.encoding")
    assert "delimiter ';'" in dialect.text
    assert "cp1252 was assumed" in encoding.text
    assert "`encoding:` under `source:`" in encoding.text
    assert len(raw.notes) == 2


@pytest.mark.parametrize(
    ("name", "codes"), [("t.CSV", []), ("t.csv.gz", []), ("t.dat", ["csv.suffix"]), ("t", ["csv.suffix"])]
)
def test_a_finding_says_that_a_name_does_not_tell_the_format(tmp_path, name, codes):
    run = Run(0)
    assert Csv().read(written(tmp_path, "a,b\n1,x\n2,y\n", name=name), run).n_rows == 2
    assert [finding.code for finding in run.findings.all()] == codes


def test_every_finding_can_be_overridden(tmp_path):
    path = written(tmp_path, "1;2,5\n3;4,5\n")
    rows, layout = rows_of(path, delimiter=";", header=False, encoding="latin-1", quote="")
    assert rows == [("1", "2,5"), ("3", "4,5")]
    assert (layout.encoding, layout.quote) == ("latin-1", None)
    assert Csv(decimal_mark=".").read(path, Run(0)).marks.decimal_mark == "."
    assert rows_of(written(tmp_path, "a-b\n1-2\n"), delimiter="-")[0] == [("1", "2")]
    with pytest.raises(ValidationError):
        Csv(delimiter=";;;;;")


def test_lines_above_the_header_are_kept_apart(tmp_path):
    rows, layout = rows_of(written(tmp_path, "sep=;\r\na;b\r\n1;2\r\n"))
    assert (rows, layout.preamble, layout.delimiter) == ([("1", "2")], "sep=;\r\n", ";")
    path = written(tmp_path, "Sales of 2024\n\na,b\n1,2\n3,4,5\n")
    with pytest.raises(InputError, match=r"Line 3 of .* has 2 fields where the first line has 1.*`skip_lines:`"):
        rows_of(path)
    with pytest.raises(InputError, match="Line 5 of"):
        rows_of(path, skip_lines=2)
    rows, layout = rows_of(written(tmp_path, "Sales of 2024\n\na,b\n1,2\n"), skip_lines=2)
    assert (rows, layout.preamble) == ([("1", "2")], "Sales of 2024\n\n")


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
    "a quote that is never closed": (
        b'a,b\n1,"x\n2,y\n3,z\n4,"w"\n',
        "Line 2 of .* opens a quote that is never closed",
    ),
    "no quote is ever closed": (b'a,b\n1,"x\n2,y\n3,z\n', "Line 2 of .* opens a quote that is never closed"),
    "a quote that the next one closes": (
        b'a,b\n1,"x\n2,y\n3,"z\n4,w\n5,"k"\n6,"k"\n',
        "Line 2 of .* opens a quote that is closed on line 4 in the middle of a value",
    ),
    "text behind a quote": (b'a,b\n1,"x"y\n2,"y"\n', "Line 2 of .* has a quote that does not end its value"),
    "quotes behind backslashes": (b'a,b\n1,"x \\"y\\" z"\n2,"w"\n', "Line 2 of .* has a quote that does not end"),
    "more fields than names in every row": (b"a,b\n1,2,\n3,4,\n", "Line 2 of .* has 3 fields"),
    "a zero byte": (b"a,b\n" + b"1,x\n" * 99 + b"2,\x00y\n", "Line 101 of .* holds a zero byte"),
    "mostly UTF-8": ("a,é\n".encode() * 99 + b"b,\xe9\n", "Line 100 of .* is not written in utf-8 though others are"),
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


@pytest.mark.parametrize("name", ["utf-9", "idna", "undefined", "hex", "\0", ""])
def test_what_is_no_encoding_of_files_is_refused(name):
    with pytest.raises(ValidationError, match="no encoding is named"):
        Csv(encoding=name)


@pytest.mark.parametrize(
    "options", [{"quote": ",", "delimiter": ","}, {"decimal_mark": ",", "thousands_mark": ","}], ids=str
)
def test_one_character_cannot_mean_two_things(options):
    with pytest.raises(ValidationError, match=r"are both ','; change one of them"):
        Csv(**options)


def test_a_point_between_thousands_makes_a_comma_the_decimal_mark(tmp_path):
    path = written(tmp_path, "a;b\n1.000,5;2\n2.500;3\n")
    assert Csv(thousands_mark=".").read(path, Run(0)).marks.decimal_mark == ","


def test_an_odd_quote_inside_a_value_is_a_character(tmp_path):
    text = 'size,n,t\n5" pipe,1,"a, b"\n6" pipe,2,"c, d"\n'
    assert rows_of(written(tmp_path, text))[0] == [('5" pipe', "1", "a, b"), ('6" pipe', "2", "c, d")]


def test_long_fields_are_read_the_careful_way_too(tmp_path):
    long = "x" * 200_000
    assert rows_of(written(tmp_path, f'a,b\n\n1,"{long}, y"\n5" ,z\n'))[0] == [("1", f"{long}, y"), ('5" ', "z")]


QUOTES = ['"x"', '"x, y"', '"x ""y"" z"', '"a\nb"', '""', "plain", '5" pipe']


@pytest.mark.parametrize("n", range(20))
def test_the_quick_way_reads_what_the_careful_one_does(tmp_path, monkeypatch, n):
    rng = np.random.default_rng(n)
    text = "a,b\n" + "".join(f"{rng.choice(QUOTES)},{rng.choice(QUOTES)}\n" for _ in range(30))
    path = written(tmp_path, text)
    quick = rows_of(path)
    monkeypatch.setattr(Records, "_fast", lambda *_: None)
    assert rows_of(path) == quick
