"""Writes a page or its figures into a file."""

from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from understudy.errors import OutputError

__all__ = ["Form", "Written", "write_forms", "written"]

Form: TypeAlias = Literal["html", "md", "json"]
"""What is written beside the JSON: a page, Markdown, or nothing."""


class Written(Protocol):
    """What can be written in every form."""

    def to_html(self, path: Path | str | None = None) -> str:
        """Give the page."""
        ...

    def to_markdown(self, path: Path | str | None = None) -> str:
        """Give the text as Markdown."""
        ...

    def to_json(self, path: Path | str | None = None) -> str:
        """Give every number as JSON."""
        ...


def write_forms(report: Written, folder: Path, form: Form, name: str, numbers: str | None = None) -> Path:
    """Write a report as ``name``, and its numbers as JSON; give the file that a person opens.

    Parameters
    ----------
    report : Written
        What is written.
    folder : Path
        Where.
    form : Form
        Html or md; json writes the numbers only.
    name : str
        Name of the file, without its end.
    numbers : str, optional
        Name of the JSON file where it differs.
    """
    told = folder / f"{numbers or name}.json"
    report.to_json(told)
    if form == "json":
        return told
    shown = folder / f"{name}.{form}"
    (report.to_html if form == "html" else report.to_markdown)(shown)
    return shown


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
