"""Writes delimited text in the dialect of the source: delimiter, quotes, encoding, line ends, markers, spelling."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar

import polars as pl

from understudy.data.raw import NULL
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import opened
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Csv"]

BATCH = 100_000
MARKS = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
"""Encodings whose files begin with a byte-order mark, and how all but their beginning is encoded."""


class Csv(Spec):
    """Delimited text."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".tab", ".txt", ".csv.gz", ".tsv.gz", ".tab.gz", ".txt.gz")

    @contextmanager
    def open(self, path: Path, schema: TableSchema) -> "Generator[Sink]":
        """Open the file for rows that come table by table; the header is written at once.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        with opened(path) as file:
            yield Sink(file, as_text(schema, path))


class Sink:
    """An open file that takes tables."""

    def __init__(self, file: IO[bytes], schema: TableSchema) -> None:
        self.file, self.schema, self.layout = file, schema, schema.layout
        if self.layout.encoding in MARKS:
            self._write("\ufeff")
        self._write(self.layout.preamble)
        if self.layout.header:
            names = pl.Series(list(schema.columns), dtype=pl.String)
            # A column without a name has one in quotes where the others have.
            header = self.layout.model_copy(update={"quoted_empty": True})
            fields = _quoted(names, header, always=self.layout.quoted_header, alone=len(names) == 1).to_list()
            self._write(self.layout.delimiter.join(fields) + self.layout.line_end)

    def append(self, table: Table) -> None:
        """Write the rows of ``table`` below those that are there."""
        schema = self.schema
        for frame in table.frames():
            for batch in frame.iter_slices(BATCH):
                self._append(unparse(Table.of(batch, schema)))

    def _append(self, text: pl.DataFrame) -> None:
        layout, alone = self.layout, text.width == 1
        fields = pl.DataFrame(
            {
                str(i): _quoted(text[name], layout, always=layout.quoted == "all" or name in layout.quoted, alone=alone)
                for i, name in enumerate(self.schema.columns)
            },
        )
        if len(layout.delimiter.encode()) > 1:  # polars parts fields by one byte only
            lines = fields.select(pl.concat_str(pl.all(), separator=layout.delimiter) + layout.line_end).to_series()
            self._write("".join(lines.to_list()))
            return
        self._write(
            fields.write_csv(
                include_header=False, separator=layout.delimiter, line_terminator=layout.line_end, quote_style="never"
            )
        )

    def _write(self, text: str) -> None:
        encoding = MARKS.get(self.layout.encoding, self.layout.encoding)
        self.file.write(text.encode(encoding, errors="replace"))


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
    return "" if marker == NULL else marker


def _quoted(values: pl.Series, layout: Layout, *, always: bool, alone: bool) -> pl.Series:
    """Put quotes around the fields that need them, or around all of them; a quote inside is doubled."""
    quote = layout.quote
    if quote is None:
        return values
    # Half a delimiter at the end of a field would join the one behind it.
    needs = values.str.contains_any([*layout.delimiter, quote, "\n", "\r"])
    if always:
        needs = (values != "") | pl.Series([layout.quoted_empty])
    if alone:
        # A blank line would be passed over by most readers.
        needs |= values == ""
    if not needs.any():
        return values
    wrapped = quote + values.str.replace_all(quote, quote * 2, literal=True) + quote
    return wrapped.zip_with(needs, values)
