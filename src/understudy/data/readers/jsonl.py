"""Reads JSON lines: one object a line, packed or not."""

import io
import json
import re
from math import isfinite
from pathlib import Path
from typing import ClassVar, cast

import polars as pl

from understudy.data.raw import Raw
from understudy.data.readers._file import check, open_bytes, refuse_binary
from understudy.data.reporter import Reporter
from understudy.errors import InputError
from understudy.schema.layout import Layout
from understudy.schema.spec import Spec

__all__ = ["Jsonl"]

OTHERS = r"^(-?\d.*|true|false)$"
MIXED = "Give each field values of one kind (numbers, true and false, or text), and numbers of at most 38 digits."


class Jsonl(Spec):
    """JSON lines."""

    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

    missing: tuple[str, ...] | None = None
    """Markers that stand for a missing value in columns of text, beside null; empty: they are found."""

    def read(self, path: Path, run: Reporter) -> Raw:
        """Read the file.

        Raises
        ------
        InputError
            If it is absent, empty, not text, or some line is not an object.
        """
        check(path)
        try:
            with open_bytes(path) as file:
                data = file.read()
        except (OSError, EOFError) as error:
            msg = f"{path} cannot be unpacked: {error}. The file is damaged or was cut off; fetch it anew."
            raise InputError(msg) from error
        refuse_binary(path, data[: 1 << 16])
        data = data.removeprefix(b"\xef\xbb\xbf")
        try:
            rows = pl.read_ndjson(io.BytesIO(data), infer_schema_length=None)
        except (pl.exceptions.PolarsError, RuntimeError) as error:
            rows = _read_carefully(path, data)
            if rows is not None:
                return Raw((rows,), Layout(medium="jsonl"), self.missing)
            msg = f"{path} cannot be read as JSON lines: {str(error).splitlines()[0].rstrip('.')}. {MIXED}"
            raise InputError(msg) from error
        if not rows.height or not rows.width:
            msg = f"{path} holds no rows. Give one JSON object on each line."
            raise InputError(msg)
        for name in rows.columns:
            if rows[name].dtype == pl.String and _holds_others(rows[name], data):
                run.find(
                    "jsonl.mixed",
                    f"Field {name!r} holds words beside numbers or truth values; all are read, and written, as words.",
                    "repair",
                )
        return Raw((rows,), Layout(medium="jsonl"), self.missing)


def _holds_others(texts: pl.Series, data: bytes) -> bool:
    """Tell whether a field that is read as text is, on some line, a number, true or false."""
    if not texts.str.contains(OTHERS).any():
        return False
    names = "|".join({re.escape(json.dumps(texts.name)), re.escape(json.dumps(texts.name, ensure_ascii=False))})
    for match in re.finditer(rf"(?:{names})\s*:\s*(?:-?\d|true|false)".encode(), data):
        line = data[data.rfind(b"\n", 0, match.start()) + 1 :].partition(b"\n")[0]
        if isinstance(json.loads(line).get(texts.name), int | float):  # not a field of that name inside of another
            return True
    return False


def _read_carefully(path: Path, data: bytes) -> pl.DataFrame | None:
    """Name the first line that is not a JSON object; else give the rows with NaN and Infinity, as Python writes them.

    Gives None where it is something else that cannot be read.
    """
    objects: list[dict[str, object]] = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            msg = f"Line {number} of {path} is not JSON ({error}). Give one JSON object on each line."
            raise InputError(msg) from error
        except ValueError as error:  # Python's limit on the digits of a whole number
            msg = f"Line {number} of {path} holds a number of too many digits. {MIXED}"
            raise InputError(msg) from error
        except RecursionError as error:
            msg = f"Line {number} of {path} is nested too deeply. Give objects of single values."
            raise InputError(msg) from error
        if not isinstance(value, dict):
            msg = f"Line {number} of {path} is a JSON {type(value).__name__}, not an object. Give an object."
            raise InputError(msg)
        objects.append(cast("dict[str, object]", value))
    floats = [isinstance(value, float) and not isfinite(value) for each in objects for value in each.values()]
    if not any(floats):
        return None
    try:
        return pl.from_dicts(objects, infer_schema_length=None)
    except (pl.exceptions.PolarsError, TypeError, OverflowError, UnicodeEncodeError):
        return None
