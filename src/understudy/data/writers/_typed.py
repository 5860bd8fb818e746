"""What the writers of media with dtypes of their own share: the layout, and rows that are held until the end."""

import re
from typing import Literal

import polars as pl

from understudy.data.raw import NULL
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.data.zones import fixed_offset
from understudy.schema.column import ColumnType, Datetime
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema

__all__ = ["Held", "as_typed"]

DAYS = frozenset({"year", "quarter", "month", "week", "day"})


class Held:
    """A sink that takes tables and keeps their rows until the end."""

    def __init__(self, schema: TableSchema) -> None:
        self.schema = schema
        self.parts: list[pl.DataFrame] = []

    def append(self, table: Table) -> None:
        """Add the rows of ``table`` below those that are there."""
        self.parts.extend(unparse(Table.of(frame, self.schema)) for frame in table.frames())

    def rows(self) -> pl.DataFrame:
        """Give all rows."""
        return pl.concat(self.parts)


def as_typed(schema: TableSchema, medium: Literal["parquet", "arrow", "jsonl", "excel"]) -> TableSchema:
    """Give the schema with the layout of ``medium``.

    Rows of a delimited file keep only their meaning: numbers, dates and switches are written as such, words as words,
    and what is missing as null.
    """
    if schema.layout.medium != "csv":
        return schema.model_copy(update={"layout": schema.layout.model_copy(update={"medium": medium})})
    storage = {name: kind for name, column in schema.columns.items() if (kind := _storage(column))}
    missing = {name: {NULL: 1.0} for name in schema.layout.missing}
    layout = Layout(medium=medium, storage=storage | schema.layout.storage, missing=missing)
    return schema.model_copy(update={"layout": layout})


def _storage(column: ColumnType) -> str | None:
    match column:
        case Datetime(time_zone=None, format=format_, resolution=unit) if not _has_clock(format_, unit):
            return "Date"
        case Datetime(time_zone=zone):
            plain = zone == "offset" or fixed_offset(zone) is not None
            inside = "None" if zone is None else "'UTC'" if plain else f"'{zone}'"
            return f"Datetime(time_unit='us', time_zone={inside})"
        case _:
            return None


def _has_clock(format_: str | None, unit: str) -> bool:
    """Tell whether a format spells the time of a day; where there is none, the finest unit that occurs tells."""
    return unit not in DAYS if format_ is None else re.search(r"%[-_0]?[HIklMSTRrXcs+]", format_) is not None
