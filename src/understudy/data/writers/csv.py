"""Writes delimited text in the dialect of the source: delimiter, quotes, encoding, line ends, markers, spelling."""

import gzip
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar, cast

import polars as pl

from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import guarded
from understudy.schema.column import Numerical
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Csv"]

BATCH = 100_000


class Csv(Spec):
    """Delimited text."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".tab", ".txt", ".csv.gz", ".tsv.gz", ".tab.gz", ".txt.gz")

    def write(self, table: Table, path: Path) -> None:
        """Write all rows of ``table``.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        with self.open(path, table.schema) as sink:
            for frame in table.frames():
                sink.append(Table.of(frame, table.schema))

    @contextmanager
    def open(self, path: Path, schema: TableSchema) -> "Generator[Sink]":
        """Open the file for rows that come table by table; the header is written at once."""
        with guarded(path), _opened(path) as file:
            yield Sink(file, as_text(schema, path))


class Sink:
    """An open file that takes tables."""

    def __init__(self, file: IO[bytes], schema: TableSchema) -> None:
        self.file, self.schema, self.layout = file, schema, schema.layout
        self.first = True
        if self.layout.header:
            names = pl.Series(list(schema.columns), dtype=pl.String)
            always = self.layout.quoting != "necessary"
            fields = _quoted(names, self.layout, always=always, alone=len(names) == 1).to_list()
            self._write((self.layout.delimiter.join(fields) + self.layout.line_end).encode())

    def append(self, table: Table) -> None:
        """Write the rows of ``table`` below those that are there."""
        schema = self.schema
        for frame in table.frames():
            for batch in frame.iter_slices(BATCH):
                self._append(unparse(Table.of(batch, schema)))

    def _append(self, text: pl.DataFrame) -> None:
        layout = self.layout
        fields = pl.DataFrame(
            {
                str(i): _quoted(text[name], layout, always=_always(column, layout), alone=text.width == 1)
                for i, (name, column) in enumerate(self.schema.columns.items())
            },
        )
        lines = fields.write_csv(
            include_header=False, separator=layout.delimiter, line_terminator=layout.line_end, quote_style="never"
        )
        self._write(lines.encode())

    def _write(self, text: bytes) -> None:
        encoding = self.layout.encoding
        if encoding not in {"utf-8", "utf-8-sig"}:
            # Only the first piece may begin with a byte-order mark.
            if encoding == "utf-16" and not self.first:
                encoding = "utf-16-le" if "\ufeff".encode("utf-16")[:1] == b"\xff" else "utf-16-be"
            text = text.decode("utf-8").encode(encoding, errors="replace")
        elif encoding == "utf-8-sig" and self.first:
            text = b"\xef\xbb\xbf" + text
        self.first = False
        self.file.write(text)


def as_text(schema: TableSchema, path: Path) -> TableSchema:
    """Give the schema with the layout of a delimited file; a source of another kind has its spelling chosen plainly."""
    layout = schema.layout
    if layout.medium == "csv":
        return schema
    delimiter = "\t" if path.name.removesuffix(".gz").endswith((".tsv", ".tab")) else ","
    missing = {name: {_spelled(m): share for m, share in shares.items()} for name, shares in layout.missing.items()}
    plain = Layout(medium="csv", delimiter=delimiter, missing=missing, numbers=layout.numbers)
    return schema.model_copy(update={"layout": plain})


def _spelled(marker: str) -> str:
    return "" if marker == "<null>" else marker


def _always(column: object, layout: Layout) -> bool:
    return layout.quoting == "always" or (layout.quoting == "non_numeric" and not isinstance(column, Numerical))


def _quoted(values: pl.Series, layout: Layout, *, always: bool, alone: bool) -> pl.Series:
    """Put quotes around the fields that need them, or around all that are not empty; a quote inside is doubled."""
    quote = layout.quote
    if quote is None:
        return values
    special = [layout.delimiter, quote, "\n", "\r"]
    needs = values.str.contains_any(special)
    if always:
        needs = values != ""
    if alone:
        # A blank line would be passed over by most readers.
        needs |= values == ""
    if not needs.any():
        return values
    wrapped = quote + values.str.replace_all(quote, quote * 2, literal=True) + quote
    return wrapped.zip_with(needs, values)


def _opened(path: Path) -> IO[bytes]:
    # A fixed time stamp: the same rows give the same bytes.
    return (
        cast("IO[bytes]", gzip.GzipFile(path, "wb", compresslevel=6, mtime=0))
        if path.suffix == ".gz"
        else path.open("wb")
    )
