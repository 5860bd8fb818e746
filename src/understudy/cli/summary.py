"""What a command tells at its end: a few lines for a person, or one JSON object."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.context import Finding
    from understudy.report.report import Report, ScoreLine

__all__ = ["grouped", "near", "print_json", "print_summary", "verdict_object"]

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
            {
                "name": g.name,
                "passed": g.passed,
                "value": g.value,
                "limit": g.limit,
                "text": g.text,
                "underpowered": g.underpowered,
            }
            for g in report.gates
        ],
        "scores": {
            name: {
                "value": s.value,
                "floor": s.floor,
                "ceiling": s.ceiling,
                "interval": s.interval,
                "ceiling_interval": s.ceiling_interval,
            }
            for name, s in _scores(report).items()
        },
        "findings": [
            {"code": f.code, "severity": f.severity, "text": f.text, "where": f.where} for f in report.findings
        ],
    }


def print_summary(report: "Report", folder: Path, about: str, file: str = "report.html") -> None:
    """Print the verdict, the few numbers that matter, and what is worth knowing."""
    print(f"\n{report.verdict.upper()}  {about}")
    print(f"{report.reason}\n")
    for line in _lines(report):
        print(f"  {line}")
    for gate in report.gates:
        if gate.passed is False:
            print(f"\n  Failed {gate.name}: {_short(gate.value)} where {_short(gate.limit)} is the limit. {gate.text}")
        elif gate.underpowered:
            state = "Doubtful" if gate.passed else "Unjudged" if gate.value is None else "Undecided"
            print(f"\n  {state} {gate.name}: {gate.text}")
    moved = [change for change in report.changes if change.moved in {"better", "worse"}]
    if report.changes:
        print(f"\nSince the earlier evaluation: {'' if moved else 'nothing that chance does not explain.'}".rstrip())
    for change in moved:
        print(f"  {change.title}: {_short(change.before)} to {_short(change.now)}, {change.moved}")
    if report.findings:
        print("\nWorth knowing:")
        for text in grouped(report.findings):
            print(f"  - {text}")
    print(f"\nReport: {near(folder / file)}")


def near(path: Path) -> Path:
    """Give the path as seen from here, where it lies below."""
    path = path.absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def grouped(findings: "Sequence[Finding]") -> list[str]:
    """Give the first finding of each kind, with whom else it holds of; as many as fit on a screen, notes last."""
    from understudy.report import wording

    texts: list[str] = []
    for first, others in wording.grouped(sorted(findings, key=lambda f: f.severity == "note")):
        more = wording.likewise(first, others)
        texts.append(first.text + (f" ({more})" if more else ""))
    rest = len(texts) - _SHOWN_FINDINGS
    return texts[:_SHOWN_FINDINGS] + ([f"And {rest} more of other kinds."] if rest > 0 else [])


def _scores(report: "Report") -> dict[str, "ScoreLine"]:
    return {score.name: score for question in report.questions for score in question.scores}


def _lines(report: "Report") -> list[str]:
    scores = _scores(report)
    lines: list[str] = []
    if s := scores.get("boosted_detection"):
        floor = "" if s.floor is None else f"; independent columns {s.floor:.3f}"
        lines.append(f"{'Detection (boosted)':26}{s.value:8.3f}   1 is indistinguishable{floor}")
    ratio = next((gate.value for gate in report.gates if gate.name == "tstr_ratio"), None)
    if (s := scores.get("tstr")) and s.ceiling and ratio is not None:
        lines.append(
            f"{'Utility':26}{ratio:8.3f}   of what a model learns from real rows (which scores {s.ceiling:.3f})"
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
