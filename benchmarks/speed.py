"""Cases about time and memory alone: starting, a million rows, evaluating with a report."""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

from processes import HERE, start
from roster import CONTENDERS
from setup import ensure

__all__ = ["CASES", "measure"]

CASES = ("startup", "scale", "evaluation")
RESULTS = HERE / "results"
_REPEATS = 7
_SCALE_ROWS = 1_000_000
_WARM_ROWS = 20_000


def _wall(command: list[str]) -> float:
    """Median wall seconds of a command, after one run that fills the file cache."""
    seconds = []
    for _ in range(_REPEATS + 1):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[1:])


def _startup(python: Path) -> dict[str, float]:
    bare = _wall([str(python), "-c", "pass"])
    imported = _wall([str(python), "-c", "import understudy"])
    command = _wall([str(python.with_name("understudy")), "--help"])
    return {"import_s": round(imported - bare, 4), "python_s": round(bare, 4), "help_s": round(command, 4)}


def _scale(python: Path, name: str, seed: int, threads: int) -> dict[str, object]:
    folder = RESULTS / "tables" / "large"
    start(python, "contenders/large_table.py", str(folder), str(_SCALE_ROWS), str(seed))
    report, rows = folder / "report.json", folder / "rows.parquet"
    command = [str(folder / "train.parquet"), str(rows), "--schema", str(folder / "schema.json")]
    command += ["--report", str(report), "--rows", str(_SCALE_ROWS), "--seed", str(seed), "--warm", str(_WARM_ROWS)]
    options = [f"--option={text}" for text in CONTENDERS[name].options]
    start(python, "contenders/understudy_library.py", *command, *options, threads=threads)
    rows.unlink()
    return json.loads(report.read_text(encoding="utf-8"))


def _evaluation(python: Path, name: str, seed: int, threads: int) -> dict[str, object]:
    """Evaluate what ``name`` made of Adult's training rows, and let SDMetrics and mostlyai-qa report on the same.

    The comparison has to have run first.
    """
    folder, made = RESULTS / "tables" / "adult", RESULTS / "runs" / "adult" / f"{name}-train.parquet"
    if not made.exists():
        message = f"evaluation needs the rows of {name}: run --tables adult --contenders {name} --parts speed first"
        raise SystemExit(message)
    report = RESULTS / "evaluation.report.json"
    command = [str(folder), str(made), str(report), str(seed)]
    start(python, "contenders/understudy_evaluation.py", *command, threads=threads)
    result = json.loads(report.read_text(encoding="utf-8"))
    start(ensure("reports"), "contenders/reports_library.py", *command, threads=threads)
    return result | {"reports": json.loads(report.read_text(encoding="utf-8"))}


def measure(case: str, names: list[str], arguments: argparse.Namespace) -> None:
    """Measure one of ``CASES`` and keep it in ``results/speed``."""
    python = ensure("understudy")
    folder = RESULTS / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    if case == "startup":
        (folder / "startup.json").write_text(json.dumps(_startup(python), indent=1), encoding="utf-8")
        return
    case_of = _scale if case == "scale" else _evaluation
    for name in names:
        result = case_of(python, name, arguments.seed, arguments.threads)
        (folder / f"{case}-{name}.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
