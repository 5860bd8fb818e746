"""Splits text into records: quickly with polars, and record by record where something is odd, to name the line."""

import csv
import io
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import polars as pl

from understudy.data.readers._dialect import stand_in
from understudy.data.readers._file import refuse_duplicates
from understudy.data.readers._text import blocks
from understudy.errors import InputError
from understudy.schema.layout import Layout

if TYPE_CHECKING:
    import _csv

__all__ = ["Records"]

LINE_ENDS = b"\r\n"
RAGGED = (
    "Correct that line (a missing quote, or a delimiter inside a value), name the right `delimiter:` under `source:` "
    "in a recipe, or the number of `skip_lines:` above the header."
)
MEANINGLESS = "or say `quote: ''` under `source:` in a recipe, by which quotes mean nothing."


class Records:
    """The records of a delimited file, block by block, each checked to have as many fields as the header."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path, self.layout = path, layout
        self.names: list[str] = []
        self.line = 1  # on which the next block begins

    def frames(self) -> Iterator[pl.DataFrame]:
        """Give the rows of one block after the other; the first may be empty, but is always there."""
        for block in blocks(self.path, self.layout):
            first = not self.names
            mark = stand_in(self.layout.delimiter, block)
            plain = (
                block if mark == self.layout.delimiter else block.replace(self.layout.delimiter.encode(), mark.encode())
            )
            with _long_fields():
                body = self._take_header(self._below_preamble(plain), mark) if first else plain
                frame = self._restored(self._frame(body, mark), body, mark)
            if body or first:
                yield frame
            self.line += body.count(b"\n")

    def _below_preamble(self, block: bytes) -> bytes:
        lines = self.layout.preamble.count(self.layout.line_end[-1])
        place = 0
        for _ in range(lines):
            place = block.find(b"\n", place) + 1 or len(block)
        self.line += lines
        return block[place:]

    def _take_header(self, block: bytes, mark: str) -> bytes:
        """Learn the names; what is left of the block is given back."""
        reader = self._reader(block, mark)
        try:
            first = next((record for record in reader if record), [])
        except csv.Error as error:
            self._refuse_quotes(self.line, reader.line_num, block, error)
        if not self.layout.header:
            self.names = [f"column_{i + 1}" for i in range(len(first))]
            return block
        self.names = [name.replace(mark, self.layout.delimiter) for name in first]
        refuse_duplicates(self.path, self.names)
        place = 0
        for _ in range(reader.line_num):
            place = block.find(b"\n", place) + 1 or len(block)
        self.line += reader.line_num
        return block[place:]

    def _reader(self, block: bytes, mark: str) -> "_csv.Reader":
        text = io.StringIO(block.decode("utf-8"), newline="")
        quote = self.layout.quote
        quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
        return csv.reader(text, delimiter=mark, quotechar=quote, quoting=quoting, strict=True)

    def _frame(self, body: bytes, mark: str) -> pl.DataFrame:
        schema: dict[str, pl.DataType] = {name: pl.String() for name in self.names}
        if not body:
            return pl.DataFrame(schema=schema)
        blank_lines = len(self.names) == 1 and (b"\n\n" in body or b"\n\r\n" in body or body[:1] in LINE_ENDS)
        if not blank_lines and _has_regular_quotes(body, mark, self.layout.quote):
            frame = self._fast(body, schema, mark)
            if frame is not None:
                return frame
        return self._careful(body, schema, mark)

    def _restored(self, frame: pl.DataFrame, body: bytes, mark: str) -> pl.DataFrame:
        """Put a delimiter inside quotes back that something else stood in for."""
        quote = self.layout.quote
        if mark == self.layout.delimiter or not quote or quote.encode() not in body:
            return frame
        return frame.select(pl.all().str.replace_all(mark, self.layout.delimiter, literal=True))

    def _fast(self, body: bytes, schema: dict[str, pl.DataType], mark: str) -> pl.DataFrame | None:
        """Parse with polars; None where it cannot, or where some record has too few fields, which it would fill up."""
        quote = self.layout.quote
        try:
            frame = pl.read_csv(
                body, has_header=False, schema=schema, separator=mark, quote_char=quote, empty_string_is_null=False
            )
        except pl.exceptions.PolarsError:
            return None
        within = 0
        if quote and quote.encode() in body:
            within = sum(frame.select(pl.all().str.count_matches(mark, literal=True).sum()).row(0))
        expected = frame.height * (len(schema) - 1) + within
        return frame if body.count(mark.encode()) == expected else None

    def _careful(self, body: bytes, schema: dict[str, pl.DataType], mark: str) -> pl.DataFrame:
        """Parse record by record: blank lines are passed over, and the first line that is wrong is named."""
        rows: list[list[str]] = []
        reader = self._reader(body, mark)
        start = 1
        try:
            for record in reader:
                if record and len(record) != len(schema):
                    self._refuse_ragged(self.line + start - 1, len(record), len(schema))
                if record:
                    rows.append(record)
                start = reader.line_num + 1
        except csv.Error as error:
            self._refuse_quotes(self.line + start - 1, self.line + reader.line_num - 1, body, error)
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _refuse_ragged(self, line: int, has: int, want: int) -> NoReturn:
        fields = f"{has} field{'s' * (has != 1)}"
        msg = f"Line {line} of {self.path} has {fields} where the first line has {want}. {RAGGED}"
        raise InputError(msg)

    def _refuse_quotes(self, begun: int, reached: int, body: bytes, error: csv.Error) -> NoReturn:
        """Say which quote is wrong in a record that begins on one line and was followed to another."""
        if reached - self.line + 1 >= body.count(b"\n") + (not body.endswith(b"\n")) and reached > begun:
            msg = f"Line {begun} of {self.path} opens a quote that is never closed. Close it, {MEANINGLESS}"
        elif reached > begun:
            msg = (
                f"Line {begun} of {self.path} opens a quote that is closed on line {reached} in the middle of a value. "
                f"Close it where its value ends, {MEANINGLESS}"
            )
        elif self.layout.quote:
            msg = (
                f"Line {begun} of {self.path} has a quote that does not end its value. Write quotes inside of a quoted "
                f"value twice, {MEANINGLESS}"
            )
        else:
            msg = f"Line {begun} of {self.path} cannot be split into fields: {error}. Correct that line."
        raise InputError(msg) from error


def _has_regular_quotes(body: bytes, mark: str, quote: str | None) -> bool:
    """Tell whether quotes open where a field begins, close where it ends, and are doubled elsewhere."""
    if not quote or quote.encode() not in body:
        return True
    letters = np.frombuffer(body, dtype=np.uint8)
    places = np.flatnonzero(letters == ord(quote))
    if len(places) % 2:
        return False
    ends = np.array([ord(mark), *LINE_ENDS, ord(quote)], dtype=np.uint8)
    opening, closing = places[0::2], places[1::2]
    before = letters[opening - 1]
    after = letters[np.minimum(closing + 1, len(letters) - 1)]
    opens = np.isin(before, ends) | (opening == 0)
    closes = np.isin(after, ends) | (closing == len(letters) - 1)
    return bool(opens.all() and closes.all())


@contextmanager
def _long_fields() -> Generator[None]:
    """Lift the limit of the csv module on the length of a field."""
    before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(before)
