"""Real tables in their published splits, as Parquet with one schema that every contender is given.

Runs in the judge's environment: ``tables.py adult OUT`` writes ``train``, ``test``, ``dcr_train`` and ``dcr_test`` as
``OUT/*.parquet`` and ``OUT/schema.json``. Categories are text, whole-number columns int64, other numbers float64.
"""

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["data_folder", "prepare", "read_schema", "tidy"]

SPLITS = ("train", "test", "dcr_train", "dcr_test")


def data_folder() -> Path:
    """Folder of the real tables: the variable UNDERSTUDY_DATA, else ``../shared/data`` beside the project."""
    return Path(os.environ.get("UNDERSTUDY_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def read_schema(folder: Path) -> dict[str, Any]:
    """Read the schema of a prepared table: ``types`` of columns (categorical, integer, float), ``target``, ``task``."""
    return json.loads((folder / "schema.json").read_text(encoding="utf-8"))


def _text(values: pd.Series) -> pd.Series:
    """One spelling per category: 1, 1.0, "1" and "1.0" are the same."""
    if values.dtype.kind in "iub":
        return values.astype(str).astype(object)
    if values.dtype.kind == "f" and (values % 1 == 0).all():
        return values.astype("int64").astype(str).astype(object)
    return values.astype(object).map(str).str.replace(r"^(-?\d+)\.0$", r"\1", regex=True).astype(object)


def tidy(frame: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """Columns of ``types`` in their order and kinds, whatever dtypes a contender handed back."""
    columns = {}
    for name, kind in types.items():
        values = pd.Series(np.asarray(frame[name]))
        if kind == "categorical":
            columns[name] = _text(values)
            continue
        values = pd.to_numeric(values)
        columns[name] = values.round().astype("int64") if kind == "integer" and not values.isna().any() else values
    return pd.DataFrame(columns)


def _source(folder: Path, split: str) -> Path:
    for suffix in (".csv.gz", ".csv"):
        if (path := folder / f"{split}{suffix}").exists():
            return path
    message = f"{folder} has no {split}.csv or {split}.csv.gz; get the table's published split first"
    raise SystemExit(message)


def _kind(values: pd.Series) -> str:
    return "integer" if values.dtype.kind == "i" else "float"


def prepare(table: str, out: Path) -> None:
    """Write the splits and the schema of ``table`` into ``out``."""
    folder = data_folder() / "tabular" / table
    if not folder.exists():
        message = f"the table {table} is not in {folder.parent}; set UNDERSTUDY_DATA to the folder of tabular/{table}"
        raise SystemExit(message)
    info = json.loads((folder / "info.json").read_text(encoding="utf-8"))
    sources = {split: _source(folder, split) for split in SPLITS}
    frames = {s: pd.read_csv(path, keep_default_na=False, low_memory=False) for s, path in sources.items()}
    numbers = {*info["num"], *([info["target"]] if info["task"] == "regression" else [])}
    types = {name: _kind(frames["train"][name]) if name in numbers else "categorical" for name in info["columns"]}
    out.mkdir(parents=True, exist_ok=True)
    for split, frame in frames.items():
        tidy(frame, types).to_parquet(out / f"{split}.parquet", index=False)
    schema = {
        "types": types,
        "target": info["target"],
        "task": info["task"],
        "rows": {split: len(frame) for split, frame in frames.items()},
        "sha256": {split: hashlib.sha256(path.read_bytes()).hexdigest() for split, path in sources.items()},
    }
    (out / "schema.json").write_text(json.dumps(schema, indent=1), encoding="utf-8")


if __name__ == "__main__":
    prepare(sys.argv[1], Path(sys.argv[2]))
