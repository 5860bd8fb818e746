"""Files and folders that appear whole or not at all.

Work goes into a sibling with a hidden name; only when it is complete and on the disk does it take the name that was
asked for. An error or Ctrl-C leaves what was there before.
"""

import errno
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl

from understudy.errors import ArtifactError, OutputError
from understudy.store import manifest

__all__ = ["check_file", "check_folder", "new_file", "new_folder"]

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_IMPOSSIBLE = {errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL, errno.ENOTEMPTY, errno.ELOOP}
_WINDOWS = {112: errno.ENOSPC, 39: errno.ENOSPC, 5: errno.EACCES} if os.name == "nt" else {}


@contextmanager
def new_folder(target: Path) -> Generator[Path, None, None]:
    """Give a folder to write into that becomes ``target`` when the block ends well.

    Parameters
    ----------
    target : pathlib.Path
        Name of the folder. An empty folder or an earlier bundle there is replaced, nothing else.

    Yields
    ------
    pathlib.Path
        Empty folder beside ``target``.

    Raises
    ------
    OutputError
        If something else is there, the place cannot be written, or the disk is full.
    """
    target = _real(target)
    check_folder(target)
    with _sentences(target, making=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        work = target.with_name(f".{target.name}-{secrets.token_hex(4)}.part")
        work.mkdir()
    try:
        with _sentences(target):
            yield work
            for path in work.rglob("*"):
                _flush(path)
            check_folder(target)
            _take_place(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def new_file(target: Path) -> Generator[Path, None, None]:
    """Give a path to write to that becomes the file ``target`` when the block ends well.

    Yields
    ------
    pathlib.Path
        Path beside ``target``, of the same suffixes.

    Raises
    ------
    OutputError
        If the place cannot be written, or the disk is full.
    """
    check_file(target)
    target = _real(target)
    work = target.with_name(f".{secrets.token_hex(4)}-{target.name}")
    try:
        with _sentences(target, making=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            work.touch()
            if target.exists():  # who may read the file stays as it was
                shutil.copymode(target, work)
        with _sentences(target):
            yield work
            _flush(work)
            work.replace(target)
    finally:
        with suppress(NotADirectoryError):  # where a file stands in place of a folder, there is nothing to remove
            work.unlink(missing_ok=True)


def check_file(target: Path) -> None:
    """Refuse a ``target`` that :func:`new_file` could not make.

    Raises
    ------
    OutputError
        If there is a folder or a device, or a file stands where its folder would be.
    """
    target = _real(target)
    with _sentences(target, making=True):
        if target.is_dir():
            msg = f"{str(target)!r} is a folder. Name a file to write."
            raise OutputError(msg)
        if target.exists() and not target.is_file():  # a device would be replaced, not written to
            msg = f"{str(target)!r} is no ordinary file. Name a file to write."
            raise OutputError(msg)
    above = next((folder for folder in target.parents if folder.exists()), target.parent)
    if not above.is_dir():
        msg = f"{str(target)!r} cannot be written: {str(above)!r} is a file. Name a place inside of a folder."
        raise OutputError(msg)


def _real(target: Path) -> Path:
    """Follow the links to ``target``."""
    if "\0" in str(target):
        msg = f"{str(target)!r} holds a zero character, which no name can. Name another place."
        raise OutputError(msg)
    return Path(os.path.realpath(target))


def check_folder(target: Path) -> None:
    """Refuse a ``target`` that :func:`new_folder` would not replace.

    Raises
    ------
    OutputError
        If there is a file, or a folder with anything in it that an earlier job did not write.
    """
    target = _real(target)
    with _sentences(target):
        there = target.exists()  # a name may be too long even to ask
    if not there:
        return
    if not target.is_dir():
        msg = f"{str(target)!r} is a file. Name a folder with --out."
        raise OutputError(msg)
    with _sentences(target):
        here = Path.cwd()
        if target == here or target in here.parents:
            msg = f"{str(target)!r} holds the folder you are in, so it cannot be replaced. Name another with --out."
            raise OutputError(msg)
        held = {path.name for path in target.iterdir()}
    if not held:
        return
    try:
        ours = {manifest.MANIFEST, *manifest.load(target).outputs}
    except ArtifactError as error:
        msg = f"{str(target)!r} is not empty and holds no earlier result, so it is left alone. Name another with --out."
        raise OutputError(msg) from error
    if foreign := held - ours:
        msg = (
            f"{str(target)!r} holds an earlier result and also {min(foreign)!r}, which is no part of it, so it is left "
            "alone. Move that file, or name another folder with --out."
        )
        raise OutputError(msg)


def _take_place(work: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}-{secrets.token_hex(4)}.old")
    try:
        if target.exists():  # Windows does not rename onto a folder, so the earlier one steps aside first
            target.rename(aside)
        work.rename(target)
    finally:  # whatever happens, Ctrl-C included, one of the two is there, and whole
        if aside.exists() and not target.exists():
            aside.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    _flush(target.parent)


def _flush(path: Path) -> None:
    """Wait until the disk has it; folders can be flushed on POSIX only."""
    if path.is_dir():
        if os.name != "posix":
            return
        handle = os.open(path, os.O_RDONLY)
    else:
        handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _sentences(target: Path, *, making: bool = False) -> Generator[None, None, None]:
    """Say in one sentence what an error of the disk means; others pass, unless they come from ``making`` the place."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        # A writer's own sentence names the hidden place; the disk's error is its cause.
        cause = error.__cause__ if isinstance(error, OutputError) else error
        code = _code(cause) if isinstance(cause, Exception) else 0
        if code in _FULL:
            raise OutputError(_full(target, code)) from error
        if isinstance(error, OutputError):
            raise
        if making or (code in _FORBIDDEN | _IMPOSSIBLE and _concerns(error, target)):
            msg = f"{str(target)!r} cannot be written ({os.strerror(code)}). Name a place that you may write to."
            raise OutputError(msg) from error
        raise


def _full(target: Path, code: int) -> str:
    """Say which disk is full: that of ``target``, or that of the temporary files."""
    place, way_out = repr(str(target)), "name another place"
    with suppress(OSError):  # there may be no folder for temporary files either
        temporary = tempfile.gettempdir()
        if shutil.disk_usage(temporary).free < shutil.disk_usage(target.parent).free:
            place, way_out = f"temporary files in {temporary!r}", "set TMPDIR to another place"
    return f"The disk is full: {place} could not be written ({os.strerror(code)}). Free some space, or {way_out}."


def _code(error: Exception) -> int:
    """Give the system's number of an error; polars passes it on in its text only."""
    number = getattr(error, "errno", None)
    if number is None and (told := re.search(r"\(os error (\d+)\)", str(error))):
        number = _WINDOWS.get(int(told[1]), int(told[1]))
    return number or 0


def _concerns(error: Exception, target: Path) -> bool:
    """Whether the error is about the place of ``target``, not about a file that was being read."""
    name = getattr(error, "filename", None)
    return name is None or str(target.parent) in str(name) or str(name) in str(target)
