"""What every contender's script shares: its command line, its measurements, its report.

A contender is a function ``fit(frame, schema, settings)`` whose result draws rows: ``draw(rows) -> pandas frame``.
Thread pools are pinned from outside through variables; imports are done before the clock starts.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

__all__ = ["Meter", "Settings", "categorical", "integer", "run", "timed"]

Draw = Callable[[int], pd.DataFrame]


@dataclass(frozen=True)
class Settings:
    """What a contender is told besides the rows: a seed, and options by name as the command line gave them."""

    seed: int
    options: dict[str, str] = field(default_factory=dict)


Fit = Callable[[pd.DataFrame, dict[str, Any], Settings], Draw]


def categorical(schema: dict[str, Any]) -> list[str]:
    """Names of the categorical columns."""
    return [name for name, kind in schema["types"].items() if kind == "categorical"]


def integer(schema: dict[str, Any]) -> list[str]:
    """Names of the whole-number columns."""
    return [name for name, kind in schema["types"].items() if kind == "integer"]


class Meter:
    """CPU seconds and peak memory of this process and all its children."""

    def __init__(self) -> None:
        self._self = psutil.Process()
        self.peak = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _tree(self) -> list[psutil.Process]:
        return [self._self, *self._self.children(recursive=True)]

    def _watch(self) -> None:
        while True:
            total = 0
            for process in self._tree():
                try:
                    total += process.memory_info().rss
                except psutil.Error:  # ended between the listing and the look
                    continue
            self.peak = max(self.peak, total)
            time.sleep(0.05)

    def cpu(self) -> float:
        """CPU seconds so far: own, of children that ended, and of children alive."""
        seconds = sum(os.times()[:4])
        for process in self._tree()[1:]:
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            seconds += times.user + times.system
        return seconds


def timed(meter: Meter, work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Do ``work``; what it gave, its wall seconds and its CPU seconds."""
    wall, cpu = time.perf_counter(), meter.cpu()
    result = work()
    return result, round(time.perf_counter() - wall, 3), round(meter.cpu() - cpu, 3)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("train", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--schema", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--rows", type=int, required=True, help="synthetic rows to draw")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--limit", type=int, help="fit on the first LIMIT rows only (a trial)")
    parser.add_argument("--many", type=int, help="also time drawing MANY rows")
    parser.add_argument("--warm", type=int, help="first fit WARM rows (0: all) and draw as many, reported apart")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE")
    return parser.parse_args()


def run(fit: Fit, packages: tuple[str, ...]) -> None:
    """Fit, draw, measure and write rows and report as the command line says."""
    arguments = _arguments()
    meter = Meter()
    schema = json.loads(arguments.schema.read_text(encoding="utf-8"))
    settings = Settings(arguments.seed, dict(text.split("=", 1) for text in arguments.option))
    frame = pd.read_parquet(arguments.train)
    for name in categorical(schema):
        frame[name] = frame[name].astype(object)
    if arguments.limit:
        frame = frame.head(arguments.limit)
    np.random.seed(settings.seed)  # noqa: NPY002  some rivals draw from the global generator
    report: dict[str, Any] = {
        "versions": {"python": platform.python_version()} | {p: importlib.metadata.version(p) for p in packages},
        "seed": settings.seed,
        "options": settings.options,
        "threads": int(os.environ.get("OMP_NUM_THREADS", "0")),
        "fit_rows": len(frame),
        "rows": arguments.rows,
    }
    if arguments.warm is not None:
        few = frame.head(arguments.warm) if arguments.warm else frame
        fit(few, schema, settings)(len(few))
        report["first_run_s"] = round(time.time() - psutil.Process().create_time(), 2)
    draw, report["fit_s"], report["fit_cpu_s"] = timed(meter, lambda: fit(frame, schema, settings))
    rows, report["sample_s"], report["sample_cpu_s"] = timed(meter, lambda: draw(arguments.rows))
    report["peak_rss_mb"] = round(meter.peak / 2**20)
    if arguments.many:
        _, seconds, cpu = timed(meter, lambda: draw(arguments.many))
        report["many"] = {
            "rows": arguments.many,
            "s": seconds,
            "cpu_s": cpu,
            "rows_per_s": round(arguments.many / seconds),
        }
    rows = rows[list(schema["types"])]
    for name in categorical(schema):
        rows[name] = rows[name].astype(object).map(str)
    rows.to_parquet(arguments.out, index=False)
    arguments.report.write_text(json.dumps(report, indent=1), encoding="utf-8")
