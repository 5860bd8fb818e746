"""What of the training rows may not show in what is generated, whatever the model."""

from typing import Annotated, Literal

from pydantic import Field

from understudy.schema.spec import Spec

__all__ = ["Protection"]


class Protection(Spec):
    """Rules that keep single rows out of the symbols that every engine works on.

    Where the schema names an entity, a row counts for its entity: five rows are rows of five entities.
    """

    rare_rows: Annotated[int, Field(ge=1)] = 5
    """A category, or a number kept as it is, has to occur in this many rows; 1 keeps everything."""
    extremes: Literal["protected", "exact"] = "protected"
    """Whether the ends of a range come from the median of the outermost rows, or are the very values seen."""
    extreme_rows: Annotated[int, Field(ge=1)] = 10
    """How many rows share one end of a protected range."""
