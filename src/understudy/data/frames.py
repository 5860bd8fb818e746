"""The door for frames: any kind that speaks Arrow comes in, and the caller's own kind goes out."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, cast

import polars as pl

from understudy.data.dtypes import admitted, any_zone
from understudy.data.levels import shared_levels, shown_levels
from understudy.data.names import repeated
from understudy.data.raw import Raw
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import Layout

__all__ = ["back_to", "kind_of", "to_raw"]

Back = Callable[[pl.DataFrame], object]
FOREIGN = re.compile(r"decimal256|union<|run_end_encoded|interval|list_view|decimal\w*\(\d+, -")


def to_raw(frame: object, run: Reporter) -> tuple[Raw, Back]:
    """Take a frame as it is, and give the way back.

    Parameters
    ----------
    frame : pandas, polars, pyarrow or duckdb frame, or anything with ``__arrow_c_stream__``
        Rows.
    run : Reporter
        Told of an index that is left out.

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
    rows, back = _taken(frame, run)
    return Raw((admitted(rows, run),), Layout(medium="frame")), back


def kind_of(frame: object) -> str:
    """Give the library that a frame is of, as :func:`back_to` takes it."""
    libraries = {base.__module__.partition(".")[0] for base in type(frame).__mro__}
    return next((name for name in ("pandas", "pyarrow") if name in libraries), "polars")


def back_to(kind: str) -> Back:
    """Give the way from polars to a kind of frame, in that kind's usual dtypes; polars where it is not installed."""
    if kind == "pandas" and find_spec("pandas"):
        from understudy.data import pandas_frames  # noqa: PLC0415 - only who has pandas needs it

        return pandas_frames.to_pandas
    if kind == "pyarrow" and find_spec("pyarrow"):
        return pl.DataFrame.to_arrow
    return lambda rows: rows


def _taken(frame: object, run: Reporter) -> tuple[pl.DataFrame, Back]:
    if isinstance(frame, pl.DataFrame):
        return frame, _with_levels(frame)
    if isinstance(frame, pl.LazyFrame):
        rows = frame.collect()
        back = _with_levels(rows)
        return rows, lambda made: back(made).lazy()
    kind = type(frame).__module__.partition(".")[0]
    kinds = {(base.__module__.partition(".")[0], base.__name__) for base in type(frame).__mro__}
    if ("pandas", "DataFrame") in kinds:  # also frames of a kind derived from it
        from understudy.data import pandas_frames  # noqa: PLC0415 - only who has pandas needs it

        return pandas_frames.to_polars(frame, run)
    if not hasattr(frame, "__arrow_c_stream__") or (kind == "pyarrow" and not hasattr(frame, "schema")):
        msg = f"A {type(frame).__name__} is no frame. Give a pandas, polars or pyarrow frame, or the path of a file."
        raise InputError(msg)
    names = _names_of(frame)
    twice = repeated(names)
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


def _with_levels(frame: pl.DataFrame) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Give the way back for columns of a closed list of levels: those that may be shown, in their order."""
    known = {
        name: (dtype.categories.to_list(), shared_levels(frame[name]))
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Enum)
    }

    def back(made: pl.DataFrame) -> pl.DataFrame:
        columns = {name: made[name].cast(pl.String) for name in known if name in made.columns}
        return made.with_columns(
            values.cast(pl.Enum(shown_levels(*known[name], values))).alias(name) for name, values in columns.items()
        )

    return back


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
            table = _with_dictionaries(cast("Any", rows.to_arrow()), schema).cast(schema)
            if type(frame).__name__ == "Table":
                return table
            batches = table.combine_chunks().to_batches()
            return batches[0] if batches else cast("Any", type(frame)).from_pylist([], schema=schema)

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
