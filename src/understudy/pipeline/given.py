"""Conditions as a user writes them, made into values of the columns."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import cast

import polars as pl

from understudy.context import Run
from understudy.data.raw import Raw
from understudy.data.typed import parse
from understudy.data.zones import moment_of
from understudy.errors import ConditionError, SchemaError, listed, nearest
from understudy.pipeline.complaint import short
from understudy.protocols import Given
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
    Text,
)
from understudy.schema.table import TableSchema

__all__ = ["from_words", "parse_given"]

LARGEST = 10**308
"""Beyond, and for what is no number, there is no float."""


def from_words(words: list[str], schema: TableSchema) -> dict[str, object]:
    """Split ``column=value`` words; a value that is one of the column's markers for missing, or empty, is missing.

    Raises
    ------
    ConditionError
        If a word has no "=", or a column is there twice.
    """
    given: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        # A name may hold "=" itself.
        for known in schema.columns:
            if word.startswith(f"{known}=") and len(known) > len(name):
                name, value = known, word[len(known) + 1 :]
        if not equals:
            msg = f"The condition {word!r} has no '='. Write --given column=value."
            raise ConditionError(msg)
        if name in given:
            msg = f"The condition on {name!r} is there twice. Give it once."
            raise ConditionError(msg)
        given[name] = None if _is_missing(name, value, schema) else value
    return given


def _is_missing(name: str, value: str, schema: TableSchema) -> bool:
    column = schema.columns.get(name)
    if isinstance(column, Boolean) and value in {column.true, column.false}:
        return False
    return value in {"", *schema.layout.missing.get(name, {})}


def parse_given(given: Mapping[str, object], schema: TableSchema, run: Run) -> Given:
    """Give the conditions in the values that rows hold.

    Parameters
    ----------
    given : mapping
        Column to value: in the column's own type, or spelled as in the source; None for missing.
    schema : TableSchema
        The columns.
    run : Run
        The job.

    Raises
    ------
    ConditionError
        If there is no such column, or it cannot have such a value.
    """
    if not isinstance(given, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance] - users may not check types
        msg = f"given = {given!r} is no mapping of columns to values. Write it as {{'column': value}}."
        raise ConditionError(msg)
    values: dict[str, object] = {}
    for key, value in given.items():
        name = str(key)  # pandas may name columns by numbers; here, they are named by text
        column = schema.columns.get(name)
        if column is None:
            columns = schema.columns
            msg = f"There is no column {name!r} to be given.{nearest(name, columns)} The columns are {listed(columns)}."
            raise ConditionError(msg)
        values[name] = None if value is None else _value(name, value, column, schema, run)
    return values


def _value(name: str, value: object, column: ColumnType, schema: TableSchema, run: Run) -> object:
    spelled = isinstance(value, str) and not isinstance(column, Categorical | Identifier | Text)
    typed = _typed(_spelled(name, str(value), column, schema, run) if spelled else value, column)
    if typed is None:
        msg = f"Column {name!r} is {column.kind} and cannot be {short(value)}. Give {_example(column)}."
        raise ConditionError(msg)
    _check(name, typed, column)
    return typed


def _spelled(name: str, text: str, column: ColumnType, schema: TableSchema, run: Run) -> object:
    """Read a value as the source spells it, else as Python does."""
    layout = schema.layout.model_copy(update={"medium": "csv", "missing": {}, "storage": {}})
    alone = TableSchema(columns={name: column}, layout=layout)
    try:
        return parse(Raw((pl.DataFrame({name: [text]}),), layout), alone, run).rows[name][0]
    except SchemaError:
        return _python(text, column)


def _python(text: str, column: ColumnType) -> object:
    try:
        match column:
            case Datetime():
                return datetime.fromisoformat(text)
            case Boolean():
                return {"true": True, "false": False, "1": True, "0": False}.get(text.lower(), text)
            case Duration():
                return text
            case _:
                return float(text)
    except ValueError:
        return text


def _typed(value: object, column: ColumnType) -> object | None:
    """Give ``value`` in the type of the column's rows; None where it has another meaning."""
    item = getattr(value, "item", None)
    value = item() if callable(item) and getattr(value, "size", 1) == 1 else value  # a numpy scalar
    match column:
        case Boolean(true=true, false=false):
            return value if isinstance(value, bool) else {true: True, false: False}.get(str(value))
        case Datetime(time_zone=zone):
            return _moment(value, zone)
        case Duration():
            return value if isinstance(value, timedelta) else None
        case Categorical() | Identifier() | Text():
            return _level(value)
        case _:
            return _number(value, whole=isinstance(column, Numerical) and column.decimals == 0)


def _level(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None


def _number(value: object, *, whole: bool) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        return None
    if whole:
        return int(value) if value == value // 1 and -(2**63) <= value < 2**63 else None
    return float(value)


def _moment(value: object, zone: str | None) -> datetime | None:
    """Give a moment in UTC where the column has a zone: without one of its own, it is what clocks show there."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a zone follows where the column has one
    if not isinstance(value, datetime):
        return None
    if zone is None:
        return value.replace(tzinfo=None)
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    return pl.select(moment_of(pl.lit(value, dtype=pl.Datetime("us")), zone, "later")).item()


def _example(column: ColumnType) -> str:
    match column:
        case Boolean(true=true, false=false):
            return f"true or false, here spelled {true!r} or {false!r}"
        case Datetime(format=spelling):
            return "a moment such as 2024-01-31" + (f", or one spelled as {spelling!r} says" if spelling else "")
        case Duration():
            return "a length of time as the data spells them"
        case Numerical(decimals=0):
            return "a whole number"
        case Numerical() | Location():
            return "a number"
        case _:
            return "a text"


def _check(name: str, value: object, column: ColumnType) -> None:
    match column:
        case Categorical(levels=levels) if levels is not None and value not in levels:
            msg = f"Column {name!r} cannot be {value!r}.{nearest(str(value), levels)} It is one of {listed(levels)}."
            raise ConditionError(msg)
        case Numerical(low=low, high=high):
            number = cast("float", value)
            if (low is not None and number < low) or (high is not None and number > high):
                msg = f"Column {name!r} cannot be {value}; the schema bounds it to [{low}, {high}]."
                raise ConditionError(msg)
        case _:
            pass
