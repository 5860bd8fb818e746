"""Seconds that SDMetrics' quality report and mostlyai-qa's report take on the same tables.

``reports_library.py PREPARED SYNTHETIC.parquet REPORT.json SEED``
"""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import harness
import pandas as pd
from mostlyai import qa
from sdmetrics.reports import QualityReport


def main() -> None:
    """Read the command line, make both reports, write the seconds."""
    prepared, synthetic, out, seed = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    types = json.loads((prepared / "schema.json").read_text(encoding="utf-8"))["types"]
    real, holdout, rows = (
        pd.read_parquet(p) for p in (prepared / "train.parquet", prepared / "test.parquet", synthetic)
    )
    meter = harness.Meter()
    result: dict[str, object] = {"seed": seed}

    def quality() -> float:
        columns = {name: {"sdtype": kind if kind == "categorical" else "numerical"} for name, kind in types.items()}
        report = QualityReport()
        report.generate({"t": real}, {"t": rows}, {"tables": {"t": {"columns": columns}}}, verbose=False)
        return report.get_score()

    def accuracy() -> float:
        with tempfile.TemporaryDirectory() as folder:
            _, found = qa.report(
                syn_tgt_data=rows, trn_tgt_data=real, hol_tgt_data=holdout, report_path=f"{folder}/report.html"
            )
        return found.accuracy.overall

    for name, make in (("sdmetrics", quality), ("mostlyai_qa", accuracy)):
        score, seconds, cpu = harness.timed(meter, make)
        result |= {f"{name}_score": score, f"{name}_s": seconds, f"{name}_cpu_s": cpu}
    result |= {
        "peak_rss_mb": round(meter.peak / 2**20),
        "versions": {p: version(p) for p in ("sdmetrics", "mostlyai-qa")},
    }
    out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
