"""The door to a file: whether it is there, may be read, and holds the right kind of bytes."""

import gzip
from pathlib import Path
from typing import IO, cast

from understudy.data.names import repeated
from understudy.errors import InputError

__all__ = ["check", "open_bytes", "refuse_binary", "refuse_duplicates"]

MAGIC = {
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "an SQLite database",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"(\xb5/\xfd": "a zstd archive",
}
STRAY, FEW = 0.05, 0.005  # a control character now and then is dirt, not another kind of file
SEPARATORS = {1, 28, 29, 30, 31}  # some files part their fields by these
CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27} - SEPARATORS)


def check(path: Path) -> None:
    """Raise InputError unless ``path`` is a file with something in it that this user may read."""
    if path.is_dir():
        msg = f"{path} is a folder, not a file. Give the path of one table."
        raise InputError(msg)
    if not path.exists():
        msg = f"There is no file {path}. Check the path and the folder that you are in."
        raise InputError(msg)
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}. Check its permissions."
        raise InputError(msg) from error
    if empty:
        msg = f"{path} is empty. Give a file with a header and rows."
        raise InputError(msg)


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked where it is gzip (told by its first bytes, not by its name)."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def refuse_binary(path: Path, start: bytes) -> None:
    """Raise InputError if ``start``, the first bytes of a file that should be text, is something else."""
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), None)
    control = len(start) - len(start.translate(None, CONTROL))
    if kind is None and 0 in start and control <= FEW * len(start):
        line = start.count(10, 0, start.index(0)) + 1
        msg = f"Line {line} of {path} holds a zero byte. Remove it, or make the file anew."
        raise InputError(msg)
    if kind is None and (0 in start or control > STRAY * len(start)):
        kind = "a binary file"
    if kind is not None:
        msg = f"{path} is {kind}, not text. Give a delimited file, or name the right reader."
        raise InputError(msg)


def refuse_duplicates(path: Path, names: list[str]) -> None:
    """Raise InputError if two columns have one name."""
    twice = repeated(names)
    if not twice:
        return
    places = [i + 1 for i, name in enumerate(names) if name == twice[0]]
    what = f"named {twice[0]!r}" if twice[0] else "without a name"
    msg = (
        f"{path} has {len(places)} columns {what} (columns {', '.join(map(str, places))}). Rename all but one of them."
    )
    raise InputError(msg)
