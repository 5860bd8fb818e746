"""Understudy's evidence on rows of any contender, and how often its attacks are wrong.

``understudy_evidence.py judge PREPARED SYNTHETIC.parquet OUT.json SEED``
``understudy_evidence.py controls PREPARED RUNS OUT.json SEED``
"""

import json
import sys
from pathlib import Path

import harness
import numpy as np
import pandas as pd

import understudy as us

_TRAINING, _UNSEEN = 6_000, 3_000
_SURE = 0.05


def judge(prepared: Path, synthetic: Path, seed: int) -> dict[str, object]:
    """Evaluate and audit."""
    target = json.loads((prepared / "schema.json").read_text(encoding="utf-8"))["target"]
    frames = {
        "real": pd.read_parquet(prepared / "train.parquet"),
        "holdout": pd.read_parquet(prepared / "test.parquet"),
        "synthetic": pd.read_parquet(synthetic),
    }
    meter = harness.Meter()
    report, evaluate_s, _ = harness.timed(meter, lambda: us.evaluate(**frames, target=target, seed=seed))
    fast, fast_s, _ = harness.timed(meter, lambda: us.audit(**frames, level="fast", seed=seed))
    audit, standard_s, _ = harness.timed(meter, lambda: us.audit(**frames, level="standard", seed=seed))
    attacks = [line for line in audit.audit.lines if line.question == "membership" and ":" not in line.name]
    best = max(attacks, key=lambda line: line.value)
    return {
        "verdict": report.verdict,
        "failed": [gate.name for gate in report.gates if gate.passed is False],
        "audit": audit.verdict,
        "fast": fast.verdict,
        "best": best.name,
        "auc": best.value,
        "leaks": sum(line.leak for line in audit.audit.lines),
        "copied": next(line.value for line in audit.audit.lines if line.name == "ladder"),
        "controls": {control.name: control.text for control in audit.audit.controls},
        "evaluate_s": evaluate_s,
        "fast_s": fast_s,
        "standard_s": standard_s,
        "peak_rss_mb": round(meter.peak / 2**20),
        "seed": seed,
    }


def controls(prepared: Path, runs: int, seed: int) -> dict[str, object]:
    """Attack real rows in the place of synthetic ones, drawn apart from the training rows, many times."""
    rows = pd.concat([pd.read_parquet(prepared / f"{part}.parquet") for part in ("train", "test")], ignore_index=True)
    schema = us.infer(rows).schema
    found = dict.fromkeys(("measurable", "failed", "alarms", "missed"), 0)
    for run in range(runs):
        order = np.random.default_rng([seed, run]).permutation(len(rows))
        cuts = np.split(order, [_TRAINING, _TRAINING + _UNSEEN, 2 * _TRAINING + _UNSEEN])
        real, holdout, synthetic = (rows.iloc[cut].reset_index(drop=True) for cut in cuts[:3])
        audit = us.audit(
            real=real, holdout=holdout, synthetic=synthetic, level="fast", schema=schema, seed=seed + run
        ).audit
        attacks = [line for line in audit.lines if line.question == "membership"]
        found["measurable"] += any(line.p < _SURE for line in attacks)
        found["failed"] += audit.verdict == "failed"
        found["alarms"] += not next(control.seen for control in audit.controls if control.name == "null")
        found["missed"] += not next(control.seen for control in audit.controls if control.name == "resampled")
    return {**found, "runs": runs, "rows": _TRAINING, "unseen": _UNSEEN, "seed": seed}


def main() -> None:
    """Read the command line, measure, write."""
    what, prepared, subject, out, seed = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), sys.argv[5]
    found = (
        judge(prepared, Path(subject), int(seed)) if what == "judge" else controls(prepared, int(subject), int(seed))
    )
    out.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
