"""The door out: what can go wrong with a file that is written, said in one sentence."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from understudy.errors import OutputError

__all__ = ["guarded"]


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
