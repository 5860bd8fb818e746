"""Reads delimited text: comma, semicolon, tab or bar; any usual encoding; packed or not; in bounded memory."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import polars as pl
from pydantic import Field

from understudy.data.marks import marks_of
from understudy.data.raw import Raw, spill
from understudy.data.readers import _dialect
from understudy.data.readers._file import check, refuse_binary, refuse_duplicates
from understudy.data.readers._text import SAMPLE, Invalid, blocks, sample
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec

if TYPE_CHECKING:
    import _csv

__all__ = ["Csv"]

OneCharacter = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[\x01-\x7f]$")]


class Csv(Spec):
    """Delimited text. Whatever is left empty is found from the file itself."""

    suffixes: ClassVar[tuple[str, ...]] = (
        *(".csv", ".tsv", ".tab", ".txt", ".data"),
        *(".csv.gz", ".tsv.gz", ".tab.gz", ".txt.gz", ".data.gz"),
    )

    delimiter: OneCharacter | None = None
    """Character between two fields."""
    quote: OneCharacter | Literal[""] | None = None
    """Character around fields that hold a delimiter; "" where quotes mean nothing."""
    encoding: str | None = None
    """Character encoding, as Python names it."""
    header: bool | None = None
    """Whether the first line names the columns."""
    decimal_mark: Literal[".", ","] | None = None
    """Character before the decimals of a number."""
    thousands_mark: Literal["", ",", ".", " ", "'"] | None = None
    """Character between groups of three digits."""
    missing: tuple[str, ...] | None = None
    """Markers that stand for a missing value, beside the empty field."""
    partition_rows: Annotated[int, Field(ge=1)] = 500_000
    """Rows of one partition."""
    work: Path | None = None
    """Folder for the partitions of a file that has more than one; empty keeps them in memory."""

    def read(self, path: Path, run: Reporter) -> Raw:
        """Read the file.

        Raises
        ------
        InputError
            If it is absent, empty, not text, ragged, or has no rows, no usable header or another delimiter.
        """
        check(path)
        layout = self._layout(path)
        try:
            raw = self._read(path, layout)
        except Invalid:
            if self.encoding is not None or layout.encoding.startswith("utf-16"):
                msg = f"{path} is not written in {layout.encoding}. Name another encoding, or none to have it found."
                raise InputError(msg) from None
            layout = layout.model_copy(update={"encoding": "latin-1"})
            raw = self._read(path, layout)
        self._report(raw.layout, path, run)
        return raw

    def _layout(self, path: Path) -> Layout:
        start = sample(path)
        encoding = self.encoding or _dialect.encoding_of(start)
        if not encoding.startswith("utf-16"):
            refuse_binary(path, start)
        try:
            text = start.decode(encoding, errors="ignore").removeprefix("\ufeff")
        except LookupError:
            msg = f"No encoding is named {encoding!r}. Use utf-8, utf-16, cp1252 or latin-1, or leave it out."
            raise InputError(msg) from None
        if len(start) == SAMPLE:
            text = text[: text.rfind("\n") + 1] or text
        delimiter = self.delimiter or _dialect.delimiter_of(text)
        quote = _dialect.quote_of(text, delimiter) if self.quote is None else self.quote or None
        records = _dialect.fields(text, delimiter, quote)
        if not records:
            msg = f"{path} holds nothing but blank lines. Give a file with a header and rows."
            raise InputError(msg)
        if self.delimiter is not None and len(records[0]) == 1:
            self._refuse_delimiter(path, text)
        return Layout(
            medium="csv",
            delimiter=delimiter,
            quote=quote,
            encoding=encoding,
            quoting=_dialect.quoting_of(records, delimiter, quote),
            header=_dialect.has_header(records) if self.header is None else self.header,
            line_end=_dialect.line_end_of(text),
        )

    def _refuse_delimiter(self, path: Path, text: str) -> None:
        better = _dialect.delimiter_of(text)
        columns = len(_dialect.fields(text, better, _dialect.quote_of(text, better), rows=1)[0])
        if columns > 1:
            msg = (
                f"{path} has a single column with the delimiter {self.delimiter!r}, but {columns} with {better!r}. "
                f"Use {better!r}, or leave the delimiter out to have it found."
            )
            raise InputError(msg)

    def _read(self, path: Path, layout: Layout) -> Raw:
        source = Records(path, layout)
        parts = spill(_partitions(source.frames(), self.partition_rows), self.work)
        first = parts[0]
        head = pl.read_parquet(first) if isinstance(first, Path) else first
        if head.is_empty():
            msg = f"{path} has a header but no rows. Give a file with rows below the header."
            raise InputError(msg)
        decimal, thousands = marks_of(head, self.decimal_mark)
        thousands = thousands if self.thousands_mark is None else self.thousands_mark
        marks = {"decimal_mark": decimal, "thousands_mark": thousands}
        return Raw(parts, layout.model_copy(update=marks), self.missing)

    def _report(self, layout: Layout, path: Path, run: Reporter) -> None:
        plain = Layout(medium="csv")
        names = ("delimiter", "encoding", "quote", "decimal_mark", "thousands_mark", "header")
        found = [
            f"{name.replace('_', ' ')} {getattr(layout, name)!r}"
            for name in names
            if getattr(layout, name) != getattr(plain, name) and getattr(self, name) is None
        ]
        if found:
            run.find("csv.dialect", f"{path.name} was read with {', '.join(found)}, as found from the file.")


class Records:
    """The records of a delimited file, block by block, each checked to have as many fields as the header."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path, self.layout = path, layout
        self.names: list[str] = []
        self.line = 1  # on which the next block begins

    def frames(self) -> Iterator[pl.DataFrame]:
        """Give the rows of one block after the other; the first may be empty, but is always there."""
        for block in blocks(self.path, self.layout.encoding, self.layout.quote):
            first = not self.names
            body = self._take_header(block) if first else block
            if body or first:
                yield self._frame(body)
            self.line += body.count(b"\n")

    def _take_header(self, block: bytes) -> bytes:
        """Learn the names; what is left of the block is given back."""
        reader = self._reader(block)
        first = next((record for record in reader if record), [])
        if not self.layout.header:
            self.names = [f"column_{i + 1}" for i in range(len(first))]
            return block
        self.names = list(first)
        refuse_duplicates(self.path, self.names)
        place = 0
        for _ in range(reader.line_num):
            place = block.find(b"\n", place) + 1 or len(block)
        self.line += reader.line_num
        return block[place:]

    def _reader(self, block: bytes) -> "_csv.Reader":
        text = io.StringIO(block.decode("utf-8"), newline="")
        quote = self.layout.quote
        quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
        return csv.reader(text, delimiter=self.layout.delimiter, quotechar=quote, quoting=quoting)

    def _frame(self, body: bytes) -> pl.DataFrame:
        schema: dict[str, pl.DataType] = {name: pl.String() for name in self.names}
        if not body:
            return pl.DataFrame(schema=schema)
        blank_lines = len(self.names) == 1 and (b"\n\n" in body or b"\n\r\n" in body or body[:1] in b"\r\n")
        if not blank_lines:
            frame = self._fast(body, schema)
            if frame is not None:
                return frame
        return self._careful(body, schema)

    def _fast(self, body: bytes, schema: dict[str, pl.DataType]) -> pl.DataFrame | None:
        """Parse with polars; None where it cannot, or where some record has too few fields, which it would fill up."""
        delimiter, quote = self.layout.delimiter, self.layout.quote
        try:
            frame = pl.read_csv(
                body,
                has_header=False,
                schema=schema,
                separator=delimiter,
                quote_char=quote,
                empty_string_is_null=False,
            )
        except (pl.exceptions.ComputeError, pl.exceptions.NoDataError):
            return None
        within = 0
        if quote and quote.encode() in body:
            within = sum(frame.select(pl.all().str.count_matches(delimiter, literal=True).sum()).row(0))
        expected = frame.height * (len(schema) - 1) + within
        return frame if body.count(delimiter.encode()) == expected else None

    def _careful(self, body: bytes, schema: dict[str, pl.DataType]) -> pl.DataFrame:
        """Parse record by record: blank lines are passed over, and the first ragged line is named."""
        rows: list[list[str]] = []
        reader = self._reader(body)
        start = 1
        try:
            for record in reader:
                if record and len(record) != len(schema):
                    self._refuse_ragged(self.line + start - 1, len(record), len(schema))
                if record:
                    rows.append(record)
                start = reader.line_num + 1
        except csv.Error as error:
            msg = f"{self.path} cannot be split into fields near line {self.line + start - 1}: {error}."
            raise InputError(msg) from error
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _refuse_ragged(self, line: int, has: int, want: int) -> None:
        msg = (
            f"Line {line} of {self.path} has {has} field{'s' * (has != 1)} where the first line has {want}. "
            "Correct that line (a missing quote, or a delimiter inside a value), or name the right delimiter."
        )
        raise InputError(msg)


def _partitions(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Cut anew into partitions of ``rows`` rows, so that their borders do not depend on how the bytes were read."""
    held = next(frames)
    for frame in frames:
        held = pl.concat([held, frame])
        while held.height > rows:
            yield held.head(rows)
            held = held.slice(rows)
    while held.height > rows:
        yield held.head(rows)
        held = held.slice(rows)
    yield held.rechunk()
