"""What some scores are made of, in rows that a person can read: where the data is told apart, and how groups fare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from understudy.report.svg import at, fit, svg, text
from understudy.report.writing import clean, percent, score_number

if TYPE_CHECKING:
    from understudy.report.report import ScoreLine

__all__ = ["Breakdown", "breakdown", "falls"]

_COLUMNS = 12
_REGIONS = 10
_GROUPS = 60


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A score in parts, worst first.

    Parameters
    ----------
    title, lead : str
        What the parts are, and how to read them.
    head : tuple of str
        Titles of the table's columns; the first two hold text, the others numbers.
    rows : tuple of tuple of str
        The parts.
    left_out : int
        Parts that are not shown.
    columns : tuple of (str, float, float)
        Columns by which rows are told apart, with how much that takes off and the least of the trials.
    """

    title: str
    lead: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    columns: tuple[tuple[str, float, float], ...] = ()


def breakdown(score: "ScoreLine") -> Breakdown | None:
    """Give the parts of a score; None where it has none that are worth a table."""
    if not score.details:
        return None
    match score.name:
        case "detection_where":
            return _where(score.details)
        case "group_fidelity":
            return _groups(score.details)
        case _:
            return None


def _where(details: tuple[Mapping[str, Any], ...]) -> Breakdown:
    columns = [(d["column"], d["auc_fall"], d["least_fall"]) for d in details if d["measure"] == "column"]
    regions = [d for d in details if d["measure"] == "region"]
    rows = tuple(
        (
            d["column"],
            _region(d),
            f"{score_number(d['auc'])} ({score_number(d['auc_low'])} to {score_number(d['auc_high'])})",
            f"{d['real_rows']:,}",
            f"{d['synthetic_rows']:,}",
        )
        for d in regions[:_REGIONS]
    )
    lead = (
        "Where in a column a detector tells synthetic rows from real ones best, surest first; an area under "
        "the curve of 0.5 is guessing, 1 is never wrong."
    )
    head = ("Column", "Where it is", "Area (95 % interval)", "Real rows", "Synthetic rows")
    return Breakdown("What gives the data away", lead, head, rows, len(regions) - len(rows), tuple(columns[:_COLUMNS]))


def _region(part: Mapping[str, Any]) -> str:
    if part.get("level") is not None:
        return str(part["level"])
    if part["begins"] is None:
        return "missing, or too rare to name"
    return f"real rows from {percent(part['begins'])} to {percent(part['ends'])}, lowest first"


def _groups(details: tuple[Mapping[str, Any], ...]) -> Breakdown:
    # The metric puts them so, too; a reader must not depend on that.
    ordered = sorted(details, key=lambda d: d["similarity"])
    rows = tuple(
        (
            str(d["column"]),
            "a group of fewer than five rows" if d.get("group") is None else str(d["group"]),
            f"{score_number(d['similarity'])} ({score_number(d['low'])} to {score_number(d['high'])})",
            score_number(d["behind_all"]),
            f"{d['real_rows']:,}",
            f"{d['synthetic_rows']:,}",
        )
        for d in ordered[:_GROUPS]
    )
    lead = (
        "How alike real and synthetic rows are in each group, worst first; 1 is identical. Small groups differ more by "
        "chance. How far a group is behind is the similarity of all rows less its own."
    )
    head = ("Column", "Group", "Similarity (95 % interval)", "Behind all rows", "Real rows", "Synthetic rows")
    return Breakdown("Group by group", lead, head, rows, len(ordered) - len(rows))


def falls(found: Breakdown) -> Markup | None:
    """Draw by which columns rows are told apart: how much worse a detector gets where one of them is shuffled."""
    shown = [(name, max(fall, 0.0), max(least, 0.0)) for name, fall, least in found.columns]
    if not shown:
        return None
    row, left, right = 24.0, 132.0, 360.0
    most = max(0.01, *(fall for _, fall, _ in shown))
    parts: list[str] = []
    for k, (name, fall, least) in enumerate(shown):
        y = row * k + 4
        width, sure = ((right - left) * value / most for value in (fall, least))
        parts.append(text(left - 10, y + 13, fit(clean(name), left - 12, 12.5), "label", "end"))
        parts.append(f'<rect class="syn-bar" x="{at(left)}" y="{at(y + 2)}" width="{at(width)}" height="14"/>')
        parts.append(
            f'<line class="mark" x1="{at(left + sure)}" x2="{at(left + sure)}" y1="{at(y)}" y2="{at(y + 18)}"/>'
        )
        parts.append(text(left + width + 10, y + 13, score_number(fall), "label"))
    told = "Columns that give the data away, by how much a detector's area falls without them: " + ", ".join(
        f"{name} {score_number(fall)}" for name, fall, _ in shown[:5]
    )
    return svg(parts, told, (420.0, row * len(shown) + 8), "falls")
