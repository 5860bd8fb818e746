"""Rows as the source holds them, before anyone has decided what they mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from understudy.schema.layout import Layout, NumberFormat

__all__ = ["NULL", "Raw", "spill"]

NULL = "<null>"
"""How :attr:`Layout.missing` names a real null of a source that has them, such as Parquet."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Rows of a source in one or more partitions.

    Parameters
    ----------
    partitions : tuple of polars.DataFrame or pathlib.Path
        Rows in order; a path names a Parquet file. Every column of a delimited file is String, without nulls: an empty
        field is the empty string. Other sources keep their dtypes and their nulls. At least one partition.
    layout : Layout
        What the reader has found out about the look of the source.
    missing : tuple of str or None
        Markers that the user says stand for a missing value; None leaves them to be found.
    marks : NumberFormat
        Decimal and thousands mark, where the user has set them; what is not set is found for each column.
    notes : tuple of str
        What the reader has found out about the look of the source, and how; sentences without a full stop.
    """

    partitions: tuple[pl.DataFrame | Path, ...]
    layout: Layout
    missing: tuple[str, ...] | None = None
    marks: NumberFormat = field(default_factory=NumberFormat)
    notes: tuple[str, ...] = ()

    def frames(self) -> Iterator[pl.DataFrame]:
        """Give each partition's rows, one at a time in memory."""
        for part in self.partitions:
            yield pl.read_parquet(part, glob=False) if isinstance(part, Path) else part

    @property
    def dtypes(self) -> dict[str, pl.DataType]:
        """Name and dtype of each column, in order."""
        first = self.partitions[0]
        return dict(pl.read_parquet_schema(first) if isinstance(first, Path) else first.schema)

    def column(self, name: str) -> pl.Series:
        """Give every value of one column, in order; no other column is brought into memory."""
        parts = [
            pl.scan_parquet(p, glob=False).select(name).collect()[name] if isinstance(p, Path) else p[name]
            for p in self.partitions
        ]
        return pl.concat(parts) if len(parts) > 1 else parts[0]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return sum(
            pl.scan_parquet(p, glob=False).select(pl.len()).collect().item() if isinstance(p, Path) else p.height
            for p in self.partitions
        )


def spill(frames: Iterator[pl.DataFrame], work: Path | None) -> tuple[pl.DataFrame | Path, ...]:
    """Gather partitions: a single one stays in memory, several go to Parquet files in ``work`` as they come.

    Parameters
    ----------
    frames : iterator of polars.DataFrame
        The partitions; only one is held at a time where there is a folder.
    work : Path or None
        Folder for the files, made where it is absent; None keeps every partition in memory.
    """
    parts: list[pl.DataFrame | Path] = []
    for number, frame in enumerate(frames):
        if number == 1 and work is not None and isinstance(parts[0], pl.DataFrame):
            parts[0] = _write(parts[0], work, 0)
        parts.append(frame if work is None or number == 0 else _write(frame, work, number))
    return tuple(parts)


def _write(frame: pl.DataFrame, work: Path, number: int) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"raw-{number:05d}.parquet"
    frame.write_parquet(path, compression="lz4")
    return path
