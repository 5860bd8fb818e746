"""Writes Arrow files (Feather version 2) with the dtypes of the source."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import polars as pl

from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import guarded
from understudy.data.writers._typed import as_typed
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Arrow"]


class Arrow(Spec):
    """Arrow or Feather."""

    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather", ".ipc")

    def write(self, table: Table, path: Path) -> None:
        """Write all rows of ``table``.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        with self.open(path, table.schema) as sink:
            sink.append(table)

    @contextmanager
    def open(self, path: Path, schema: TableSchema) -> "Generator[Sink]":
        """Open the file for rows that come table by table; it is written at the end."""
        sink = Sink(as_typed(schema, "arrow"))
        with guarded(path):
            yield sink
            sink.rows().write_ipc(path)


class Sink:
    """Takes tables and keeps them until the end."""

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self.held: list[pl.DataFrame] = []

    def append(self, table: Table) -> None:
        """Add the rows of ``table`` below those that are there."""
        self.held.extend(unparse(Table.of(frame, self.schema)) for frame in table.frames())

    def rows(self) -> pl.DataFrame:
        """Give all rows."""
        return pl.concat(self.held)
