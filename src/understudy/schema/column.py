"""What a column means. The set of types is closed: code that treats them differently uses ``match``.

How a file or frame happens to write a column down (its dtype, its markers for missing values) is not here but in
:mod:`understudy.schema.layout`. The rows of a :class:`~understudy.data.table.Table` hold each type in one polars dtype,
named beside each class.
"""

from typing import Annotated, Literal

from pydantic import Field

from understudy.schema.spec import Spec

__all__ = [
    "Boolean",
    "Categorical",
    "ColumnType",
    "Datetime",
    "Duration",
    "Identifier",
    "Location",
    "Numerical",
    "Text",
]


class Numerical(Spec):
    """A quantity. Rows hold Int64 where ``decimals`` is 0, else Float64."""

    kind: Literal["numerical"] = "numerical"
    decimals: Annotated[int, Field(ge=0, le=17)] | None = None
    """Digits after the decimal point that every value fits in; 0 for whole numbers, empty for full float precision."""
    low: float | None = None
    """No generated value is below this; empty: the protected range of the training data."""
    high: float | None = None
    """No generated value is above this; empty: the protected range of the training data."""


class Categorical(Spec):
    """One of a few levels, without order. Rows hold String."""

    kind: Literal["categorical"] = "categorical"
    levels: tuple[str, ...] | None = None
    """Levels that may occur; empty: those of the training data."""


class Boolean(Spec):
    """True or false. Rows hold Boolean."""

    kind: Literal["boolean"] = "boolean"
    true: str = "true"
    """How true is spelled."""
    false: str = "false"
    """How false is spelled."""


class Datetime(Spec):
    """A date or a moment. Rows hold Datetime("us"), in UTC where ``time_zone`` is set, naive otherwise."""

    kind: Literal["datetime"] = "datetime"
    format: str | None = None
    """How it is spelled, in strftime codes; empty where the source holds real dates."""
    time_zone: str | None = None
    """IANA zone in which the values are spelled, or "offset" where each value spells its own UTC offset."""
    resolution: Literal["day", "hour", "minute", "second", "millisecond", "microsecond"] = "second"
    """Finest unit that occurs."""


class Duration(Spec):
    """A length of time. Rows hold Duration("us")."""

    kind: Literal["duration"] = "duration"
    format: Literal["clock", "short_clock", "days_clock", "iso8601"] | None = None
    """How it is spelled: 12:34:56, 12:34, "3 days 12:34:56", P3DT12H34M56S; empty where the source holds real ones."""


class Identifier(Spec):
    """A name for a row or an entity that carries no statistics: fresh values are generated, never real ones. String."""

    kind: Literal["identifier"] = "identifier"
    pattern: str | None = None
    """Shape of the values: literal characters and the classes ``[0-9]{8}``, ``[a-z]{2,5}``, ``[A-Z]``,
    ``[0-9a-f]{12}``."""
    semantic: str | None = None
    """What it names, as in :mod:`understudy.schema.semantic`: email, person_name, phone, iban, uuid and so on."""
    unique: bool = True
    """Whether every value occurs once."""


class Text(Spec):
    """Free text. Rows hold String."""

    kind: Literal["text"] = "text"


class Location(Spec):
    """Degrees of latitude or longitude. Rows hold Float64."""

    kind: Literal["location"] = "location"
    axis: Literal["latitude", "longitude"]
    """Which coordinate this is."""
    partner: str
    """Column with the other coordinate."""
    decimals: Annotated[int, Field(ge=0, le=17)] | None = None
    """Digits after the decimal point that every value fits in; empty for full float precision."""


ColumnType = Annotated[
    Numerical | Categorical | Boolean | Datetime | Duration | Identifier | Text | Location,
    Field(discriminator="kind"),
]
