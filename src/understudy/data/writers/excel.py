"""Writes an Excel workbook of one sheet."""

from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import ClassVar

from understudy._optional import require
from understudy.data.reporter import Reporter
from understudy.data.writers._door import guarded
from understudy.data.writers._typed import Held, as_typed
from understudy.errors import OutputError
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Excel"]

LIMIT = 1_048_575


class Excel(Spec):
    """Excel workbook."""

    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)

    @contextmanager
    def open(self, path: Path, schema: TableSchema, run: Reporter) -> Generator[Held]:  # noqa: ARG002 - the protocol of all writers
        """Open the file for rows that come table by table; it is written at the end.

        Raises
        ------
        OutputError
            If the file cannot be written, or there are more rows than a sheet holds.
        MissingExtra
            If the library that writes workbooks is not installed.
        """
        require("xlsxwriter", extra="excel", what="Writing Excel workbooks")
        sink = Held(as_typed(schema, "excel"))
        with guarded(path):
            yield sink
            rows = sink.rows()
            if rows.height > LIMIT:
                msg = f"A sheet of Excel holds {LIMIT:,} rows, not {rows.height:,}. Choose csv or parquet."
                raise OutputError(msg)
            book = BytesIO()
            rows.write_excel(book)
            path.write_bytes(book.getvalue())
