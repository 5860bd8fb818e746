"""The jobs behind the verbs: frames or files in, values out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, TypeAlias, cast

import polars as pl

from understudy.context import Finding, Progress, Run, Silent
from understudy.data.frames import kind_of, to_raw
from understudy.data.infer import Inference, infer
from understudy.data.raw import Raw
from understudy.data.typed import parse, unparse
from understudy.errors import InputError
from understudy.execution.local import Local
from understudy.metrics.evaluate import Evaluation
from understudy.metrics.wanted import check
from understudy.pipeline import document, schema_file
from understudy.pipeline.clock import Clock
from understudy.pipeline.fitting import choice_of, fit
from understudy.pipeline.formats import find_reader
from understudy.pipeline.gate import Judgement
from understudy.pipeline.job import spacious
from understudy.pipeline.model import Model, as_path
from understudy.pipeline.recipe import Recipe, load
from understudy.pipeline.seed import checked_seed, whole
from understudy.pipeline.steps import Surroundings, check_target, walk
from understudy.report.report import Report
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Data", "Options", "Result", "fit_data", "infer_data", "open_data", "run_data", "title_of"]

Data: TypeAlias = Any
"""A pandas, polars, pyarrow or duckdb frame, or the path of a file."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a verb was told, besides the data.

    Parameters
    ----------
    target : str or None
        Column that a model would predict.
    seed : int or None
        Decides every draw; drawn where None.
    synthesizer : str or Spec
        Name, or a Spec of the catalog.
    options : mapping
        Options of a synthesizer that is named.
    rows : int or None
        Rows to make; None: as many as there are.
    schema : TableSchema or str or Path or None
        What the columns mean, or the file that says so; None: inferred.
    time_budget : float or None
        Seconds for choosing and fitting.
    workers : int or None
        Pieces of work done at a time; None: as many as there are cores. Changes nothing else.
    progress : Progress
        Who shows how far the job has come.
    protected : sequence of str
        Columns whose groups are compared.
    representation : mapping or None
        For each of some columns, the share of each group in the population to represent.
    metrics : sequence of str or None
        Metrics or questions to measure; None: the usual ones.
    queries : mapping of str to str
        Questions of the user's own in SQL, by name.
    gate : mapping or None
        Limits of the verdict, as in a recipe.
    base : str or Path or None
        Recipe that says what is not said here.
    model : Model or str or Path or None
        The model that made the rows, to attack it, too.
    """

    target: str | None = None
    seed: int | None = None
    synthesizer: str | Spec = "auto"
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None
    schema: TableSchema | str | Path | None = None
    time_budget: float | None = None
    workers: int | None = None
    progress: Progress = field(default_factory=Silent)
    protected: Sequence[str] = ()
    representation: Mapping[str, Mapping[str, float]] | None = None
    metrics: Sequence[str] | None = None
    queries: Mapping[str, str] = field(default_factory=dict)
    gate: Mapping[str, Any] | None = None
    base: str | Path | None = None
    model: Model | str | Path | None = None

    def recipe(self) -> Recipe:
        """Give the job as it would be declared."""
        declared = self._declared()
        rows = None if self.rows is None else whole(self.rows, "rows", 1)
        target = None if self.target is None else str(self.target)  # pandas may name columns by numbers; here, by text
        return declared.changed(
            fit={"time_budget": self.time_budget},
            sample={"rows": rows},
            evaluate={
                "target": target,
                "protected": self._groups(),
                "representation": self.representation,
                "metrics": self._asked(declared),
            },
            gate=None if self.gate is None else dict(self.gate),
        )

    def _declared(self) -> Recipe:
        if self.base is None:
            chosen = choice_of(self.synthesizer, dict(self.options))
            return document.check(Recipe, {"seed": checked_seed(self.seed), "synthesizer": chosen}, "The options")
        seed = None if self.seed is None else checked_seed(self.seed)
        return load(as_path(self.base)).changed(seed=seed)

    def _asked(self, declared: Recipe) -> list[object] | None:
        """Give the metrics and queries of the options, where there are any, with those of the recipe beside them."""
        if self.metrics is not None and not _are_names(self.metrics):
            msg = f"metrics = {self.metrics!r} is no list of names. Give one, such as ['fidelity', 'privacy']."
            raise InputError(msg)
        if self.metrics is None and not self.queries:
            return None
        names = declared.evaluate.names if self.metrics is None else self.metrics
        own = [{"name": str(name), "sql": sql} for name, sql in self.queries.items()]
        return [*(names or ()), *(query.model_dump() for query in declared.evaluate.queries), *own]

    def _groups(self) -> list[str] | None:
        """Give the protected columns by name; pandas may name columns by numbers."""
        if isinstance(self.protected, str):
            msg = f"protected = {self.protected!r} is no list of columns. Give one, such as ['sex']."
            raise InputError(msg)
        return [str(name) for name in self.protected] or None

    def run(self, recipe: Recipe) -> Run:
        """Give the run of the job."""
        workers = None if self.workers is None else whole(self.workers, "workers", 1)
        return Run(recipe.seed, executor=Local(workers), progress=self.progress)

    def table_schema(self) -> TableSchema | None:
        """Give the schema that the user set."""
        if isinstance(self.schema, str | Path):
            return schema_file.load(Path(self.schema))
        schema = cast("object", self.schema)  # users may not check types
        if schema is None or isinstance(schema, TableSchema):
            return schema
        msg = f"The schema is a {type(schema).__name__}. Give a TableSchema, such as infer(...).schema, or a path."
        raise InputError(msg)


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """What ``understudy.run`` gives.

    Parameters
    ----------
    data : frame
        Synthetic rows, in the caller's kind of frame.
    report : Report
        The evidence; ``report.to_html("report.html")`` draws it.
    model : Model
        Makes more rows.
    evaluation : Evaluation
        The scores.
    gates : tuple of Judgement
        Every condition of the verdict.
    findings : tuple of Finding
        Notes, repairs and degraded choices.
    seed : int
        What makes the same rows again.
    recipe : Recipe
        The job as it would be declared.
    """

    data: Any
    report: Report
    model: Model
    evaluation: Evaluation
    gates: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    seed: int
    recipe: Recipe

    @property
    def verdict(self) -> str:
        """The outcome.

        ``passed`` or ``failed``; ``degraded`` if it passed, but a step did less than was asked for; ``underpowered`` if
        it passed, but too few rows leave a doubt.
        """
        return self.report.verdict

    @property
    def schema(self) -> TableSchema:
        """What the columns were taken to be."""
        return self.model.schema

    def __repr__(self) -> str:
        made = f"{self.report.sizes.synthetic:,} rows of {len(self.schema.columns)} columns"
        return f"Result({self.verdict}: {made} by {self.model.synthesizer}, seed {self.seed}. {self.report.reason})"

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.verdict.capitalize())}.</b> {escape(self.report.reason)}</p>"


def run_data(data: Data, options: Options) -> Result:
    """Do the main job on ``data``."""
    recipe = options.recipe()
    check(recipe.wanted)
    run = options.run(recipe)
    raw, give_back = open_data(data, run.child("read"))
    done = walk(raw, options.table_schema(), recipe, run, Surroundings(title=title_of(data), clock=Clock()))
    findings = tuple(run.findings.all())
    return Result(
        data=give_back(unparse(done.synthetic)),
        report=done.report,
        model=Model(done.fitted.generator, done.fitted.synthesizer, give_back, findings, kind_of(data)),
        evaluation=done.evaluation,
        gates=done.judgements,
        findings=findings,
        seed=recipe.seed,
        recipe=recipe,
    )


def fit_data(data: Data, options: Options) -> Model:
    """Fit on all of ``data``: nothing is held out, because nothing is judged."""
    recipe = options.recipe()
    run = options.run(recipe)
    raw, give_back = open_data(data, run.child("read"))
    schema = options.table_schema() or infer(raw, run.child("schema")).schema
    check_target(recipe.evaluate.target, schema)
    table = parse(raw, schema, run.child("schema"))
    fitted = fit(table, recipe.synthesizer, recipe.fit, recipe.evaluate.target, run)
    return Model(fitted.generator, fitted.synthesizer, give_back, tuple(run.findings.all()), kind_of(data))


def _are_names(metrics: object) -> bool:
    """Tell whether the user gave a list of names; users may not check types."""
    return (
        isinstance(metrics, Sequence)
        and not isinstance(metrics, str)
        and all(isinstance(name, str) for name in cast("Sequence[object]", metrics))
    )


def infer_data(data: Data) -> Inference:
    """Find out what the columns of ``data`` mean."""
    run = Run(0)  # nothing is drawn
    return infer(open_data(data, run.child("read"))[0], run.child("schema"))


def open_data(data: Data, run: Run, work: Path | None = None) -> tuple[Raw, Callable[[pl.DataFrame], object]]:
    """Give the rows of a frame or a file, and what makes the caller's kind of frame; for a file, polars."""
    if not isinstance(data, str | Path):
        return to_raw(data, run)
    path = Path(data)
    reader = find_reader(path)
    return (spacious(reader, work) if work else reader).read(path, run), _as_it_is


def _as_it_is(rows: pl.DataFrame) -> object:
    return rows


def title_of(data: Data) -> str:
    """Give the name of a file, or a name for a frame."""
    return Path(data).name if isinstance(data, str | Path) else "Synthetic table"
