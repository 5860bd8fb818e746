"""A report as plain values: everything that the page says, before it is drawn.

A report holds no table. It can be written as a page or as JSON at any time, and the same values give the same bytes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from understudy.context import Finding
from understudy.report.changes import Change
from understudy.report.html import render_html
from understudy.report.json import render_json
from understudy.report.markdown import render_markdown
from understudy.report.output import written
from understudy.report.plots import Plots
from understudy.report.standing import Remark, Standing

__all__ = [
    "ColumnOverview",
    "Gate",
    "Question",
    "Report",
    "Rule",
    "ScoreLine",
    "Sizes",
    "Standing",
    "Verdict",
]

Verdict: TypeAlias = Literal["passed", "underpowered", "degraded", "failed"]
"""Passed its gate; failed it; or passed it after a step did less than was asked for, on too few rows to prove anything,
or without a check that could be judged."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit, and what was measured against it.

    Parameters
    ----------
    name : str
        Name of the limit in the recipe, such as ``tstr_ratio``.
    passed : bool or None
        None where it could not be judged, or not be decided with so few rows.
    value, limit : float or None
        What was measured, and the limit.
    text : str
        One sentence for the user.
    underpowered : bool
        Whether there are too few rows for the result to prove anything: what the limit forbids could have passed
        unnoticed, or the check could not be made at all.
    least : bool
        Whether the limit is the least value that passes; else it is the greatest.
    """

    name: str
    passed: bool | None
    value: float | None
    limit: float | None
    text: str
    underpowered: bool = False
    least: bool = False


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
    remark : Remark
        Whether it is measurably short of real rows all the same, or there are too few rows to be sure.
    meaning : str
        What the number says, in plain words.
    ceiling_interval : tuple of float or None
        95 % interval of ``ceiling``.
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
    remark: Remark
    meaning: str
    ceiling_interval: tuple[float, float] | None = None
    details: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Scores that answer one question, such as fidelity, with the answer in one sentence.

    Where there are too few rows to be sure, the standing is open and the remark says so.
    """

    name: str
    title: str
    asks: str
    answer: str
    standing: Standing
    remark: Remark
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
class Rule:
    """A rule about single values that no training row breaks, and how much that is worth.

    Parameters
    ----------
    text : str
        The rule.
    share : float
        Share of the training rows that it speaks of.
    usual : float
        Share of all training rows that hold what it concludes.
    telling : bool
        Whether it concludes what is rare otherwise; else it may be a coincidence.
    """

    text: str
    share: float
    usual: float
    telling: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Fidelity of one group of people.

    Parameters
    ----------
    column : str
        The protected column, or several with stars between.
    group : str or None
        Its name; None where fewer than five people are in it.
    real, synthetic, holdout : int
        Rows of the group.
    scores : tuple of ScoreLine
        Its scores, with the references within the group.
    skipped : dict of str to str
        What could not be scored, and why.
    """

    column: str
    group: str | None
    real: int
    synthetic: int
    holdout: int
    scores: tuple[ScoreLine, ...]
    skipped: dict[str, str]


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
        Exact relations between columns found in the data.
    rules : tuple of Rule
        Exact rules about single values, the most telling first.
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
    changes : tuple of Change
        How scores moved since an earlier evaluation, where one was given.
    groups : tuple of GroupLine
        Fidelity of each group of people by itself, where protected columns were named.
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
    rules: tuple[Rule, ...]
    columns: tuple[ColumnOverview, ...]
    plots: Plots
    settings: dict[str, Any]
    governor: dict[str, Any]
    provenance: dict[str, str]
    seconds: float
    changes: tuple[Change, ...] = ()
    groups: tuple[GroupLine, ...] = ()

    def __repr__(self) -> str:
        return f"Report({self.verdict}: {self.reason})"

    def to_html(self, path: Path | str | None = None) -> str:
        """Give the page; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(render_html(self), path)

    def to_markdown(self, path: Path | str | None = None) -> str:
        """Give verdict, checks, scores and findings as Markdown; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(render_markdown(self), path)

    def to_json(self, path: Path | str | None = None) -> str:
        """Give every number of the report as JSON text; also write it to ``path`` where given.

        Raises
        ------
        OutputError
            If ``path`` cannot be written.
        """
        return written(render_json(self), path)
