"""Whether the synthetic rows widen a gap between groups that the real rows have."""

from typing import ClassVar

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._intervals import Z95
from understudy.metrics.tabular._learning import TWO, Task
from understudy.metrics.tabular.fairness._groups import FEWEST, Groups, apart_from, groups_of
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["BiasAmplification"]

_FARTHEST = 10.0  # standard deviations, beyond which a value counts as that far


class BiasAmplification(Spec):
    """How much wider the gap of the target between groups is in the synthetic rows than in the real ones, in [-2, 2].

    For each protected column, the two groups are taken that the target sets farthest apart in the real rows: by the
    share of the rarer class; with more than two classes, of the class for which they are farthest apart; for a
    quantity, by its mean in real standard deviations (there, the range is wider). The score is the synthetic gap minus
    the real one, of the same two groups in the same order, and the greatest of all protected columns. Above 0 the
    synthetic rows are more unequal than the real ones, below 0 less (independent columns have no gap at all).

    The interval is that of a difference of means of independent rows, shares with one more row of either kind.

    References
    ----------
    Zhao et al., *Men also like shopping: reducing gender bias amplification* (2017), sec. 3. Agresti, Caffo, *Simple
    and effective confidence intervals for proportions and differences*, The American Statistician 54 (2000).
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Gaps between groups widened"
    needs: ClassVar[frozenset[str]] = frozenset({"protected", "target"})
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    target: str | None = None
    """Column whose gaps are compared."""
    protected: tuple[str, ...] = ()
    """Columns whose groups are compared."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare the gaps; ``details`` has one row per protected column."""
        task = Task.of(self.target, real)
        protected = groups_of(apart_from(task.target, self.protected, real), real, run, least=2)
        sides = [task.known(real.rows), task.known(synthetic.rows)]
        if not all(rows.height for rows in sides):
            raise NotApplicable("The target has no value in the synthetic rows.")
        outcomes = _outcomes(task, *sides)
        rows = [row for groups in protected if (row := _gap(groups, sides, outcomes, task)) is not None]
        if not rows:
            msg = f"No two groups of a protected column have a target in {FEWEST} real and 1 synthetic row each."
            raise NotApplicable(msg)
        details = pl.DataFrame(rows).sort("widened", descending=True, maintain_order=True)
        worst = details.row(0, named=True)
        return Score(worst["widened"], interval=(worst["low"], worst["high"]), details=details)


def _outcomes(task: Task, real: pl.DataFrame, synthetic: pl.DataFrame) -> list[FloatArray]:
    """Give what has means in both tables, shape (rows, outcomes): shares of classes, or a quantity."""
    a, b = task.truth(real), task.truth(synthetic)
    if task.levels is None:
        unit = float(np.abs(a).max()) or 1.0
        centre, spread = float((a / unit).mean()), float((a / unit).std()) or 1.0
        with np.errstate(over="ignore"):
            return [np.clip((v / unit - centre) / spread, -_FARTHEST, _FARTHEST)[:, None] for v in (a, b)]
    looked_for = [1] if len(task.levels) == TWO else range(len(task.levels))
    return [np.column_stack([(v == c).astype(np.float64) for c in looked_for]) for v in (a, b)]


def _gap(
    groups: Groups, sides: list[pl.DataFrame], outcomes: list[FloatArray], task: Task
) -> dict[str, str | float] | None:
    """Compare the gap of one protected column; None where fewer than two groups can be compared."""
    codes = [groups.codes(rows) for rows in sides]
    k = len(groups.names)
    counts = [np.bincount(c[c >= 0], minlength=k) for c in codes]
    able = np.flatnonzero((counts[0] >= FEWEST) & (counts[1] > 0))
    if len(able) < TWO:
        return None
    means = np.array([outcomes[0][codes[0] == g].mean(axis=0) for g in able])
    which = int(np.argmax(means.max(axis=0) - means.min(axis=0)))
    high, low = able[int(np.argmax(means[:, which]))], able[int(np.argmin(means[:, which]))]
    gaps: list[float] = []
    spread = 0.0
    for code, outcome in zip(codes, outcomes, strict=True):
        ends = [_mean(outcome[code == g, which], task) for g in (high, low)]
        gaps.append(ends[0][0] - ends[1][0])
        spread += ends[0][1] + ends[1][1]
    widened, reach = gaps[1] - gaps[0], Z95 * float(np.sqrt(spread))
    return {
        "column": groups.column,
        "measure": "gap of means, in standard deviations" if task.levels is None else "gap of shares",
        "group": groups.names[high],
        "other_group": groups.names[low],
        "real": gaps[0],
        "synthetic": gaps[1],
        "widened": widened,
        "low": widened - reach,
        "high": widened + reach,
    }


def _mean(values: FloatArray, task: Task) -> tuple[float, float]:
    """Give a mean and its variance."""
    n = len(values)
    if task.levels is None:
        # Of a single value nothing is known about its spread, but that of all real rows is 1.
        return float(values.mean()), (float(values.var(ddof=1)) if n > 1 else 1.0) / n
    share = (float(values.sum()) + 1) / (n + 2)
    return float(values.mean()), share * (1 - share) / (n + 2)
