"""From tables, scores and what happened on the way to a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from understudy import catalog
from understudy.context import Finding, Run
from understudy.data.table import Table
from understudy.metrics.evaluate import Evaluation
from understudy.metrics.groups import GroupScores
from understudy.metrics.tabular.fairness._groups import columns_of, spelled
from understudy.metrics.tabular.fairness._groups import groups as groups_by
from understudy.protocols import Better, Score
from understudy.report.changes import changes_since
from understudy.report.distributions import draw_column
from understudy.report.embedding import embed
from understudy.report.plots import ColumnPlot, Plots
from understudy.report.protect import sample_rows
from understudy.report.relations import associate, project
from understudy.report.report import (
    ColumnOverview,
    Gate,
    GroupLine,
    Question,
    Report,
    ScoreLine,
    Sizes,
)
from understudy.report.rules import weigh
from understudy.report.standing import judge
from understudy.report.wording import answer, meaning, place, verdict
from understudy.report.words import FOR_COMPARISON, QUESTIONS
from understudy.schema.column import ColumnType, Datetime, Identifier, Location, Numerical
from understudy.schema.table import TableSchema

__all__ = ["About", "build"]

_ROWS_DRAWN = 100_000
"""Rows of each table that the plots count; more would not change a pixel."""

_PLOTS = 300
_DETAILS = 1000
_VOCABULARY = {"measure", "attack", "rows_of", "learner", "trained_on", "tested_on"}
"""Parts of a score's details that hold a metric's own words, not the data's."""

_GROUPS = {"group", "other_group"}
"""Parts that hold levels of the column beside them, called ``column``; shown where enough real rows hold them."""
_NAMED_LEVELS = {"detection_where"}
"""Metrics whose ``level`` is shown in the same way; those of others list rare ones."""
_FEWEST_SHOWN = 5

_PROTECTIONS = {"categories.rare", "extremes.protected"}
"""Findings that say what was done for the people behind rare or extreme values of a column."""

_GRAVEST = {"degraded": 0, "repair": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class About:
    """What the tables cannot tell themselves.

    Parameters
    ----------
    title : str
        Name of the table, such as its file's name.
    target : str or None
        Column that models shall predict.
    findings : sequence of Finding
        What was found and done; ``run.findings.all()``.
    evidence : mapping of str to sequence of str
        For each column, why it was taken to be what it is.
    model : mapping
        ``generator.describe()``; the keys "settings", "governor", "relations", "rules" and "order" are
        shown.
    groups : sequence of GroupScores
        Fidelity of each group of people by itself.
    previous : mapping or None
        Scores of an earlier evaluation, as :func:`understudy.report.changes.read_previous` gives them.
    provenance : mapping
        What is needed to make the table again: seed, synthesizer, versions, hashes, in the order to show.
    """

    title: str = "Synthetic table"
    target: str | None = None
    findings: Sequence[Finding] = ()
    evidence: Mapping[str, Sequence[str]] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    previous: Mapping[str, Any] | None = None
    groups: Sequence[GroupScores] = ()


def build(
    real: Table,
    synthetic: Table,
    holdout: Table | None,
    evaluation: Evaluation,
    gates: Sequence[Gate],
    about: About | None = None,
    run: Run | None = None,
) -> Report:
    """Put a report together.

    Parameters
    ----------
    real : Table
        Rows that the model was fitted on. Nothing of a single one of them gets into the report.
    synthetic : Table
        Rows that the model made.
    holdout : Table or None
        Real rows that it never saw.
    evaluation : Evaluation
        Scores.
    gates : sequence of Gate
        Limits and results.
    about : About, optional
        Title, target, findings and what is known of the model.
    run : Run, optional
        Its randomness chooses the rows that are laid out by their neighbours; without one, none are.
    """
    about = about or About()
    findings = tuple(sorted(about.findings, key=lambda f: _GRAVEST.get(f.severity, len(_GRAVEST))))
    outcome, reason = verdict(gates, findings)
    model = about.model
    drawn, entity = sample_rows(real, _ROWS_DRAWN), real.schema.entity
    rules = weigh(model.get("rules", ()), drawn, drawn[entity] if entity else None)
    questions = _questions(evaluation, real)
    return Report(
        title=about.title,
        verdict=outcome,
        reason=reason,
        sizes=Sizes(
            real.n_rows, synthetic.n_rows, None if holdout is None else holdout.n_rows, len(real.schema.columns)
        ),
        gates=tuple(gates),
        questions=questions,
        skipped=dict(evaluation.skipped),
        findings=findings,
        relations=tuple(str(text) for text in model.get("relations", ()) if text not in {rule.text for rule in rules}),
        rules=rules,
        columns=_overview(real.schema, about),
        plots=_plots(real, synthetic, about.target, run),
        settings={**dict(model.get("settings", {})), **({"order": model["order"]} if model.get("order") else {})},
        governor=dict(model.get("governor", {})),
        provenance={key: str(value) for key, value in about.provenance.items()},
        seconds=evaluation.seconds,
        changes=() if about.previous is None else changes_since(about.previous, questions),
        groups=_group_lines(about.groups, real),
    )


def _questions(evaluation: Evaluation, real: Table) -> tuple[Question, ...]:
    known, groups = catalog.entries("metrics"), dict[str, list[ScoreLine]]()
    for name, score in sorted(evaluation.scores.items(), key=lambda item: (place(item[0]), item[0])):
        entry = known.get(name)
        metric = evaluation.metrics.get(name) or (entry.load() if entry else None)
        question = entry.group.rpartition(".")[2] if entry else "other"
        groups.setdefault(getattr(metric, "question", question), []).append(_line(name, score, metric, real))
    places = {name: k for k, name in enumerate(QUESTIONS)}
    out: list[Question] = []
    for name in sorted(groups, key=lambda n: (places.get(n, len(places)), n)):
        title, asks = QUESTIONS.get(name, (name.capitalize(), "What else was measured?"))
        standing, remark, text = answer(name, groups[name])
        out.append(Question(name, title, asks, text, standing, remark, tuple(groups[name])))
    return tuple(out)


def _group_lines(scored: Sequence[GroupScores], real: Table) -> tuple[GroupLine, ...]:
    """Give the scores of each group; one of fewer than five entities has no name."""
    known = catalog.entries("metrics")
    rare = {name: _rare(name, real) for name in dict.fromkeys(group.column for group in scored)}
    out: list[GroupLine] = []
    for group in scored:
        named = None if group.group in rare[group.column] else group.group
        order = sorted(group.scores.items(), key=lambda item: (place(item[0]), item[0]))
        lines = tuple(replace(_line(name, s, known[name].load(), real), details=()) for name, s in order)
        out.append(GroupLine(group.column, named, *group.rows, lines, dict(group.skipped)))
    return tuple(out)


def _line(name: str, score: Score, metric: object, real: Table) -> ScoreLine:
    better: Better = getattr(metric, "better", "higher")
    standing, remark = ("open", "") if name in FOR_COMPARISON else judge(better, score)
    return ScoreLine(
        name=name,
        title=getattr(metric, "title", None) or name.replace("_", " "),
        better=better,
        value=score.value,
        floor=score.floor,
        ceiling=score.ceiling,
        interval=score.interval,
        seconds=score.seconds,
        standing=standing,
        remark=remark,
        meaning=meaning(name, getattr(metric, "__doc__", None)),
        ceiling_interval=score.ceiling_interval,
        details=_details(score.details, real, _GROUPS | {"level"} if name in _NAMED_LEVELS else _GROUPS),
    )


def _details(frame: pl.DataFrame | None, real: Table, groups: set[str]) -> tuple[dict[str, Any], ...]:
    """Keep numbers, names of columns and groups of people: other text in a metric's details could be a rare value."""
    if frame is None:
        return ()
    schema = real.schema
    frame = _without_rare(frame.head(_DETAILS), real, groups)
    kept = [
        name
        for name, dtype in frame.schema.items()
        if dtype.is_numeric()
        or dtype == pl.Boolean
        or name in _VOCABULARY | groups
        or (dtype == pl.String and all(_is_known(value, schema) for value in frame[name].drop_nulls().unique()))
    ]
    return tuple(frame.select(kept).to_dicts()) if kept else ()


def _without_rare(frame: pl.DataFrame, real: Table, groups: set[str]) -> pl.DataFrame:
    """Remove the names of groups that are levels of fewer than five real rows (or entities) of the ``column`` beside.

    What no real row holds was named by the metric, such as a quarter, or by the user.
    """
    names = [name for name in sorted(groups) if name in frame.columns]
    if not names or "column" not in frame.columns:
        return frame.drop(names)
    rare = {column: _rare(column, real) for column in frame["column"].unique() if _is_known(column, real.schema)}
    for name in names:
        shown = [
            group if column in rare and group not in rare[column] else None
            for column, group in zip(frame["column"], frame[name], strict=True)
        ]
        frame = frame.with_columns(pl.Series(name, shown, dtype=pl.String))
    return frame


def _is_known(name: str | None, schema: TableSchema) -> bool:
    """Whether a name is that of a column, or of several with stars between."""
    return name is not None and set(columns_of(name, schema.columns)) <= schema.columns.keys()


def _rare(name: str, real: Table) -> set[str]:
    """Give the values of a column, as text, that fewer than five real rows (or entities) hold."""
    who, known = real.holders(), real.schema.columns
    if name in known:
        held = spelled(real.column(name), known[name])
    else:
        found, _ = groups_by(name, real)
        codes = found.codes(real.rows)
        held = pl.Series([found.names[code] if code >= 0 else None for code in codes], dtype=pl.String)
    held = held.alias("value")
    by = pl.DataFrame({"value": held, "who": pl.int_range(len(held), eager=True) if who is None else who})
    counts = by.drop_nulls().group_by("value").agg(n=pl.col("who").n_unique())
    return set(counts.filter(pl.col("n") < _FEWEST_SHOWN)["value"].to_list())


def _overview(schema: TableSchema, about: About) -> tuple[ColumnOverview, ...]:
    protected: dict[str, list[str]] = {}
    for finding in about.findings:
        if finding.code in _PROTECTIONS:
            protected.setdefault(finding.where.rpartition("/")[2], []).append(finding.text)
    return tuple(
        ColumnOverview(
            name,
            column.kind,
            _note(column),
            _roles(name, schema, about.target),
            tuple(about.evidence.get(name, ())),
            " ".join(protected.get(name, ())),
        )
        for name, column in schema.columns.items()
    )


def _note(column: ColumnType) -> str:
    match column:
        case Numerical(decimals=0):
            return "whole numbers"
        case Numerical(decimals=int(digits)):
            return f"{digits} decimal{'s' if digits > 1 else ''}"
        case Datetime(resolution=resolution, time_zone=zone):
            return f"to the {resolution}" + (f", {zone}" if zone else "")
        case Identifier(semantic=str(semantic)):
            return semantic.replace("_", " ")
        case Location(axis=axis):
            return axis
        case _:
            return ""


def _roles(name: str, schema: TableSchema, target: str | None) -> tuple[str, ...]:
    roles = {"target": target, "primary key": schema.primary_key, "entity": schema.entity}
    return tuple(role for role, column in roles.items() if column == name)


def _plots(real: Table, synthetic: Table, target: str | None, run: Run | None) -> Plots:
    schema = real.schema
    first, second = sample_rows(real, _ROWS_DRAWN), sample_rows(synthetic, _ROWS_DRAWN)
    entities = first[schema.entity] if schema.entity else None
    drawn: list[ColumnPlot] = []
    not_drawn: dict[str, str] = {}
    for name, column in schema.columns.items():
        plot = draw_column(name, column, first[name], second[name], entities)
        if isinstance(plot, str):
            not_drawn[name] = plot
        else:
            drawn.append(plot)
    drawn.sort(key=lambda plot: -plot.distance)
    not_drawn.update(dict.fromkeys((plot.column for plot in drawn[_PLOTS:]), "it is one of the most alike columns"))
    return Plots(
        columns=tuple(drawn[:_PLOTS]),
        not_drawn=not_drawn,
        associations=associate(first, second, schema, target),
        projection=project(first, second, schema),
        rows=(first.height, second.height),
        embedding="no run was given to draw rows by"
        if run is None
        else embed(first, second, schema, run.child("embedding")),
    )
