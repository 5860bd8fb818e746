"""Reads delimited text: any delimiter, any usual encoding; packed or not; in bounded memory."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import polars as pl
from pydantic import AfterValidator, Field, model_validator

from understudy.data.raw import Raw, spill
from understudy.data.readers import _dialect
from understudy.data.readers._encoding import encoding_of, is_mostly_utf8, likeliest
from understudy.data.readers._file import check, refuse_binary
from understudy.data.readers._records import Records
from understudy.data.readers._text import SAMPLE, Invalid, line_feeds, sample
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import DecimalMark, Layout, NumberFormat, ThousandsMark, encoding_named
from understudy.schema.spec import Spec

__all__ = ["Csv"]

OneCharacter = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[\x01-\x7f]$")]


class Csv(Spec):
    """Delimited text. Whatever is left empty is found from the file itself."""

    suffixes: ClassVar[tuple[str, ...]] = (
        *(".csv", ".tsv", ".tab", ".txt", ".data"),
        *(".csv.gz", ".tsv.gz", ".tab.gz", ".txt.gz", ".data.gz"),
    )

    delimiter: Annotated[str, Field(min_length=1, max_length=4, pattern=r"^[^\r\n]+$")] | None = None
    """What stands between two fields: a character, or up to four of them."""
    quote: OneCharacter | Literal[""] | None = None
    """Character around fields that hold a delimiter; "" where quotes mean nothing."""
    encoding: Annotated[str, AfterValidator(encoding_named)] | None = None
    """Character encoding, as Python names it."""
    header: bool | None = None
    """Whether the first line names the columns."""
    skip_lines: Annotated[int, Field(ge=0)] = 0
    """Lines above the header, such as a title; they are not read, but written back as they are."""
    decimal_mark: DecimalMark | None = None
    """Character before the decimals of a number; empty: found for each column."""
    thousands_mark: ThousandsMark | None = None
    """Character between groups of three digits; empty: found for each column."""
    missing: tuple[str, ...] | None = None
    """Markers that stand for a missing value, beside the empty field."""
    partition_rows: Annotated[int, Field(ge=1)] = 500_000
    """Rows of one partition."""
    work: Path | None = None
    """Folder for the partitions of a file that has more than one; empty keeps them in memory."""

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        for one, other in (("quote", "delimiter"), ("decimal_mark", "thousands_mark")):
            mark = getattr(self, one)
            if mark is not None and mark == getattr(self, other):
                msg = f"{one} and {other} are both {mark!r}; change one of them"
                raise ValueError(msg)
        return self

    def read(self, path: Path, run: Reporter) -> Raw:
        """Read the file.

        Raises
        ------
        InputError
            If it is absent, empty, not text, ragged, has a quote that is never closed, or has no rows, no usable header
            or another delimiter.
        """
        check(path)
        start = sample(path)
        encoding = self.encoding or encoding_of(start)
        try:
            raw = self._read(path, start, encoding)
        except Invalid as invalid:
            raw = self._read(path, start, self._other_encoding(path, encoding, invalid))
        self._report(raw, path, run)
        return raw

    def _other_encoding(self, path: Path, encoding: str, invalid: Invalid) -> str:
        """Give the encoding of bytes that are not in the one that the first bytes of the file suggested."""
        if self.encoding is not None or encoding.startswith(("utf-16", "utf-32")):
            msg = f"{path} is not written in {encoding}. Name another encoding, or none to have it found."
            raise InputError(msg) from None
        if is_mostly_utf8(invalid.data):
            msg = (
                f"Line {invalid.line:,} of {path} is not written in utf-8 though others are. Correct it, or name "
                "an encoding that reads them all, such as cp1252: `encoding:` under `source:` in a recipe."
            )
            raise InputError(msg) from None
        return likeliest(invalid.data) if encoding.startswith("utf-8") else "latin-1"

    def _read(self, path: Path, start: bytes, encoding: str) -> Raw:
        layout = self._layout(path, start, encoding)
        parts = spill(_partitions(Records(path, layout).frames(), self.partition_rows), self.work)
        first = parts[0]
        head = pl.read_parquet(first) if isinstance(first, Path) else first
        if head.is_empty():
            msg = f"{path} has a header but no rows. Give a file with rows below the header."
            raise InputError(msg)
        decimal = "," if self.decimal_mark is None and self.thousands_mark == "." else self.decimal_mark
        marks = {"decimal_mark": decimal, "thousands_mark": self.thousands_mark}
        named = NumberFormat.model_validate({name: mark for name, mark in marks.items() if mark is not None})
        return Raw(parts, layout, self.missing, named, self._notes(layout))

    def _layout(self, path: Path, start: bytes, encoding: str) -> Layout:
        text = _decoded(path, start, encoding)
        if self.encoding is None and not encoding.startswith("utf") and is_mostly_utf8(start):
            raise Invalid(start, _first_wrong_line(start))
        usual = '"' if self.quote is None else self.quote or None
        line_end = _dialect.line_end_of(text, usual)
        if line_end == "\r":
            text = line_feeds(text.encode(), (usual or "").encode()).decode()
        preamble, text = self._preamble(text)
        delimiter = self.delimiter or (preamble[4] if preamble and not self.skip_lines else _dialect.delimiter_of(text))
        quote = _dialect.quote_of(text, delimiter) if self.quote is None else self.quote or None
        records = _dialect.fields(text, delimiter, quote)
        if not records:
            msg = f"{path} holds nothing but blank lines. Give a file with a header and rows."
            raise InputError(msg)
        if self.delimiter is not None and len(records[0]) == 1:
            self._refuse_delimiter(path, text)
        header = _dialect.has_header(records) if self.header is None else self.header
        quoting = _dialect.quoting_of(records, delimiter, quote, header=header)
        names = [field.text if header else f"column_{i + 1}" for i, field in enumerate(records[0])]
        return Layout(
            medium="csv",
            delimiter=delimiter,
            quote=quote,
            encoding=encoding,
            quoted="all" if quoting.columns == "all" else tuple(names[i] for i in quoting.columns),
            quoted_header=quoting.header,
            quoted_empty=quoting.empty,
            preamble=preamble.replace("\n", line_end) if line_end == "\r" else preamble,
            header=header,
            line_end=line_end,
        )

    def _preamble(self, text: str) -> tuple[str, str]:
        """Part the lines above the header from the others; the line `sep=;` tells Excel the delimiter."""
        # No other character ends a line, as str.splitlines would have it.
        lines = re.findall(r"[^\n]*\n|[^\n]+\Z", text)
        count = self.skip_lines or int(text[:4].lower() == "sep=" and len(lines[0].rstrip("\r\n")) == 5)  # noqa: PLR2004 - sep=;
        return "".join(lines[:count]), "".join(lines[count:]) if count else text

    def _refuse_delimiter(self, path: Path, text: str) -> None:
        better = _dialect.delimiter_of(text)
        columns = len(_dialect.fields(text, better, _dialect.quote_of(text, better), rows=1)[0])
        if columns > 1:
            msg = (
                f"{path} has a single column with the delimiter {self.delimiter!r}, but {columns} with {better!r}. "
                f"Use {better!r}, or leave the delimiter out to have it found."
            )
            raise InputError(msg)

    def _notes(self, layout: Layout) -> tuple[str, ...]:
        """Say what was found in the file that is not as in most files."""
        plain = Layout(medium="csv")
        names = ("delimiter", "encoding", "quote", "header")
        found = [
            f"{name} {value!r}"
            for name in names
            if (value := getattr(layout, name)) != getattr(plain, name) and getattr(self, name) is None
        ]
        notes = [f"read with {', '.join(found)}, as found from the file"] if found else []
        if self.encoding is None and not layout.encoding.startswith("utf"):
            notes.append(
                f"no UTF-8: {layout.encoding} was assumed, in which its letters are likeliest; if words look wrong, "
                "name another encoding: `encoding:` under `source:` in a recipe"
            )
        return tuple(notes)

    def _report(self, raw: Raw, path: Path, run: Reporter) -> None:
        for code, note in zip(("csv.dialect", "csv.encoding"), raw.notes, strict=False):
            run.find(code, f"{path.name}: {note}.")
        if not path.name.lower().endswith(self.suffixes):
            run.find("csv.suffix", f"{path.name} was read as delimited text; the end of its name says nothing of that.")
        encoding = raw.layout.encoding
        if (
            self.delimiter is None
            and len(raw.dtypes) == 1
            and _dialect.looks_split(_decoded(path, sample(path), encoding))
        ):
            run.find(
                "csv.one_column",
                f"{path.name} was read as a single column. If it has several, name what parts them: `delimiter:` under "
                "`source:` in a recipe.",
            )
        if raw.layout.preamble and self.skip_lines:
            run.find("csv.preamble", f"The first {self.skip_lines} lines of {path.name} are written back as they are.")


def _decoded(path: Path, start: bytes, encoding: str) -> str:
    """Give the text of the first bytes, up to the end of a line."""
    if not encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        refuse_binary(path, start)
    text = start.decode(encoding, errors="ignore").removeprefix("\ufeff")
    return text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text if len(start) == SAMPLE else text


def _first_wrong_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


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
