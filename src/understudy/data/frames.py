"""The door for frames: any kind that speaks Arrow comes in, and the caller's own kind goes out."""

import re
from collections.abc import Callable
from typing import Any, cast

import polars as pl

from understudy.data.dtypes import admitted, any_zone
from understudy.data.raw import Raw
from understudy.errors import InputError
from understudy.schema.layout import Layout

__all__ = ["to_raw"]

Back = Callable[[pl.DataFrame], object]
FOREIGN = re.compile(r"decimal256|union<|run_end_encoded|interval|list_view|decimal\w*\(\d+, -")


def to_raw(frame: object) -> tuple[Raw, Back]:
    """Take a frame as it is, and give the way back.

    Parameters
    ----------
    frame : pandas, polars, pyarrow or duckdb frame, or anything with ``__arrow_c_stream__``
        Rows.

    Returns
    -------
    tuple of Raw and function
        The rows, and a function that turns rows as :func:`~understudy.data.typed.unparse` gives them into the caller's
        kind of frame with the caller's dtypes; polars where the kind has no way back.

    Raises
    ------
    InputError
        If it is no frame, has two columns of one name, or a column that cannot be held.
    """
    rows, back = _taken(frame)
    return Raw((admitted(rows),), Layout(medium="frame")), back


def _taken(frame: object) -> tuple[pl.DataFrame, Back]:
    if isinstance(frame, pl.DataFrame):
        return frame, lambda rows: rows
    if isinstance(frame, pl.LazyFrame):
        return frame.collect(), lambda rows: rows.lazy()
    kind = type(frame).__module__.partition(".")[0]
    kinds = {(base.__module__.partition(".")[0], base.__name__) for base in type(frame).__mro__}
    if ("pandas", "DataFrame") in kinds:  # also frames of a kind derived from it
        from understudy.data import pandas_frames  # noqa: PLC0415 - only who has pandas needs it

        return pandas_frames.to_polars(frame)
    if not hasattr(frame, "__arrow_c_stream__") or (kind == "pyarrow" and not hasattr(frame, "schema")):
        msg = f"A {type(frame).__name__} is no frame. Give a pandas, polars or pyarrow frame, or the path of a file."
        raise InputError(msg)
    names = _names_of(frame)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"The frame has two columns named {twice[0]!r}. Rename one of them."
        raise InputError(msg)
    if kind == "pyarrow":
        _refuse_foreign(cast("Any", frame).schema)
    try:
        with any_zone():
            rows = pl.DataFrame(frame)  # pyright: ignore[reportArgumentType] - polars takes what has __arrow_c_stream__
    except pl.exceptions.PolarsError as error:
        msg = f"The {type(frame).__name__} cannot be read: {str(error).splitlines()[0].rstrip('.')}. Cast that column."
        raise InputError(msg) from error
    return rows, _way_back(frame, kind)


def _refuse_foreign(schema: Any) -> None:  # noqa: ANN401 - a pyarrow schema
    """Refuse columns of the types that polars cannot take; over some of them, it panics."""
    for field in schema:
        if FOREIGN.search(str(field.type)):
            msg = (
                f"Column {field.name!r} is {field.type}, which cannot be held. Cast it to a plain one, such as float64 "
                "or string, or drop it."
            )
            raise InputError(msg)


def _names_of(frame: object) -> list[str]:
    """Give the names of the columns, where the kind of frame lists them."""
    names: object = getattr(frame, "column_names", None) or getattr(frame, "columns", None)
    return [str(name) for name in cast("list[object]", names)] if isinstance(names, list) else []


def _way_back(frame: object, kind: str) -> Back:
    if kind == "pyarrow":
        schema = cast("Any", frame).schema

        def to_pyarrow(rows: pl.DataFrame) -> object:
            table = _with_dictionaries(cast("Any", rows.to_arrow()), schema)
            return table.cast(schema) if type(frame).__name__ == "Table" else table.cast(schema).to_batches()[0]

        return to_pyarrow
    if kind in {"duckdb", "_duckdb"}:
        import duckdb  # noqa: PLC0415  # pyright: ignore[reportMissingImports] - who hands over its frames has it

        def to_duckdb(rows: pl.DataFrame) -> object:
            return cast("Any", duckdb).from_arrow(rows.to_arrow())

        return to_duckdb
    return lambda rows: rows


def _with_dictionaries(table: Any, schema: Any) -> Any:  # noqa: ANN401 - pyarrow, which not everybody has
    """Encode the columns that were dictionaries: of numbers, pyarrow has no cast to them."""
    for place, field in enumerate(schema):
        if str(field.type).startswith("dictionary") and not str(table.schema.field(place).type).startswith(
            "dictionary"
        ):
            table = table.set_column(place, field.name, table.column(place).dictionary_encode())
    return table
