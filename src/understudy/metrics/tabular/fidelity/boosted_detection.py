"""Whether boosted trees can tell synthetic rows from real ones, and by which columns."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._boosting import alive, detector, fit_for_trees, one_thread
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray
from understudy.metrics.tabular.fidelity._detection import Areas, falls_of, samples
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["BoostedDetection"]


class BoostedDetection(Spec):
    """One minus how well boosted trees tell the rows apart, in [0, 1]; 1 is indistinguishable.

    The hardest general question: trees see wrong single columns, wrong relations, and values that cannot be. Three
    folds; each contributes ``max(0.5, AUC) * 2 - 1``. 100 trees of depth 6 at a learning rate of 0.3. ``details`` says
    which columns give the synthetic rows away: by how much the area falls when one column of the test rows is shuffled.

    References
    ----------
    Lopez-Paz, Oquab, *Revisiting classifier two-sample tests* (2017).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Detection by boosted trees"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=50_000, ge=10)
    """Rows of each table that are used at most; larger tables are sampled."""
    trees: int = Field(default=100, ge=1)
    """Trees per fold."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Train and test three times; ``details`` has one row per column, the most telling first."""
        a, b = samples(real, synthetic, self.max_rows, run)
        coding = Coding.of(real.schema, a, b)
        (x,), as_sets = fit_for_trees(coding.matrix(pl.concat([a, b])), coding.categorical)
        is_real = np.arange(len(x)) < a.height
        falls: list[float] = []

        def guess(fold: int, train: IntArray, test: IntArray) -> FloatArray:
            seed = int(run.child("model", fold).rng.integers(2**31))
            model = detector(self.trees, as_sets, seed).fit(alive(x[train]), is_real[train])
            if not falls:
                falls.extend(falls_of(model, x[test], is_real[test], run.child("columns")))
            return model.predict_proba(x[test])[:, 1]

        with one_thread():
            found = Areas.of(is_real, guess, run)
        low, high = found.auc_interval
        details = (
            pl.DataFrame({"column": coding.names, "auc_fall": falls})
            .sort("auc_fall", descending=True, maintain_order=True)
            .with_columns(
                auc=pl.lit(found.auc),
                auc_low=pl.lit(low),
                auc_high=pl.lit(high),
                real_rows=pl.lit(a.height, pl.Int64),
                synthetic_rows=pl.lit(b.height, pl.Int64),
            )
        )
        return Score(found.score, interval=found.score_interval, details=details)
