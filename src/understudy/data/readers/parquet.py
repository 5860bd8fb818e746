"""Reads Parquet, in partitions where it is larger than one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar

import polars as pl
from pydantic import Field

from understudy.data.dtypes import admitted, any_zone
from understudy.data.raw import Raw, spill
from understudy.data.readers._file import check
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec

__all__ = ["Parquet"]


class Parquet(Spec):
    """Parquet."""

    suffixes: ClassVar[tuple[str, ...]] = (".parquet", ".pq")

    missing: tuple[str, ...] | None = None
    """Markers that stand for a missing value in columns of text, beside null; empty: they are found."""
    partition_rows: Annotated[int, Field(ge=1)] = 500_000
    """Rows of one partition."""
    work: Path | None = None
    """Folder for the partitions of a file that has more than one; empty keeps them in memory."""

    def read(self, path: Path, run: Reporter) -> Raw:
        """Read the file.

        Raises
        ------
        InputError
            If it is absent, empty, not Parquet, has no rows, or a column that cannot be held.
        """
        check(path)
        try:
            with any_zone():
                scan = pl.scan_parquet(path, glob=False)
                rows = int(scan.select(pl.len()).collect().item())
                if not rows or not scan.collect_schema():
                    msg = f"{path} has no {'rows' if not rows else 'columns'}. Give a table with at least one of each."
                    raise InputError(msg)
                parts = spill(_partitions(scan, rows, self.partition_rows, run), self.work)
        except pl.exceptions.PolarsError as error:
            reason = str(error).splitlines()[0]
            msg = f"{path} cannot be read as Parquet: {reason}. Fetch it anew, or name the right reader."
            raise InputError(msg) from error
        return Raw(parts, Layout(medium="parquet"), self.missing)


def _partitions(scan: pl.LazyFrame, rows: int, size: int, run: Reporter) -> Iterator[pl.DataFrame]:
    for start in range(0, rows, size):
        yield admitted(scan.slice(start, size).collect(), run if start == 0 else None, start)
