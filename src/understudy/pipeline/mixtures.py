"""What a model could be trained on besides, or in place of, the real rows; and what each of these is worth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from understudy.context import Run
from understudy.errors import ConditionError, NotApplicable
from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._learning import Answers, Learner, Lesson, Task
from understudy.metrics.tabular.utility._measures import measures_of
from understudy.pipeline.sampling import sample
from understudy.protocols import Generator

__all__ = ["DRAWS", "PORTIONS", "Exam", "Examined", "Mixture", "Stock", "mixtures", "topped_up"]

DRAWS = 2
"""Times that everything with made rows is tried, with other rows: one lucky draw is no evidence."""
PORTIONS = {0.5: "half as many", 1.0: "as many", 2.0: "twice as many"}
"""Synthetic rows that are added to the real ones, as a part of these, and how to say so."""
_MOST_ADDED = 2.0  # rows made to balance classes, as a part of the real ones
_NEIGHBOURS = 5
_MOST_LEVELS = 1_000  # of a category, which SMOTE turns into as many columns

Lines: TypeAlias = tuple[FloatArray, FloatArray]
"""Predictors and targets of training rows."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Something to train on.

    Parameters
    ----------
    name, title : str
        Stable name; name for people, as in "the real rows alone".
    rows : tuple of int
        Real rows and others.
    draws : tuple of callable
        Gives the rows, once per draw.
    """

    name: str
    title: str
    rows: tuple[int, int]
    draws: tuple[Callable[[], Lines], ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """What models trained on a mixture score on the holdout.

    Parameters
    ----------
    values : list of dict
        Every measure, for each draw.
    varied : array of shape (resamples,)
        The deciding measure on bootstrap samples of the holdout, mean over the draws.
    """

    values: list[dict[str, float]]
    varied: FloatArray

    def value(self, measure: str) -> float:
        """Give the mean of a measure over the draws."""
        return float(np.mean([values[measure] for values in self.values]))

    def spread(self, measure: str) -> float:
        """Give the sum of squares of a measure between the draws."""
        found = np.array([values[measure] for values in self.values])
        return float(((found - found.mean()) ** 2).sum())


@dataclass(frozen=True, slots=True)
class Stock:
    """The rows to mix: real ones, and for each draw synthetic ones and those that balance the classes (or why not)."""

    real: pl.DataFrame
    synthetic: tuple[pl.DataFrame, ...]
    balancing: tuple[pl.DataFrame, ...] | str

    def frames(self) -> Iterator[pl.DataFrame]:
        """Give all rows."""
        yield self.real
        yield from self.synthetic
        yield from () if isinstance(self.balancing, str) else self.balancing


def mixtures(stock: Stock, lesson: Lesson, run: Run) -> tuple[list[Mixture], dict[str, str]]:
    """Give all that is to be compared, the real rows alone first, and why some are not."""
    n = stock.real.height

    def lines(*frames: pl.DataFrame) -> Callable[[], Lines]:
        return lambda: _lines(lesson, pl.concat(frames))

    def with_part(k: float) -> Mixture:
        added = [made.head(round(k * n)) for made in stock.synthetic]
        draws = tuple(lines(stock.real, more) for more in added)
        return Mixture(
            f"real_and_{k:g}", f"the real rows and {PORTIONS[k]} synthetic ones", (n, added[0].height), draws
        )

    alone = [made.head(n) for made in stock.synthetic]
    out = [
        Mixture("real", "the real rows alone", (n, 0), (lines(stock.real),)),
        Mixture("synthetic", "synthetic rows alone", (0, alone[0].height), tuple(lines(made) for made in alone)),
        *(with_part(k) for k in PORTIONS),
    ]
    skipped: dict[str, str] = {}
    if isinstance(stock.balancing, str):
        skipped["real_balanced"] = stock.balancing
    else:
        draws = tuple(lines(stock.real, more) for more in stock.balancing)
        title = "the real rows with synthetic ones of the rarer classes"
        out.append(Mixture("real_balanced", title, (n, stock.balancing[0].height), draws))
    try:
        out.append(_smote(stock, lesson, run))
    except NotApplicable as reason:
        skipped["smote"] = str(reason)
    return out, skipped


@dataclass(frozen=True, slots=True)
class Exam:
    """Trains one kind of model on mixtures and tests it on the holdout.

    Parameters
    ----------
    lesson : Lesson
        What is predicted from what.
    test : polars.DataFrame
        The holdout.
    learner : Learner
        Kind of model.
    measure : str or None
        What decides; None: the area under the ROC curve, or R2.
    run : Run
        The job.
    resamples : int
        Bootstrap samples of the holdout, the same for every mixture.
    """

    lesson: Lesson
    test: pl.DataFrame
    learner: Learner
    measure: str | None
    run: Run
    resamples: int = 400

    def sat(self, mixture: Mixture) -> Examined:
        """Train on each draw of a mixture, and test."""
        # One thread of linear algebra: its rounding would depend on the number of threads.
        with threadpool_limits(limits=1, user_api="blas"):
            seed = int(self.run.child("model").rng.integers(2**31))
            x_test, truth = _lines(self.lesson, self.test)
            n = len(truth)
            weights = self.run.child("bootstrap").rng.multinomial(n, np.full(n, 1 / n), size=self.resamples)
            values: list[dict[str, float]] = []
            varied: list[list[float]] = []
            for draw in mixture.draws:
                x, y = draw()
                (said,) = self.lesson.taught(self.learner, x, y, [x_test], truth, seed)
                measures = measures_of(Answers(truth, said, self.lesson.task.levels), "holdout")
                values.append({measure.name: measure.of(np.ones(n)) for measure in measures})
                deciding = next(m for m in measures if self.measure in {None, m.name})
                varied.append([deciding.of(w.astype(np.float64)) for w in weights])
            return Examined(values, np.mean(varied, axis=0))


def topped_up(task: Task, real: pl.DataFrame, generator: Generator, run: Run) -> pl.DataFrame:
    """Give synthetic rows of the rarer classes, as many as these lack, made by conditional sampling.

    Raises
    ------
    NotApplicable
        If there are no classes, they are balanced, or no row of a rarer one can be made.
    """
    lacking = _lacking(task, real)
    made: list[pl.DataFrame] = []
    for c, n in lacking.items():
        value = real[task.target].gather(np.flatnonzero(task.truth(real) == c)[:1])[0]
        try:
            parts = list(sample(generator, n, run.child(c), {task.target: value}))
        except ConditionError as reason:
            run.child(c).find("advise.no_such_rows", f"One of the rarer classes could not be topped up. {reason}")
            continue
        made += [part.rows for part in parts]
    if not made:
        raise NotApplicable("The model makes no rows of the rarer classes.")
    return pl.concat(made)


def _lacking(task: Task, real: pl.DataFrame) -> dict[int, int]:
    """Give how many rows each rarer class lacks to be as frequent as the most frequent one."""
    if task.levels is None:
        raise NotApplicable("The target is a quantity, so there are no classes to balance.")
    counts = np.bincount(task.truth(real).astype(np.int64), minlength=len(task.levels))[: len(task.levels)]
    lacking = np.where(counts > 0, counts.max() - counts, 0)
    if not lacking.any():
        raise NotApplicable("The classes are balanced already.")
    part = min(1.0, _MOST_ADDED * real.height / lacking.sum())
    return {c: round(part * n) for c, n in enumerate(lacking) if round(part * n)}


def _lines(lesson: Lesson, rows: pl.DataFrame) -> Lines:
    known = lesson.task.known(rows)
    if not known.height:
        msg = f"The target {lesson.task.target!r} has no value in the rows to train on."
        raise NotApplicable(msg)
    return lesson.coding.matrix(known), lesson.task.truth(known)


def _smote(stock: Stock, lesson: Lesson, run: Run) -> Mixture:
    """Give the real rows with interpolated ones of the rarer classes; a missing quantity is taken for its median."""
    lacking = _lacking(lesson.task, stock.real)
    if find_spec("imblearn") is None:
        raise NotApplicable("SMOTE, for reference, needs imbalanced-learn: pip install imbalanced-learn")
    categorical = lesson.coding.categorical
    counts = np.bincount(lesson.task.truth(stock.real).astype(np.int64))
    if counts[counts > 0].min() <= _NEIGHBOURS:
        msg = f"SMOTE needs more than {_NEIGHBOURS} rows of each class."
        raise NotApplicable(msg)
    if any(lesson.coding.n_levels(name) > _MOST_LEVELS for name in lesson.coding.names):
        msg = f"SMOTE takes no category of more than {_MOST_LEVELS:,} levels."
        raise NotApplicable(msg)

    def draw(seed: int) -> Lines:
        x, y = _lines(lesson, stock.real)
        medians = [np.median(known) if len(known := column[~np.isnan(column)]) else 0.0 for column in x.T]
        x = np.where(np.isnan(x), np.where(categorical, -1.0, medians), x)
        kinds = import_module("imblearn.over_sampling")
        if categorical.all():
            sampler = kinds.SMOTEN(random_state=seed)
        elif categorical.any():
            sampler = kinds.SMOTENC(np.flatnonzero(categorical).tolist(), random_state=seed)
        else:
            sampler = kinds.SMOTE(random_state=seed)
        more, classes = sampler.fit_resample(x, y.astype(np.int64))
        more = np.asarray(more, dtype=np.float64)
        more[:, categorical] = np.where(more[:, categorical] < 0, np.nan, more[:, categorical])
        return more, np.asarray(classes, dtype=np.float64)

    seeds = [int(run.child("smote", i).rng.integers(2**31)) for i in range(DRAWS)]
    return Mixture(
        "smote",
        "the real rows with the rarer classes topped up by SMOTE",
        (stock.real.height, sum(lacking.values())),
        tuple((lambda seed=seed: draw(seed)) for seed in seeds),
    )
