"""Measured results as text: the comparison with ratios, and the table of what must be reached.

python benchmarks/render.py            print
python benchmarks/render.py --write    put it into benchmarks/README.md
"""

import json
import sys
from typing import Any

import targets
from processes import HERE
from roster import CONTENDERS

__all__ = ["report", "write"]

RESULTS = HERE / "results"
BEGIN, END = "<!-- results: begin (written by render.py) -->", "<!-- results: end -->"
_COLUMNS = (
    "contender", "CPU-s", "ratio", "wall s", "peak MB", "detection", "against unseen", "shape err %", "trend err %",
    "in common bins", "utility gap", "closer to train", "copies (natural) %", "membership (upper)", "rules broken %",
)  # fmt: skip


def load(table: str) -> dict[str, dict[str, Any]]:
    """Read what has been measured on ``table``, by contender."""
    found = {}
    for name in [*CONTENDERS, "real_test", "real_bootstrap"]:
        path = RESULTS / "runs" / table / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text(encoding="utf-8"))
    return found


def scores(result: dict[str, Any]) -> dict[str, Any]:
    """All of the judge's scores of one result in one place."""
    return {name: value for part in result.get("judged", {}).values() for name, value in part["scores"].items()}


def cpu(result: dict[str, Any]) -> float | None:
    """CPU seconds of fitting and drawing."""
    run = result.get("train")
    return run["fit_cpu_s"] + run["sample_cpu_s"] if run else None


def _number(value: float | None, form: str = ".3f") -> str:
    return "" if value is None else format(value, form)


def _percent(value: float | None) -> str:
    return "" if value is None else format(100 * value, ".2f")


def _row(name: str, result: dict[str, Any], base: float | None) -> list[str]:
    run, score = result.get("train"), scores(result)
    seconds = cpu(result)
    row = [name, _number(seconds, ".1f"), f"{seconds / base:.1f}" if seconds and base else ""]
    row += [_number(run["fit_s"] + run["sample_s"], ".1f"), str(run["peak_rss_mb"])] if run else ["", ""]
    row += [_number(score.get(key)) for key in ("detection", "detection_holdout")]
    row += [_number(score.get(key), ".2f") for key in ("shape_error", "trend_error", "trend_error_common")]
    row += [_number(score.get("utility_gap"), ".4f"), _number(score.get("closer_share"))]
    copied, natural = score.get("copies"), score.get("copies_natural")
    row.append("" if copied is None else f"{_percent(copied)} ({_percent(natural)})")
    area, upper = score.get("membership_auc"), score.get("membership_upper")
    row.append("" if area is None else f"{area:.3f} ({upper:.3f})")
    return [*row, _percent(score.get("rules_broken"))]


def comparison(table: str, names: tuple[str, ...]) -> str:
    """Markdown of one table: a row per contender, CPU seconds also as a ratio to the first of them measured."""
    found = {name: result for name, result in load(table).items() if name in names or name.startswith("real_")}
    if not any(name in found for name in names):
        return f"### {table}\n\nnot yet measured\n"
    first = next((found[name] for name in names if name in found and cpu(found[name])), None)
    base = cpu(first) if first else None
    rows = [_row(name, found[name], base) for name in [*names, "real_test", "real_bootstrap"] if name in found]
    lines = [f"### {table}", "", "| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    failed = [f"{name}: {found[name]['failed']}" for name in found if found[name].get("failed")]
    lines += ["", *failed] if failed else []
    return "\n".join(lines) + "\n"


def conditions(tables: tuple[str, ...]) -> str:
    """Versions, seeds and data of what is shown."""
    lines = []
    for name in CONTENDERS:
        for table in tables:
            if run := load(table).get(name, {}).get("train"):
                versions = ", ".join(f"{package} {version}" for package, version in run["versions"].items())
                lines.append(f"- {name}: seed {run['seed']}, {run['threads']} threads; {versions}")
                break
    hashes = {table: result["key"]["data_sha256"] for table in tables for result in load(table).values()}
    lines += [f"- {table}: sha256 of the training rows' file {known['train'][:16]}" for table, known in hashes.items()]
    return "\n".join(lines) + "\n"


def report(tables: tuple[str, ...], names: tuple[str, ...]) -> str:
    """Give the comparison on ``tables`` and the targets, as Markdown."""
    parts = [targets.table({name: load(name) for name in targets.TABLES})]
    parts += [comparison(table, names) for table in tables]
    return "\n".join([*parts, conditions(tables)])


def write() -> None:
    """Put everything measured into the README, between its two marks."""
    path = HERE / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = report(targets.TABLES, tuple(CONTENDERS))
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    else:
        print(report(targets.TABLES, tuple(CONTENDERS)))
