"""Writes JSON lines."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar

from understudy.data.reporter import Reporter
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.writers._door import opened
from understudy.data.writers._typed import as_typed
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Jsonl"]


class Jsonl(Spec):
    """JSON lines."""

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

    @contextmanager
    def open(self, path: Path, schema: TableSchema, run: Reporter) -> "Generator[Sink]":  # noqa: ARG002 - the protocol of all writers
        """Open the file for rows that come table by table.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        with opened(path) as file:
            yield Sink(file, as_typed(schema, "jsonl"))


class Sink:
    """An open file that takes tables."""

    def __init__(self, file: IO[bytes], schema: TableSchema) -> None:
        self.file, self.schema = file, schema

    def append(self, table: Table) -> None:
        """Write the rows of ``table`` below those that are there."""
        for frame in table.frames():
            rows = unparse(Table.of(frame, self.schema))
            self.file.write(rows.write_ndjson().encode("utf-8"))
