"""Reads Arrow files (Feather version 2) and Arrow streams."""

from pathlib import Path
from typing import ClassVar

import polars as pl

from understudy.data.dtypes import admitted, any_zone
from understudy.data.raw import Raw
from understudy.data.readers._file import check
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec

__all__ = ["Arrow"]


class Arrow(Spec):
    """Arrow or Feather."""

    suffixes: ClassVar[tuple[str, ...]] = (".arrow", ".feather", ".ipc")

    missing: tuple[str, ...] | None = None
    """Markers that stand for a missing value in columns of text, beside null; empty: they are found."""

    def read(self, path: Path, run: Reporter) -> Raw:
        """Read the file.

        Raises
        ------
        InputError
            If it is absent, empty, not Arrow, has no rows, or a column that cannot be held.
        """
        check(path)
        with path.open("rb") as file:
            begin = file.read(6)
        read = pl.read_ipc if begin == b"ARROW1" else pl.read_ipc_stream
        try:
            with any_zone():
                rows = read(path.read_bytes())
        except (pl.exceptions.PolarsError, OSError) as error:
            msg = f"{path} cannot be read as Arrow: {str(error).splitlines()[0]}. Fetch it anew."
            raise InputError(msg) from error
        if not rows.height or not rows.width:
            msg = f"{path} has no rows. Give a table with at least one row and one column."
            raise InputError(msg)
        return Raw((admitted(rows, run),), Layout(medium="arrow"), self.missing)
