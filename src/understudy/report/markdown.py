"""A report as Markdown, for places that show no page: a pull request, a wiki, a terminal."""

from typing import TYPE_CHECKING

from understudy.report.breakdown import Breakdown, breakdowns, by_group
from understudy.report.marks import bullets, plain, table
from understudy.report.remedies import remedy
from understudy.report.wording import gate_number, gate_title, grouped, likewise, measured, remark, standing_word
from understudy.report.writing import score_number

if TYPE_CHECKING:
    from understudy.report.report import Gate, Report, ScoreLine

__all__ = ["render_markdown"]


def render_markdown(report: "Report") -> str:
    """Give the verdict, the checks, the scores with their references, and the findings; no pictures."""
    sizes = report.sizes
    unseen = "no unseen real rows" if sizes.holdout is None else f"{sizes.holdout:,} unseen real rows"
    said = f"{sizes.synthetic:,} synthetic rows stand in for {sizes.real:,} real ones in {sizes.columns} columns"
    parts = [
        f"# {report.verdict.capitalize()}: {plain(report.title)}",
        plain(report.reason, 900),
        f"{said}, judged against {unseen}.",
    ]
    if report.gates:
        parts += ["## Checks", table(("Check", "Measured", "Limit", "Result"), map(_gate, report.gates))]
    if report.changes:
        rows = ((c.title, measured(c.name, c.before), measured(c.name, c.now), c.moved) for c in report.changes)
        parts += ["## What changed", table(("Score", "Before", "Now", "Change"), rows)]
    for question in report.questions:
        head = ("Score", "Synthetic", "95 % interval", "Floor", "Ceiling", "Standing")
        parts += [f"## {question.title}", plain(f"{question.asks} {question.answer}", 900)]
        parts.append(table(head, map(_score, question.scores)))
        found = [part for _, part in breakdowns(question.scores)]
        found += [by_group(report.groups)] if question.name == "fairness" else []
        parts += [part for one in found if one is not None for part in _broken_down(one)]
    if report.skipped:
        parts += ["## Not measured", bullets(f"{name}: {why}" for name, why in report.skipped.items())]
    if report.findings:
        told = grouped(report.findings)
        lines = (
            f"{first.text}{f' ({more})' if (more := likewise(first, others)) else ''} {remedy(first.code)}".strip()
            for first, others in told
        )
        parts += ["## What was done and found", bullets(lines)]
    if report.provenance:
        parts.append(plain(", ".join(f"{key} {value}" for key, value in report.provenance.items()), 900))
    return "\n\n".join(parts) + "\n"


def _gate(gate: "Gate") -> tuple[str, ...]:
    side = "at least" if gate.least else "at most"
    result = "not judged" if gate.passed is None else "passed" if gate.passed else "**failed**"
    doubt = ", underpowered" if gate.underpowered else ""
    limit = "" if gate.limit is None else f"{side} {gate_number(gate.name, gate.limit)}"
    return gate_title(gate.name), gate_number(gate.name, gate.value), limit, result + doubt


def _score(score: "ScoreLine") -> tuple[str, ...]:
    interval = " to ".join(measured(score.name, end) for end in score.interval or ())
    said = f", {remark(score)}" if remark(score) else ""
    numbers = (measured(score.name, x) for x in (score.floor, score.ceiling))
    return score.title, measured(score.name, score.value), interval, *numbers, standing_word(score) + said


def _broken_down(found: Breakdown) -> list[str]:
    said = [f"### {plain(found.title)}"]
    if found.columns:
        said.append("Columns that give the data away, by how much a detector's area falls when they are shuffled:")
        said.append(bullets(f"{name}: {score_number(fall)}" for name, fall, _ in found.columns))
    said += [found.lead, table(found.head, found.rows)] if found.rows else [plain(found.lead)]
    return [*said, f"{found.left_out:,} more are in evaluation.json."] if found.left_out else said
