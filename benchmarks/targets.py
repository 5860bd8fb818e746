"""What must be reached, beside what was measured."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from processes import HERE

__all__ = ["TABLES", "table"]

TABLES = ("adult", "shoppers", "magic", "beijing", "diabetes")
NOT_YET = "not yet measured"
_DETECTION = {"adult": 0.95, "shoppers": 0.93, "magic": 0.93, "beijing": 0.88, "diabetes": 0.85}
_PUBLISHED = {"adult": 0.855, "shoppers": 0.894, "magic": 0.860, "beijing": 0.772, "diabetes": 0.791}
_CLOSER = (0.49, 0.515)
_MEGABYTES_PER_GB = 1024

Found = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Target:
    """One line: what, how much is wanted, and how to read it from the results (None: not there).

    Parameters
    ----------
    what, wanted : str
        Text of the first two columns.
    read : callable
        Takes the results by table and contender; gives the text of what was measured and whether it suffices.
    """

    what: str
    wanted: str
    read: Callable[[Found], tuple[str, bool] | None]


def _run(found: Found, table: str, name: str) -> dict[str, Any] | None:
    return found.get(table, {}).get(name, {}).get("train")


def _score(found: Found, table: str, key: str, name: str = "forest") -> Any:  # noqa: ANN401  a number, mostly
    for part in found.get(table, {}).get(name, {}).get("judged", {}).values():
        if key in part["scores"]:
            return part["scores"][key]
    return None


def _case(name: str) -> dict[str, Any] | None:
    path = HERE / "results" / "speed" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def _seconds(name: str, limit: float, megabytes: float | None) -> Callable[[Found], tuple[str, bool] | None]:
    def read(found: Found) -> tuple[str, bool] | None:
        if (run := _run(found, "adult", name)) is None:
            return None
        seconds = run["fit_cpu_s"] + run["sample_cpu_s"]
        text = f"{seconds:.2f} CPU-s, {run['peak_rss_mb']} MB"
        text += f"; first run with compilation {run['first_run_s']} s wall" if "first_run_s" in run else ""
        return text, seconds <= limit and (megabytes is None or run["peak_rss_mb"] <= megabytes)

    return read


def _at_most(table: str, key: str, limit: float, form: str = ".3f") -> Callable[[Found], tuple[str, bool] | None]:
    def read(found: Found) -> tuple[str, bool] | None:
        value = _score(found, table, key)
        return None if value is None else (format(value, form), value <= limit)

    return read


def _detection(table: str) -> Callable[[Found], tuple[str, bool] | None]:
    def read(found: Found) -> tuple[str, bool] | None:
        if (value := _score(found, table, "detection")) is None:
            return None
        ceiling = _score(found, table, "detection", "real_test")
        text = f"{value:.3f}" + (f" (real unseen rows {ceiling:.3f})" if ceiling is not None else "")
        return text, value >= _DETECTION[table]

    return read


def _closer(table: str) -> Callable[[Found], tuple[str, bool] | None]:
    def read(found: Found) -> tuple[str, bool] | None:
        if (value := _score(found, table, "closer_share")) is None:
            return None
        error, strict, both = (_score(found, table, f"closer_share_{key}") for key in ("se", "strict", "both"))
        text = f"{value:.4f} ± {error:.4f} (strict {strict:.4f})"
        text += "" if both is None else f"; both ways {both:.4f} ± {_score(found, table, 'closer_share_both_se'):.4f}"
        return text, _CLOSER[0] <= value <= _CLOSER[1]

    return read


def _copies(table: str) -> Callable[[Found], tuple[str, bool] | None]:
    def read(found: Found) -> tuple[str, bool] | None:
        if (value := _score(found, table, "copies")) is None:
            return None
        natural = _score(found, table, "copies_natural")
        return f"{100 * value:.3f} % (natural {100 * natural:.3f} %)", value <= natural

    return read


def _membership(table: str) -> Callable[[Found], tuple[str, bool] | None]:
    def read(found: Found) -> tuple[str, bool] | None:
        if (upper := _score(found, table, "membership_upper")) is None:
            return None
        area, half = _score(found, table, "membership_auc"), _score(found, table, "membership_half_upper")
        text = f"{area:.3f}, bound {upper:.3f}" + (f"; 50/50 split bound {half:.3f}" if half is not None else "")
        return text, upper <= 0.525  # noqa: PLR2004

    return read


def _sampling(found: Found) -> tuple[str, bool] | None:
    many = (_run(found, "adult", "forest") or {}).get("many")
    return many and (f"{many['rows_per_s']:,} rows/s", many["rows_per_s"] >= 100_000)  # noqa: PLR2004


def _scale(_: Found) -> tuple[str, bool] | None:
    if (run := _case("scale-forest")) is None:
        return None
    seconds, gigabytes = run["fit_s"] + run["sample_s"], run["peak_rss_mb"] / _MEGABYTES_PER_GB
    return f"{seconds:.0f} s, {gigabytes:.2f} GB", seconds <= 300 and gigabytes <= 4  # noqa: PLR2004


def _evaluation(_: Found) -> tuple[str, bool] | None:
    run = _case("evaluation-forest")
    if run is None:
        return None
    first = f"; {run['first_s']:.1f} s more the first time, for compilation" if "first_s" in run else ""
    return f"{run['s']:.1f} s ({run['cpu_s']:.1f} CPU-s){first}", run["s"] + run.get("first_s", 0) <= 60  # noqa: PLR2004


def _reports(_: Found) -> tuple[str, bool] | None:
    run = _case("evaluation-forest")
    if not run or "reports" not in run:
        return None
    theirs = run["reports"]
    seconds, cpu = (theirs[f"sdmetrics_{key}"] + theirs[f"mostlyai_qa_{key}"] for key in ("s", "cpu_s"))
    text = f"{run['s']:.1f} s against {seconds:.1f} s (a ratio of {seconds / run['s']:.1f})"
    return f"{text}; {run['cpu_s']:.1f} CPU-s against {cpu:.1f}", run["s"] < seconds


def _startup(key: str, limit: float) -> Callable[[Found], tuple[str, bool] | None]:
    def read(_: Found) -> tuple[str, bool] | None:
        run = _case("startup")
        return run and (f"{1000 * run[key]:.0f} ms", run[key] <= limit)

    return read


_TARGETS = (
    Target("Adult, forest, fit + sample n rows", "≤ 8 CPU-s, ≤ 1 GB", _seconds("forest", 8, _MEGABYTES_PER_GB)),
    *(
        Target(f"detection score, {t}", f"≥ {_DETECTION[t]} (best published {_PUBLISHED[t]})", _detection(t))
        for t in TABLES
    ),
    Target("Shape error %, Adult", "≤ .45", _at_most("adult", "shape_error", 0.45)),
    Target("Trend error %, Adult, each table's own bins as published", "≤ 1.3", _at_most("adult", "trend_error", 1.3)),
    Target("label utility, real minus synthetic AUC, Adult", "≤ .008", _at_most("adult", "utility_gap", 0.008, ".4f")),
    *(Target(f"share closer to training than to holdout, {t}", ".49 to .515", _closer(t)) for t in TABLES),
    *(Target(f"exact copies, {t}", "≤ the natural rate", _copies(t)) for t in TABLES),
    *(Target(f"membership AUC, upper 95 % bound, {t}", "≤ .525", _membership(t)) for t in TABLES),
    Target("rows that break an exact rule, Adult", "0", _at_most("adult", "rules_broken", 0, ".5f")),
    Target("rows that break an exact rule, Shoppers", "0", _at_most("shoppers", "rules_broken", 0, ".5f")),
    Target("sampling rows of Adult's width", "≥ 100,000 rows/s", _sampling),
    Target("1 M rows of 20 columns, fit + sample 1 M", "≤ 300 s, ≤ 4 GB", _scale),
    Target("gaussian_copula on Adult, fit + sample", "≤ 1.5 CPU-s", _seconds("gaussian_copula", 1.5, None)),
    Target("evaluation with report on Adult", "≤ 60 s", _evaluation),
    Target("... beside SDMetrics' QualityReport and mostlyai-qa's report", "faster", _reports),
    Target("understudy --help", "≤ 300 ms", _startup("help_s", 0.3)),
    Target("import understudy", "≤ 50 ms", _startup("import_s", 0.05)),
)


def table(found: Found) -> str:
    """Markdown table of every target; what is missing says so."""
    lines = ["| what | must reach | measured | reached |", "|---|---|---|---|"]
    for target in _TARGETS:
        measured = target.read(found)
        text, reached = measured or (NOT_YET, None)
        lines.append(
            f"| {target.what} | {target.wanted} | {text} | {'' if reached is None else 'yes' if reached else 'no'} |"
        )
    return "\n".join(lines) + "\n"
