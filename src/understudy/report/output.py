"""Writes a page or its figures into a file."""

from pathlib import Path

from understudy.errors import OutputError

__all__ = ["written"]


def written(text: str, path: Path | str | None) -> str:
    """Give ``text``; also write it to ``path`` where given.

    Raises
    ------
    OutputError
        If ``path`` cannot be written.
    """
    if path is not None:
        try:
            Path(path).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            msg = f"The report cannot be written to '{path}': {error.strerror}. Choose another place."
            raise OutputError(msg) from error
    return text
