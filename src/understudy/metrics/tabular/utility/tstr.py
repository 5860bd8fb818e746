"""Whether a model that was trained on the synthetic rows works on real rows that nobody has seen."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._learning import Lesson, Task
from understudy.metrics.tabular.utility._measures import measures_of
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["TrainOnSynthetic"]


class TrainOnSynthetic(Spec):
    """Train on synthetic rows, test on the holdout.

    A target of levels (or of just two numbers) is classified: the score is the area under the ROC curve, with more than
    two classes the mean over the classes, each against the rest. Any other target is a regression: the score is the
    share of the holdout's variance that is explained (R2; below 0 it is worse than the mean). The ceiling is the same
    model trained on the real rows; the share of the usefulness that is left is taken above what guessing scores.
    Predictors: all other columns but identifiers and free text. Rows without a target are left out.

    ``details`` also gives the area under the precision-recall curve, which tells more than the other where a class is
    rare: guessing scores that class's share.

    The interval is about other holdouts, for the model that these synthetic rows give: Newcombe's for areas under the
    curve, Boyd's for precision and recall, a bootstrap for the other measures.

    References
    ----------
    Esteban, Hyland, Ratsch, *Real-valued (medical) time series generation with recurrent conditional GANs* (2017), sec.
    4. Boyd, Eng, Page, *Area under the precision-recall curve* (2013). Hesterberg, *What teachers should know about the
    bootstrap*, The American Statistician 69 (2015).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Train on synthetic, test on real"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout", "target"})
    stand_in: ClassVar[StandIn] = "real"
    thorough: ClassVar[bool] = False

    target: str | None = None
    """Column to predict."""
    max_rows: int = Field(default=100_000, ge=10)
    """Rows of each table that are used at most; larger tables are sampled."""
    resamples: int = Field(default=400, ge=20)
    """Bootstrap samples of the holdout behind the intervals."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Train and test; ``details`` has one row per measure, with intervals."""
        if holdout is None:
            raise NotApplicable("There is no holdout to test on.")
        task = Task.of(self.target, real)
        train = task.rows(synthetic, self.max_rows, run.child("train"), "synthetic")
        test = task.rows(holdout, self.max_rows, run.child("test"), "holdout")
        seed = int(run.child("model").rng.integers(2**31))
        # Unshrunken leaves: limits of gates were chosen for this learner as it is.
        lesson = Lesson.of(task, real.schema, train, test, l2=0.0)
        (answers,) = lesson.answers("boosted", train, [test], seed)
        measures = measures_of(answers, "holdout")
        n = test.height
        weights = run.child("bootstrap").rng.multinomial(n, np.full(n, 1 / n), size=self.resamples)
        details = pl.DataFrame([measure.row(weights) for measure in measures], schema_overrides=_FLOATS)
        _, value, low, high, _ = details.row(0)
        interval = None if low is None else (low, high)
        details = details.with_columns(rows=pl.lit(n, pl.Int64))
        return Score(value, interval=interval, details=details, chance=task.chance)


_FLOATS = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
