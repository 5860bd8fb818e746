"""A schema as a YAML file that a person can read, with the evidence for each guess, and edit."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from understudy.errors import InputError
from understudy.pipeline import document
from understudy.schema.table import TableSchema

__all__ = ["dump", "hash_schema", "load"]


def dump(schema: TableSchema, evidence: Mapping[str, Sequence[str]] | None = None, notes: Sequence[str] = ()) -> str:
    """Write ``schema`` as YAML: one line per column, the ``evidence`` above it in comments; ``notes`` on the layout."""
    values: dict[str, Any] = {
        "columns": {
            name: {"kind": column.kind, **column.model_dump(mode="json", exclude_defaults=True)}
            for name, column in schema.columns.items()
        },
        "primary_key": schema.primary_key,
        "entity": schema.entity,
        "layout": {"medium": schema.layout.medium, **schema.layout.model_dump(mode="json", exclude_defaults=True)},
    }
    comments: dict[tuple[str, ...], Sequence[str]] = {
        ("columns",): ["What each column means. Edit any line; `understudy run FILE --schema THIS` obeys it."],
        ("primary_key",): ["Column whose values name the rows, or null."],
        ("entity",): ["Column that says which person or thing a row belongs to, or null; its rows are never split."],
        ("layout",): ["How the source writes its rows down; synthetic rows are written the same way.", *notes],
    }
    comments |= {("columns", name): texts for name, texts in (evidence or {}).items()}
    return document.dump(values, comments)


def load(path: Path) -> TableSchema:
    """Read a schema.

    Raises
    ------
    InputError
        If it cannot be read, is no schema (names the line), or has no column.
    """
    schema = document.load(path, TableSchema, "schema")
    if not schema.columns:
        msg = f"The schema {str(path)!r} names no column. Make one with `understudy infer FILE -o {path.name}`."
        raise InputError(msg)
    return schema


def hash_schema(schema: TableSchema) -> str:
    """Hash what a schema says, whatever the file looks like."""
    text = json.dumps(schema.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
