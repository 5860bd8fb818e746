"""What a column means. The set of types is closed: code that treats them differently uses ``match``.

How a file or frame happens to write a column down (its dtype, its markers for missing values) is not here but in
:mod:`understudy.schema.layout`. The rows of a :class:`~understudy.data.table.Table` hold each type in one polars dtype,
named beside each class.
"""

import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from understudy.errors import nearest
from understudy.schema.semantic import SEMANTICS
from understudy.schema.spec import Spec

__all__ = [
    "UNIT_US",
    "Boolean",
    "Categorical",
    "ColumnType",
    "Datetime",
    "Duration",
    "Identifier",
    "Location",
    "Numerical",
    "Resolution",
    "Text",
]

Resolution = Literal[
    "year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond"
]
UNIT_US = {
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}
"""Microseconds of the resolutions that are cut from midnight on."""


class Numerical(Spec):
    """A quantity. Rows hold Int64 where ``decimals`` is 0, else Float64."""

    kind: Literal["numerical"] = "numerical"
    decimals: Annotated[int, Field(ge=0, le=17)] | None = None
    """Digits after the decimal point that every value fits in; 0 for whole numbers, empty for full float precision."""
    step: Annotated[float, Field(ge=1e-300)] | None = None
    """Grid on which nearly all values lie, and all generated ones; empty: one unit of the last decimal."""
    low: float | None = None
    """No generated value is below this; empty: the protected range of the training data."""
    high: float | None = None
    """No generated value is above this; empty: the protected range of the training data."""

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            msg = f"low {self.low:g} is above high {self.high:g}; exchange them"
            raise ValueError(msg)
        return self


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

    @model_validator(mode="after")
    def _spellings_differ(self) -> Self:
        if self.true == self.false:
            msg = f"true and false are both spelled {self.true!r}; spell one of them otherwise"
            raise ValueError(msg)
        return self


class Datetime(Spec):
    """A date or a moment. Rows hold Datetime("us"), in UTC where ``time_zone`` is set, naive otherwise."""

    kind: Literal["datetime"] = "datetime"
    format: str | None = None
    """How it is spelled, in strftime codes, empty where the source holds real dates. A bar parts several spellings: all
    are read, the first is written. Beyond those codes, %q is a quarter, %^b (or B, a, A) a name in capitals, %,b one in
    small letters."""
    time_zone: str | None = None
    """IANA zone in which the values are spelled, a fixed offset such as "+05:30", or "offset" where each value spells
    its own UTC offset."""
    resolution: Resolution = "second"
    """Finest unit that occurs: "month" where all fall on the first of one, "week" where all are the same day of it."""

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        try:
            if name not in {None, "offset"} and not re.fullmatch(r"[+-]\d{2}:\d{2}", str(name)):
                ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            msg = f"no time zone is named {name!r}; UTC, Europe/Berlin and +05:30 are, or write offset"
            raise ValueError(msg) from error
        return name


class Duration(Spec):
    """A length of time. Rows hold Duration("us")."""

    kind: Literal["duration"] = "duration"
    format: str | None = None
    """How it is spelled: ``iso8601`` as P3DT12H34M56S, else in codes, of which the source has as many as it spells out:
    %D days, %H hours, %M minutes and %S seconds (%-H and so on: without a leading zero), %.3f a fraction of 3 digits,
    %.f one of 3 or 6, %.-f one as short as can be, %I and %p hours of half a day. Empty where the source holds real
    ones."""
    within_day: bool = False
    """Whether it is the time of a day, from 0:00 up to but not including 24:00."""


class Identifier(Spec):
    """A name for a row or an entity that carries no statistics: fresh values are generated, never real ones. String."""

    kind: Literal["identifier"] = "identifier"
    pattern: Annotated[str, Field(min_length=1)] | None = None
    """Shape of the values: literal characters and the classes ``[0-9]{8}``, ``[a-z]{2,5}``, ``[A-Z]``,
    ``[0-9a-f]{12}``."""
    semantic: str | None = None
    """What it names, as in :mod:`understudy.schema.semantic`: email, person_name, phone, iban, uuid and so on."""
    unique: bool = True
    """Whether every value occurs once."""

    @field_validator("semantic")
    @classmethod
    def _is_a_meaning(cls, name: str | None) -> str | None:
        known = sorted(semantic.name for semantic in SEMANTICS)
        if name is not None and name not in known:
            msg = f"no meaning is named {name!r}.{nearest(name, known)} The meanings are {', '.join(known)}"
            raise ValueError(msg)
        return name


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
