"""Rows as the source holds them, to rows in the dtypes of the schema, and back."""

import re
from collections import Counter
from pathlib import Path
from typing import Any, cast

import polars as pl

from understudy.data.dates import is_likely, read_dates, write_dates
from understudy.data.durations import read_durations, write_durations
from understudy.data.missing import first_turn, is_missing, markers_of, put_markers
from understudy.data.numbers import read_numbers, write_numbers
from understudy.data.raw import Raw
from understudy.data.reporter import Reporter
from understudy.data.storage import dtype_named
from understudy.data.table import Table, row_dtype
from understudy.data.zones import moment_of
from understudy.errors import SchemaError
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
from understudy.schema.layout import Layout, NumberFormat
from understudy.schema.table import TableSchema

__all__ = ["parse", "unparse"]

PLAIN = NumberFormat()


def parse(raw: Raw, schema: TableSchema, run: Reporter, *, strict: bool = True) -> Table:
    """Read the rows of a source as what the schema says they are.

    Columns may come in another order than the schema's; columns that it leaves out are left out, with a finding.
    A partition on disk becomes another one beside it.

    Parameters
    ----------
    strict : bool
        Whether a value that is not what the schema says is an error, but in the columns that its layout calls odd,
        where it is missing, with a finding; else it is missing, and kept in the table's
        ``unfit``, for a judge.

    Raises
    ------
    SchemaError
        If a column is absent, or some value is not what the schema says (which column, how many, the first of them).
    """
    have = list(raw.dtypes)
    absent = [name for name in schema.columns if name not in have]
    if absent:
        msg = f"The schema has the column {absent[0]!r} but the data has only {have}. Correct the schema or the data."
        raise SchemaError(msg)
    extra = [name for name in have if name not in schema.columns]
    if extra:
        run.find("schema.extra_columns", f"The schema leaves out {len(extra)} of the columns: {', '.join(extra)}.")
    parts: list[pl.DataFrame | Path] = []
    unfit: list[tuple[int, dict[str, pl.Series]]] = []
    odd: Counter[str] = Counter()
    offset = 0
    for part, frame in zip(raw.partitions, raw.frames(), strict=True):
        parsed = {name: _parsed(frame[name], column, schema.layout) for name, column in schema.columns.items()}
        wrong = {name: mask for name, (_, mask) in parsed.items() if mask is not None}
        if strict:
            odd.update({name: int(mask.sum()) for name, mask in wrong.items() if name in schema.layout.odd})
            wrong = {name: mask for name, mask in wrong.items() if name not in odd}
            for name, mask in wrong.items():
                raise _misfit(frame[name], mask, schema.columns[name], offset)
        rows = pl.DataFrame({name: values for name, (values, _) in parsed.items()})
        unfit.append((frame.height, {name: _only(frame[name], mask) for name, mask in wrong.items()}))
        offset += frame.height
        if isinstance(part, Path):
            path = part.with_name(part.name.replace("raw-", "typed-") if "raw-" in part.name else f"typed-{part.name}")
            rows.write_parquet(path, compression="lz4")
            parts.append(path)
        else:
            parts.append(rows)
    _report(odd, schema, run)
    return Table(tuple(parts), schema, _gathered(unfit))


def _report(odd: Counter[str], schema: TableSchema, run: Reporter) -> None:
    """Say of how many values only the number may be said."""
    for name, n in odd.items():
        what = f"{n:,} value{'s' * (n != 1)} that {'is' if n == 1 else 'are'} not {schema.columns[name].kind}"
        run.find("missing.odd", f"Column {name!r}: {what} count{'s' * (n == 1)} as missing.", "repair")


def _misfit(source: pl.Series, mask: pl.Series, column: ColumnType, offset: int) -> SchemaError:
    n, first = int(mask.sum()), int(mask.arg_true()[0])
    return SchemaError(
        f"Column {source.name!r} is {column.kind} in the schema, but {n:,} of its {source.len():,} values "
        f"{'is' if n == 1 else 'are'} not (first: {source[first]!r} in row {offset + first + 1:,}). "
        "Correct the values, name them as markers of missing values, or change the column's type in the schema."
    )


def _only(source: pl.Series, mask: pl.Series) -> pl.Series:
    """Give the marked values as text, null elsewhere."""
    text = source.cast(pl.String)
    return pl.select(pl.when(mask).then(text)).to_series().alias(source.name)


def _gathered(unfit: list[tuple[int, dict[str, pl.Series]]]) -> pl.DataFrame | None:
    """Put the unfit values of all partitions together."""
    names = list(dict.fromkeys(name for _, found in unfit for name in found))
    if not names:
        return None
    return pl.concat(
        pl.DataFrame([found.get(name, pl.Series(name, [None] * height, dtype=pl.String)) for name in names])
        for height, found in unfit
    )


def _parsed(source: pl.Series, column: ColumnType, layout: Layout) -> tuple[pl.Series, pl.Series | None]:
    """Give the values, missing where one is not of the column's type, and where that is; None: nowhere."""
    name = source.name
    text = source.dtype == pl.String
    markers = markers_of(name, column, layout)
    values = pl.col(name)
    style = layout.numbers.get(name, PLAIN)
    plain = _plain_numbers(source, column, style, layout)
    if plain is not None:
        return plain, None
    typed = _from_text(values, column, style) if text else _from_typed(values, source.dtype, column)
    if isinstance(column, Datetime) and name in layout.odd:
        typed = pl.when(is_likely(typed)).then(typed)
    gone = is_missing(values, markers) if text else _gone(values, source.dtype)
    out = source.to_frame().select(
        value=pl.when(~gone).then(typed).cast(row_dtype(column)),
        wrong=~gone & typed.is_null(),
    )
    return out["value"].alias(name), out["wrong"] if out["wrong"].any() else None


def _plain_numbers(source: pl.Series, column: ColumnType, style: NumberFormat, layout: Layout) -> pl.Series | None:
    """Read numbers by a mere cast, several times as fast; None where a value needs the longer way."""
    bare = style.model_copy(update={"digits": 0}) == PLAIN
    if not bare or source.dtype != pl.String or not isinstance(column, Numerical) or layout.missing.get(source.name):
        return None
    numbers = source.cast(row_dtype(column), strict=False)
    if numbers.null_count() or not numbers.is_finite().all():
        return None
    # A negative zero would come back as "-0".
    return numbers + 0.0 if numbers.dtype.is_float() else numbers


def _gone(values: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return (values.is_null() | ~values.is_finite()) if dtype.is_float() else values.is_null()


def _from_text(  # noqa: PLR0911 - one answer for each type
    text: pl.Expr, column: ColumnType, style: NumberFormat
) -> pl.Expr:
    """Read spelled values; null where one is not of the column's type."""
    match column:
        case Numerical(decimals=decimals) | Location(decimals=decimals):
            return read_numbers(text, decimals, style)
        case Boolean():
            return pl.when(text == column.true).then(True).when(text == column.false).then(False)  # noqa: FBT003
        case Datetime(format=None, time_zone=zone):
            aware = text.str.to_datetime(format="%+", time_unit="us", strict=False)
            wall = text.str.to_datetime(time_unit="us", strict=False).dt.replace_time_zone(None)
            return pl.coalesce(aware.dt.replace_time_zone(None) if zone is None else aware, moment_of(wall, zone))
        case Datetime():
            return read_dates(text, column)
        case Duration():
            return read_durations(text.str.strip_chars(), column)
        case Categorical(levels=levels) if levels is not None:
            return pl.when(text.is_in(levels)).then(text)
        case Categorical() | Identifier() | Text():
            return text


def _from_typed(  # noqa: PLR0911 - one answer for each type
    values: pl.Expr, dtype: pl.DataType, column: ColumnType
) -> pl.Expr:
    """Cast real values; null where one is not of the column's type."""
    match column:
        case Numerical(decimals=0) if dtype.is_float():
            whole = (values == values.floor()) & (values.abs() < 2.0**63)
            return pl.when(whole).then(values).cast(pl.Int64, strict=False)
        case Numerical() | Location():
            return values.cast(row_dtype(column), strict=False)
        case Boolean() if dtype == pl.Boolean:
            return values
        case Boolean():
            return _from_text(values.cast(pl.String), column, PLAIN)
        case Datetime(format=str()) if dtype.is_numeric():
            return read_dates(values.cast(pl.Int64, strict=False).cast(pl.String), column)
        case Datetime(time_zone=zone):
            moments = values.cast(pl.Datetime("us")) if dtype == pl.Date else values
            zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
            if zone is None or zoned:
                moments = moments.dt.replace_time_zone(None) if zone is None and zoned else moments
                return moments.cast(row_dtype(column), strict=False)
            return moments.cast(pl.Datetime("us"), strict=False).dt.replace_time_zone("UTC")
        case Duration():
            return values.cast(pl.Duration("us"), strict=False)
        case Categorical() | Identifier() | Text():
            return _from_text(values.cast(pl.String), column, PLAIN)


def unparse(rows: Table) -> pl.DataFrame:
    """Write rows as the source looked: spelled as text with markers where it was text, in its own dtypes elsewhere."""
    frame = rows.rows
    layout = rows.schema.layout
    start = first_turn(frame) if layout.missing else 0.0
    return pl.DataFrame(
        {name: _written(frame[name], column, layout, start) for name, column in rows.schema.columns.items()}
    )


def _written(values: pl.Series, column: ColumnType, layout: Layout, start: float) -> pl.Series:
    name = values.name
    storage = "String" if layout.medium == "csv" else layout.storage.get(name)
    if storage is None:
        return values
    if storage == "String":
        expression = _to_text(pl.col(name), column, layout.numbers.get(name, PLAIN))
        shares = layout.missing.get(name) or ({"": 1.0} if layout.medium == "csv" else {})
    else:
        levels = column.levels if isinstance(column, Categorical) else None
        expression = _to_typed(pl.col(name), column, dtype_named(storage, levels))
        shares = layout.missing.get(name, {})
    out = values.to_frame().select(expression.alias(name))[name]
    return put_markers(out, shares, start) if out.dtype == pl.String or out.dtype.is_float() else out


def _to_text(values: pl.Expr, column: ColumnType, style: NumberFormat) -> pl.Expr:
    match column:
        case Numerical(decimals=decimals) | Location(decimals=decimals):
            return write_numbers(values, decimals, style)
        case Boolean():
            return pl.when(values).then(pl.lit(column.true)).when(~values).then(pl.lit(column.false))
        case Datetime(format=None):
            return values.dt.to_string("iso")
        case Datetime():
            return write_dates(values, column)
        case Duration():
            return write_durations(values, column)
        case Categorical() | Identifier() | Text():
            return values


def _to_typed(  # noqa: PLR0911 - one answer for each type
    values: pl.Expr, column: ColumnType, dtype: pl.DataType
) -> pl.Expr:
    match column:
        case Boolean() if dtype != pl.Boolean:
            return _to_text(values, column, PLAIN).cast(pl.Float64).cast(dtype)
        case Numerical() | Location() if dtype.is_float() or dtype.is_decimal():
            # Half a unit in the last place would be cut off by the cast to a decimal.
            return _within(values.round(column.decimals) if column.decimals else values, dtype)
        case Numerical() if dtype.is_integer():
            return _within(values if column.decimals == 0 else values.round(0), dtype)
        case Datetime(format=str()) if dtype.is_numeric():
            return write_dates(values, column).cast(pl.Int64).cast(dtype)
        case Datetime() if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            return _storable(values.dt.convert_time_zone(dtype.time_zone), dtype).cast(dtype)
        case Duration() if dtype == pl.Time:
            return (values.dt.total_microseconds() * 1000).cast(pl.Time)
        case Datetime() | Duration():
            return _storable(values, dtype).cast(dtype)
        case Categorical() | Identifier() | Text() if dtype.is_integer():
            # Keys beyond the dtype begin again with its first ones: no two of them become one.
            numbers, again = values.cast(pl.Int128, strict=False), pl.lit(_bounds(dtype)[1]).cast(pl.Int128) + 1
            fit = numbers.cast(dtype, strict=False)
            return fit if dtype == pl.Int128 else pl.coalesce(fit, (numbers % again).cast(dtype, strict=False))
        case Categorical() | Identifier() | Text() if dtype.is_float():
            return values.cast(dtype, strict=False)
        case _:
            return values.cast(dtype)


def _within(values: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Cast numbers; what is beyond the dtype, as 2**64 as a float is for UInt64, becomes its last number."""
    if dtype.is_float():
        return values.cast(dtype)
    least, last = (pl.lit(bound).cast(dtype) for bound in _bounds(dtype))
    return pl.coalesce(values.cast(dtype, strict=False), pl.when(values < 0).then(least).when(values >= 0).then(last))


def _bounds(dtype: pl.DataType) -> tuple[str, str]:
    """Spell the first and the last number that a dtype of whole numbers or of decimals holds."""
    if isinstance(dtype, pl.Decimal):
        most = f"{'9' * (dtype.precision - dtype.scale)}.{'9' * dtype.scale}".rstrip(".")
        return f"-{most}", most
    bits = int(re.sub(r"\D", "", str(dtype)))
    return (
        ("0", str(2**bits - 1)) if dtype.is_unsigned_integer() else (str(-(2 ** (bits - 1))), str(2 ** (bits - 1) - 1))
    )


def _storable(values: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Keep times within what 64 bits hold in nanoseconds, the years 1677 to 2262, where that is the unit."""
    if getattr(dtype, "time_unit", None) != "ns":
        return values
    far = (2**63 - 1) // 1000
    held = values.to_physical().clip(-far, far)
    if isinstance(dtype, pl.Duration):
        return held.cast(pl.Duration("us"))
    return held.cast(pl.Datetime("us", cast("Any", dtype).time_zone))
