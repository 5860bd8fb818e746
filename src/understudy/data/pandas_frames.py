"""Frames of pandas in and out, without pyarrow, which pandas does not always come with."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, NoReturn, cast

import numpy as np
import polars as pl

from understudy.data.levels import shared_levels, shown_levels
from understudy.data.names import repeated
from understudy.data.reporter import Reporter
from understudy.errors import InputError

__all__ = ["to_pandas", "to_polars"]

LONGEST_DECIMAL: Final = 38
"""Digits of the decimals that polars holds."""


def to_polars(frame: object, run: Reporter) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], object]]:
    """Give the columns of a pandas frame (its index is left out, with a finding), and the way back.

    Raises
    ------
    InputError
        If two columns have one name, or one holds lists, complex numbers or text that is none.
    """
    import pandas as pd  # noqa: PLC0415 - who hands over its frames has it

    source = cast("pd.DataFrame", frame)
    names = [str(name) for name in source.columns]
    odd = next((name for name in names if not _is_unicode(name)), None)
    if odd is not None:
        msg = f"The column {odd!r} has a name in which half a character stands alone. Rename it."
        raise InputError(msg)
    twice = repeated(names)
    if twice:
        msg = f"The frame has {names.count(twice[0])} columns named {twice[0]!r}. Rename all but one of them."
        raise InputError(msg)
    if not source.index.equals(pd.RangeIndex(len(source))):
        run.find("pandas.index", "The index of the frame is left out; `frame.reset_index()` makes a column of it.")
    rows = pl.DataFrame({name: _taken(cast("Any", source.iloc[:, i]), name) for i, name in enumerate(names)})
    dtypes = list(source.dtypes)
    shared = {i: shared_levels(rows[names[i]]) for i, d in enumerate(dtypes) if isinstance(d, pd.CategoricalDtype)}
    empty = source.iloc[:0].reset_index(drop=True)

    def back(made: pl.DataFrame) -> object:
        columns = {i: _given(made[name], dtypes[i], shared.get(i, frozenset())) for i, name in enumerate(names)}
        out = pd.DataFrame(columns, index=pd.RangeIndex(made.height))
        out.columns = empty.columns
        return out

    return rows, back


def to_pandas(rows: pl.DataFrame) -> object:
    """Give rows as a pandas frame in the dtypes that pandas itself would read them in."""
    import pandas as pd  # noqa: PLC0415 - see above

    return pd.DataFrame({name: _plainly(rows[name]) for name in rows.columns}, index=pd.RangeIndex(rows.height))


def _plainly(values: pl.Series) -> Any:  # noqa: ANN401 - a pandas Series
    import pandas as pd  # noqa: PLC0415 - see above

    dtype = values.dtype
    if isinstance(dtype, pl.Datetime | pl.Duration):
        zone = getattr(dtype, "time_zone", None)
        if zone is None:
            return pd.Series(values.to_numpy())
        moments = pd.Series(values.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy())
        return cast("Any", moments).dt.tz_localize("UTC").dt.tz_convert(zone)
    if dtype.is_float() or ((dtype.is_integer() or dtype == pl.Boolean) and not values.null_count()):
        return pd.Series(values.to_numpy())
    return pd.Series(values.to_list(), dtype=float if dtype.is_integer() else object)


def _taken(column: Any, name: str) -> pl.Series:  # noqa: ANN401, PLR0911 - a pandas Series; one answer for each dtype
    import pandas as pd  # noqa: PLC0415 - see above

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _words(column.astype(object), name).cast(pl.Categorical)
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = _times(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), name)
        zone = str(dtype.tz)
        try:
            return moments.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        except pl.exceptions.PolarsError:  # a fixed offset has no name that polars knows
            return moments.dt.replace_time_zone("UTC")
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype | pd.SparseDtype):
        return _words(column.astype(object), name)
    if isinstance(dtype, np.dtype):
        return _plain(column, dtype, name)
    if pd.api.types.is_string_dtype(dtype):
        return _words(column.astype(object), name)
    return _nullable(column, name)


def _plain(column: Any, dtype: np.dtype, name: str) -> pl.Series:  # noqa: ANN401 - see above
    """Take a column of one of numpy's own dtypes."""
    if dtype.kind == "O":
        return _objects(column, name)
    if dtype.kind == "c":
        _refuse(name, "complex")
    values = column.to_numpy()
    if dtype.kind in "mM":
        return _times(values, name)
    if dtype.kind == "f" and dtype.itemsize not in {4, 8}:  # polars holds neither half nor long numbers
        values = values.astype(np.float32 if dtype == np.float16 else np.float64)
    return pl.Series(name, values)


def _times(values: np.ndarray, name: str) -> pl.Series:
    """Take numpy's times; polars has no seconds."""
    if np.datetime_data(values.dtype)[0] == "s":
        values = values.astype(f"{values.dtype.kind}8[ms]")
    return pl.Series(name, values)


def _nullable(column: Any, name: str) -> pl.Series:  # noqa: ANN401 - see above
    """Take a column of the dtypes that have a mask, such as Int64, boolean, or those that hold Arrow arrays."""
    gaps = column.isna().to_numpy()
    kind = str(column.dtype).lower().partition("[")[0]
    if not kind.startswith(("int", "uint", "float", "bool", "double")):
        return _objects(column.astype(object), name)
    whole = kind.startswith(("int", "uint"))
    plain = "bool" if kind.startswith("bool") else kind if whole else "float32" if kind == "float32" else "float64"
    values = column.fillna(False if plain == "bool" else 0).to_numpy(dtype=plain)
    return pl.select(pl.when(~pl.lit(pl.Series(gaps))).then(pl.lit(pl.Series(values))).alias(name)).to_series()


def _objects(column: Any, name: str) -> pl.Series:  # noqa: ANN401 - see above
    import pandas as pd  # noqa: PLC0415 - see above

    gaps = column.isna().to_numpy()
    values = [None if gap else value for gap, value in zip(gaps, column.tolist(), strict=True)]
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float} and all(_fits(value) for value in values if isinstance(value, int)):
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    if kinds <= {str}:
        return _texts(name, values)
    for kind in sorted(kinds & {list, tuple, dict, set, bytes, complex, np.ndarray}, key=str):
        _refuse(name, kind.__name__)
    if len(kinds) == 1 and (kinds != {Decimal} or _fit(values)):
        values = [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in values]
        try:
            held = pl.Series(name, values)
        except (pl.exceptions.PolarsError, TypeError, OverflowError):
            held = pl.Series(name, [], dtype=pl.Object)
        if held.dtype != pl.Object:  # else some kind that polars does not hold: by its text
            return held
    return _texts(name, values)


def _refuse(name: str, kind: str) -> NoReturn:
    msg = f"Column {name!r} holds {kind} values, not single ones. Spread it over several columns, or drop it."
    raise InputError(msg)


def _fit(decimals: Sequence[Decimal | None]) -> bool:
    """Tell whether polars can hold all of them in one dtype: it panics over infinities."""
    known = [value for value in decimals if value is not None]
    if not all(value.is_finite() for value in known):
        return False
    places = max((-int(value.as_tuple().exponent) for value in known), default=0)
    return max(places, 0) + max((value.adjusted() + 1 for value in known), default=0) <= LONGEST_DECIMAL


def _texts(name: str, values: Sequence[object]) -> pl.Series:
    """Take values by their text."""
    texts = [None if value is None else str(value) for value in values]
    try:
        return pl.Series(name, texts, dtype=pl.String)
    except UnicodeEncodeError:
        row, text = next((i, t) for i, t in enumerate(texts, start=1) if t and not _is_unicode(t))
        msg = (
            f"Column {name!r} holds {text!r}, in which half a character stands alone (row {row:,}). Correct it, or "
            "read the data anew in the right encoding."
        )
        raise InputError(msg) from None


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _fits(whole: int) -> bool:
    """Tell whether a whole number is a float without a change."""
    try:
        return int(float(whole)) == whole
    except OverflowError:
        return False


def _words(column: Any, name: str) -> pl.Series:  # noqa: ANN401 - see above
    gaps = column.isna().to_numpy()
    return _texts(name, [None if gap else value for gap, value in zip(gaps, column.tolist(), strict=True)])


def _leveled(values: pl.Series, dtype: Any, shared: frozenset[str]) -> Any:  # noqa: ANN401 - see above
    """Turn a column into categories, of which only those are listed that may be shown."""
    import pandas as pd  # noqa: PLC0415 - see above

    places = {str(level): i for i, level in enumerate(dtype.categories)}
    shown = shown_levels(list(places), shared, values)
    levels = dtype.categories[[places[level] for level in shown if level in places]]
    made = [level for level in shown if level not in places]
    if made:
        whole = dtype.categories.dtype.kind in "iu" and all(re.fullmatch("-?[0-9]{1,18}", level) for level in made)
        levels = pd.Index([*levels, *(map(int, made) if whole else made)])
    codes = values.cast(pl.String).replace_strict(shown, range(len(shown)), default=-1, return_dtype=pl.Int64)
    return pd.Series(cast("Any", pd.Categorical).from_codes(codes.to_numpy(), levels, dtype.ordered))


def _given(values: pl.Series, dtype: Any, shared: frozenset[str]) -> Any:  # noqa: ANN401, PLR0911 - see above
    """Turn a column into the pandas dtype that it came from."""
    import pandas as pd  # noqa: PLC0415 - see above

    if isinstance(dtype, pd.CategoricalDtype):
        return _leveled(values, dtype, shared)
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy()
        return cast("Any", pd.Series(moments)).dt.tz_localize("UTC").dt.tz_convert(dtype.tz).astype(dtype)
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        return pd.Series(values.to_list(), dtype=object)
    if isinstance(dtype, np.dtype) and not values.null_count():
        return pd.Series(values.to_numpy().astype(dtype))
    if isinstance(dtype, np.dtype) and dtype.kind in "fmM":
        return pd.Series(values.to_numpy()).astype(dtype)
    if isinstance(dtype, np.dtype):
        # Only what was given without gaps is stored so; with gaps, pandas itself would make floats or objects of it.
        return pd.Series(values.to_list())
    plain = pd.Series(values.to_list(), dtype=object)
    if isinstance(dtype, pd.PeriodDtype | pd.IntervalDtype):  # held as text, which may be of no such thing
        try:
            return plain.astype(dtype)
        except (TypeError, ValueError):
            return plain
    return plain.astype(dtype)
