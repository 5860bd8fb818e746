"""Score one synthetic table. Runs in the judge's environment.

    judge.py PREPARED SYNTHETIC.parquet --half HALF.parquet --parts fidelity,privacy --out SCORES.json

PREPARED is a folder that ``tables.py`` wrote. Instead of a file, SYNTHETIC may be ``bootstrap`` (the training rows
drawn again), ``copy`` (the training rows) or ``test`` (the unseen rows): real data in the place of synthetic. ``test``
is the honest ceiling and is judged on shape, trend and detection alone, against as many training rows.
"""

import argparse
import dataclasses
import importlib.metadata
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from judging import detection, fidelity, privacy, published, rules, utility
from judging.case import Case, load

__all__ = ["PARTS"]

_PACKAGES = ("xgboost-cpu", "lightgbm", "scikit-learn", "sdmetrics", "numpy", "pandas")


def _parts(threads: int) -> dict[str, dict[str, Callable[[Case], dict[str, Any]]]]:
    return {
        "fidelity": {
            "shape": fidelity.shape,
            "trend": fidelity.trend,
            "detection": lambda case: detection.detection(case, threads),
            "detection_holdout": lambda case: detection.detection_holdout(case, threads),
        },
        "utility": {"utility": lambda case: utility.utility(case, threads)},
        "privacy": {
            "copies": privacy.copies,
            "membership": privacy.membership,
            "closeness": privacy.closeness,
            "membership_half": privacy.membership_half,
        },
        "rules": {"rules": rules.rules},
        "published": {"published": published.published},
    }


PARTS = tuple(_parts(1))


def _stand_in(prepared: Path, kind: str) -> Case:
    """Real rows in the place of synthetic ones. With ``test``, an equal number of training rows is judged against."""
    case = load(prepared, prepared / "train.parquet", prepared / "dcr_train.parquet")
    rng = np.random.default_rng(0)

    def again(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.iloc[rng.integers(0, len(frame), len(frame))].reset_index(drop=True)

    if kind == "bootstrap":
        return dataclasses.replace(case, synthetic=again(case.train), half_synthetic=again(case.half_train))
    if kind == "test":
        train = case.train.iloc[rng.permutation(len(case.train))[: len(case.test)]].reset_index(drop=True)
        return dataclasses.replace(case, train=train, synthetic=case.test, half_synthetic=None)
    return case


def judge(case: Case, parts: list[str], threads: int, only: frozenset[str] | None = None) -> dict[str, Any]:
    """Take all scores of ``parts`` (of them, those named in ``only``), each with its seconds."""
    scores: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for part in parts:
        for name, measure in _parts(threads)[part].items():
            if only and name not in only:
                continue
            start = time.perf_counter()
            scores |= measure(case)
            seconds[name] = round(time.perf_counter() - start, 2)
    versions = {"python": platform.python_version()} | {p: importlib.metadata.version(p) for p in _PACKAGES}
    return {
        "scores": scores,
        "judge_seconds": seconds,
        "judge_versions": versions,
        "synthetic_rows": len(case.synthetic),
    }


def main() -> None:
    """Read the command line, judge, write."""
    parser = argparse.ArgumentParser(description="Score one synthetic table.")
    parser.add_argument("prepared", type=Path)
    parser.add_argument("synthetic")
    parser.add_argument("--half", type=Path, help="synthetic rows of a model of the half dcr_train")
    parser.add_argument("--other-half", type=Path, help="synthetic rows of a model of the half dcr_test")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    only = None
    if arguments.synthetic in ("bootstrap", "copy", "test"):
        only = frozenset({"shape", "trend", "detection"}) if arguments.synthetic == "test" else None
        case = _stand_in(arguments.prepared, arguments.synthetic)
    else:
        case = load(arguments.prepared, Path(arguments.synthetic), arguments.half, arguments.other_half)
    result = judge(case, [part for part in arguments.parts.split(",") if part], arguments.threads, only)
    arguments.out.write_text(json.dumps(result, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
