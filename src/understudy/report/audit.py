"""The report of a privacy audit: one page, or JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from understudy.attacks.audit import Audit
from understudy.attacks.lines import Line
from understudy.context import Finding
from understudy.report import figures
from understudy.report.audit_words import AS_SCORES, GROUPS, HEADLINES, INTERVALS, MEANS, render_audit
from understudy.report.html import template
from understudy.report.json import dump_json
from understudy.report.output import written
from understudy.report.report import ScoreLine

__all__ = ["AuditReport"]

FORMAT = 1


@dataclass(frozen=True, slots=True, repr=False)
class AuditReport:
    """What an audit found, before it is drawn.

    Parameters
    ----------
    title : str
        Name of the synthetic table.
    audit : Audit
        Findings, controls, verdict.
    findings : sequence of Finding
        What should be known besides.
    provenance : mapping
        Version, seed.
    """

    title: str
    audit: Audit
    findings: Sequence[Finding] = ()
    provenance: Mapping[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Passed, failed or underpowered."""
        return self.audit.verdict

    @property
    def reason(self) -> str:
        """A sentence or two."""
        return self.audit.reason

    def to_html(self, path: Path | str | None = None) -> str:
        """Give the page; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(self._page(), path)

    def to_json(self, path: Path | str | None = None) -> str:
        """Give every number of the audit as JSON text; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        content = {"format": FORMAT, "title": self.title, **asdict(self.audit)}
        content |= {"findings": [asdict(f) for f in self.findings], "provenance": dict(self.provenance)}
        return written(dump_json(content), path)

    def to_markdown(self, path: Path | str | None = None) -> str:
        """Give all that the page says as Markdown; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(render_audit(self), path)

    def _page(self) -> str:
        lines = self.audit.lines
        groups: list[dict[str, Any]] = []
        for question, title, asks, first in GROUPS:
            own = [line for line in lines if line.question == question and line.name not in {"ladder", "canaries"}]
            if own:
                name = question.replace(" ", "-")
                groups.append({"id": name, "title": title, "asks": asks, "first": first, "lines": own})
        return template("audit.html.j2").render(
            as_scores=AS_SCORES,
            title=self.title,
            headline=HEADLINES[self.audit.verdict],
            audit=self.audit,
            groups=groups,
            ladder=next((line for line in lines if line.name == "ladder"), None),
            canaries=next((line for line in lines if line.name == "canaries"), None),
            figures=figures,
            findings=self.findings,
            provenance=self.provenance,
            strip=_strip,
            means=MEANS,
            intervals=INTERVALS,
        )

    def __repr__(self) -> str:
        return f"AuditReport({self.verdict}: {self.reason})"

    def _repr_html_(self) -> str:
        return str(Markup("<p><b>{}</b> {}</p>").format(self.verdict.capitalize() + ".", self.reason))


def _strip(line: Line) -> Markup:
    """Draw a line as scores are drawn: against what no leak would give."""
    score = ScoreLine(
        name=line.name if line.question in AS_SCORES else "copies",  # written as a share
        title=line.title,
        better="lower",
        value=line.value,
        floor=None,
        ceiling=line.reference,
        interval=line.interval,
        seconds=0.0,
        standing="weak" if line.leak else "good",
        remark="",
        meaning="",
    )
    return figures.strip(score)
