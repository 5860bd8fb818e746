"""A comparison of tables as plain values, then one page, or JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from markupsafe import Markup, escape

from understudy.context import Finding
from understudy.report.html import template
from understudy.report.json import dump_json
from understudy.report.marks import bullets, plain, table
from understudy.report.output import written
from understudy.report.remedies import remedy
from understudy.report.report import Verdict
from understudy.report.wording import grouped
from understudy.report.writing import clean, score_number, share_number

__all__ = ["Candidate", "Comparison"]

FORMAT = 1
ON_FRONTIER = (
    "On the frontier is what leaks nothing, and is beaten by no such table in detection, utility and privacy at once. "
    "Detection: 1 cannot be told apart. Best attack: 0.5 is guessing."
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One table that would stand in for the real one.

    Parameters
    ----------
    name : str
        File, or technique.
    technique : bool
        Whether it is real rows, changed, rather than a table that was given.
    rows : int
        Its rows.
    verdict : Verdict
        As ``evaluate`` and ``audit`` would have it: failed where a gate failed or a leak was found.
    reason : str
        Why, as ``evaluate`` says it.
    fidelity : float or None
        Boosted detection: 1 is indistinguishable.
    utility : float or None
        What a model learns from it, as a part of what one learns from the real rows; both above guessing.
    membership : float or None
        Area of the best attack on membership; 0.5 is guessing.
    copied : float or None
        Share of cells copied from one training row that looks alike.
    leaks : tuple of str
        Leaks found.
    scores : mapping of str to float
        All scores, by metric.
    frontier : bool
        Whether no other is as good in all three and better in one.
    """

    name: str
    technique: bool
    rows: int
    verdict: Verdict
    reason: str
    fidelity: float | None
    utility: float | None
    membership: float | None
    copied: float | None
    leaks: tuple[str, ...]
    scores: Mapping[str, float] = field(default_factory=dict)
    frontier: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Candidates side by side.

    Parameters
    ----------
    title : str
        Name of the real table.
    target : str or None
        Column that models shall predict.
    candidates : sequence of Candidate
        In the order in which they were given.
    provenance : mapping
        Version, seed.
    findings : sequence of Finding
        Notes, repairs and degraded choices.
    """

    title: str
    target: str | None
    candidates: Sequence[Candidate]
    provenance: Mapping[str, object] = field(default_factory=dict)
    findings: Sequence[Finding] = ()

    @property
    def text(self) -> str:
        """What comes out, in a sentence or two."""
        good = [c for c in self.candidates if c.verdict != "failed"]
        if not good:
            return "None of them passes its checks without a leak."
        best = max(good, key=lambda c: ((c.utility if c.utility is not None else c.fidelity) or 0.0, c.fidelity or 0.0))
        others = len(self.candidates) - len(good)
        left = f"; {others} of {len(self.candidates)} failed a check or leak" if others else ""
        by = "most useful" if best.utility is not None else "truest"
        return f"{best.name} is the {by} of those that pass{left}."

    def to_html(self, path: Path | str | None = None) -> str:
        """Give the page; also write it to ``path`` where given."""
        page = template("comparison.html.j2")
        picture = _picture(self.candidates)
        return written(
            page.render(comparison=self, picture=picture, frontier=ON_FRONTIER, findings=grouped(self.findings)), path
        )

    def to_markdown(self, path: Path | str | None = None) -> str:
        """Give all that the page says as Markdown; also write it to ``path`` where given."""
        return written(_markdown(self), path)

    def to_json(self, path: Path | str | None = None) -> str:
        """Give every number as JSON text; also write it to ``path`` where given."""
        return written(dump_json({"format": FORMAT, "text": self.text, **asdict(self)}), path)

    def __repr__(self) -> str:
        return f"Comparison({self.text})"


def _markdown(found: Comparison) -> str:
    head = ("Table", "Rows", "Verdict", "Detection", "Utility", "Best attack", "Cells copied", "Exact copies", "Leaks")
    rows = (
        (
            c.name + (" (frontier)" if c.frontier else ""),
            "real rows, changed" if c.technique else f"{c.rows:,}",
            c.verdict,
            *map(score_number, (c.fidelity, c.utility, c.membership)),
            *map(share_number, (c.copied, c.scores.get("copies"))),
            "; ".join(c.leaks) or "none found",
        )
        for c in found.candidates
    )
    predicted = f" Models predict {found.target}." if found.target else ""
    judged = f"{len(found.candidates)} tables, judged and attacked alike, against real rows that none was made from."
    parts = [f"# {plain(found.title)}: what stands in best?", plain(found.text, 400), plain(judged + predicted, 400)]
    parts += [table(head, rows), ON_FRONTIER, "## Why", bullets(f"{c.name}: {c.reason}" for c in found.candidates)]
    if found.findings:
        lines = (f"{first.text} {remedy(first.code)}".strip() for first, _ in grouped(found.findings))
        parts += ["## Worth knowing", bullets(lines)]
    parts.append(plain(", ".join(f"{key} {value}" for key, value in found.provenance.items()), 900))
    return "\n\n".join(parts) + "\n"


def _picture(candidates: Sequence[Candidate]) -> Markup | None:
    """Draw what is gained against what leaks: up is better, left is safer."""
    what = "utility" if any(c.utility is not None for c in candidates) else "fidelity"
    drawn = [(c, value) for c in candidates if (value := getattr(c, what)) is not None and c.membership is not None]
    if not drawn:
        return None
    left, right, top, bottom = 34.0, 400.0, 36.0, 236.0
    most = max(0.6, *(c.membership or 0.5 for c, _ in drawn))

    def x(area: float) -> float:
        return left + (right - left) * (max(area, 0.5) - 0.5) / (most - 0.5)

    def y(value: float) -> float:
        return bottom - (bottom - top) * min(max(value, 0.0), 1.0)

    parts: list[str] = []
    for tick in range(6):
        at, area = y(tick / 5), 0.5 + tick / 5 * (most - 0.5)
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text class="tick" x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{tick / 5:.1f}</text>')
        parts.append(f'<text class="tick" x="{x(area):.1f}" y="{bottom + 18}" text-anchor="middle">{area:.3f}</text>')
    for candidate, value in drawn:
        area, state = candidate.membership or 0.5, "weak" if candidate.verdict == "failed" else "good"
        size = 7 if candidate.frontier else 4.5
        parts.append(f'<circle class="value {state}" cx="{x(area):.1f}" cy="{y(value):.1f}" r="{size}"/>')
        end = x(area) > (left + right) / 2
        shift, anchor = (-11, "end") if end else (11, "start")
        name = escape(clean(candidate.name, 24))
        parts.append(f'<text x="{x(area) + shift:.1f}" y="{y(value) + 4:.1f}" text-anchor="{anchor}">{name}</text>')
    parts.append(
        f'<text class="label" x="{right}" y="{bottom + 40}" text-anchor="end">best attack on membership →</text>'
    )
    parts.append(f'<text class="label" x="{left}" y="16">↑ {what}</text>')
    told = escape(f"{what} against the best attack on membership, for {len(drawn)} tables; the table has the numbers")
    body = f"<title>{told}</title>{''.join(parts)}"
    return Markup(f'<svg class="fig frontier" viewBox="0 0 420 282" role="img" aria-label="{told}">{body}</svg>')  # noqa: S704 - numbers and escaped words only
