"""Stores what a model is made of in one zip file, of which no part can be changed unnoticed.

Members are ``header.json`` (what it is, and the SHA-256 of the other members), ``header.sha256`` (the header's own),
``state.json`` and ``arrays.bin`` (see :mod:`understudy.store.state`). The same state gives the same bytes.
"""

import hashlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import polars as pl

from understudy import __version__
from understudy.errors import ArtifactError
from understudy.store.state import State, pack, to_json, unpack

__all__ = ["FORMAT", "read", "refusal", "write"]

FORMAT = 1
"""Version of the file format; a reader refuses a higher one."""

# What zipfile, zlib, json and numpy raise on bytes that are not what they should be.
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, TypeError, ValueError)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a constant time stamp: the same state gives the same bytes
_HEADER, _SEAL, _STATE, _ARRAYS = "header.json", "header.sha256", "state.json", "arrays.bin"
_ROOM = 1 << 30  # bytes that any file may unpack to
_DENSEST = 100  # a large file may unpack to so many times its own size


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
    text, arrays = pack(state)
    members = {_ARRAYS: arrays, _STATE: text}
    full = {
        **header,
        "kind": kind,
        "format": FORMAT,
        "understudy": __version__,
        "members": {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    }
    head = to_json(full)
    # What is too large to be unpacked by any reader is not packed either.
    method = zipfile.ZIP_DEFLATED if len(text) + len(arrays) < _ROOM // 2 else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (
            (_HEADER, head),
            (_SEAL, hashlib.sha256(head).hexdigest().encode()),
            *members.items(),
        ):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, method, 6)


def read(path: Path) -> tuple[dict[str, Any], State]:
    """Read the header and the state of ``path``, after checking every hash.

    Raises
    ------
    ArtifactError
        If the file is absent, truncated, edited, not one of ours, or of a newer format.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(path, archive)
            header = _header(path, archive)
            members = {name: archive.read(name) for name in (_ARRAYS, _STATE)}
    except FileNotFoundError as error:
        msg = f"There is no file {str(path)!r}. Make a model with `understudy fit FILE -o {path.name}`."
        raise ArtifactError(msg) from error
    except OSError as error:
        msg = f"{str(path)!r} cannot be read ({error.strerror or error}). Name a model file that you may read."
        raise ArtifactError(msg) from error
    except _BROKEN as error:
        if isinstance(error, ArtifactError):
            raise
        raise refusal(path, "it is truncated, damaged, or no file of Understudy") from error
    for name, content in members.items():
        if hashlib.sha256(content).hexdigest() != header["members"].get(name):
            raise _edited(path, name)
    try:
        return header, unpack(members[_STATE], members[_ARRAYS])
    except (*_BROKEN, pl.exceptions.PolarsError) as error:
        raise _edited(path, _STATE) from error


def refusal(path: Path, reason: str) -> ArtifactError:
    """Build the error for a file that is not what Understudy wrote."""
    return ArtifactError(f"{str(path)!r} cannot be used because {reason}; make it anew with `understudy fit`.")


def _check_sizes(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse a file that would unpack to more than anything that was learned takes; zipfile keeps members to it."""
    size = sum(info.file_size for info in archive.infolist())
    if size > max(_ROOM, _DENSEST * path.stat().st_size):
        raise refusal(path, f"it would unpack to {size / (1 << 30):,.1f} GiB, which no model of its size does")


def _header(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    content = archive.read(_HEADER)
    header = json.loads(content)
    if not isinstance(header, dict) or not isinstance(header["members"], dict):
        raise TypeError
    if int(header["format"]) > FORMAT:
        msg = (
            f"{str(path)!r} was made by understudy {header['understudy']} in format {header['format']}; this is "
            f"{__version__}, which reads formats up to {FORMAT}. Upgrade with: pip install -U understudy"
        )
        raise ArtifactError(msg)
    if archive.read(_SEAL).decode() != hashlib.sha256(content).hexdigest():
        raise _edited(path, _HEADER)
    if extra := set(archive.namelist()) - {_HEADER, _SEAL, _STATE, _ARRAYS}:
        raise _edited(path, min(extra))
    return header


def _edited(path: Path, member: str) -> ArtifactError:
    return refusal(path, f"its part {member!r} was changed after it was written")
