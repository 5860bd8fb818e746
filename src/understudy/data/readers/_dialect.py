"""Finds out how a delimited file is written: its encoding, delimiter, quotes, line ends and header."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

__all__ = ["Field", "delimiter_of", "encoding_of", "fields", "has_header", "line_end_of", "quote_of", "quoting_of"]

DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = (":", " ")
NUMBER = re.compile(r"[+-]?[\d.,' ]*\d[\d.,]*([eE][+-]?\d+)?%?")
YEAR = re.compile(r"(19|20)\d\d")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ZERO_SHARE = 0.3  # of UTF-16 text in a Latin script about half the bytes are zero
ROWS = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, and whether the file puts it in quotes."""

    text: str
    quoted: bool


def encoding_of(start: bytes) -> str:
    """Guess the encoding from the first bytes: byte-order mark, zeros between letters, valid UTF-8, else cp1252.

    Bytes that cp1252 leaves undefined mean Latin-1, which defines all 256.
    """
    for bom, name in BOMS:
        if start.startswith(bom):
            return name
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd > ZERO_SHARE * len(start) / 2 and not even:
        return "utf-16-le"
    if even > ZERO_SHARE * len(start) / 2 and not odd:
        return "utf-16-be"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        whole_letters = 4  # a letter cut in two by the end of the sample is no evidence
        if error.start < len(start) - whole_letters:
            return "latin-1" if set(start) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "cp1252"
    return "utf-8"


def line_end_of(text: str) -> Literal["\n", "\r\n"]:
    r"""Tell what ends most lines; a lone ``\r`` is turned into ``\n`` when the file is read."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def fields(text: str, delimiter: str, quote: str | None, rows: int = ROWS) -> list[list[Field]]:
    """Split the first ``rows`` records; blank lines are left out, and so is a last record that the sample cuts off."""
    mark, cut = re.escape(quote or "\0"), re.escape(delimiter)
    pattern = re.compile(rf"(?:{mark}((?:[^{mark}]|{mark}{mark})*){mark}|([^{cut}\r\n]*))({cut}|\r\n|\n|\r|\Z)")
    records: list[list[Field]] = []
    record: list[Field] = []
    place = 0
    while place < len(text) and len(records) < rows:
        match = pattern.match(text, place)
        if match is None:  # a quote inside a field: take the field as it stands
            match = re.compile(rf"()([^{cut}\r\n]*)({cut}|\r\n|\n|\r|\Z)").match(text, place)
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
    """Tell which character is put around fields; None where quotes are nothing but characters of the values."""
    for quote in ('"', "'"):
        start = rf"(?:^|{re.escape(delimiter)})"
        opened = re.findall(rf"{start}{quote}(?!$)", text, re.MULTILINE)
        closed = re.findall(rf"{quote}\s*(?:$|{re.escape(delimiter)})", text, re.MULTILINE)
        if opened and closed and len(closed) >= len(opened) / 2:
            return quote
    return None if '"' in text else '"'


def delimiter_of(text: str) -> str:
    """Find the delimiter that splits the most records into as many fields as the header has; "," where none splits.

    Ties go to the delimiter that gives more columns.
    """
    for candidates in (DELIMITERS, RARE_DELIMITERS):
        scores = {delimiter: _agreement(text, delimiter) for delimiter in candidates}
        best = max(scores, key=lambda d: scores[d])
        enough = 0.5 if candidates is DELIMITERS else 0.99
        if scores[best][0] > enough:
            return best
    return ","


def _agreement(text: str, delimiter: str) -> tuple[float, int]:
    records = fields(text, delimiter, quote_of(text, delimiter))
    if not records or len(records[0]) == 1:
        return 0.0, 0
    counts = Counter(map(len, records))
    return counts[len(records[0])] / len(records), len(records[0])


def has_header(records: list[list[Field]]) -> bool:
    """Tell whether the first record names the columns.

    It does if any of its fields is a word above a column of numbers, or if no column tells: a file without a header is
    assumed only where a number stands above numbers. Numbers that read as years are names, as in a pivoted table.
    """
    head, body = records[0], records[1:]
    against = False
    for place, cell in enumerate(head):
        below = [r[place].text for r in body if len(r) > place and r[place].text]
        if not below or not all(NUMBER.fullmatch(value.strip()) for value in below):
            continue
        if not NUMBER.fullmatch(cell.text.strip()):
            return True
        if not YEAR.fullmatch(cell.text.strip()):
            against = True
    return not against


def quoting_of(
    records: list[list[Field]], delimiter: str, quote: str | None
) -> Literal["necessary", "non_numeric", "always"]:
    """Tell which fields below the header the file puts in quotes."""
    body = [field for record in records[1:] for field in record if field.text]
    special = {delimiter, "\n", "\r", quote}
    plain = [field for field in body if not special & set(field.text)]
    if not any(field.quoted for field in plain):
        return "necessary"
    if all(field.quoted for field in body):
        return "always"
    words = [field for field in plain if not NUMBER.fullmatch(field.text.strip())]
    return "non_numeric" if words and sum(f.quoted for f in words) * 2 > len(words) else "necessary"
