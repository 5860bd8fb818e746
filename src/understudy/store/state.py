"""What a fitted thing is made of, as JSON and the bytes of its arrays, and back. No pickle: reading it runs no code."""

import io
import json
import math
import re
from typing import Any, TypeAlias, cast

import numpy as np
import polars as pl

from understudy.data.storage import dtype_named, name_of

__all__ = ["State", "pack", "to_json", "unpack"]

State: TypeAlias = "dict[str, str | int | float | bool | list[Any] | np.ndarray | pl.DataFrame | State | None]"
"""What a fitted thing is made of: JSON values, arrays and frames, nested by name. Nothing else can be stored."""

_KINDS = re.compile(r"[<|][biufU]\d+")  # of arrays: no objects, which only pickle could store, and no structures
_HELD = re.compile("Boolean|Int64|Float64|String|Datetime|Duration")  # of the columns of frames: what rows are held in


def pack(state: State) -> tuple[bytes, bytes]:
    """Give ``state`` as JSON, and the bytes of its arrays, one after the other.

    An array is ``{"$array": [dtype, shape]}`` there, its bytes, little-endian and in C order, follow those of the array
    before; a frame is ``{"$frame": [[name, dtype, values], ...]}``: Arrow's own format cannot be read from just
    anybody, as its readers trust what they read.

    Raises
    ------
    TypeError
        If the state holds anything that is neither a JSON value, nor an array or a frame of plain values.
    """
    arrays = io.BytesIO()
    return to_json(_flatten(state, arrays)), arrays.getvalue()


def unpack(text: bytes, arrays: bytes) -> State:
    """Give the state that :func:`pack` made ``text`` and ``arrays`` of.

    Raises
    ------
    EOFError, KeyError, RecursionError, TypeError, ValueError, polars.exceptions.PolarsError
        If it did not.
    """
    return cast("State", _unflatten(json.loads(text), io.BytesIO(arrays)))


def to_json(value: object) -> bytes:
    """Give JSON as short as can be."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _flatten(value: object, arrays: io.BytesIO) -> object:
    match value:
        case np.ndarray():
            return {"$array": _bytes_of(value, arrays)}
        case pl.DataFrame():
            return {"$frame": [_column(series) for series in value]}
        case np.generic():
            return _flatten(value.item(), arrays)
        case list() | tuple():
            return [_flatten(item, arrays) for item in cast("list[object]", value)]
        case dict():
            return _flatten_dict(cast("dict[object, object]", value), arrays)
        case _:
            return _plain(value)


def _bytes_of(array: np.ndarray, arrays: io.BytesIO) -> list[object]:
    held = array.astype(array.dtype.newbyteorder("<"), order="C")
    if not _KINDS.fullmatch(held.dtype.str):
        msg = f"An array of {array.dtype} cannot be stored; a state holds arrays of truths, numbers and texts."
        raise TypeError(msg)
    arrays.write(held.tobytes())
    return [held.dtype.str, list(array.shape)]


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": repr(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    msg = f"A {type(value).__name__} cannot be stored; a state holds JSON values, arrays and frames."
    raise TypeError(msg)


def _flatten_dict(value: dict[object, object], arrays: io.BytesIO) -> object:
    if not all(isinstance(key, str) for key in value):
        msg = f"A state is nested by name, but it has the keys {[k for k in value if not isinstance(k, str)][:3]}."
        raise TypeError(msg)
    items = [[key, _flatten(item, arrays)] for key, item in value.items()]
    if any(str(key).startswith("$") for key in value):  # a column may well be named "$array"
        return {"$dict": items}
    return {str(key): item for key, item in items}


def _column(values: pl.Series) -> list[object]:
    if not _HELD.match(str(values.dtype)):
        msg = f"A column of {values.dtype} cannot be stored; a state holds frames of {_HELD.pattern}."
        raise TypeError(msg)
    plain = values.to_physical() if values.dtype.is_temporal() else values
    return [values.name, name_of(values.dtype), [_plain(value) for value in plain.to_list()]]


def _unflatten(value: object, arrays: io.BytesIO) -> object:
    match value:
        case {"$array": [str(dtype), list(shape)]}:
            return _array(dtype, cast("list[object]", shape), arrays)
        case {"$frame": list(columns)}:
            return pl.DataFrame({name: _series(*rest) for name, *rest in cast("list[tuple[str, str, Any]]", columns)})
        case {"$float": str(text)}:
            return float(text)
        case {"$dict": list(items)}:
            return {key: _unflatten(item, arrays) for key, item in cast("list[tuple[str, object]]", items)}
        case _:
            return _unflatten_nested(value, arrays)


def _unflatten_nested(value: object, arrays: io.BytesIO) -> object:
    if isinstance(value, dict):
        named = cast("dict[str, object]", value)
        if any(name.startswith("$") for name in named):
            raise TypeError
        return {name: _unflatten(item, arrays) for name, item in named.items()}
    if isinstance(value, list):
        return [_unflatten(item, arrays) for item in cast("list[object]", value)]
    return value


def _array(spelled: str, shape: list[object], arrays: io.BytesIO) -> np.ndarray:
    lengths = [n for n in shape if isinstance(n, int) and n >= 0]
    if not _KINDS.fullmatch(spelled) or len(lengths) < len(shape):
        raise TypeError
    dtype = np.dtype(spelled)
    size = math.prod(lengths) * dtype.itemsize
    if size > arrays.getbuffer().nbytes:
        raise EOFError
    return np.frombuffer(arrays.read(size), dtype).reshape(lengths).astype(dtype.newbyteorder("="))


def _series(spelled: str, values: object) -> pl.Series:
    if not _HELD.match(spelled) or not isinstance(values, list):
        raise TypeError
    dtype = dtype_named(spelled)
    plain = pl.Int64() if dtype.is_temporal() else dtype
    return pl.Series([_unflatten(value, io.BytesIO()) for value in cast("list[object]", values)], dtype=plain).cast(
        dtype
    )
