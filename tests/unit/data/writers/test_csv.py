"""The writer of delimited text gives back the dialect that the reader found, byte for byte."""

import gzip

import polars as pl
import pytest

from understudy.data.infer import infer
from understudy.data.readers.csv import Csv as Reader
from understudy.data.typed import parse
from understudy.data.writers.csv import Csv as Writer
from understudy.run import Run

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
    "no quotes": ('size,n\n5" pipe,1\n6" pipe,2\n', "utf-8"),
}


@pytest.mark.parametrize("case", FILES)
def test_the_file_comes_back_byte_for_byte(tmp_path, case):
    text, encoding = FILES[case]
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(text.encode(encoding))
    raw = Reader().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    Writer().write(table, target)
    assert target.read_bytes().decode(encoding) == text


def test_a_packed_file_is_the_same_each_time(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,x\n2,y\n", encoding="utf-8")
    raw = Reader().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    for name in ("one.csv.gz", "two.csv.gz"):
        Writer().write(table, tmp_path / name)
    assert gzip.decompress((tmp_path / "one.csv.gz").read_bytes()) == source.read_bytes()


def test_chunks_make_one_file(tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("a,b\n1,x\n2,y\n", encoding="utf-16")
    raw = Reader().read(source, Run(0))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    with Writer().open(target, table.schema) as sink:
        sink.append(table)
        sink.append(table)
    assert target.read_text(encoding="utf-16") == "a,b\n1,x\n2,y\n1,x\n2,y\n"


def test_rows_of_a_frame_become_plain_text(tmp_path):
    from understudy.data.frames import to_raw  # noqa: PLC0415 - only here

    raw, _ = to_raw(pl.DataFrame({"a": [1.5, None], "b": ["x", "y, z"], "c": [True, False]}))
    table = parse(raw, infer(raw, Run(0)).schema, Run(0))
    Writer().write(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == 'a,b,c\n1.5,x,true\n,"y, z",false\n'
