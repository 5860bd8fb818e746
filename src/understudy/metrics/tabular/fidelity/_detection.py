"""What detectors share: the samples, the folds, and the score from the areas under their curves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, IntArray, capped
from understudy.metrics.tabular._intervals import Interval, area, area_interval

__all__ = ["FOLDS", "Areas", "Guess", "falls_of", "samples"]

FOLDS = 3
_FEWEST = 10  # rows of either table below which three folds say nothing

Guess: TypeAlias = Callable[[int, IntArray, IntArray], FloatArray]
"""Learns from the training rows of a fold, by its number, and says how real each test row looks."""


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas under the ROC curve of the folds, of ``real_rows`` and ``synthetic_rows`` in all."""

    folds: Sequence[float]
    real_rows: int
    synthetic_rows: int

    @classmethod
    def of(cls, is_real: npt.NDArray[np.bool_], guess: Guess, run: Run) -> "Areas":
        """Train and test on each fold."""
        areas: list[float] = []
        for fold, (train, test) in enumerate(_folds(is_real, run)):
            scores, truth = guess(fold, train, test), is_real[test]
            areas.append(area(scores[truth], scores[~truth])[0])
        real_rows = int(is_real.sum())
        return cls(areas, real_rows, len(is_real) - real_rows)

    @property
    def auc(self) -> float:
        """Mean area."""
        return float(np.mean(self.folds))

    @property
    def auc_interval(self) -> Interval:
        """Interval of the mean area.

        It counts half of the rows. A chance likeness of two rows in different folds counts twice, once with each of
        them as training row, so the variance is up to twice that of as many independent test rows (just so where
        nothing is to be told apart and the detector is linear in its training rows; less where much is).
        """
        return area_interval([self.auc], [(self.real_rows / 2, self.synthetic_rows / 2)])

    @property
    def score(self) -> float:
        """One minus twice the mean excess of the areas over 0.5: 1 is indistinguishable, 0 told apart at sight."""
        return float(1 - np.mean([max(0.5, area) * 2 - 1 for area in self.folds]))

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


def _folds(is_real: npt.NDArray[np.bool_], run: Run) -> Iterator[tuple[IntArray, IntArray]]:
    """Split the rows into training and test rows, three times."""
    seed = int(run.child("folds").rng.integers(2**31))
    yield from StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(np.zeros(len(is_real)), is_real)


def falls_of(
    model: HistGradientBoostingClassifier, x: FloatArray, is_real: npt.NDArray[np.bool_], run: Run
) -> list[float]:
    """Give by how much the area falls when each column is shuffled."""
    most = max(500, 100_000 // x.shape[1])
    if len(x) > most:
        chosen = run.child("rows").rng.choice(len(x), most, replace=False)
        x, is_real = x[chosen], is_real[chosen]
    if is_real.all() or not is_real.any():
        return [0.0] * x.shape[1]

    whole = _area(model.predict_proba(x)[:, 1], is_real)
    falls: list[float] = []
    # Many shuffled copies at once: a prediction costs more to start than a row costs.
    at_once = max(1, 50_000 // len(x))
    for start in range(0, x.shape[1], at_once):
        columns = range(start, min(start + at_once, x.shape[1]))
        copies = np.tile(x, (len(columns), 1, 1))
        for copy, c in zip(copies, columns, strict=True):
            copy[:, c] = run.child("column", c).rng.permutation(x[:, c])
        guesses = model.predict_proba(copies.reshape(-1, x.shape[1]))[:, 1].reshape(len(columns), len(x))
        falls += [whole - _area(guess, is_real) for guess in guesses]
    return falls


def _area(guess: FloatArray, is_real: npt.NDArray[np.bool_]) -> float:
    return area(guess[is_real], guess[~is_real])[0]
