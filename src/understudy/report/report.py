"""A report as plain values: everything that the page says, before it is drawn.

A report holds no table. It can be written as a page or as JSON at any time, and the same values give the same bytes.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from understudy.errors import OutputError
from understudy.report.html import render_html
from understudy.report.json import render_json
from understudy.run import Finding

__all__ = [
    "Associations",
    "Bars",
    "ColumnOverview",
    "ColumnPlot",
    "Gate",
    "Histogram",
    "Pair",
    "Plots",
    "Projection",
    "Question",
    "Report",
    "ScoreLine",
    "Sizes",
    "Spike",
    "Standing",
    "Verdict",
]

Verdict: TypeAlias = Literal["passed", "failed", "degraded"]
"""Passed its gate; failed it; or passed it after a step did less than was asked for (or nothing could be judged)."""

Standing: TypeAlias = Literal["good", "fair", "weak", "open"]
"""How a score stands between its references; "open" where it has none."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit, and what was measured against it.

    Parameters
    ----------
    name : str
        Name of the limit in the recipe, such as ``tstr_ratio``.
    passed : bool or None
        None where it could not be judged.
    value, limit : float or None
        What was measured, and the limit.
    text : str
        One sentence for the user.
    """

    name: str
    passed: bool | None
    value: float | None
    limit: float | None
    text: str


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One score with its references and what it means.

    Parameters
    ----------
    name, title : str
        Name in the catalog; short human name.
    better : {"higher", "lower", "half"}
        Which way is good.
    value : float
        The measure of the synthetic table.
    floor, ceiling : float or None
        The same measure of independent columns, and of unseen real rows.
    interval : tuple of float or None
        95 % interval of ``value``.
    seconds : float
        Wall time it took.
    standing : Standing
        How it stands between its references.
    meaning : str
        What the number says, in plain words.
    details : tuple of dict
        The parts that the value is made of, such as one entry per column.
    """

    name: str
    title: str
    better: Literal["higher", "lower", "half"]
    value: float
    floor: float | None
    ceiling: float | None
    interval: tuple[float, float] | None
    seconds: float
    standing: Standing
    meaning: str
    details: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Scores that answer one question, such as fidelity, with the answer in one sentence."""

    name: str
    title: str
    asks: str
    answer: str
    standing: Standing
    scores: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class ColumnOverview:
    """What a column was taken to be, and why.

    Parameters
    ----------
    name, kind : str
        Name and type.
    note : str
        Details of the type, such as "whole numbers"; may be empty.
    roles : tuple of str
        Such as "target", "primary key", "entity".
    evidence : tuple of str
        Why it was taken to be this.
    protected : str
        What was done for the people behind rare or extreme values; may be empty.
    """

    name: str
    kind: str
    note: str
    roles: tuple[str, ...]
    evidence: tuple[str, ...]
    protected: str


@dataclass(frozen=True, slots=True)
class Spike:
    """A value so frequent that it is reported beside the histogram: its label and its two shares of the rows."""

    label: str
    real: float
    synthetic: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """A column on an axis, real and synthetic in the same bins.

    Parameters
    ----------
    column, kind : str
        Name and type of the column.
    edges : tuple of float, length k + 1
        Ends of the bins, within the protected range of the real rows.
    real, synthetic : tuple of float, length k
        Share of the rows with a value that falls in each bin (counts are rounded first, see ``report/protect.py``).
    ticks : tuple of (float, str)
        Positions on the axis, with labels.
    outside, missing : tuple of float
        Share of real and of synthetic rows outside the drawn range; without a value.
    spike : Spike or None
        A value that is left out of the bins because it would flatten the rest.
    distance : float
        Kolmogorov-Smirnov distance of the two columns, in [0, 1].
    """

    column: str
    kind: str
    edges: tuple[float, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    ticks: tuple[tuple[float, str], ...]
    outside: tuple[float, float]
    missing: tuple[float, float]
    spike: Spike | None
    distance: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A column in levels.

    Parameters
    ----------
    column, kind : str
        Name and type of the column.
    labels : tuple of str
        Levels, most frequent first; the last may stand for all others.
    real, synthetic : tuple of float
        Share of the rows with a value.
    pooled : int
        How many real levels the last label stands for; 0 where every level is shown.
    missing : tuple of float
        Share of real and of synthetic rows without a value.
    distance : float
        Total variation distance of the two columns, in [0, 1].
    """

    column: str
    kind: str
    labels: tuple[str, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    pooled: int
    missing: tuple[float, float]
    distance: float


ColumnPlot: TypeAlias = Histogram | Bars
"""One column, real against synthetic."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How strongly two columns go together, in the real and in the synthetic rows."""

    first: str
    second: str
    real: float
    synthetic: float


@dataclass(frozen=True, slots=True)
class Associations:
    """Strength of the relation of every two columns, in [-1, 1] for two quantities and [0, 1] otherwise.

    Parameters
    ----------
    columns : tuple of str
        Columns shown, in table order.
    real, synthetic : tuple of tuples of float
        Symmetric matrices.
    widest : tuple of Pair
        Pairs that differ most, most first.
    mean_gap : float
        Mean absolute difference over all shown pairs.
    left_out : int
        Columns that could be shown but are not, for want of space.
    """

    columns: tuple[str, ...]
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]
    widest: tuple[Pair, ...]
    mean_gap: float
    left_out: int


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows seen from the side where the real ones spread most, counted in square bins.

    Parameters
    ----------
    cells : int
        Bins along each side.
    real, synthetic : tuple of tuples of float
        Share of the rows in each bin; the first index goes up, the second to the right.
    explained : tuple of float
        Share of the real rows' variance along each of the two axes.
    rows : tuple of int
        How many real and synthetic rows were counted.
    """

    cells: int
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]
    explained: tuple[float, float]
    rows: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plots:
    """Everything that is drawn from rows. Holds aggregates only: no single real row can be read from it.

    Parameters
    ----------
    columns : tuple of ColumnPlot
        Most different column first.
    not_drawn : dict of str to str
        Columns without a plot, and why.
    associations, projection : or None
        None where the table has too few columns or rows.
    rows : tuple of int
        How many real and synthetic rows the plots count.
    """

    columns: tuple[ColumnPlot, ...] = ()
    not_drawn: dict[str, str] = field(default_factory=dict)
    associations: Associations | None = None
    projection: Projection | None = None
    rows: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Number of rows of each table; ``holdout`` is None where there was none."""

    real: int
    synthetic: int
    holdout: int | None
    columns: int


@dataclass(frozen=True, slots=True)
class Report:
    """What may be done with a synthetic table, and the evidence.

    Parameters
    ----------
    title : str
        Name of the table.
    verdict : Verdict
        The outcome.
    reason : str
        The outcome's reason in one sentence.
    sizes : Sizes
        Rows and columns.
    gates : tuple of Gate
        Limits and what was measured.
    questions : tuple of Question
        Scores by question: fidelity, utility, privacy, then others.
    skipped : dict of str to str
        Scores that do not apply, and why.
    findings : tuple of Finding
        What was done and found, gravest first.
    relations : tuple of str
        Exact rules found in the data.
    columns : tuple of ColumnOverview
        The schema, with the evidence for it.
    plots : Plots
        What is drawn.
    settings, governor : dict
        What the synthesizer was told and where the privacy governor ended.
    provenance : dict of str to str
        What is needed to make the same table again: seed, versions, hashes.
    seconds : float
        Wall time of the evaluation.
    """

    title: str
    verdict: Verdict
    reason: str
    sizes: Sizes
    gates: tuple[Gate, ...]
    questions: tuple[Question, ...]
    skipped: dict[str, str]
    findings: tuple[Finding, ...]
    relations: tuple[str, ...]
    columns: tuple[ColumnOverview, ...]
    plots: Plots
    settings: dict[str, Any]
    governor: dict[str, Any]
    provenance: dict[str, str]
    seconds: float

    def to_html(self, path: Path | str | None = None) -> str:
        """Give the page; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return _written(render_html(self), path)

    def to_json(self, path: Path | str | None = None) -> str:
        """Give every number of the report as JSON text; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return _written(render_json(self), path)


def _written(text: str, path: Path | str | None) -> str:
    if path is not None:
        try:
            Path(path).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            msg = f"The report cannot be written to '{path}': {error.strerror}. Choose another place."
            raise OutputError(msg) from error
    return text
