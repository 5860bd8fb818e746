"""Writes Parquet with the dtypes of the source."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import polars as pl

from understudy.data.reporter import Reporter
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import guarded
from understudy.data.writers._typed import as_typed
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Parquet"]


class Parquet(Spec):
    """Parquet."""

    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    @contextmanager
    def open(self, path: Path, schema: TableSchema, run: Reporter) -> "Generator[Sink]":  # noqa: ARG002 - the protocol of all writers
        """Open the file for rows that come table by table; it is written at the end, from parts beside it.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        sink = Sink(path, as_typed(schema, "parquet"))
        try:
            with guarded(path):
                yield sink
                sink.close()
        finally:
            sink.clear()


class Sink:
    """Takes tables; the second one and later ones go through parts on disk, so that memory stays bounded."""

    def __init__(self, path: Path, schema: TableSchema) -> None:
        self.path, self.schema = path, schema
        self.held: pl.DataFrame | None = None
        self.parts: list[Path] = []

    def append(self, table: Table) -> None:
        """Write the rows of ``table`` below those that are there."""
        for frame in table.frames():
            rows = unparse(Table.of(frame, self.schema))
            if self.held is not None:
                self._set_aside(self.held)
            self.held = rows

    def _set_aside(self, rows: pl.DataFrame) -> None:
        part = self.path.with_name(f".{self.path.name}.part-{len(self.parts):05d}")
        self.parts.append(part)
        rows.write_parquet(part, compression="lz4")

    def close(self) -> None:
        """Write the file."""
        if self.held is None:
            raise ValueError("No rows were written.")
        if not self.parts:
            self.held.write_parquet(self.path)
            return
        self._set_aside(self.held)
        self.held = None
        pl.scan_parquet(self.parts, glob=False).sink_parquet(self.path, maintain_order=True)

    def clear(self) -> None:
        """Remove the parts."""
        for part in self.parts:
            part.unlink(missing_ok=True)
