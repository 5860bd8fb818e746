"""The layout of a medium that has dtypes of its own, for rows that may come from one that has not."""

from typing import Literal

from understudy.data.raw import NULL
from understudy.schema.column import ColumnType, Datetime
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema

__all__ = ["as_typed"]


def as_typed(schema: TableSchema, medium: Literal["parquet", "arrow", "jsonl", "excel"]) -> TableSchema:
    """Give the schema with the layout of ``medium``.

    Rows of a delimited file keep only their meaning: numbers, dates and switches are written as such, words as words,
    and what is missing as null.
    """
    if schema.layout.medium != "csv":
        return schema.model_copy(update={"layout": schema.layout.model_copy(update={"medium": medium})})
    storage = {name: kind for name, column in schema.columns.items() if (kind := _storage(column))}
    missing = {name: {NULL: 1.0} for name in schema.layout.missing}
    return schema.model_copy(update={"layout": Layout(medium=medium, storage=storage, missing=missing)})


def _storage(column: ColumnType) -> str | None:
    match column:
        case Datetime(resolution="day"):
            return "Date"
        case Datetime(time_zone=zone):
            inside = "None" if zone is None else "'UTC'" if zone == "offset" else f"'{zone}'"
            return f"Datetime(time_unit='us', time_zone={inside})"
        case _:
            return None
