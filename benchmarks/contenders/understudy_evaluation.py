"""Seconds that Understudy takes to evaluate synthetic rows and write the report.

``understudy_evaluation.py PREPARED SYNTHETIC.parquet REPORT.json SEED``
"""

import json
import sys
import tempfile
from pathlib import Path

import harness
import pandas as pd

import understudy as us

_FEW = 1_000  # rows of the first evaluation, which compiles


def main() -> None:
    """Read the command line, evaluate, write the seconds."""
    prepared, synthetic, out, seed = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    target = json.loads((prepared / "schema.json").read_text(encoding="utf-8"))["target"]
    real, holdout, rows = (
        pd.read_parquet(p) for p in (prepared / "train.parquet", prepared / "test.parquet", synthetic)
    )
    meter = harness.Meter()

    def evaluate(most: int | None = None) -> int:
        report = us.evaluate(real=real[:most], holdout=holdout[:most], synthetic=rows[:most], target=target, seed=seed)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.html"
            report.to_html(path)
            return path.stat().st_size

    _, first, first_cpu = harness.timed(meter, lambda: evaluate(_FEW))
    size, seconds, cpu = harness.timed(meter, evaluate)
    result = {"first_s": first, "first_cpu_s": first_cpu, "s": seconds, "cpu_s": cpu}
    result |= {"peak_rss_mb": round(meter.peak / 2**20), "report_bytes": size, "seed": seed}
    out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
