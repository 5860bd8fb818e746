# ruff: noqa: RUF001 - letters of other scripts are the point
"""The writer of delimited text gives back the dialect that the reader found, byte for byte."""

import gzip

import polars as pl
import pytest

from understudy.context import Run
from understudy.data.infer import infer
from understudy.data.readers.csv import Csv as Reader
from understudy.data.table import Table
from understudy.data.typed import parse
from understudy.data.writers.csv import Csv as Writer
from understudy.schema.column import Categorical
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema

FILES = {
    "plain": ("a,b\n1,x\n2,y\n", "utf-8"),
    "semicolons and commas": ("name;size\nAnn;1,50\nBob;2,25\nZoë;10,00\n", "cp1252"),
    "grouped": ('n,v\na,"1,234.50"\nb,12.25\nc,"1,000,000.00"\n', "utf-8"),
    "tabs": ("a\tb\r\n1\tx\r\n2\ty\r\n", "utf-16"),
    "mark": ("a,b\n1,é\n2,y\n", "utf-8-sig"),
    "quoted words": ('"a","b"\n1,"x"\n2,"y, z"\n', "utf-8"),
    "quoted all": ('"a","b"\n"1","x"\n"2","y ""z"""\n', "utf-8"),
    "line ends in fields": ('a,b\n1,"x\ny"\n2,z\n', "utf-8"),
    "no header": ("1.5,x\n2.5,y\n", "utf-8"),
    "missing": ("a,b,c\n1,NA,x\nNA,2,?\n3,4,y\n", "utf-8"),
    "one column": ('a\n1\n""\n2\n', "utf-8"),
    "blanks": ("a, b\n1, x\n2, y\n", "utf-8"),
    "money": ("a,b\n$1.50,10%\n$2.00,15%\n-$3.25,20%\n", "utf-8"),
    "switches": ("a,b,c,d\nTRUE,yes,T,1\nFALSE,no,F,0\n", "utf-8"),
    "dates": ("a,b,c\n2024-01-05,5/1/2024,2024-01-05T10:30:00Z\n2023-12-31,31/12/2023,2024-01-06T00:00:01Z\n", "utf-8"),
    "rare delimiter": ("a~b\n1~x\n2~y\n", "utf-8"),
    "delimiter beyond ASCII": ('a§b\n1§"x§y"\n2§z\n', "utf-8"),
    "doubled delimiter": ("a||b||c\n1||x||3\n2||y||4\n", "utf-8"),
    "old line ends": ("a,b\r1,x\r2,y\r", "utf-8"),
    "a line for Excel": ("sep=;\r\na;b\r\n1;x\r\n2;y\r\n", "utf-8"),
    "quoted header only": ('"a","b"\n1,x\n2,y\n', "utf-8"),
    "a quoted name that is empty": ('"","b"\n1,x\n2,y\n', "utf-8"),
    "quoted numbers": ('a,b\n"1","1.50"\n"2","2.25"\n', "utf-8"),
    "quoted codes": ('"a","b"\n1,"1"\n7,"2"\n' + '3,"2"\n' * 30, "utf-8"),
    "quoted blanks": ('"a","b"\n"1",""\n"2","x"\n', "utf-8"),
    "a blank at the end": ("a,b,\n1,x,\n2,y,\n", "utf-8"),
    "Cyrillic": ("имя,город\n" + "Иван Петров,Москва\nАнна Смирнова,Казань\n" * 9, "cp1251"),
    "Japanese": ("名前,市\n" + "山田太郎,東京\nさくら,なごや\n" * 9, "cp932"),
    "signs": ("a;b;c\n+1;.5;(3)\n-2;-.25;4\n+3;.75;(5)\n", "utf-8"),
    "marks of each column": ('a;b;c\n1,234,567;1234567;1,5\n"17";17;2,25\n'.replace('"', ""), "utf-8"),
    "weeks": ("a,b\n2024-W05,2024-Q1\n2024-W06,2024-Q2\n", "utf-8"),
    "no quotes": ('size,n\n5" pipe,1\n6" pipe,2\n', "utf-8"),
}


def write(table, path):
    with Writer().open(path, table.schema, Run(0)) as sink:
        sink.append(table)


@pytest.mark.parametrize("case", FILES)
def test_the_file_comes_back_byte_for_byte(tmp_path, case):
    text, encoding = FILES[case]
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text.encode(encoding))
    raw = Reader().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    write(table, target)
    assert target.read_bytes().decode(encoding) == text


def test_a_packed_file_is_the_same_each_time(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,x\n2,y\n", encoding="utf-8")
    raw = Reader().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    for name in ("one.csv.gz", "two.csv.gz"):
        write(table, tmp_path / name)
    assert gzip.decompress((tmp_path / "one.csv.gz").read_bytes()) == source.read_bytes()


def test_chunks_make_one_file(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("a,b\n1,x\n2,y\n", encoding="utf-16")
    raw = Reader().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    with Writer().open(target, table.schema, Run(0)) as sink:
        sink.append(table)
        sink.append(table)
    assert target.read_text(encoding="utf-16") == "a,b\n1,x\n2,y\n1,x\n2,y\n"


def test_rows_of_a_frame_become_plain_text(tmp_path):
    from understudy.data.frames import to_raw  # noqa: PLC0415 - only here

    raw, _ = to_raw(pl.DataFrame({"a": [1.5, None], "b": ["x", "y, z"], "c": [True, False]}), Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    write(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == 'a,b,c\n1.5,x,true\n,"y, z",false\n'


def test_letters_that_the_encoding_of_the_source_has_not_are_written_in_utf_8(tmp_path):
    schema = TableSchema(columns={"größe": Categorical()}, layout=Layout(medium="csv", encoding="cp1252"))
    run, path = Run(0), tmp_path / "t.csv"
    with Writer().open(path, schema, run) as sink:
        for word in ("é", "Łódź", "ü"):
            sink.append(Table.of(pl.DataFrame({"größe": [word]}), schema))
    assert path.read_text(encoding="utf-8") == "größe\né\nŁódź\nü\n"
    assert [f.text for f in run.findings.all()] == [
        "The rows have letters that cp1252 has not, such as 'Ł'; they are written in utf-8."
    ]


@pytest.mark.parametrize(("delimiter", "want"), [(",", "a b c"), (" ", "a,b_c"), ("||", "a,b c")])
def test_without_quotes_no_value_is_parted(tmp_path, delimiter, want):
    layout = Layout(medium="csv", delimiter=delimiter, quote=None)
    schema = TableSchema(columns={"x": Categorical(), "y": Categorical()}, layout=layout)
    run, path = Run(0), tmp_path / "t.csv"
    with Writer().open(path, schema, run) as sink:
        sink.append(Table.of(pl.DataFrame({"x": ["a,b\nc", '5"'], "y": ["1", "2"]}), schema))
    assert path.read_text(encoding="utf-8") == f'x{delimiter}y\n{want}{delimiter}1\n5"{delimiter}2\n'
    assert [f.code for f in run.findings.all()] == ["csv.unquoted"]
