"""What a command tells at its end: a few lines for a person, or one JSON object."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.report.report import Report, ScoreLine
    from understudy.run import Finding

__all__ = ["near", "print_json", "print_summary", "verdict_object"]

_SHOWN_FINDINGS = 8


def print_json(values: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    print(json.dumps(values, ensure_ascii=False, allow_nan=False))


def verdict_object(report: "Report", folder: Path, code: int, **more: object) -> dict[str, Any]:
    """Give the machine-readable verdict."""
    return {
        "verdict": report.verdict,
        "exit_code": code,
        "reason": report.reason,
        "out": str(folder),
        "report": str(folder / "report.html"),
        **more,
        "gates": [
            {"name": g.name, "passed": g.passed, "value": g.value, "limit": g.limit, "text": g.text}
            for g in report.gates
        ],
        "scores": {
            name: {"value": s.value, "floor": s.floor, "ceiling": s.ceiling, "interval": s.interval}
            for name, s in _scores(report).items()
        },
        "findings": [
            {"code": f.code, "severity": f.severity, "text": f.text, "where": f.where} for f in report.findings
        ],
    }


def print_summary(report: "Report", folder: Path, about: str) -> None:
    """Print the verdict, the few numbers that matter, and what is worth knowing."""
    print(f"\n{report.verdict.upper()}  {about}")
    print(f"{report.reason}\n")
    for line in _lines(report):
        print(f"  {line}")
    for gate in report.gates:
        if gate.passed is False:
            print(f"\n  Failed {gate.name}: {_short(gate.value)} where {_short(gate.limit)} is the limit. {gate.text}")
    worth = [f for f in report.findings if f.severity != "note"] + [f for f in report.findings if f.severity == "note"]
    if worth:
        print("\nWorth knowing:")
        for text in _grouped(worth):
            print(f"  - {text}")
    print(f"\nReport: {near(folder / 'report.html')}")


def near(path: Path) -> Path:
    """Give the path as seen from here, where it lies below."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _grouped(findings: "list[Finding]") -> list[str]:
    """Give the first finding of each code, with how many more there are; as many as fit on a screen."""
    kinds: dict[str, list[str]] = {}
    for finding in findings:
        kinds.setdefault(finding.code, []).append(finding.text)
    texts = [first + (f" (and {len(more)} more like it)" if more else "") for first, *more in kinds.values()]
    rest = len(texts) - _SHOWN_FINDINGS
    return texts[:_SHOWN_FINDINGS] + ([f"{rest} more in the report."] if rest > 0 else [])


def _scores(report: "Report") -> dict[str, "ScoreLine"]:
    return {score.name: score for question in report.questions for score in question.scores}


def _lines(report: "Report") -> list[str]:
    scores = _scores(report)
    lines: list[str] = []
    if s := scores.get("boosted_detection"):
        floor = "" if s.floor is None else f"; independent columns {s.floor:.3f}"
        lines.append(f"{'Detection (boosted)':26}{s.value:8.3f}   1 is indistinguishable{floor}")
    if (s := scores.get("tstr")) and s.ceiling:
        lines.append(
            f"{'Utility':26}{s.value / s.ceiling:8.3f}   of what a model trained on real rows scores ({s.ceiling:.3f})"
        )
    if s := scores.get("closeness"):
        lines.append(f"{'Closer to training rows':26}{s.value:8.1%}   50 % is no memory")
    if s := scores.get("copies"):
        natural = "" if s.ceiling is None else f"   {s.ceiling:.2%} of unseen real rows"
        lines.append(f"{'Exact copies':26}{s.value:8.2%}{natural}")
    if s := scores.get("membership"):
        lines.append(f"{'Membership attack':26}{s.value:8.3f}   0.5 is guessing")
    return lines


def _short(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.4g}"
