"""What Understudy's own evidence says of every contender's rows, and how often its attacks are wrong.

python benchmarks/evidence.py                 after `run.py --tables adult`, whose synthetic rows it judges
python benchmarks/evidence.py --runs 200      ... and count false alarms on so many tables that leak nothing
python benchmarks/evidence.py --write         ... and put it into this folder's README
"""

import argparse
import json

from processes import HERE, start
from roster import CONTENDERS
from setup import ensure

__all__ = ["main"]

RESULTS = HERE / "results"
BEGIN, END = "<!-- evidence: begin (written by evidence.py) -->", "<!-- evidence: end -->"


def _judged(name: str, arguments: argparse.Namespace) -> dict[str, object]:
    """Evaluate and audit the rows that ``name`` made of Adult's training rows."""
    made = RESULTS / "runs" / "adult" / f"{name}-train.parquet"
    out = RESULTS / "evidence" / f"{name}.json"
    if out.exists() and not arguments.fresh and out.stat().st_mtime > made.stat().st_mtime:
        return json.loads(out.read_text(encoding="utf-8"))
    folder = RESULTS / "tables" / "adult"
    script = ("contenders/understudy_evidence.py", "judge", str(folder), str(made), str(out), str(arguments.seed))
    start(ensure("understudy"), *script, threads=arguments.threads)
    return json.loads(out.read_text(encoding="utf-8"))


def _controls(arguments: argparse.Namespace) -> dict[str, object] | None:
    out = RESULTS / "evidence" / "controls.json"
    if arguments.runs:
        folder = RESULTS / "tables" / "adult"
        script = ("contenders/understudy_evidence.py", "controls", str(folder), str(arguments.runs), str(out))
        start(ensure("understudy"), *script, str(arguments.seed), threads=arguments.threads)
    return json.loads(out.read_text(encoding="utf-8")) if out.exists() else None


def _table(judged: dict[str, dict[str, object]]) -> list[str]:
    columns = (
        *("rows of", "evaluate", "failed gates", "audit", "best attack (AUC)", "leaks", "cells copied"),
        *("evaluate s", "audit s", "fast s", "peak MB"),
    )
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for name, found in judged.items():
        row = [name, found["verdict"], ", ".join(found["failed"]) or "none", found["audit"]]
        row += [f"{found['best']} ({found['auc']:.3f})", str(found["leaks"]), f"{found['copied']:.0%}"]
        row += [f"{found[key]:.1f}" for key in ("evaluate_s", "standard_s", "fast_s")] + [str(found["peak_rss_mb"])]
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return lines


def _said(controls: dict[str, object] | None) -> list[str]:
    if controls is None:
        return []
    text = (
        f"Of {controls['runs']} fast audits of tables that leak nothing (unseen rows of Adult in the place of "
        f"synthetic ones; {controls['rows']:,} training and {controls['unseen']:,} unseen rows), "
        f"{controls['measurable']} called an attack on membership measurable (p < .05, all attacks counted) and "
        f"{controls['failed']} found a leak; the null control within them raised {controls['alarms']} alarms, and "
        f"{controls['missed']} missed the table that leaks."
    )
    return ["", text]


def main() -> None:
    """Read the command line, judge, print."""
    parser = argparse.ArgumentParser(description="Judge and attack what the contenders made of Adult.")
    parser.add_argument("--runs", type=int, default=0, help="tables that leak nothing, to count false alarms on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fresh", action="store_true", help="judge again what has been judged")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    arguments = parser.parse_args()
    (RESULTS / "evidence").mkdir(parents=True, exist_ok=True)
    names = [name for name in CONTENDERS if (RESULTS / "runs" / "adult" / f"{name}-train.parquet").exists()]
    if not names:
        raise SystemExit("there are no rows to judge: run `python benchmarks/run.py --tables adult` first")
    judged: dict[str, dict[str, object]] = {}
    for name in names:
        print(f"judging {name}", flush=True)
        judged[name] = _judged(name, arguments)
    text = "\n".join([*_table(judged), *_said(_controls(arguments))])
    print(text)
    if arguments.write:
        path = HERE / "README.md"
        before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        path.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
