"""A report as one page that needs nothing else: no script, no font, no picture from elsewhere.

All text that comes from data goes through the escaping of Jinja, or in pictures of :mod:`understudy.report.figures`.
"""

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from understudy.report import figures
from understudy.report.breakdown import breakdowns, by_group, falls
from understudy.report.remedies import remedy
from understudy.report.scale import privacy_scale
from understudy.report.wording import (
    gate_number,
    gate_title,
    grouped,
    likewise,
    measured,
    remark,
    standing_word,
)
from understudy.report.words import GLOSSARY
from understudy.report.writing import clean, number, percent, score_number, share_number

if TYPE_CHECKING:
    from understudy.report.report import Report

__all__ = ["render_html", "template"]

_PLOTS_OPEN = 6
_PLOTS_MOST = 120
_COLUMNS_OPEN = 25
_COLUMNS_MOST = 1000
_FINDINGS_MOST = 400
"""Limits that keep the page under 3 MB for the widest tables; whatever is left out is counted on the page."""

_RULES_MOST = 100
_HEADLINES = {
    "passed": "Fit for use",
    "failed": "Not fit for use",
    "degraded": "Use with care",
    "underpowered": "Too few rows to be sure",
}


@cache
def template(name: str) -> Template:
    """Give the template of a page."""
    environment = Environment(
        loader=PackageLoader("understudy.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clean=clean, number=number, percent=percent, score=score_number, share=share_number)
    environment.filters.update(gate=gate_title, remark=remark, standing_word=standing_word, remedy=remedy)
    return environment.get_template(name)


def render_html(report: "Report") -> str:
    """Give the page."""
    plots = report.plots.columns[:_PLOTS_MOST]
    by_entity = any("entity" in column.roles for column in report.columns)
    return template("report.html.j2").render(
        report=report,
        headline=_HEADLINES[report.verdict],
        figures=figures,
        breakdowns=breakdowns,
        by_group=by_group(report.groups),
        falls=falls,
        privacy_scale=privacy_scale,
        gate_number=gate_number,
        likewise=likewise,
        measured=measured,
        plots_open=plots[:_PLOTS_OPEN],
        plots_folded=plots[_PLOTS_OPEN:],
        plots_left_out=len(report.plots.columns) - len(plots),
        columns=report.columns[:_COLUMNS_MOST],
        columns_open=_COLUMNS_OPEN,
        findings=grouped(report.findings[:_FINDINGS_MOST]),
        findings_left_out=max(0, len(report.findings) - _FINDINGS_MOST),
        telling=[rule for rule in report.rules if rule.telling][:_RULES_MOST],
        coincidences=[rule for rule in report.rules if not rule.telling],
        coincidences_most=_RULES_MOST,
        glossary=GLOSSARY,
        settings=_rows(report.settings),
        governor=_rows(report.governor),
        unit="entity" if by_entity else "row",
        units="entities" if by_entity else "rows",
        slowest=max((s.seconds for q in report.questions for s in q.scores), default=0.0),
    )


def _rows(values: dict[str, object]) -> list[tuple[str, str]]:
    return [(key.replace("_", " "), _text(value)) for key, value in values.items()]


def _text(value: object) -> str:
    """Write a setting for reading; lists become "a → b" of their parts, mappings "a: 1, b: 2"."""
    match value:
        case None:
            return "\u2013"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number(value)
        case list() | tuple():
            return " → ".join(_text(item) for item in value)
        case dict():
            return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
        case _:
            return str(value)
