"""Whether the same columns matter to a model, be it trained on synthetic or on real rows."""

from math import sqrt
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field
from scipy.stats import rankdata

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._intervals import around, jackknife
from understudy.metrics.tabular._learning import Answers, Lesson, Task
from understudy.metrics.tabular.utility._measures import decisive
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Importance"]

_GROUPS = 20  # of test rows, each left out once
_FEWEST_COLUMNS = 3
_FEWEST_ROWS = 10


class Importance(Spec):
    """Rank correlation of what columns are worth to boosted trees trained on synthetic and on real rows, in [-1, 1].

    A column is worth what the score on the holdout (area under the ROC curve, or R2) loses when the column is shuffled.
    The real rows are dealt into two halves: the model trained on the first is compared with one trained on as many
    synthetic rows, and, for the ceiling, with one trained on as many rows of the second half. Columns that are worth
    nothing rank by chance, and do so in both comparisons. 1: the same order of columns.

    The interval is about other holdouts (a jackknife over twenty groups of test rows).

    References
    ----------
    Breiman, *Random forests*, Machine Learning 45 (2001), sec. 10. Fisher, Rudin, Dominici, *All models are wrong, but
    many are useful*, JMLR 20 (2019), eq. 3 (model reliance). Spearman's rank correlation.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Same columns matter"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout", "target"})
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = True

    target: str | None = None
    """Column to predict."""
    max_rows: int = Field(default=50_000, ge=_FEWEST_ROWS)
    """Rows that each model is trained on at most."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Train three models; ``details`` has one row per column, that which matters most first."""
        if holdout is None:
            raise NotApplicable("There is no holdout to test on.")
        task = Task.of(self.target, real)
        rows = task.rows(real, 2 * self.max_rows, run.child("real"), "real")
        made = task.rows(synthetic, self.max_rows, run.child("synthetic"), "synthetic")
        n = min(rows.height // 2, made.height)
        if n < _FEWEST_ROWS:
            msg = f"Only {n} rows are left to train each model on; at least {_FEWEST_ROWS} are needed."
            raise NotApplicable(msg)
        order = run.child("halves").rng.permutation(rows.height)
        trains = [
            rows[order[:n]],
            made[run.child("order").rng.permutation(made.height)[:n]],
            rows[order[n : 2 * n]],
        ]
        most = max(500, 100_000 // len(real.schema.columns))
        test = task.rows(holdout, most, run.child("holdout"), "holdout")
        lesson = Lesson.of(task, real.schema, *trains, test)
        if len(lesson.coding.names) < _FEWEST_COLUMNS:
            msg = f"Fewer than {_FEWEST_COLUMNS} columns can be ranked."
            raise NotApplicable(msg)
        first, from_made, again = (_worth(lesson, train, test, run) for train in trains)
        return self._compared(lesson.coding.names, first, from_made, again)

    def _compared(self, names: tuple[str, ...], first: FloatArray, made: FloatArray, again: FloatArray) -> Score:
        agreed, ceiling = (
            np.array([_spearman(a, b) for a, b in zip(first, other, strict=True)]) for other in (made, again)
        )
        if not np.isfinite(agreed[0]):
            raise NotApplicable("No column matters to a model that is trained on the real rows.")
        details = pl.DataFrame({"column": names, "real": first[0], "synthetic": made[0], "real_again": again[0]})
        return Score(
            float(agreed[0]),
            ceiling=float(ceiling[0]),
            interval=around(float(agreed[0]), sqrt(jackknife(agreed[1:])), low=-1.0),
            details=details.sort("real", descending=True, maintain_order=True),
            ceiling_interval=around(float(ceiling[0]), sqrt(jackknife(ceiling[1:])), low=-1.0),
        )


def _worth(lesson: Lesson, train: pl.DataFrame, test: pl.DataFrame, run: Run) -> FloatArray:
    """Give what each column is worth on all test rows, then without each group; shape (groups + 1, columns)."""
    x, truth = lesson.coding.matrix(test), lesson.task.truth(test)
    shuffled = [x]
    for c, name in enumerate(lesson.coding.names):
        copy = x.copy()
        copy[:, c] = run.child("column", name).rng.permutation(x[:, c])
        shuffled.append(copy)
    seed = int(run.child("model").rng.integers(2**31))
    y = lesson.task.truth(train)
    (said,) = lesson.taught("boosted", lesson.coding.matrix(train), y, [np.concatenate(shuffled)], truth, seed)
    weighs = [decisive(Answers(truth, s, lesson.task.levels)) for s in np.split(said, len(shuffled))]
    groups = run.child("groups").rng.permutation(len(x)) % _GROUPS
    weights = [np.ones(len(x)), *((groups != g).astype(np.float64) for g in range(min(_GROUPS, len(x))))]
    scores = np.array([[weigh(w) for weigh in weighs] for w in weights if w.any()])
    if not np.isfinite(scores[0]).all():
        raise NotApplicable("The target has a single value in the holdout.")
    return scores[:, :1] - scores[:, 1:]


def _spearman(a: FloatArray, b: FloatArray) -> float:
    """Give the rank correlation; 0 where the second model uses no column, and NaN where the first does not."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()) or (a == a[0]).all():
        return np.nan
    if (b == b[0]).all():
        return 0.0
    # Beyond six decimals lies rounding, which is no order.
    ranks = rankdata(np.round(a, 6)), rankdata(np.round(b, 6))
    return round(float(np.corrcoef(*ranks)[0, 1]), 12)
