"""Whether every column can be predicted from the others as well as by a model trained on real rows."""

from collections.abc import Callable
from math import sqrt
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, capped, is_category, is_number
from understudy.metrics.tabular._intervals import around, jackknife
from understudy.metrics.tabular._learning import Lesson, Task
from understudy.metrics.tabular.utility._measures import decisive
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["GlobalUtility"]

_GROUPS = 20  # of test rows, each left out once
_FEWEST_ROWS = 2


class GlobalUtility(Spec):
    """Mean part of the real predictability of each column that boosted trees keep when trained on synthetic rows.

    Every column in turn is the target, all others its predictors. Of the model trained on synthetic rows and the one
    trained on as many real rows the score on the holdout is taken above guessing (area under the ROC curve minus one
    half; R2), and the first divided by the second, or 0 where it is worse than guessing. Columns that real rows predict
    no better than by luck (up to .02) are left out of the mean. 0: nothing is kept; 1, the ceiling: as useful as real
    rows; chance may lift it above. A table cannot shine here by one label alone, as it can in ``tstr``.

    The interval is about other holdouts (a jackknife over twenty groups of test rows).

    References
    ----------
    Jiang, Simidjievski, Jamnik, *TabStruct: measuring structural fidelity of tabular data* (2025), global utility.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Every column predicted"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout"})
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = True

    max_rows: int = Field(default=5_000, ge=10)
    """Rows that each model is trained on, and tested on, at most."""
    max_columns: int = Field(default=30, ge=1)
    """Columns that are predicted at most; of more, a sample is."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Train two models per column; ``details`` has one row per column."""
        if holdout is None:
            raise NotApplicable("There is no holdout to test on.")
        names = [name for name, column in real.schema.columns.items() if is_number(column) or is_category(column)]
        if len(names) < 2:  # noqa: PLR2004
            raise NotApplicable("Fewer than two columns can be predicted from one another.")
        if len(names) > self.max_columns:
            chosen = run.child("columns").rng.choice(len(names), self.max_columns, replace=False)
            names = [names[c] for c in np.sort(chosen)]
        n = min(self.max_rows, real.n_rows, synthetic.n_rows)
        frames = [capped(real, n, run.child("real")), capped(synthetic, n, run.child("synthetic"))]
        test = capped(holdout, self.max_rows, run.child("holdout"))
        groups = run.child("groups").rng.permutation(test.height) % _GROUPS
        kept: dict[str, FloatArray] = {}
        rows: list[dict[str, str | float | None]] = []
        for name in names:
            row: dict[str, str | float | None] = {"column": name, "real": None, "synthetic": None, "kept": None}
            rows.append(row)
            try:
                task = Task.of(name, real)
                scores = _scores(task, real, [*frames, test], groups, run.child(name))
            except NotApplicable:
                continue
            row["real"], row["synthetic"] = map(float, scores[0])
            reference = Score(row["real"], chance=task.chance)
            if np.isfinite(scores[0]).all() and reference.part(row["real"], row["real"]) is not None:
                above = np.maximum(scores[:, 1] - task.chance, 0.0)
                with np.errstate(divide="ignore", invalid="ignore"):
                    kept[name] = above / (scores[:, 0] - task.chance)
                row["kept"] = float(kept[name][0])
        if not kept:
            raise NotApplicable("No column can be predicted from the others any better than by luck.")
        means = np.mean(list(kept.values()), axis=0)
        value = float(means[0])
        details = pl.DataFrame(rows, schema=_DETAILS).fill_nan(None)
        return Score(
            value,
            ceiling=1.0,
            interval=around(value, sqrt(jackknife(means[1:])), high=max(1.0, 2 * value)),
            details=details.with_columns(rows=pl.lit(n, pl.Int64)),
        )


_DETAILS = {"column": pl.String, "real": pl.Float64, "synthetic": pl.Float64, "kept": pl.Float64}


def _scores(task: Task, real: Table, frames: list[pl.DataFrame], groups: np.ndarray, run: Run) -> FloatArray:
    """Give the scores of the models trained on real and on synthetic rows, then those without each group of rows."""
    *trains, test = (task.known(frame) for frame in frames)
    if any(frame.height < _FEWEST_ROWS for frame in (*trains, test)):
        msg = f"The target {task.target!r} has too few values."
        raise NotApplicable(msg)
    left = groups[_held(task, frames[-1])]
    lesson = Lesson.of(task, real.schema, *trains, test)
    seed = int(run.child("model").rng.integers(2**31))
    weighs: list[Callable[[FloatArray], float]] = [
        decisive(lesson.answers("boosted", train, [test], seed)[0]) for train in trains
    ]
    weights = [np.ones(len(left)), *((left != g).astype(np.float64) for g in range(_GROUPS))]
    return np.array([[weigh(w) if w.any() else np.nan for weigh in weighs] for w in weights])


def _held(task: Task, rows: pl.DataFrame) -> np.ndarray:
    """Give the places of the rows that have a target."""
    place = "\0place"  # a column name that no table has
    return task.known(rows.with_row_index(place))[place].to_numpy()
