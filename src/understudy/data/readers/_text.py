"""Text of a file as UTF-8 bytes, in blocks that end where a record ends."""

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from understudy.data.readers._file import open_bytes
from understudy.errors import InputError
from understudy.schema.layout import Layout

__all__ = ["SAMPLE", "Invalid", "blocks", "line_feeds", "sample"]

SAMPLE = 1 << 18
BLOCK = 1 << 25
LONGEST = 1 << 29  # a quoted field cannot be longer: a quote that is never closed ends the search here


class Invalid(Exception):  # it never reaches a user: the reader answers it with another encoding
    """Some bytes are not text in the encoding that the first bytes suggested.

    Parameters
    ----------
    data : bytes
        Bytes around the first of them.
    line : int
        On which it is.
    """

    def __init__(self, data: bytes, line: int) -> None:
        super().__init__(line)
        self.data, self.line = data, line


def sample(path: Path) -> bytes:
    """Give the first bytes of a file, unpacked."""
    try:
        with open_bytes(path) as file:
            return file.read(SAMPLE)
    except (OSError, EOFError) as error:
        raise _damaged(path, error) from error


def blocks(path: Path, layout: Layout) -> Iterator[bytes]:
    """Give the text as UTF-8, in blocks of about 32 MiB that end with a whole record; lines end in a line feed.

    Raises
    ------
    Invalid
        If the bytes are not text in the layout's encoding.
    """
    encoding = layout.encoding
    decode = codecs.getincrementaldecoder(encoding)()
    mark = (layout.quote or "").encode()
    rest, final, first, line = b"", False, True, 1
    with open_bytes(path) as file:
        while not final:
            try:
                data = file.read(BLOCK)
            except (OSError, EOFError) as error:
                raise _damaged(path, error) from error
            final = len(data) < BLOCK
            text = _utf8(data, decode, encoding, line, final=final)
            line, data = line + text.count(b"\n"), rest + text
            if first:
                data, first = data.removeprefix(b"\xef\xbb\xbf"), False
            if layout.line_end == "\r":
                data = line_feeds(data, mark)
            cut = len(data) if final or len(data) > LONGEST else _record_end(data, mark)
            rest = data[cut:]
            if cut:
                yield data[:cut]


def line_feeds(data: bytes, mark: bytes) -> bytes:
    """Put line feeds in place of the carriage returns that stand outside of quotes."""
    letters = np.frombuffer(data, dtype=np.uint8)
    ends = letters == ord("\r")
    if mark and mark in data:
        # Sums wrap around at 256, which is even.
        ends &= np.cumsum(letters == ord(mark), dtype=np.uint8) % 2 == 0
    return np.where(ends, np.uint8(ord("\n")), letters).tobytes()


def _utf8(data: bytes, decode: codecs.IncrementalDecoder, encoding: str, line: int, *, final: bool) -> bytes:
    plain = data.isascii() and not encoding.startswith(("utf-16", "utf-32"))
    if plain and not decode.getstate()[0]:
        return data
    try:
        return decode.decode(data, final).encode()
    except UnicodeError as error:
        place = error.start if isinstance(error, UnicodeDecodeError) else 0
        around = data[max(place - SAMPLE // 2, 0) : place + SAMPLE // 2]
        raise Invalid(around, line + data.count(b"\n", 0, place)) from None


def _record_end(data: bytes, mark: bytes) -> int:
    """Find the last line end that is not inside quotes; 0 where there is none."""
    place = data.rfind(b"\n") + 1
    quotes = data.count(mark, 0, place) if mark else 0
    while place and quotes % 2:
        before = data.rfind(b"\n", 0, place - 1) + 1
        quotes -= data.count(mark, before, place)
        place = before
    return place


def _damaged(path: Path, error: Exception) -> InputError:
    msg = f"{path} cannot be unpacked: {error}. The file is damaged or was cut off; fetch it anew."
    return InputError(msg)
