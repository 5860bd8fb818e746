"""The walk of the main job on rows that are read: schema, split, fit, sample, evaluate, judge, report."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from understudy import __version__
from understudy.context import Run
from understudy.data.infer import infer
from understudy.data.raw import Raw
from understudy.data.split import FEWEST_FOR_HOLDOUT, Split, split
from understudy.data.table import Table
from understudy.data.typed import parse
from understudy.errors import InputError, listed, nearest
from understudy.metrics.evaluate import Evaluation, evaluate
from understudy.metrics.groups import score_groups
from understudy.metrics.tabular.fairness._groups import columns_of
from understudy.pipeline.clock import Clock
from understudy.pipeline.fitting import Fitted, fit
from understudy.pipeline.formats import Sink, Writer
from understudy.pipeline.gate import Judgement, judge
from understudy.pipeline.recipe import Evaluate, Recipe
from understudy.pipeline.sampling import sample
from understudy.protocols import Generator
from understudy.report.build import About, build
from understudy.report.report import Report
from understudy.schema.table import TableSchema

__all__ = ["Done", "Surroundings", "Understood", "check_groups", "check_target", "learn", "make", "understand", "walk"]

_IN_MEMORY = 500_000
"""Synthetic rows that are kept in memory for their evaluation; more go to a file."""

_FEWEST_LEARNT = 2
"""Rows of a training part below which nothing can be learnt."""
_FEWEST_HELD = 4
"""Rows of a holdout below which nothing can be measured on it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job has around it.

    Parameters
    ----------
    title : str
        Name of the table in the report.
    clock : Clock
        Takes the time of each step.
    writer : Writer or None
        How synthetic rows are written; None: they are not.
    path : Path or None
        Where they are written.
    work : Path or None
        Folder for what does not fit into memory; None: everything stays there.
    provenance : mapping
        More of what is needed to make the table again, for the report.
    """

    title: str
    clock: Clock = field(default_factory=Clock)
    writer: Writer | None = None
    path: Path | None = None
    work: Path | None = None
    provenance: Mapping[str, object] = field(default_factory=dict)

    def sink(self, schema: TableSchema, run: Run) -> AbstractContextManager[Sink | None]:
        """Open the file for synthetic rows, if there is to be one."""
        return nullcontext() if self.writer is None or self.path is None else self.writer.open(self.path, schema, run)


@dataclass(frozen=True, slots=True)
class Understood:
    """Real rows with their meaning, split."""

    schema: TableSchema
    evidence: Mapping[str, Sequence[str]]
    n_rows: int
    parts: Split


@dataclass(frozen=True, slots=True)
class Done:
    """What a job made, and what it found."""

    understood: Understood
    fitted: Fitted
    synthetic: Table
    evaluation: Evaluation
    judgements: tuple[Judgement, ...]
    report: Report


def understand(raw: Raw, schema: TableSchema | None, recipe: Recipe, run: Run, clock: Clock) -> Understood:
    """Give the rows their meaning, check that they fit the recipe, and set the holdout aside.

    Raises
    ------
    SchemaError, InputError
        If the rows disagree with the schema, there are too few, or the target is not among the columns.
    """
    evidence: Mapping[str, Sequence[str]] = {}
    with clock.step(run.child("schema")):
        if schema is None:
            inference = infer(raw, run.child("schema"))
            schema, evidence = inference.schema, inference.evidence
        check_target(recipe.evaluate.target, schema)
        check_groups(recipe.evaluate, schema)
        table = parse(raw, schema, run.child("schema"))
        for query in recipe.evaluate.queries:
            query.check(table)
    n = table.n_rows
    _check_rows(n)
    with clock.step(run.child("split"), n):
        parts = split(table, run.child("split").rng, recipe.evaluate.holdout)
    _check_training(parts.training.n_rows, n, recipe.evaluate.holdout)
    _check_holdout(0 if parts.holdout is None else parts.holdout.n_rows, n, schema, recipe.evaluate.holdout)
    return Understood(schema, evidence, n, parts)


def _check_rows(n: int) -> None:
    if n < FEWEST_FOR_HOLDOUT:
        msg = (
            f"The table has {n} row{'s' * (n != 1)}, but a job that is judged takes at least {FEWEST_FOR_HOLDOUT}: of "
            "fewer, none can be held out to judge by. Give more rows, or make unjudged ones with `understudy fit` and "
            "`understudy sample`."
        )
        raise InputError(msg)


def _check_training(left: int, n: int, share: float) -> None:
    if left < _FEWEST_LEARNT:
        msg = (
            f"A holdout of {share:g} leaves {left} of {n} rows to learn from; that takes at least {_FEWEST_LEARNT}. "
            "Lower `evaluate: holdout` in the recipe, or give more rows."
        )
        raise InputError(msg)


def _check_holdout(held: int, n: int, schema: TableSchema, share: float) -> None:
    if held < _FEWEST_HELD:
        whole = f", in whole entities of {schema.entity!r}," if schema.entity else ""
        msg = (
            f"Only {held} of {n} rows could be held out with a share of {share:g}{whole} but judging takes at least "
            f"{_FEWEST_HELD}. Raise `evaluate: holdout` in the recipe, or give more rows."
        )
        raise InputError(msg)


def check_target(target: str | None, schema: TableSchema) -> None:
    """Refuse a target that is no column.

    Raises
    ------
    InputError
        Naming the nearest column.
    """
    _check_column("target", target, schema)


def check_groups(declared: Evaluate, schema: TableSchema) -> None:
    """Refuse columns of groups that are none.

    Raises
    ------
    InputError
        Naming the nearest column.
    """
    for name in declared.protected or ():
        for part in columns_of(name, schema.columns):
            _check_column("protected column", part, schema)
    for name in declared.representation or ():
        _check_column("column of groups", name, schema)


def _check_column(what: str, name: str | None, schema: TableSchema) -> None:
    if name is not None and name not in schema.columns:
        columns = schema.columns
        msg = f"The {what} {name!r} is no column.{nearest(name, columns)} The columns are {listed(columns)}."
        raise InputError(msg)


def learn(understood: Understood, recipe: Recipe, run: Run, clock: Clock) -> Fitted:
    """Fit what the recipe names."""
    training = understood.parts.training
    with clock.step(run.child("fit"), training.n_rows):
        return fit(training, recipe.synthesizer, recipe.fit, recipe.evaluate.target, run)


def make(
    generator: Generator, n: int, chunk: int, run: Run, clock: Clock, sink: Sink | None, work: Path | None
) -> Table:
    """Make ``n`` rows, write them to ``sink`` as they come, and give them back for evaluation.

    Parameters
    ----------
    work : Path or None
        Folder for rows beyond what is kept in memory; None keeps all.
    """
    place = run.child("sample")
    kept: list[pl.DataFrame | Path] = []
    with clock.step(place, n, live=True) as line:
        for i, table in enumerate(sample(generator, n, place, chunk=chunk)):
            if sink is not None:
                sink.append(table)
            kept += [table.rows] if work is None or n <= _IN_MEMORY else [_spilled(table, work / f"made-{i}.parquet")]
            line.advance(table.n_rows)
    return Table(tuple(kept), generator.schema)


def walk(raw: Raw, schema: TableSchema | None, recipe: Recipe, run: Run, around: Surroundings) -> Done:
    """Do the job on rows that are read.

    Parameters
    ----------
    raw : Raw
        The real rows.
    schema : TableSchema or None
        What they mean; None: inferred.
    recipe : Recipe
        The job.
    run : Run
        Its seed and means.
    around : Surroundings
        Where things go.
    """
    clock = around.clock
    understood = understand(raw, schema, recipe, run, clock)
    fitted = learn(understood, recipe, run, clock)
    n = understood.n_rows if recipe.sample.rows is None else recipe.sample.rows
    with around.sink(understood.schema, run.child("sample")) as sink:
        synthetic = make(fitted.generator, n, recipe.sample.chunk, run, clock, sink, around.work)
    parts, target = understood.parts, recipe.evaluate.target
    with clock.step(run.child("evaluate"), shown=False):
        evaluation = evaluate(parts.training, synthetic, parts.holdout, recipe.wanted, run.child("evaluate"))
        place = run.child("evaluate", "groups")
        groups = score_groups(parts.training, synthetic, parts.holdout, recipe.wanted, place)
    judgements = judge(recipe.gate, evaluation)
    with clock.step(run.child("report")):
        about = About(
            title=around.title,
            target=target,
            findings=run.findings.all(),
            evidence=understood.evidence,
            model=fitted.generator.describe(),
            groups=groups,
            provenance={
                "understudy": __version__,
                "seed": recipe.seed,
                "synthesizer": fitted.synthesizer,
                "fitted on": f"{fitted.rows:,} rows",
                **around.provenance,
            },
        )
        report = build(parts.training, synthetic, parts.holdout, evaluation, judgements, about, run.child("report"))
    return Done(understood, fitted, synthetic, evaluation, judgements, report)


def _spilled(table: Table, path: Path) -> Path:
    table.rows.write_parquet(path, compression="lz4")
    return path
