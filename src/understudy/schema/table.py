"""What a table is, before any row of it is seen."""

from typing import Self

from pydantic import model_validator

from understudy.schema.column import ColumnType
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec

__all__ = ["TableSchema"]


class TableSchema(Spec):
    """Columns in their order, keys, and how the source writes them."""

    columns: dict[str, ColumnType]
    """Name and type of each column, in order."""
    primary_key: str | None = None
    """Column whose values name the rows."""
    entity: str | None = None
    """Column that says which person or thing a row belongs to; rows of one entity are never split."""
    layout: Layout = Layout()
    """How the source writes its rows down."""

    @model_validator(mode="after")
    def _references_are_columns(self) -> Self:
        for role in ("primary_key", "entity"):
            name = getattr(self, role)
            if name is not None and name not in self.columns:
                msg = f"{role} {name!r} is not a column; the columns are {list(self.columns)}"
                raise ValueError(msg)
        return self
