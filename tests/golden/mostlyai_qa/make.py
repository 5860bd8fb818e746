"""Make the two tables beside this file, and what mostlyai-qa says of them.

Needs an environment of its own with ``mostlyai-qa`` (1.10.11 gave the numbers). Run it by its path.
The golden numbers cannot see ties between levels, which mostlyai-qa breaks at random; none are in these tables.
"""

import json
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
LEVELS = [f"level {i}" for i in range(25)]


def drawn(seed: int, n: int, shift: float) -> pd.DataFrame:
    """Draw a table with every kind of column, a tenth of the values missing."""
    rng = np.random.default_rng(seed)
    x = rng.normal(10 + shift, 3, n)
    rows = pd.DataFrame(
        {
            "normal": x.round(4),
            "few": rng.integers(0, 7, n),
            "skewed": np.where(rng.random(n) < 0.85, 0.0, np.exp(x / 4).round(2)),
            "level": [LEVELS[min(int(v), 24)] for v in rng.exponential(6, n)],
            "above": np.where(x > 10, "yes", "no"),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta((x * 20).astype(int), unit="D"),
        }
    )
    return rows.mask(rng.random(rows.shape) < 0.1).assign(few=lambda t: t["few"].astype("Int64"))


def without_ties(rows: pd.DataFrame) -> pd.DataFrame:
    """Drop rows until no two levels are equally frequent."""
    while (counts := rows["level"].value_counts())[counts.duplicated()].any():
        twin = counts.index[counts.duplicated()][0]
        rows = rows.drop(rows.index[rows["level"] == twin][0])
    return rows.reset_index(drop=True)


def main() -> None:
    """Write tables and numbers."""
    from mostlyai import qa  # noqa: PLC0415 - not installed where the tests run

    real, synthetic = without_ties(drawn(1, 500, 0.0)), drawn(2, 350, 1.0)
    real.to_csv(HERE / "real.csv", index=False)
    synthetic.to_csv(HERE / "synthetic.csv", index=False)
    with TemporaryDirectory() as folder:
        _, found = qa.report(syn_tgt_data=synthetic, trn_tgt_data=real, report_path=f"{folder}/report.html")
    accuracy = {name: value for name, value in found.accuracy.model_dump().items() if value is not None}
    numbers = {"mostlyai-qa": version("mostlyai-qa"), "accuracy": accuracy}
    (HERE / "expected.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
