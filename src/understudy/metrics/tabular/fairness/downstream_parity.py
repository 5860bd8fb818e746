"""Whether a model that has learnt from synthetic rows treats groups more unequally than one that has from real rows."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.split import draw
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._intervals import Interval, around
from understudy.metrics.tabular._learning import TWO, Lesson, Task
from understudy.metrics.tabular.fairness._groups import FEWEST, apart_from, groups_of
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["DownstreamParity"]

_FEWEST_OF_OUTCOME = 10  # holdout rows of a group that have, or lack, the outcome
_MOST_CLASSES = 10
_HALF = 0.5
_MEASURES = ("equalised odds", "demographic parity", "calibration")


class DownstreamParity(Spec):
    """Widest gap in equalised odds of boosted trees trained on synthetic rows, tested on the holdout, in [0, 1].

    The outcome is the rarer of two classes; of a quantity, to be above the real median; of more classes, each of the
    ten most frequent in turn, and a gap is the widest of theirs. The gap of a protected column
    is the greater of two: by how much the share of rows that are predicted to have the outcome differs between groups,
    among rows that have it, and among those that have not. 0: errors are spread evenly. The ceiling is the gap of a
    model trained on as many real rows: what counts is whether synthetic rows make it wider.

    ``details`` has, for each protected column and for both models, equalised odds, demographic parity (how much that
    share differs between groups, whatever they have) and calibration (how far the mean probability of a group is from
    its share at most), with the difference of the models and its interval. Groups of fewer than thirty rows are left
    out; so is, of each outcome, a group with fewer than ten. The widest of many gaps is wide by chance, for both
    models.

    Intervals: a bootstrap of the holdout, the same rows for both models.

    References
    ----------
    Hardt, Price, Srebro, *Equality of opportunity in supervised learning* (2016), def. 2.1. Dwork et al., *Fairness
    through awareness* (2012) (statistical parity). Kleinberg, Mullainathan, Raghavan, *Inherent trade-offs in the fair
    determination of risk scores* (2017) (calibration within groups).
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Unequal errors of models"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout", "protected", "target"})
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = False

    target: str | None = None
    """Column to predict."""
    protected: tuple[str, ...] = ()
    """Columns whose groups are compared."""
    max_rows: int = Field(default=50_000, ge=10)
    """Rows of each table that are used at most; larger tables are sampled."""
    resamples: int = Field(default=200, ge=20)
    """Bootstrap samples of the holdout behind the intervals."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Train two models and test them; ``details`` has one row per protected column and measure."""
        if holdout is None:
            raise NotApplicable("There is no holdout to test on.")
        task = Task.of(self.target, real)
        protected = groups_of(apart_from(task.target, self.protected, real), real, run, least=2)
        alike = draw(real, synthetic.n_rows, run.child("alike").rng)
        trains = [
            task.rows(alike, self.max_rows, run.child("real"), "real"),
            task.rows(synthetic, self.max_rows, run.child("synthetic"), "synthetic"),
        ]
        test = task.rows(holdout, self.max_rows, run.child("holdout"), "holdout")
        bar = float(np.median(task.truth(trains[0]))) if task.levels is None else _HALF
        seed, n = int(run.child("model").rng.integers(2**31)), test.height
        several = task.levels is not None and len(task.levels) > TWO
        outcomes = _each_class(task, real, trains, test, seed) if several else _one(task, real, trains, test, bar, seed)
        weights = run.child("bootstrap").rng.multinomial(n, np.full(n, 1 / n), size=self.resamples)
        compared: dict[str, list[FloatArray]] = {}
        for groups in protected:
            codes, k = groups.codes(test), len(groups.names)
            courts = [(_Court.of(codes, k, outcome.has), outcome) for outcome in outcomes]
            found = [[court.gaps(s, weights) for s in o.said] for court, o in courts if court is not None]
            if found:
                compared[groups.column] = [np.max([gaps[model] for gaps in found], axis=0) for model in (0, 1)]
        if not compared:
            msg = f"No two groups of a protected column have {FEWEST} holdout rows, some of either outcome."
            raise NotApplicable(msg)
        # Shape (models, columns, resamples + 1).
        odds = np.array([[both[model][0] for both in compared.values()] for model in (0, 1)]).max(axis=1)
        rows = [
            _row(name, measure, both[0][m], both[1][m])
            for name, both in compared.items()
            for m, measure in enumerate(_MEASURES)
        ]
        details = pl.DataFrame(rows).with_columns(rows=pl.lit(n, pl.Int64))
        return Score(
            float(odds[1, 0]),
            ceiling=float(odds[0, 0]),
            interval=_interval(odds[1], 0.0),
            details=details,
            ceiling_interval=_interval(odds[0], 0.0),
        )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Which test rows have an outcome, and for both models: which are predicted to, and how probable it is.

    Parameters
    ----------
    has : array of shape (rows,)
        1 for rows that have it, else 0.
    said : sequence of (array, array)
        Of the models trained on real and on synthetic rows: 1 where it is predicted, and its probability.
    """

    has: IntArray
    said: list[tuple[FloatArray, FloatArray]]


def _one(
    task: Task, real: Table, trains: list[pl.DataFrame], test: pl.DataFrame, bar: float, seed: int
) -> list[_Outcome]:
    """Give the one outcome of two classes or of a quantity: to be above ``bar``."""
    plain = Lesson.of(task, real.schema, *trains, test)
    lesson = Lesson(Task(task.target, ("without", "with")), plain.coding)
    has = [(task.truth(rows) > bar).astype(np.float64) for rows in (*trains, test)]
    said = [
        lesson.taught("boosted", lesson.coding.matrix(train), y, [lesson.coding.matrix(test)], has[-1], seed)[0][:, 1]
        for train, y in zip(trains, has, strict=False)
    ]
    return [_Outcome(has[-1].astype(np.int64), [((s > _HALF).astype(np.float64), s) for s in said])]


def _each_class(task: Task, real: Table, trains: list[pl.DataFrame], test: pl.DataFrame, seed: int) -> list[_Outcome]:
    """Give an outcome for each of the most frequent classes: to belong to it."""
    lesson = Lesson.of(task, real.schema, *trains, test)
    said = [lesson.answers("boosted", train, [test], seed)[0].said for train in trains]
    truth, classes = task.truth(test), range(min(len(task.levels or ()), _MOST_CLASSES))
    return [
        _Outcome((truth == c).astype(np.int64), [((s.argmax(axis=1) == c).astype(np.float64), s[:, c]) for s in said])
        for c in classes
    ]


@dataclass(frozen=True, slots=True)
class _Court:
    """Test rows in cells of group and outcome.

    Parameters
    ----------
    cells : array of shape (rows,)
        Group and outcome of each row; rows of groups that are not judged have the last cell.
    groups : int
        Number of groups.
    big, able : arrays of bool
        Groups that have rows enough, shape (groups,), and that have enough of each outcome, shape (groups, 2).
    """

    cells: IntArray
    groups: int
    big: np.ndarray
    able: np.ndarray

    @classmethod
    def of(cls, codes: IntArray, k: int, has: IntArray) -> "_Court | None":
        """Lay the rows out; None where fewer than two groups can be compared in anything."""
        cells = np.where(codes < 0, 2 * k, 2 * codes + has)
        counts = np.bincount(cells, minlength=2 * k + 1)[:-1].reshape(k, 2)
        big = counts.sum(axis=1) >= FEWEST
        able = (counts >= _FEWEST_OF_OUTCOME) & big[:, None]
        return cls(cells, k, big, able) if big.sum() >= TWO and (able.sum(axis=0) >= TWO).any() else None

    def gaps(self, said: tuple[FloatArray, FloatArray], weights: IntArray) -> FloatArray:
        """Give the gaps of a model for all rows, then for each resample; shape (measures, resamples + 1)."""
        return np.array([self._gaps(*said, w) for w in (np.ones(len(said[0])), *weights)]).T

    def _gaps(self, chosen: FloatArray, said: FloatArray, w: FloatArray | IntArray) -> tuple[float, float, float]:
        k = self.groups
        total, taken, expected = (
            np.bincount(self.cells, weights=v, minlength=2 * k + 1)[:-1].reshape(k, 2)
            for v in (w, w * chosen, w * said)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            rates = np.where(self.able, taken / total, np.nan)
            share = np.where(self.big, taken.sum(axis=1) / total.sum(axis=1), np.nan)
            off = np.where(self.big, np.abs(expected.sum(axis=1) - total[:, 1]) / total.sum(axis=1), np.nan)
        return max(_apart(rates[:, 0]), _apart(rates[:, 1])), _apart(share), float(np.nanmax(off, initial=0.0))


def _apart(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.max() - known.min()) if len(known) else 0.0


def _interval(values: FloatArray, low: float) -> Interval:
    """Give the interval of the first value from the spread of the others."""
    return around(float(values[0]), float(values[1:].std()), low=low)


def _row(column: str, measure: str, real: FloatArray, synthetic: FloatArray) -> dict[str, str | float]:
    low, high = _interval(synthetic - real, -1.0)
    return {
        "column": column,
        "measure": measure,
        "real": float(real[0]),
        "synthetic": float(synthetic[0]),
        "difference": float(synthetic[0] - real[0]),
        "low": low,
        "high": high,
    }
