"""Chooses the reader and the writer for a file."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

from understudy import catalog
from understudy.context import Run
from understudy.data.raw import Raw
from understudy.data.table import Table
from understudy.errors import InputError
from understudy.pipeline import document
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Reader", "Sink", "Writer", "find_reader", "find_writer", "suffix_of"]


_FOREIGN = frozenset({".json", ".geojson", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml", ".sql", ".md", ".tex"})


class Reader(Protocol):
    """Reads files of one format."""

    suffixes: ClassVar[tuple[str, ...]]

    def read(self, path: Path, run: Run) -> Raw:
        """Read the rows as the file holds them."""
        ...


class Sink(Protocol):
    """An open file."""

    def append(self, table: Table) -> None:
        """Write more rows."""
        ...


class Writer(Protocol):
    """Writes files of one format."""

    suffixes: ClassVar[tuple[str, ...]]

    def open(self, path: Path, schema: TableSchema, run: Run) -> AbstractContextManager[Sink]:
        """Open a file for rows of ``schema``, looking as its layout says; ``run`` is told of what could not be so."""
        ...


def find_reader(path: Path, name: str | None = None, options: dict[str, Any] | None = None) -> Reader:
    """Give the reader that is named, else the one for the end of the file's name, else the one for delimited text.

    Ends of names that say that the file is no delimited text are refused: read as such, they would be called ragged.

    Raises
    ------
    UnknownName, InputError
        If there is none of that name or for that end, or it has no such option.
    """
    name = name or _by_suffix("readers", path)
    if name is None and path.suffix.lower() in _FOREIGN:
        known = (kind.load().suffixes[0] for kind in catalog.entries("readers").values())
        msg = (
            f"{str(path)!r} ends in {path.suffix}, which nothing here reads. Convert it to one of {', '.join(known)}; "
            "if it holds such rows under another name, name their `reader:` under `source:` in a recipe."
        )
        raise InputError(msg)
    name = name or "csv"
    return _make("readers", name, options or {})


def find_writer(name: str | None, path: Path | None = None) -> Writer:
    """Give the writer that is named, else the one for the end of the file's name.

    Raises
    ------
    UnknownName, InputError
        If there is none of that name or for that end.
    """
    if name is None and path is not None:
        name = _by_suffix("writers", path)
        if name is None:
            msg = f"No format is known by the end of {path.name!r}. End it in .csv, .parquet or .jsonl."
            raise InputError(msg)
    return _make("writers", name or "csv", {})


def suffix_of(writer: Writer) -> str:
    """Give the usual end of a file's name, such as ``.csv``."""
    return writer.suffixes[0]


def _by_suffix(kind: str, path: Path) -> str | None:
    """Give the entry whose suffix is the longest that the file's name ends in."""
    fits = {
        suffix: entry.name
        for entry in catalog.entries(kind).values()
        for suffix in entry.load().suffixes
        if path.name.lower().endswith(suffix)
    }
    return fits[max(fits, key=len)] if fits else None


def _make(kind: str, name: str, options: dict[str, Any]) -> Any:  # noqa: ANN401 - a Reader or a Writer, by kind
    chosen = cast("type[Spec]", catalog.load(kind, name))
    return document.check(chosen, options, f"The options of {kind.removesuffix('s')} {name!r}")
