"""Writes delimited text in the dialect of the source: delimiter, quotes, encoding, line ends, markers, spelling."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, ClassVar

import polars as pl

from understudy.data.raw import NULL
from understudy.data.reporter import Reporter
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import opened
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Csv"]

BATCH = 100_000
HELD = 1 << 26  # bytes in memory before a file takes them
MARKS = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
"""Encodings whose files begin with a byte-order mark, and how all but their beginning is encoded."""


class Csv(Spec):
    """Delimited text."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".tab", ".txt", ".csv.gz", ".tsv.gz", ".tab.gz", ".txt.gz")

    @contextmanager
    def open(self, path: Path, schema: TableSchema, run: Reporter) -> "Generator[Sink]":
        """Open the file for rows that come table by table; the header is written at once.

        Where made-up words have letters that the encoding of the source has not, the file is written in UTF-8, with a
        finding; what would be taken for a delimiter in a file without quotes is replaced, with a finding.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        with opened(path) as file:
            sink = Sink(file, as_text(schema, path), run)
            try:
                yield sink
                sink.finish()
            finally:
                sink.out.close()


class Sink:
    """An open file that takes tables."""

    def __init__(self, file: IO[bytes], schema: TableSchema, run: Reporter) -> None:
        self.schema, self.layout, self.run = schema, schema.layout, run
        self.out = Encoded(file, self.layout.encoding)
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
        if layout.quote is None:
            text = self._without_delimiters(text)
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

    def _without_delimiters(self, text: pl.DataFrame) -> pl.DataFrame:
        """Replace what would part a value in two, where no quotes keep it together."""
        marks = list(dict.fromkeys([*self.layout.delimiter, "\n", "\r"]))
        wrong = [values.name for values in text if values.str.contains_any(marks).any()]
        if not wrong:
            return text
        other = "_" if " " in marks else " "
        self.run.find(
            "csv.unquoted",
            f"Made-up values of {', '.join(map(repr, wrong))} had delimiters or line ends in them, which a file "
            f"without quotes cannot hold: each is written as {other!r}.",
            "repair",
        )
        return text.with_columns(pl.col(wrong).str.replace_many(dict.fromkeys(marks, other)))

    def _write(self, text: str) -> None:
        self.out.write(text)

    def finish(self) -> None:
        """Write what waits for the end."""
        if self.out.finish():
            self.run.find(
                "csv.encoding",
                f"The rows have letters that {self.layout.encoding} has not, such as {self.out.wrong!r}; they are "
                "written in utf-8.",
                "repair",
            )


class Encoded:
    """A file in an encoding, which becomes UTF-8 if a letter turns up that the encoding does not have.

    Only the end tells, so what is written in any encoding that has not all letters waits in a file of its own.
    """

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self.file, self.encoding, self.wrong = file, MARKS.get(encoding, encoding), ""
        whole = self.encoding.replace("-", "_").startswith(("utf_8", "utf_16", "utf_32"))
        self.held = None
        if not whole:
            self.held = SpooledTemporaryFile(HELD, "w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed below

    def write(self, text: str) -> None:
        """Add text."""
        if self.held is None:
            self.file.write(text.encode(self.encoding))
            return
        self.held.write(text)
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError as error:
            self.wrong = self.wrong or text[error.start]

    def finish(self) -> bool:
        """Write what waits, and tell whether it took UTF-8."""
        if self.held is not None:
            self.held.seek(0)
            while text := self.held.read(1 << 20):
                self.file.write(text.encode("utf-8" if self.wrong else self.encoding))
        return bool(self.wrong)

    def close(self) -> None:
        """Let go of what waits."""
        if self.held is not None:
            self.held.close()


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
