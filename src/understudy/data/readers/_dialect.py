"""Finds out how a delimited file is written: its delimiter, quotes, line ends and header."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Field",
    "Quoting",
    "delimiter_of",
    "fields",
    "has_header",
    "line_end_of",
    "looks_split",
    "quote_of",
    "quoting_of",
    "stand_in",
]

USUAL = (",", ";", "\t", "|")
IN_VALUES = "'\".-_/+@()"
"""Never taken for delimiters: they stand in names, dates and decimals, as often in every row."""
BETWEEN_WORDS = (":", " ")
"""Taken for delimiters only below a header of words above numbers: a clock or a full name is no two columns."""
NUMBER = re.compile(r"[+-]?[\d.,' ]*\d[\d.,]*([eE][+-]?\d+)?%?")
YEAR = re.compile(r"(19|20)\d\d")
STAND_INS = "\x1f\x1e\x1d\x1c\x02\x03\x04"
ROWS = 200
MOST, ALL = 0.5, 0.99


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, and whether the file puts it in quotes."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Quoting:
    """Which fields are in quotes though they need none.

    Parameters
    ----------
    columns : "all" or tuple of int
        Places of the columns whose fields are.
    header : bool
        Whether the names are.
    empty : bool
        Whether the empty fields of those columns are too.
    """

    columns: Literal["all"] | tuple[int, ...] = ()
    header: bool = False
    empty: bool = False


def line_end_of(text: str, quote: str | None) -> Literal["\n", "\r\n", "\r"]:
    """Tell what ends most lines; what stands in quotes is part of a value, as in files of Excel for the Mac."""
    mark = re.escape(quote or "\0")
    text = re.sub(rf"{mark}[^{mark}]*(?:{mark}|\Z)", "", text)
    if "\r" in text and "\n" not in text:
        return "\r"
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def stand_in(delimiter: str, text: str | bytes) -> str:
    """Give one plain character that takes the place of a delimiter of several, or of one beyond ASCII."""
    if len(delimiter) == 1 and delimiter.isascii():
        return delimiter
    held = text if isinstance(text, str) else text.decode("latin-1")
    return next((c for c in STAND_INS if c not in held), "\x1f")


def fields(text: str, delimiter: str, quote: str | None, rows: int = ROWS) -> list[list[Field]]:
    """Split the first ``rows`` records; blank lines are left out, and so is a last record that the sample cuts off."""
    one = stand_in(delimiter, text)
    text, delimiter = (text, delimiter) if one == delimiter else (text.replace(delimiter, one), one)
    mark, cut = re.escape(quote or "\0"), re.escape(delimiter)
    pattern = re.compile(rf"(?:{mark}((?:[^{mark}]|{mark}{mark})*){mark}|([^{cut}\r\n]*))({cut}|\r\n|\n|\r|\Z)")
    plain = re.compile(rf"()([^{cut}\r\n]*)({cut}|\r\n|\n|\r|\Z)")
    records: list[list[Field]] = []
    record: list[Field] = []
    place = 0
    while place < len(text) and len(records) < rows:
        match = pattern.match(text, place)
        if match is None:  # a quote inside a field: take the field as it stands
            match = plain.match(text, place)
            if match is None:
                break
            record.append(Field(match[2], quoted=False))
        elif match[1] is not None:
            record.append(Field(match[1].replace(f"{quote}{quote}", quote or ""), quoted=True))
        else:
            record.append(Field(match[2], quoted=False))
        place = match.end()
        if match[3] == delimiter and place < len(text):
            continue
        if match[3] == delimiter:
            record.append(Field("", quoted=False))
        if len(record) > 1 or record[0].text or record[0].quoted:
            records.append(record)
        record = []
    return records


def quote_of(text: str, delimiter: str) -> str | None:
    """Tell which character is put around fields; None where quotes are nothing but characters of the values.

    A double quote at the beginning of a field opens one even if none is ever closed: the file is broken then. Single
    quotes at the beginning may be part of words.
    """
    start = rf"(?:^|{re.escape(delimiter)})"
    for quote in ('"', "'"):
        opened = re.findall(rf"{start}{quote}(?!$)", text, re.MULTILINE)
        closed = re.findall(rf"{quote}\s*(?:$|{re.escape(delimiter)})", text, re.MULTILINE)
        if opened and (len(closed) >= len(opened) / 2 and closed):
            return quote
        if opened and quote == '"':
            return quote
    return None if '"' in text else '"'


def delimiter_of(text: str) -> str:
    """Find the delimiter that splits the most records into as many fields as the header has; "," where none splits.

    Comma, semicolon, tab and bar need most of the records; any other character that is neither letter, digit, nor of
    those that values are made of, needs all of them, and a name for every column. Ties go to the delimiter that gives
    more columns. A delimiter that is doubled all over the header is taken as one.
    """
    scores = {_doubled(text, delimiter): _agreement(text, _doubled(text, delimiter)) for delimiter in USUAL}
    best = max(scores, key=lambda d: scores[d])
    if scores[best][0] > MOST:
        return best
    header = re.split("[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    seen = dict.fromkeys(c for c in header if not c.isalnum() and c not in IN_VALUES)
    rare = [c for c in seen if c not in USUAL and c not in BETWEEN_WORDS]
    for candidates in (rare, [c for c in BETWEEN_WORDS if c in seen]):
        scores = {d: _agreement(text, d) for d in {_doubled(text, c) for c in candidates}}
        fit = [d for d in scores if scores[d][0] >= ALL and _has_names(text, d, words=d[0] in BETWEEN_WORDS)]
        if fit:
            return max(fit, key=lambda d: (scores[d], d))
    return ","


def _doubled(text: str, delimiter: str) -> str:
    """Give the delimiter twice where it never stands alone in the header and that splits all records alike."""
    header = text.lstrip("\r\n").partition("\n")[0]
    runs = re.findall(rf"{re.escape(delimiter)}+", header)
    twice = delimiter * 2
    return twice if runs and all(len(r) % 2 == 0 for r in runs) and _agreement(text, twice)[0] >= ALL else delimiter


def _agreement(text: str, delimiter: str) -> tuple[float, int]:
    records = fields(text, delimiter, quote_of(text, delimiter))
    if not records or len(records[0]) == 1:
        return 0.0, 0
    counts = Counter(map(len, records))
    return counts[len(records[0])] / len(records), len(records[0])


def _has_names(text: str, delimiter: str, *, words: bool) -> bool:
    """Tell whether every column has a name of its own, or there is no header; with ``words``, above numbers."""
    records = fields(text, delimiter, quote_of(text, delimiter))
    if len(records) < 2:  # noqa: PLR2004 - a header and a row
        return False
    names = [field.text.strip() for field in records[0]]
    named = all(any(map(str.isalnum, name)) for name in names) and len(set(names)) == len(names)
    return (_names_columns(records) is True and named) if words else (named or not has_header(records))


def looks_split(text: str) -> bool:
    """Tell whether lines that were read as a single column may be several that no one delimiter parts alike."""
    lines = [line for line in re.split("[\r\n]+", text) if line.strip()][:ROWS]
    wide = re.compile(r"\S(\t| {2,}|[;|~^])\S")
    return len(lines) > 1 and all(map(wide.search, lines))


def has_header(records: list[list[Field]]) -> bool:
    """Tell whether the first record names the columns.

    It does if any of its fields is a word above a column of numbers or dates, or if no column tells: a file without a
    header is assumed only where a number or date stands above others of its kind. Numbers that read as years are names,
    as in a pivoted table.
    """
    return _names_columns(records) is not False


def _names_columns(records: list[list[Field]]) -> bool | None:
    head, body = records[0], records[1:]
    against = False
    for place, cell in enumerate(head):
        below = [text for r in body if len(r) > place and (text := r[place].text.strip())]
        top = cell.text.strip()
        if below and all(map(NUMBER.fullmatch, below)):
            if not NUMBER.fullmatch(top):
                return True
            against |= not YEAR.fullmatch(top)
        elif below and len(shapes := set(map(_shape, below))) == 1 and "0" in (shape := shapes.pop()):
            if _shape(top) != shape:
                return True
            # Letters and digits may well name columns that hold such codes, as Q1 or x2.
            against |= "a" not in shape or "@" in shape
    return False if against else None


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", text))


def quoting_of(records: list[list[Field]], delimiter: str, quote: str | None, *, header: bool) -> Quoting:
    """Tell which fields the file puts in quotes though they need none."""
    if quote is None:
        return Quoting()
    special = {*delimiter, "\n", "\r", quote}
    body = records[1:] if header else records
    told: dict[int, bool] = {}
    for place in range(len(records[0])):
        plain = [r[place] for r in body if len(r) > place and r[place].text and not special & set(r[place].text)]
        if plain:
            told[place] = all(field.quoted for field in plain)
    places = tuple(place for place, quoted in told.items() if quoted)
    empty = [r[place].quoted for r in body for place in places if len(r) > place and not r[place].text]
    names = [field.quoted for field in records[0] if field.text and not special & set(field.text)]
    return Quoting(
        columns="all" if told and len(places) == len(told) else places,
        header=header and bool(names) and all(names),
        empty=bool(empty) and sum(empty) * 2 > len(empty),
    )
