"""What is predicted from what, and three kinds of models that do it: linear, boosted and neural."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args
from warnings import catch_warnings, simplefilter

import numpy as np
import polars as pl
from scipy.sparse import coo_array, csr_array, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._boosting import LEVELS, alive, classifier, fit_for_trees, one_thread, regressor
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped, is_category, is_number, numbers
from understudy.schema.table import TableSchema

__all__ = ["LEARNERS", "Answers", "Learner", "Lesson", "Task"]

Learner: TypeAlias = Literal["linear", "boosted", "neural"]
"""Linear: logistic or ridge regression. Boosted: trees. Neural: a perceptron with one hidden layer."""

LEARNERS: tuple[Learner, ...] = get_args(Learner)

TWO = 2
"""Classes, or distinct numbers, that make a target binary."""
_CLASSES = 20  # classes beyond the most frequent twenty are predicted as one
_FARTHEST = 10.0  # standard deviations, beyond which a value counts as that far: one outlier would bend every line
_NEURONS = 64
_ROWS_SEEN = 500_000  # by a neural network, in passes over the rows
_FEWEST_PASSES, _MOST_PASSES = 10, 200


@dataclass(frozen=True, slots=True)
class Task:
    """A target, and what it is to predict it.

    Parameters
    ----------
    target : str
        The column.
    levels : tuple of str or None
        Classes to tell apart: the most frequent real levels, the commonest first; others count as one more. None for a
        regression.
    """

    target: str
    levels: tuple[str, ...] | None

    @classmethod
    def of(cls, target: str | None, real: Table) -> "Task":
        """Find out what it is; a target of levels, or of just two numbers, is classified.

        Raises
        ------
        NotApplicable
            If there is no such column, it cannot be predicted, or is constant.
        """
        if target is None:
            raise NotApplicable("No target column is named.")
        if target not in real.schema.columns:
            msg = f"The target {target!r} is not a column of the table."
            raise NotApplicable(msg)
        column = real.schema.columns[target]
        if not (is_number(column) or is_category(column)):
            msg = f"The target {target!r} holds {column.kind} values, which cannot be predicted."
            raise NotApplicable(msg)
        levels = (
            _spelled(real.column(target))
            .drop_nulls()
            .alias("level")
            .value_counts(name="n")
            .sort(["n", "level"], descending=[True, False])["level"]
        )
        if len(levels) < TWO:
            msg = f"The target {target!r} has {'a single' if len(levels) else 'no'} value in the real rows."
            raise NotApplicable(msg)
        as_quantity = is_number(column) and len(levels) > TWO
        return cls(target, None if as_quantity else tuple(levels.head(_CLASSES).to_list()))

    @property
    def chance(self) -> float:
        """What guessing scores: one half under a ROC curve, no variance explained."""
        return 0.0 if self.levels is None else 0.5

    def rows(self, table: Table, most: int, run: Run, what: str) -> pl.DataFrame:
        """Give the rows that have a target, of a sample of ``most`` where the table is longer.

        Raises
        ------
        NotApplicable
            If there are none; ``what`` says of which rows.
        """
        rows = self.known(capped(table, most, run))
        if not rows.height:
            msg = f"The target {self.target!r} has no value in the {what} rows."
            raise NotApplicable(msg)
        return rows

    def known(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give the rows that have a target; of quantities, infinite ones count as missing everywhere."""
        values = rows[self.target]
        held = values.is_not_null()
        return rows.filter(values.is_finite() & held if values.dtype.is_float() else held)

    def truth(self, rows: pl.DataFrame) -> FloatArray:
        """Give the target's values; classes as their numbers, from 0."""
        values = rows[self.target]
        if self.levels is None:
            return numbers(values)
        known = _spelled(values).cast(pl.Enum(self.levels), strict=False).to_physical()
        return known.cast(pl.Float64).fill_null(float(len(self.levels))).to_numpy()


def _spelled(values: pl.Series) -> pl.Series:
    # Lengths of time have no spelling in polars; their microseconds do.
    return (values.to_physical() if values.dtype == pl.Duration else values).cast(pl.String)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says of test rows, and what is true.

    Parameters
    ----------
    truth : array of shape (rows,)
        The target's values, or the numbers of their classes.
    said : array of shape (rows,) or (rows, classes)
        Predicted values, or the probability of each class.
    levels : tuple of str or None
        The classes; None for a regression.
    """

    truth: FloatArray
    said: FloatArray
    levels: tuple[str, ...] | None

    @property
    def classes(self) -> IntArray:
        """The true classes."""
        return self.truth.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A task whose predictors are all other columns but identifiers and free text, coded alike for all tables.

    Parameters
    ----------
    task : Task
        What is predicted.
    coding : Coding
        From what.
    l2 : float
        How much boosted classifiers shrink their leaves.
    """

    task: Task
    coding: Coding
    l2: float = 1.0

    @classmethod
    def of(cls, task: Task, schema: TableSchema, *frames: pl.DataFrame, l2: float = 1.0) -> "Lesson":
        """Code the predictors of ``frames``, whose rows all have a target."""
        return cls(task, Coding.of(schema, *frames, without=task.target), l2)

    def answers(self, learner: Learner, train: pl.DataFrame, tests: Sequence[pl.DataFrame], seed: int) -> list[Answers]:
        """Train on some rows and ask for others, each of which has a target."""
        x, y = self.coding.matrix(train), self.task.truth(train)
        truths = [self.task.truth(test) for test in tests]
        said = self.taught(learner, x, y, [self.coding.matrix(test) for test in tests], max(truths, key=np.max), seed)
        return [Answers(truth, s, self.task.levels) for truth, s in zip(truths, said, strict=True)]

    def taught(
        self, learner: Learner, x: FloatArray, y: FloatArray, tests: list[FloatArray], truth: FloatArray, seed: int
    ) -> list[FloatArray]:
        """Train on predictors ``x`` with targets ``y``; give what is said of each of ``tests``.

        ``truth`` holds targets of the test rows, which decide how many classes and what unit there are.
        """
        if self.task.levels is None:
            # In units of the greatest value: squares of very large numbers would overflow.
            unit = float(np.abs(np.concatenate([y, truth])).max()) or 1.0
            return [unit * s for s in self._regress(learner, x, y / unit, tests, seed)]
        n_classes = int(max(y.max(), truth.max(), len(self.task.levels) - 1)) + 1
        seen = np.unique(y).astype(np.int64)
        said = [np.zeros((len(test), n_classes)) for test in tests]
        if len(seen) == 1:
            # A table of one class can only teach to say that class.
            for s in said:
                s[:, seen[0]] = 1.0
            return said
        found = self._classify(learner, x, y.astype(np.int64), tests, (n_classes, seed))
        for s, f in zip(said, found, strict=True):
            s[:, seen] = f
        return said

    def _classify(
        self, learner: Learner, x: FloatArray, y: IntArray, tests: list[FloatArray], size: tuple[int, int]
    ) -> list[FloatArray]:
        n_classes, seed = size
        if learner == "boosted":
            (x, *tests), as_sets = fit_for_trees(x, self.coding.categorical, *tests)
            with one_thread():
                model = classifier(n_classes, as_sets, seed, self.l2).fit(alive(x), y)
                return [model.predict_proba(test) for test in tests]
        design = _Design.of(x, self.coding.categorical)
        model = LogisticRegression(max_iter=200) if learner == "linear" else MLPClassifier(**_neural(len(x), seed))
        with catch_warnings():
            # Both stop after a number of steps, converged or not.
            simplefilter("ignore", ConvergenceWarning)
            model.fit(design(x), y)
        return [np.asarray(model.predict_proba(design(test)), dtype=np.float64) for test in tests]

    def _regress(
        self, learner: Learner, x: FloatArray, y: FloatArray, tests: list[FloatArray], seed: int
    ) -> list[FloatArray]:
        if learner == "boosted":
            (x, *tests), as_sets = fit_for_trees(x, self.coding.categorical, *tests)
            with one_thread():
                model = regressor(as_sets, seed).fit(alive(x), y)
                return [np.asarray(model.predict(test), dtype=np.float64) for test in tests]
        design = _Design.of(x, self.coding.categorical)
        model = Ridge() if learner == "linear" else MLPRegressor(**_neural(len(x), seed))
        centre, spread = float(y.mean()), float(y.std()) or 1.0
        with catch_warnings():
            simplefilter("ignore", ConvergenceWarning)
            model.fit(design(x), (y - centre) / spread)
        # No line leads farther than the values it was drawn through are wide, once more on either side.
        low, high = float(y.min()), float(y.max())
        low, high = low - (high - low), high + (high - low)
        said = [np.asarray(model.predict(design(test)), dtype=np.float64) for test in tests]
        return [np.clip(s * spread + centre, low, high) for s in said]


def _neural(rows: int, seed: int) -> dict[str, Any]:
    passes = int(np.clip(_ROWS_SEEN // rows, _FEWEST_PASSES, _MOST_PASSES))
    return {"hidden_layer_sizes": (_NEURONS,), "max_iter": passes, "random_state": seed, "alpha": 1e-3}


@dataclass(frozen=True, slots=True)
class _Design:
    """How linear models and neural networks see rows.

    Quantities become standard deviations from the mean of the training rows, missing ones their mean, with a column
    that says so; categories one column for each of the most frequent levels of the training rows.

    Parameters
    ----------
    categorical : array of bool, shape (columns,)
        Which columns hold codes.
    unit, centre, spread : arrays of shape (columns,)
        Greatest size, mean and standard deviation of the quantities.
    place : list of arrays
        For each category, the column of each code; -1 where it has none.
    """

    categorical: np.ndarray
    unit: FloatArray
    centre: FloatArray
    spread: FloatArray
    place: list[IntArray]

    @classmethod
    def of(cls, x: FloatArray, categorical: np.ndarray) -> "_Design":
        quantities = x[:, ~categorical]
        known = ~np.isnan(quantities)
        unit = np.abs(quantities).max(axis=0, initial=0.0, where=known)
        unit[unit == 0] = 1.0
        held = np.maximum(known.sum(axis=0), 1)
        scaled = np.where(known, quantities / unit, 0.0)
        centre = scaled.sum(axis=0) / held
        spread = np.sqrt((np.where(known, scaled - centre, 0.0) ** 2).sum(axis=0) / held)
        spread[spread < 1e-12] = 1.0  # noqa: PLR2004 - a rounding error of a constant
        return cls(categorical, unit, centre, spread, [_places(column) for column in x[:, categorical].T])

    def __call__(self, x: FloatArray) -> csr_array:
        quantities = x[:, ~self.categorical]
        missing = np.isnan(quantities)
        with np.errstate(over="ignore"):  # of a value far beyond the training rows; it is cut below
            z = np.clip((quantities / self.unit - self.centre) / self.spread, -_FARTHEST, _FARTHEST)
        blocks = [csr_array(np.where(missing, 0.0, z)), csr_array(missing.astype(np.float64))]
        blocks += [_indicators(codes, place) for codes, place in zip(x[:, self.categorical].T, self.place, strict=True)]
        return csr_array(hstack(blocks, format="csr"))


def _places(codes: FloatArray) -> IntArray:
    """Give the most frequent codes a column each; the last entry is for codes beyond, and for missing."""
    counts = np.bincount(codes[~np.isnan(codes)].astype(np.int64))
    frequent = np.argsort(-counts, kind="stable")[:LEVELS]
    frequent = np.sort(frequent[counts[frequent] > 0])
    place = np.full(len(counts) + 1, -1)
    place[frequent] = np.arange(len(frequent))
    return place


def _indicators(codes: FloatArray, place: IntArray) -> csr_array:
    last = len(place) - 1
    columns = place[np.where(np.isnan(codes), last, np.minimum(np.nan_to_num(codes), last)).astype(np.int64)]
    rows = np.flatnonzero(columns >= 0)
    entries = (np.ones(len(rows)), (rows, columns[rows]))
    return csr_array(coo_array(entries, shape=(len(codes), int(place.max(initial=-1)) + 1)))
