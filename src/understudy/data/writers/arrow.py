"""Writes Arrow files (Feather version 2) with the dtypes of the source."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from understudy.data.reporter import Reporter
from understudy.data.writers._door import guarded
from understudy.data.writers._typed import Held, as_typed
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Arrow"]


class Arrow(Spec):
    """Arrow or Feather."""

    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather", ".ipc")

    @contextmanager
    def open(self, path: Path, schema: TableSchema, run: Reporter) -> Generator[Held]:  # noqa: ARG002 - the protocol of all writers
        """Open the file for rows that come table by table; it is written at the end.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        sink = Held(as_typed(schema, "arrow"))
        with guarded(path):
            yield sink
            sink.rows().write_ipc(path)
