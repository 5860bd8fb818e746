"""Stores what a model is made of: JSON, arrays and frames in one zip file. Never pickle, so reading it runs no code.

Members are ``header.json`` (what it is, and the SHA-256 of every other member), ``header.sha256`` (the header's own),
``state.json`` (the nested JSON values, with references to arrays and frames), ``arrays/*.npy`` and ``frames/*.arrow``.
The same state gives the same bytes.
"""

import hashlib
import io
import json
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import polars as pl

from understudy import __version__
from understudy.errors import ArtifactError

__all__ = ["FORMAT", "State", "read", "write"]

FORMAT = 1
"""Version of the file format; a reader refuses a higher one."""

State: TypeAlias = "dict[str, str | int | float | bool | list[Any] | np.ndarray | pl.DataFrame | State | None]"
"""What can be stored: JSON values, arrays and frames, nested by name."""

# What zipfile, zlib, numpy and json raise on bytes that are not what they should be.
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, TypeError, ValueError)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a constant time stamp: the same state gives the same bytes
_HEADER, _SEAL, _STATE = "header.json", "header.sha256", "state.json"


def write(path: Path, kind: str, header: dict[str, Any], state: State) -> None:
    """Write ``state`` to ``path``, with a ``header`` that can be read without it.

    Parameters
    ----------
    path : pathlib.Path
        File to write; replaced if it exists.
    kind : str
        What the state is of, such as "synthesizer".
    header : dict
        JSON values that say what it is.
    state : State
        JSON values, arrays and frames.

    Raises
    ------
    TypeError
        If the state holds anything else.
    """
    members: dict[str, bytes] = {}
    tree = _flatten(state, members)
    members[_STATE] = _json(tree)
    full = {
        **header,
        "kind": kind,
        "format": FORMAT,
        "understudy": __version__,
        "members": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(members.items())},
    }
    head = _json(full)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (
            (_HEADER, head),
            (_SEAL, hashlib.sha256(head).hexdigest().encode()),
            *sorted(members.items()),
        ):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 6)


def read(path: Path) -> tuple[dict[str, Any], State]:
    """Read the header and the state of ``path``, after checking every hash.

    Raises
    ------
    ArtifactError
        If the file is absent, truncated, edited, not one of ours, or of a newer format.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            header = _header(path, archive)
            members = {name: archive.read(name) for name in header["members"]}
            state = cast("State", json.loads(members[_STATE]))
    except FileNotFoundError as error:
        msg = f"There is no file {str(path)!r}. Make a model with `understudy fit FILE -o {path.name}`."
        raise ArtifactError(msg) from error
    except OSError as error:
        msg = f"{str(path)!r} cannot be read ({error.strerror or error}). Name a model file that you may read."
        raise ArtifactError(msg) from error
    except _BROKEN as error:
        if isinstance(error, ArtifactError):
            raise
        msg = (
            f"{str(path)!r} is no whole Understudy file: it was truncated, edited, or is something else. Make it anew."
        )
        raise ArtifactError(msg) from error
    for name, digest in header["members"].items():
        if hashlib.sha256(members[name]).hexdigest() != digest:
            raise ArtifactError(_edited(path, name))
    try:
        return header, cast("State", _unflatten(state, members))
    except (*_BROKEN, pl.exceptions.PolarsError) as error:
        raise ArtifactError(_edited(path, _STATE)) from error


def _header(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    content = archive.read(_HEADER)
    header = json.loads(content)
    if not isinstance(header, dict):
        raise TypeError
    if int(header["format"]) > FORMAT:
        msg = (
            f"{str(path)!r} was made by understudy {header['understudy']} in format {header['format']}; this is "
            f"{__version__}, which reads formats up to {FORMAT}. Upgrade with: pip install -U understudy"
        )
        raise ArtifactError(msg)
    if archive.read(_SEAL).decode() != hashlib.sha256(content).hexdigest():
        raise ArtifactError(_edited(path, _HEADER))
    if extra := set(archive.namelist()) - {_HEADER, _SEAL, *header["members"]}:
        raise ArtifactError(_edited(path, min(extra)))
    return header


def _edited(path: Path, member: str) -> str:
    return f"{str(path)!r} was changed after it was written: {member!r} is not what was sealed. Make it anew."


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _flatten(value: object, members: dict[str, bytes]) -> object:
    """Give ``value`` as plain JSON; arrays and frames go to ``members`` and leave a reference."""
    match value:
        case np.ndarray():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(value).reshape(value.shape), allow_pickle=False)
            return _refer("array", f"arrays/{len(members)}.npy", buffer, members)
        case pl.DataFrame():
            buffer = io.BytesIO()
            value.rechunk().write_ipc(buffer)
            return _refer("frame", f"frames/{len(members)}.arrow", buffer, members)
        case np.generic():
            return _flatten(value.item(), members)
        case list() | tuple():
            return [_flatten(item, members) for item in cast("list[object]", value)]
        case dict():
            return _flatten_dict(cast("dict[object, object]", value), members)
        case _:
            return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": repr(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    msg = f"A {type(value).__name__} cannot be stored; a state holds JSON values, arrays and frames."
    raise TypeError(msg)


def _flatten_dict(value: dict[object, object], members: dict[str, bytes]) -> object:
    if not all(isinstance(key, str) for key in value):
        msg = f"A state is nested by name, but it has the keys {[k for k in value if not isinstance(k, str)][:3]}."
        raise TypeError(msg)
    items = [[key, _flatten(item, members)] for key, item in value.items()]
    if any(str(key).startswith("$") for key in value):  # a column may well be named "$array"
        return {"$dict": items}
    return {str(key): item for key, item in items}


def _refer(kind: str, name: str, buffer: io.BytesIO, members: dict[str, bytes]) -> dict[str, str]:
    members[name] = buffer.getvalue()
    return {f"${kind}": name}


def _unflatten(value: object, members: dict[str, bytes]) -> object:
    match value:
        case {"$array": str(name)}:
            return np.lib.format.read_array(io.BytesIO(members[name]), allow_pickle=False)
        case {"$frame": str(name)}:
            return pl.read_ipc(io.BytesIO(members[name]))
        case {"$float": str(text)}:
            return float(text)
        case {"$dict": list(items)}:
            return {key: _unflatten(item, members) for key, item in cast("list[tuple[str, object]]", items)}
        case _:
            return _unflatten_nested(value, members)


def _unflatten_nested(value: object, members: dict[str, bytes]) -> object:
    if isinstance(value, dict):
        return {key: _unflatten(item, members) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_unflatten(item, members) for item in cast("list[object]", value)]
    return value
