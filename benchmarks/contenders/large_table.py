"""A generated table of any length: 12 numbers and 8 categories that depend on three hidden factors.

``large_table.py FOLDER ROWS SEED`` writes ``train.parquet`` and ``schema.json``. Nothing in it is real.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

_SPIKE_BELOW = 0.3
"""Where a column with a spike leaves zero."""


def generate(rows: int, seed: int) -> tuple[pd.DataFrame, dict[str, str]]:
    """Rows, and the kind of each column: heavy tails, whole numbers, spikes at zero, 2 to 60 categories."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(rows, 3))
    columns: dict[str, np.ndarray] = {}
    kinds: dict[str, str] = {}
    for j in range(12):
        base = hidden @ rng.normal(size=3) + 0.7 * rng.normal(size=rows)
        kind = "integer" if j % 3 == 1 else "float"
        if j % 3 == 0:
            values = base.round(4)
        elif j % 3 == 1:
            values = np.floor(np.exp(0.5 * base) * 20).astype("int64")
        else:
            values = np.where(base > _SPIKE_BELOW, np.exp(base).round(2), 0.0)
        columns[f"number_{j}"], kinds[f"number_{j}"] = values, kind
    for j, size in enumerate((2, 3, 5, 8, 12, 20, 40, 60)):
        score = hidden @ rng.normal(size=3) + rng.normal(size=rows)
        cuts = np.sort(rng.normal(size=size - 1)) * 1.5
        names = np.array([f"c{k:02d}" for k in rng.permutation(size)], dtype=object)
        columns[f"category_{j}"], kinds[f"category_{j}"] = names[np.searchsorted(cuts, score)], "categorical"
    return pd.DataFrame(columns), kinds


def main() -> None:
    """Read the command line and write."""
    folder, rows, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    frame, kinds = generate(rows, seed)
    frame.to_parquet(folder / "train.parquet", index=False)
    schema = {"types": kinds, "target": "category_0", "task": "binclass", "rows": {"train": rows}}
    (folder / "schema.json").write_text(json.dumps(schema, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
