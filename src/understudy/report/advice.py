"""What to train on, as plain values, then one page, Markdown, or JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from understudy.context import Finding
from understudy.report.html import template
from understudy.report.json import dump_json
from understudy.report.marks import bullets, plain, table
from understudy.report.output import written
from understudy.report.remedies import remedy
from understudy.report.svg import at, fit, svg, text
from understudy.report.wording import grouped
from understudy.report.writing import MINUS, number

__all__ = ["LOWER", "Advice", "Option", "difference"]

FORMAT = 1
LOWER = frozenset({"rmse", "mae"})
"""Measures of which less is better."""
_HOW = (
    "Each model was trained on one mixture and tested on the same unseen real rows; every mixture twice, with other "
    "synthetic rows. Intervals hold with 95 % confidence for all comparisons at once. What another fit of the "
    "synthesizer would change is not in them."
)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to train on, and how it did.

    Parameters
    ----------
    name, title : str
        Stable name; name for people.
    real_rows, other_rows : int
        Rows that it is made of.
    value : float
        The deciding measure on the holdout.
    difference : float or None
        From the real rows alone; None for these themselves.
    interval : tuple of float or None
        Interval of the difference.
    measures : dict
        All measures.
    """

    name: str
    title: str
    real_rows: int
    other_rows: int
    value: float
    difference: float | None
    interval: tuple[float, float] | None
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to train on, and why.

    Parameters
    ----------
    use : str
        Name of the option to use.
    sentence : str
        That, and by how much it helps.
    instead : str
        What synthetic rows alone are worth, in a sentence.
    target, measure, learner : str
        What is predicted, by which measure of which kind of model that was decided.
    options : tuple of Option
        What was tried, the real rows alone first.
    skipped : dict
        What was not, and why.
    holdout_rows : int
        Unseen real rows that everything was tested on.
    synthesizer : str
        What made the synthetic rows.
    seed : int
        What gives the same advice again.
    findings : tuple of Finding
        Notes, repairs and degraded choices.
    title : str
        Name of the real table.
    """

    use: str
    sentence: str
    instead: str
    target: str
    measure: str
    learner: str
    options: tuple[Option, ...]
    skipped: Mapping[str, str]
    holdout_rows: int
    synthesizer: str
    seed: int
    findings: tuple[Finding, ...] = ()
    title: str = "the real rows"

    def __repr__(self) -> str:
        return f"Advice({self.use}: {self.sentence})"

    def record(self) -> dict[str, Any]:
        """Give everything as JSON values."""
        return asdict(self)

    def to_html(self, path: Path | str | None = None) -> str:
        """Give the page; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        page = template("advice.html.j2").render(
            advice=self,
            picture=_picture(self),
            helps=self.use != "real",
            difference=difference,
            lower=self.measure in LOWER,
            how=_HOW,
            findings=grouped(self.findings),
        )
        return written(page, path)

    def to_markdown(self, path: Path | str | None = None) -> str:
        """Give all that the page says as Markdown; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(_markdown(self), path)

    def to_json(self, path: Path | str | None = None) -> str:
        """Give everything as JSON text; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(dump_json({"format": FORMAT, **self.record()}), path)


def difference(option: Option) -> str:
    """Write the difference from the real rows alone, with its interval; nothing for these themselves."""
    if option.difference is None or option.interval is None:
        return ""
    told = f"{option.difference:+.4f} ({option.interval[0]:+.4f} to {option.interval[1]:+.4f})"
    return told.replace("-", MINUS)


def _markdown(advice: Advice) -> str:
    rows = ((o.title, f"{o.real_rows:,}", f"{o.other_rows:,}", f"{o.value:.4g}", difference(o)) for o in advice.options)
    head = ("Trained on", "Real rows", "Others", advice.measure, "Difference (95 % interval for all at once)")
    parts = [
        f"# {plain(advice.title)}: what to train on",
        plain(advice.sentence, 900),
        plain(advice.instead, 900),
        table(head, rows),
        plain(_told(advice), 600),
        _HOW,
    ]
    measures = list(advice.options[0].measures)
    if len(measures) > 1:
        every = ((o.title, *(f"{o.measures[name]:.4g}" for name in measures)) for o in advice.options)
        parts += ["## All measures", table(("Trained on", *measures), every)]
    if advice.skipped:
        parts += ["## Left out", bullets(f"{name}: {why}" for name, why in advice.skipped.items())]
    if advice.findings:
        lines = (f"{first.text} {remedy(first.code)}".strip() for first, _ in grouped(advice.findings))
        parts += ["## Worth knowing", bullets(lines)]
    return "\n\n".join(parts) + "\n"


def _told(advice: Advice) -> str:
    return (
        f"{advice.learner.capitalize()} models of {advice.target!r}, tested on {advice.holdout_rows:,} unseen real "
        f"rows; synthetic rows by {advice.synthesizer}, seed {advice.seed}."
    )


def _picture(advice: Advice) -> Markup | None:
    """Draw each mixture as a dot with a bar for its interval, beside a line where the real rows alone stand."""
    shown = [(o, o.difference, o.interval) for o in advice.options if o.difference is not None and o.interval]
    if not shown:
        return None
    row, left, right, top = 42.0, 10.0, 410.0, 30.0
    reach = 1.08 * max(max(abs(end) for end in interval) for _, _, interval in shown) or 1.0
    base = top + row * len(shown)

    def x(value: float) -> float:
        return left + (right - left) * (value + reach) / (2 * reach)

    parts = [f'<line class="ceiling" x1="{at(x(0))}" x2="{at(x(0))}" y1="{top - 8}" y2="{at(base)}"/>']
    parts.append(text(x(0), top - 14, f"real rows alone, {number(advice.options[0].value)}", "tick", "middle"))
    for k, (option, value, interval) in enumerate(shown):
        y = top + row * k + 30
        state = "good" if _better(advice.measure, interval) else "weak" if _worse(advice.measure, interval) else ""
        parts.append(text(left, y - 12, fit(option.title, right - left, 12.0), "label halo"))
        parts.append(f'<line class="rule" x1="{left}" x2="{right}" y1="{at(y)}" y2="{at(y)}"/>')
        ends = f'x1="{at(x(interval[0]))}" x2="{at(x(interval[1]))}"'
        parts.append(f'<line class="interval" {ends} y1="{at(y)}" y2="{at(y)}"/>')
        parts.append(f'<circle class="value {state}" cx="{at(x(value))}" cy="{at(y)}" r="6"/>')
    for share in (-0.9, -0.45, 0.45, 0.9):
        told = f"{share * reach / 1.08:+.2g}".replace("-", MINUS)
        parts.append(text(x(share * reach / 1.08), base + 16, told, "tick", "middle"))
    told = f"Difference of {advice.measure} from the real rows alone, with intervals, for {len(shown)} mixtures; "
    return svg(parts, told + "the table has the numbers", (420.0, base + 26), "mixtures")


def _better(measure: str, interval: tuple[float, float]) -> bool:
    return interval[1] < 0 if measure in LOWER else interval[0] > 0


def _worse(measure: str, interval: tuple[float, float]) -> bool:
    return interval[0] > 0 if measure in LOWER else interval[1] < 0
