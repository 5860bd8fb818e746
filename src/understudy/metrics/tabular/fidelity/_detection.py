"""What detectors share: the folds, and the score from the areas under their curves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.model_selection import StratifiedKFold

from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import IntArray, capped
from understudy.metrics.tabular._intervals import Interval, around
from understudy.run import Run

__all__ = ["FOLDS", "Areas", "folds", "samples"]

FOLDS = 3
_FEWEST = 10  # rows of either table below which three folds say nothing


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas under the ROC curve of the folds, each with its standard error."""

    folds: Sequence[tuple[float, float]]

    @property
    def auc(self) -> float:
        """Mean area."""
        return float(np.mean([area for area, _ in self.folds]))

    @property
    def auc_interval(self) -> Interval:
        """Interval of the mean area."""
        return around(self.auc, sqrt(sum(error**2 for _, error in self.folds)) / len(self.folds))

    @property
    def score(self) -> float:
        """One minus twice the mean excess of the areas over 0.5: 1 is indistinguishable, 0 told apart at sight."""
        return float(1 - np.mean([max(0.5, area) * 2 - 1 for area, _ in self.folds]))

    @property
    def score_interval(self) -> Interval:
        """Interval of the score, from that of the area; it holds the score itself in any case."""
        low, high = (1 - (max(0.5, bound) * 2 - 1) for bound in reversed(self.auc_interval))
        return min(low, self.score), max(high, self.score)


def samples(real: Table, synthetic: Table, most: int, run: Run) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the rows to tell apart, at most ``most`` of each table.

    Raises
    ------
    NotApplicable
        If a table has too few.
    """
    fewest = min(real.n_rows, synthetic.n_rows)
    if fewest < _FEWEST:
        msg = f"A table has only {fewest} row{'s' * (fewest != 1)}; a detector needs at least {_FEWEST} of each."
        raise NotApplicable(msg)
    return capped(real, most, run.child("real")), capped(synthetic, most, run.child("synthetic"))


def folds(is_real: npt.NDArray[np.bool_], run: Run) -> Iterator[tuple[IntArray, IntArray]]:
    """Split the rows into training and test rows, three times."""
    seed = int(run.child("folds").rng.integers(2**31))
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(np.zeros(len(is_real)), is_real)
