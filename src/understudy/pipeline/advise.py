"""Whether synthetic rows help a model that can have the real ones: in place of them, besides them, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from warnings import catch_warnings, simplefilter

import numpy as np
import polars as pl
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning

from understudy import __version__
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import InputError, NotApplicable, UnknownName, nearest
from understudy.metrics.tabular._learning import LEARNERS, Lesson, Task
from understudy.pipeline import schema_file
from understudy.pipeline.clock import Clock
from understudy.pipeline.fitting import Fitted, fit
from understudy.pipeline.job import finding_records, versions
from understudy.pipeline.judging import read_alike
from understudy.pipeline.library import Data, Options, open_data, title_of
from understudy.pipeline.mixtures import DRAWS, PORTIONS, Exam, Examined, Mixture, Stock, mixtures, topped_up
from understudy.pipeline.recipe import Recipe
from understudy.pipeline.sampling import sample
from understudy.pipeline.steps import check_target, understand
from understudy.report.advice import LOWER, Advice, Option
from understudy.report.output import Form, write_forms
from understudy.schema.table import TableSchema
from understudy.store.manifest import Manifest, hash_file
from understudy.store.workspace import new_folder

__all__ = ["MEASURES", "advise_data", "advise_files"]

MEASURES = {
    "classes": ("auc", "pr_auc", "accuracy", "precision", "recall", "f1"),
    "quantities": ("r2", "rmse", "mae"),
}
"""What can decide, by the kind of target; the first one does unless told."""
_PRICES = {"recall": "precision", "precision": "recall"}
"""What pays for a gain: more of the one is often had by less of the other."""
_MAX_ROWS = 100_000
"""Real rows that are learnt from, and tested on, at most."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Real rows to learn from and to be tested on."""

    training: Table
    holdout: Table

    @property
    def schema(self) -> TableSchema:
        return self.training.schema


def advise_data(
    real: Data,
    holdout: Data | None,
    options: Options,
    learner: str = "boosted",
    measure: str | None = None,
) -> Advice:
    """Compare models trained on real rows, synthetic ones, and mixtures of both, on unseen real rows.

    Differences come with intervals that hold for all comparisons at once: 95 % divided among them (Bonferroni), from a
    paired bootstrap of the holdout and what another draw of synthetic rows changed, pooled over the mixtures. What
    another fit of the synthesizer would change is not in them.

    Raises
    ------
    UnderstudyError
        If the data or an option cannot be used, or the target cannot be predicted.
    """
    return _advise(real, holdout, options, (learner, measure), Clock())[0]


def _advise(
    real: Data, holdout: Data | None, options: Options, by: tuple[str, str | None], clock: Clock
) -> tuple[Advice, TableSchema]:
    learner, measure = by
    if options.target is None:
        raise InputError("No target is named, and so there is nothing to advise on. Name the column to predict.")
    if learner not in LEARNERS:
        raise UnknownName.among("learners", learner, LEARNERS)
    recipe = options.recipe()
    run = options.run(recipe)
    rows = _read(real, holdout, options, recipe, run, clock)
    task = Task.of(recipe.evaluate.target, rows.training)
    measure = _checked(measure, task)
    with clock.step(run.child("fit"), rows.training.n_rows):
        fitted = fit(rows.training, recipe.synthesizer, recipe.fit, recipe.evaluate.target, run)
    place = run.child("advise")
    known = task.rows(rows.training, _MAX_ROWS, place.child("real"), "real")
    test = task.rows(rows.holdout, _MAX_ROWS, place.child("holdout"), "holdout")
    with clock.step(run.child("sample")):
        stock = _stock(task, known, fitted, run.child("sample"))
    lesson = Lesson.of(task, rows.schema, *stock.frames(), test)
    tried, skipped = mixtures(stock, lesson, place)
    exam = Exam(lesson, test, learner, measure, place)
    found: list[Examined] = []
    # Filters of warnings belong to the process: set here, those of several workers cannot undo one another.
    with catch_warnings(), clock.step(place, shown=False), place.step(len(tried), "mixtures") as line:
        simplefilter("ignore", ConvergenceWarning)
        for result in run.executor.map(exam.sat, tried):
            found.append(result)
            line.advance()
    compared = _compared(tried, found, measure)
    use, sentence, instead = _advice(compared, measure)
    advice = Advice(
        use=use,
        sentence=sentence,
        instead=instead,
        target=task.target,
        measure=measure,
        learner=learner,
        options=compared,
        skipped=skipped,
        holdout_rows=test.height,
        synthesizer=fitted.synthesizer,
        seed=recipe.seed,
        findings=tuple(run.findings.all()),
        title=title_of(real),
    )
    return advice, rows.schema


def advise_files(
    real: Path,
    holdout: Path | None,
    out: Path | None,
    options: Options,
    learner: str,
    measure: str | None,
    form: Form = "html",
) -> tuple[Advice, Path | None]:
    """Advise on files; where ``out`` is given, write a folder that appears whole or not at all.

    ``advice.json`` is always written; ``form`` says what else. The second result is what a person opens there.

    Raises
    ------
    UnderstudyError
        If the files cannot be used, or the folder cannot be written.
    """
    if out is None:
        return advise_data(real, holdout, options, learner, measure), None
    clock = Clock()
    with new_folder(out) as folder:
        advice, schema = _advise(real, holdout, options, (learner, measure), clock)
        shown = write_forms(advice, folder, form, "advice")
        files = {"real": real} | ({} if holdout is None else {"holdout": holdout})
        told = {"target": advice.target, "learner": advice.learner, "measure": advice.measure}
        Manifest(
            kind="advise",
            understudy=__version__,
            versions=versions(),
            verdict="passed",
            seed=advice.seed,
            recipe={what: str(path) for what, path in files.items()} | told,
            synthesizer=advice.synthesizer,
            schema_sha256=schema_file.hash_schema(schema),
            inputs={what: hash_file(path) for what, path in files.items()},
            outputs={path.name: hash_file(path) for path in sorted(folder.iterdir())},
            findings=finding_records(advice.findings),
            steps=tuple(clock.steps),
        ).save(folder)
    return advice, out / shown.name


def _read(real: Data, holdout: Data | None, options: Options, recipe: Recipe, run: Run, clock: Clock) -> _Rows:
    """Read the rows, and set a fifth aside where no holdout is given."""
    raw, _ = open_data(real, run.child("read", "real"))
    if holdout is None:
        parts = understand(raw, options.table_schema(), recipe, run, clock).parts
        if parts.holdout is None:
            raise InputError("The table is too short to set rows aside to test on. Give more rows.")
        return _Rows(parts.training, parts.holdout)
    with clock.step(run.child("read")):
        raws = {"real": raw, "holdout": open_data(holdout, run.child("read", "holdout"))[0]}
        tables, _ = read_alike(raws, options.table_schema(), run)
    check_target(recipe.evaluate.target, tables["real"].schema)
    for what, table in tables.items():
        if not table.n_rows:
            msg = f"The {what} table has no rows. Give at least one."
            raise InputError(msg)
    return _Rows(tables["real"], tables["holdout"])


def _checked(measure: str | None, task: Task) -> str:
    allowed = MEASURES["quantities" if task.levels is None else "classes"]
    if measure is None:
        return allowed[0]
    if measure not in allowed:
        kind = "a quantity" if task.levels is None else "classes"
        meant = nearest(measure, allowed)
        msg = f"{measure!r} does not measure the prediction of {kind}.{meant} Use one of {', '.join(allowed)}."
        raise InputError(msg)
    return measure


def _stock(task: Task, real: pl.DataFrame, fitted: Fitted, run: Run) -> Stock:
    """Make the rows to mix: for each draw others, in an order that says nothing."""
    n = round(max(PORTIONS) * real.height)
    made = pl.concat([part.rows for part in sample(fitted.generator, DRAWS * n, run)])
    made = made[run.child("order").rng.permutation(made.height)]
    balancing: tuple[pl.DataFrame, ...] | str
    try:
        balancing = tuple(topped_up(task, real, fitted.generator, run.child("balance", i)) for i in range(DRAWS))
    except NotApplicable as reason:
        balancing = str(reason)
    return Stock(real, tuple(made[i * n : (i + 1) * n] for i in range(DRAWS)), balancing)


def _compared(tried: Sequence[Mixture], found: Sequence[Examined], measure: str) -> tuple[Option, ...]:
    """Set each mixture beside the real rows alone, which come first."""
    alone = found[0]
    # Two-sided, for all comparisons at once.
    z = float(norm.ppf(1 - 0.05 / (2 * max(1, len(tried) - 1))))
    between = sum(result.spread(measure) for result in found) / max(1, sum(len(r.values) - 1 for r in found))
    out: list[Option] = []
    for mixture, result in zip(tried, found, strict=True):
        difference, interval = None, None
        if result is not alone:
            difference = result.value(measure) - alone.value(measure)
            moved = (result.varied - alone.varied)[np.isfinite(result.varied - alone.varied)]
            by_rows = float(moved.std()) if len(moved) else 0.0
            reach = z * float(np.hypot(by_rows, np.sqrt(between / len(result.values))))
            interval = difference - reach, difference + reach
        values = {name: result.value(name) for name in result.values[0]}
        out.append(
            Option(mixture.name, mixture.title, *mixture.rows, result.value(measure), difference, interval, values)
        )
    return tuple(out)


def _advice(options: tuple[Option, ...], measure: str) -> tuple[str, str, str]:
    """Say what to use; SMOTE is a reference, and synthetic rows alone are no addition."""
    sign = -1.0 if measure in LOWER else 1.0

    def gain(option: Option) -> float:
        return sign * (option.difference or 0.0)

    def surely(option: Option) -> bool:
        return option.interval is not None and min(sign * end for end in option.interval) > 0

    alone, synthetic, *others = options
    mixed = [option for option in others if option.name != "smote"]
    best = max([option for option in mixed if surely(option)] or mixed, key=gain)
    said = f"{_called(measure)} on unseen rows"
    if surely(best):
        sentence = f"Use {best.title}: {said} goes from {alone.value:.4g} to {best.value:.4g}, {_by(best)}."
    else:
        sentence = (
            f"Use the real rows alone: no mixture measurably improves {said}, which is {alone.value:.4g}; the "
            f"best of them, {best.title}, gives {best.value:.4g}, {_by(best)}."
        )
    price = _PRICES.get(measure)
    if surely(best) and price is not None:
        sentence += (
            f" The price: {_called(price)} goes from {alone.measures[price]:.4g} to {best.measures[price]:.4g}, and "
            f"the AUC, which no threshold decides, from {alone.measures['auc']:.4g} to {best.measures['auc']:.4g}."
        )
    smote = next((option for option in others if option.name == "smote"), None)
    if smote is not None and surely(smote) and gain(smote) > max(gain(best), 0.0):
        sentence += f" SMOTE, for reference, does better: {smote.value:.4g}, {_by(smote)}."
    low, high = synthetic.interval or (0.0, 0.0)
    verdict = "as good as" if low <= 0 <= high else "better than" if surely(synthetic) else "worse than"
    told = "not measurably apart from" if verdict == "as good as" else verdict
    instead = f"Synthetic rows alone are {told} the real ones: {synthetic.value:.4g}, {_by(synthetic)}."
    return (best.name if surely(best) else alone.name), sentence, instead


def _by(option: Option) -> str:
    low, high = option.interval or (0.0, 0.0)
    return f"a difference of {option.difference or 0.0:+.2g} (95 % interval {low:+.2g} to {high:+.2g})"


def _called(measure: str) -> str:
    return {"auc": "the AUC", "pr_auc": "the PR-AUC", "r2": "R2", "rmse": "the RMSE", "mae": "the MAE"}.get(
        measure, f"the {measure}"
    )
