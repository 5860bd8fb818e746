"""Writes an Excel workbook of one sheet."""

from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import polars as pl

from understudy._optional import require
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import guarded
from understudy.data.writers._typed import as_typed
from understudy.errors import OutputError
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Excel"]

LIMIT = 1_048_575


class Excel(Spec):
    """Excel workbook."""

    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)

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
        require("xlsxwriter", extra="excel", what="Writing Excel workbooks")
        sink = Sink(as_typed(schema, "excel"))
        with guarded(path):
            yield sink
            rows = sink.rows()
            if rows.height > LIMIT:
                msg = f"A sheet of Excel holds {LIMIT:,} rows, not {rows.height:,}. Choose csv or parquet."
                raise OutputError(msg)
            book = BytesIO()
            rows.write_excel(book)
            path.write_bytes(book.getvalue())


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
