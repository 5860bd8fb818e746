"""What some scores are made of, in rows that a person can read: where the data is told apart, and how groups fare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from understudy.report.svg import at, fit, svg, text
from understudy.report.wording import measured
from understudy.report.writing import clean, percent, score_number

if TYPE_CHECKING:
    from understudy.report.report import GroupLine, ScoreLine

__all__ = ["Breakdown", "breakdown", "breakdowns", "by_group", "falls"]

_COLUMNS = 12
_REGIONS = 10
_TELLING = 0.002  # of an area, below which no column gives anything away
_GROUPS = 60
_ANSWERS = 60
_ANSWER = {"measure", "group", "real", "synthetic", "error"}  # parts of an answer to a question of the user's own
_UNNAMED = "a group of fewer than five rows"


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
    columns : tuple of (str, float, float or None)
        Columns by which rows are told apart, with how much that takes off and the least of the trials, if several.
    """

    title: str
    lead: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    columns: tuple[tuple[str, float, float | None], ...] = ()


def breakdowns(scores: Sequence["ScoreLine"]) -> list[tuple[str, Breakdown]]:
    """Give the scores of a question that have parts worth a table, by name; what says more stands alone."""
    names = {score.name for score in scores}
    told = [s for s in scores if s.name != "boosted_detection" or "detection_where" not in names]
    return [(score.name, found) for score in told if (found := breakdown(score)) is not None]


def breakdown(score: "ScoreLine") -> Breakdown | None:
    """Give the parts of a score; None where it has none that are worth a table."""
    if not score.details:
        return None
    match score.name:
        case "detection_where":
            return _where(score.details)
        case "boosted_detection":
            return _columns(score.details)
        case "group_fidelity":
            return _groups(score.details)
        case _ if score.details[0].keys() >= _ANSWER:
            return _answers(score)
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


def _columns(details: tuple[Mapping[str, Any], ...]) -> Breakdown | None:
    """Give the columns alone: where in them, :func:`_where` says, if it was asked."""
    falls = sorted(details, key=lambda d: -d["auc_fall"])[:_COLUMNS]
    if not falls or falls[0]["auc_fall"] < _TELLING:
        return None
    lead = "`--metrics detection_where` also says where in these columns."
    columns = tuple((d["column"], d["auc_fall"], None) for d in falls)
    return Breakdown("Columns that give the data away", lead, (), (), 0, columns)


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
            _UNNAMED if d.get("group") is None else str(d["group"]),
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


def by_group(groups: Sequence["GroupLine"]) -> Breakdown | None:
    """Give every fidelity score of every group, the greatest groups first; None where none was scored."""
    titles = {score.name: score.title for group in groups for score in group.scores}
    if not titles:
        return None
    rows = tuple(
        (
            group.column,
            _UNNAMED if group.group is None else group.group,
            f"{group.real:,}",
            f"{group.synthetic:,}",
            *(_of_group({score.name: score for score in group.scores}.get(name)) for name in titles),
        )
        for group in groups[:_GROUPS]
    )
    lead = (
        "Each score within the group alone, beside that of unseen real rows of the group in brackets; of large groups, "
        "3,000 rows are compared. Scores marked fair or weak are as far from those of real rows as in the tables above."
    )
    head = ("Column", "Group", "Real rows", "Synthetic rows", *titles.values())
    return Breakdown("Every score, group by group", lead, head, rows, max(0, len(groups) - _GROUPS))


def _of_group(score: "ScoreLine | None") -> str:
    if score is None:
        return "not measured"
    beside = "" if score.ceiling is None else f" ({measured(score.name, score.ceiling)})"
    standing = f" {score.standing}" if score.standing in {"fair", "weak"} else ""
    return f"{measured(score.name, score.value)}{beside}{standing}"


def _answers(score: "ScoreLine") -> Breakdown:
    rows = tuple(
        (
            str(d["measure"]),
            "" if d["group"] is None else str(d["group"]),
            *(_answer(d[side]) for side in ("real", "synthetic")),
            score_number(d["error"]),
        )
        for d in score.details[:_ANSWERS]
    )
    lead = "What both tables answer, asked of as many rows of either; groups that few rows hold are not named."
    head = ("Measure", "Group", "Real rows", "Synthetic rows", "Error")
    return Breakdown(f"Answers: {score.title}", lead, head, rows, len(score.details) - len(rows))


def _answer(value: float | None) -> str:
    """Write an answer, which has three digits, without an exponent where it is large."""
    if value is None:
        return "none"
    return f"{value:,.0f}" if 100 <= abs(value) < 1e15 else f"{value:.3g}"  # noqa: PLR2004 - as said


def falls(found: Breakdown) -> Markup | None:
    """Draw by which columns rows are told apart: how much worse a detector gets where one of them is shuffled."""
    shown = [(name, max(fall, 0.0), least) for name, fall, least in found.columns]
    if not shown:
        return None
    row, left, right = 24.0, 190.0, 620.0
    most = max(0.01, *(fall for _, fall, _ in shown))
    parts: list[str] = []
    for k, (name, fall, least) in enumerate(shown):
        y = row * k + 4
        width = (right - left) * fall / most
        parts.append(text(left - 10, y + 13, fit(clean(name), left - 14, 13.0), "label", "end"))
        parts.append(f'<rect class="syn-bar" x="{at(left)}" y="{at(y + 2)}" width="{at(width)}" height="14"/>')
        if least is not None:
            mark = at(left + (right - left) * max(least, 0.0) / most)
            parts.append(f'<line class="mark" x1="{mark}" x2="{mark}" y1="{at(y)}" y2="{at(y + 18)}"/>')
        parts.append(text(left + width + 10, y + 13, score_number(fall), "label"))
    told = "Columns that give the data away, by how much a detector's area falls without them: " + ", ".join(
        f"{name} {score_number(fall)}" for name, fall, _ in shown[:5]
    )
    return svg(parts, told, (420.0, row * len(shown) + 8), "falls")
