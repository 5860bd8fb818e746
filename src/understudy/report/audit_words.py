"""What an audit's report says, and the same as Markdown."""

from typing import TYPE_CHECKING

from understudy.report.marks import bullets, plain, table
from understudy.report.remedies import remedy
from understudy.report.wording import grouped
from understudy.report.writing import score_number, share_number

if TYPE_CHECKING:
    from understudy.attacks.lines import Line
    from understudy.report.audit import AuditReport

__all__ = ["AS_SCORES", "GROUPS", "HEADLINES", "INTERVALS", "MEANS", "render_audit"]

AS_SCORES = ("membership", "model", "distances")
"""Questions whose figures are no shares of rows."""

HEADLINES = {
    "passed": "No leak found",
    "failed": "It leaks",
    "underpowered": "Too few rows to find a leak",
}
GROUPS: tuple[tuple[str, str, str, str], ...] = (
    (
        "membership",
        "Who was among the training rows?",
        "Attackers who hold the synthetic rows guess of records whether the model was fitted on them; 0.5 is guessing.",
        "Attack",
    ),
    (
        "model",
        "Does the model itself tell who was among them?",
        "For whoever gives the model away, not its rows alone: the model is asked how likely it makes a record.",
        "Attack",
    ),
    (
        "copies",
        "Are rows copied?",
        "Rows that equal a real row in all but identifiers and free text.",
        "Copies",
    ),
    (
        "distances",
        "Sanity check: how near are rows to real ones?",
        "Distances are no attack: they overlook leaks that attacks find, and rows may lie near to others for a reason.",
        "Measure",
    ),
    (
        "attribute",
        "Does it tell secrets of training rows?",
        "All but one column of a record is known, and that one is guessed; a leak is what is better known of members.",
        "Secret",
    ),
    (
        "singling out",
        "Does it single rows out?",
        "A description that fits one synthetic row should single out training rows no more often than unseen ones.",
        "Description",
    ),
    (
        "linkability",
        "Does it link records?",
        "Half of a record's columns are known from here, half from there: is there a synthetic row that both lead to?",
        "Link",
    ),
)
"""Of each question: its name in an audit, a title, what is asked, and what its lines are."""

MEANS = (
    "A leak that was found is one. No leak found is a lower bound on the risk, for these attacks, with this many rows: "
    "better attacks exist, and only differential privacy proves anything. What the table tells of unseen rows as well "
    "as of training rows is what it is for, and no leak of membership; whether it may be told is another question."
)
INTERVALS = (
    "Intervals hold with 95 % confidence for all comparisons of a section together. A leak is reported where the whole "
    "interval lies beyond the limit."
)


def render_audit(report: "AuditReport") -> str:
    """Give verdict, controls, every attack with its sentence, and what was not tried, as Markdown."""
    audit, rows = report.audit, report.audit.rows
    attacked = (
        f"{rows['synthetic']:,} synthetic rows were attacked as someone would who holds them and {rows['reference']:,} "
        f"other real rows, for {rows['attacked']:,} of {rows['training']:,} training rows and as many of "
        f"{rows['unseen']:,} unseen ones; {audit.level} audit."
    )
    parts = [f"# {HEADLINES[audit.verdict]}: {plain(report.title)}", plain(audit.reason, 900), attacked]
    parts.append("## Could a leak have been seen?")
    controls = ((c.name == "null", c.seen, f"{c.title}: {c.text}") for c in audit.controls)
    parts.append(bullets(f"{_outcome(null, seen)}. {said}" for null, seen, said in controls))
    for question, title, asks, first in GROUPS:
        own = [x for x in audit.lines if x.question == question and x.name not in {"ladder", "canaries"}]
        if own:
            head = (first, "Training rows", "95 % interval", "No leak", "Limit", "Result")
            parts += [f"## {title}", asks, table(head, map(_line, own)), bullets(f"{x.title}: {x.text}" for x in own)]
    for name, title in (("ladder", "Copy ladder"), ("canaries", "Privacy loss")):
        parts += [part for x in audit.lines if x.name == name for part in (f"## {title}", plain(x.text, 600))]
    if audit.skipped:
        parts += ["## Not tried", bullets(f"{name}: {why}" for name, why in audit.skipped.items())]
    if report.findings:
        found = grouped(report.findings)
        parts += ["## Worth knowing", bullets(f"{first.text} {remedy(first.code)}".strip() for first, _ in found)]
    parts += ["## What it means", MEANS, INTERVALS]
    parts.append(plain(", ".join(f"{key} {value}" for key, value in report.provenance.items()), 900))
    return "\n\n".join(parts) + "\n"


def _outcome(null: bool, seen: bool) -> str:  # noqa: FBT001 - both are what a control is
    if null:
        return "Nothing found" if seen else "False alarm"
    return "Found" if seen else "Missed"


def _line(line: "Line") -> tuple[str, ...]:
    write = score_number if line.question in AS_SCORES else share_number
    interval = " to ".join(write(end) for end in line.interval or ())
    result = "**leak**" if line.leak else "shown" if line.limit is None else "no leak"
    return line.title, write(line.value), interval, write(line.reference), write(line.limit), result
