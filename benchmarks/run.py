"""Compare Understudy with named rivals on the same splits, each in its own environment, and print the ratios.

    python benchmarks/run.py --tables adult,shoppers --contenders forest,synthpop --parts speed,fidelity,privacy

Needs only Python: it makes the environments (see ``setup.py``) and starts everything else in them. A result is kept in
``benchmarks/results`` and used again while data, code, versions and settings are the same; ``--fresh`` measures anew.
"""

import argparse
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import render
import speed
from processes import HERE, ScriptError, start
from roster import CONTENDERS, OURS, Contender
from setup import ensure

TABLES = ("adult", "shoppers", "magic", "beijing", "diabetes")
JUDGED = ("fidelity", "utility", "privacy", "rules", "published")
PARTS = ("speed", *JUDGED, *speed.CASES)
DEFAULT_PARTS = ("speed", "fidelity", "utility", "privacy", "rules")
STAND_INS = ("test", "bootstrap")
"""Real rows in the place of synthetic ones: what a score can reach."""
RESULTS = HERE / "results"
_MANY = 500_000


def prepared(table: str) -> Path:
    """Folder of the prepared ``table``, made in the judge's environment where it is missing."""
    folder = RESULTS / "tables" / table
    start(ensure("judge"), "tables.py", table, str(folder))
    return folder


def _runs(table: str, limit: int | None) -> Path:
    """Folder of results; trials on a part of the rows lie apart and are never reported."""
    return RESULTS / ("trials" if limit else "runs") / table


def _source_hash() -> str:
    """Hash of Understudy's own source, so that a result is never older than the code."""
    digest = hashlib.sha256()
    for path in sorted((HERE.parent / "src").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _key(contender: Contender, schema: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    """All that a result depends on."""
    lock = (HERE / "requirements" / f"{contender.environment}.txt").read_bytes()
    given = [text.split(":", 1)[1] for text in arguments.option if text.startswith(f"{contender.name}:")]
    return {
        "data_sha256": schema["sha256"],
        "seed": arguments.seed,
        "threads": arguments.threads,
        "limit": arguments.limit,
        "options": [*contender.options, *given],
        "packages_sha256": hashlib.sha256(lock).hexdigest(),
        "source_sha256": _source_hash() if contender.is_ours else None,
    }


def _known(path: Path, key: dict[str, Any]) -> dict[str, Any]:
    if path.exists() and (known := json.loads(path.read_text(encoding="utf-8")))["key"] == key:
        return known
    return {"key": key}


def synthesize(contender: Contender, folder: Path, split: str, result: dict[str, Any], extra: list[str]) -> Path:
    """Run ``contender`` on ``split`` as ``result["key"]`` says; give the file of rows, note the measurements."""
    key = result["key"]
    out = _runs(folder.name, key["limit"]) / f"{contender.name}-{split}.parquet"
    if split in result and out.exists():
        return out
    report = out.with_suffix(".report.json")
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    command = [str(folder / f"{split}.parquet"), str(out), "--schema", str(folder / "schema.json")]
    command += [
        "--report",
        str(report),
        "--rows",
        str(key["limit"] or schema["rows"][split]),
        "--seed",
        str(key["seed"]),
    ]
    command += [f"--option={text}" for text in key["options"]]
    command += ["--limit", str(key["limit"])] if key["limit"] else []
    script = f"contenders/{contender.script}"
    start(ensure(contender.environment), script, *command, *extra, threads=key["threads"])
    result[split] = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    return out


def compare(contender: Contender, table: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything asked for about one contender on one table."""
    folder = RESULTS / "tables" / table
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    path = _runs(table, arguments.limit) / f"{contender.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    key = _key(contender, schema, arguments)
    result = {"key": key} if arguments.fresh else _known(path, key)
    result |= {"contender": contender.name, "table": table, "at": time.strftime("%Y-%m-%d")}
    result.pop("failed", None)
    parts = [part for part in JUDGED if part in arguments.parts and part not in result.get("judged", {})]
    try:
        ours = ["--warm", "0", "--many", str(_MANY)] if contender.is_ours and "speed" in arguments.parts else []
        made = synthesize(contender, folder, "train", result, ours)
        # The other way round takes as long again, which rivals may take hours for.
        splits = ("dcr_train", "dcr_test")[: 1 + contender.is_ours] if "privacy" in arguments.parts else ()
        halves = [synthesize(contender, folder, split, result, []) for split in splits]
        for part in parts:
            score(result, folder, part, str(made), halves, arguments.threads)
    except ScriptError as failure:
        result["failed"] = str(failure)
    path.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return result


def score(result: dict[str, Any], folder: Path, part: str, made: str, halves: list[Path], threads: int) -> None:
    """Put the judge's scores of one part into ``result``."""
    out = folder / "scores.json"
    named = zip(("--half", "--other-half"), halves, strict=False) if part == "privacy" else ()
    more = [text for name, half in named for text in (name, str(half))]
    command = [str(folder), made, "--parts", part, "--threads", str(threads), "--out", str(out), *more]
    start(ensure("judge"), "judge.py", *command, threads=threads)
    result.setdefault("judged", {})[part] = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()


def ceilings(table: str, arguments: argparse.Namespace) -> None:
    """Judge real rows in the place of synthetic ones, once per table."""
    folder = RESULTS / "tables" / table
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    lock = hashlib.sha256((HERE / "requirements" / "judge.txt").read_bytes()).hexdigest()
    for kind in STAND_INS:
        path = RESULTS / "runs" / table / f"real_{kind}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        key = {"data_sha256": schema["sha256"], "packages_sha256": lock}
        result = {"key": key} if arguments.fresh else _known(path, key)
        result |= {"contender": f"real_{kind}", "table": table}
        for part in ("fidelity",) if kind == "test" else ("fidelity", "utility"):
            if part in arguments.parts and part not in result.get("judged", {}):
                score(result, folder, part, kind, [], arguments.threads)
        path.write_text(json.dumps(result, indent=1), encoding="utf-8")


def _list(allowed: tuple[str, ...]) -> Any:  # noqa: ANN401  argparse wants any callable
    def read(text: str) -> tuple[str, ...]:
        for name in (names := tuple(text.split(","))):
            if name not in allowed:
                message = f"{name!r} is none of {', '.join(allowed)}"
                raise argparse.ArgumentTypeError(message)
        return names

    return read


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare Understudy with named rivals.")
    parser.add_argument("--tables", type=_list(TABLES), default=TABLES)
    parser.add_argument("--contenders", type=_list(tuple(CONTENDERS)), default=tuple(CONTENDERS))
    parser.add_argument("--parts", type=_list(PARTS), default=DEFAULT_PARTS, help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="threads each pool may use")
    parser.add_argument("--limit", type=int, help="fit on the first LIMIT rows only (a trial)")
    parser.add_argument("--option", action="append", default=[], metavar="CONTENDER:NAME=VALUE")
    parser.add_argument("--fresh", action="store_true", help="measure again what has been measured")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/README.md")
    return parser.parse_args()


def main() -> None:
    """Read the command line, measure, print."""
    arguments = _arguments()
    if any(part in ("speed", *JUDGED) for part in arguments.parts):
        for table in arguments.tables:
            try:
                prepared(table)
            except ScriptError as failure:
                raise SystemExit(str(failure)) from None
            if not arguments.limit:
                ceilings(table, arguments)
            for name in arguments.contenders:
                print(f"{table}: {name}", flush=True)
                if failed := compare(CONTENDERS[name], table, arguments).get("failed"):
                    print(f"  {failed}", flush=True)
    for case in speed.CASES:
        if case in arguments.parts:
            print(case, flush=True)
            speed.measure(case, [name for name in arguments.contenders if name in OURS], arguments)
    print(render.report(arguments.tables, arguments.contenders))
    if arguments.write:
        render.write()


if __name__ == "__main__":
    main()
