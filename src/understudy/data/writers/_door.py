"""The door out: a file is opened, packed or not, and what can go wrong with it is said in one sentence."""

import gzip
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from understudy.errors import OutputError

__all__ = ["guarded", "opened"]


@contextmanager
def guarded(path: Path) -> Generator[None]:
    """Turn errors of the file system into OutputError."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}. Choose another place, or make room there."
        raise OutputError(msg) from error


@contextmanager
def opened(path: Path) -> Generator[IO[bytes]]:
    """Open a file for writing, packed where its name ends in .gz."""
    with guarded(path):
        if path.suffix == ".gz":
            # A fixed time stamp: the same rows give the same bytes.
            with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        else:
            with path.open("wb") as file:
                yield file
