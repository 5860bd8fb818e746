"""Measures of predictions as functions of the test rows' weights, which is what a bootstrap varies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, t

from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._intervals import Interval, area_interval

__all__ = ["Measure", "of_classes", "of_quantities"]

Weigh = Callable[[FloatArray], float]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of predictions.

    Parameters
    ----------
    name : str
        What it is called.
    of : callable
        Gives it for weights of shape (test rows,); NaN where it is undefined.
    note : str
        What it is of.
    interval : tuple of float or None
        Its interval, where there is a better one than the bootstrap's.
    """

    name: str
    of: Weigh
    note: str = ""
    interval: Interval | None = None

    def row(self, weights: IntArray) -> dict[str, str | float | None]:
        """Give the value with its interval, where need be from ``weights`` of shape (resamples, test rows)."""
        low, high = self.interval or self._bootstrapped(weights)
        value = self.of(np.ones(weights.shape[1]))
        return {"measure": self.name, "value": value, "low": low, "high": high, "note": self.note}

    def _bootstrapped(self, weights: IntArray) -> tuple[float | None, float | None]:
        """Give the expanded percentile interval: plain percentiles are too narrow for few rows (Hesterberg 2015)."""
        n = weights.shape[1]
        draws = np.array([self.of(w.astype(np.float64)) for w in weights])
        draws = draws[np.isfinite(draws)]
        if not len(draws) or n < 2:  # noqa: PLR2004 - a single row says nothing about spread
            return None, None
        tail = float(norm.cdf(-np.sqrt(n / (n - 1)) * t.ppf(0.975, n - 1)))
        low, high = np.quantile(draws, [tail, 1 - tail])
        return float(low), float(high)


def of_quantities(truth: FloatArray, predicted: FloatArray, unit: float) -> list[Measure]:
    """Give R2, and the errors in the target's own units.

    Parameters
    ----------
    truth, predicted : arrays of shape (test rows,)
        In units of ``unit``, so that squares stay finite.
    """
    error = truth - predicted

    def r2(w: FloatArray) -> float:
        total = float(w @ (truth - w @ truth / w.sum()) ** 2)
        return 1 - float(w @ error**2) / total if total > 0 else np.nan

    return [
        Measure("r2", r2),
        Measure("rmse", lambda w: unit * float(np.sqrt(w @ error**2 / w.sum()))),
        Measure("mae", lambda w: unit * float(w @ np.abs(error) / w.sum())),
    ]


def of_classes(truth: IntArray, proba: FloatArray, looked_for: Sequence[int], note: str) -> list[Measure]:
    """Give the area under the ROC curve and the measures of the most probable class, as means over some classes.

    Parameters
    ----------
    truth : array of shape (test rows,)
        True classes.
    proba : array of shape (test rows, classes)
        Probabilities; a class that is never predicted has 0.
    looked_for : sequence of int
        Classes to average over, each against the rest.
    note : str
        How to say that.
    """
    predicted = proba.argmax(axis=1)
    curves = [_curve(proba[:, c], truth == c) for c in looked_for]
    all_rows = np.ones(len(truth))
    cases = [(int((truth == c).sum()), int((truth != c).sum())) for c in looked_for]
    interval = area_interval([curve(all_rows) for curve in curves], cases)
    outcomes = [((predicted == c) * 1.0, (truth == c) * 1.0) for c in looked_for]

    def mean(part: Callable[[float, float, float], float]) -> Weigh:
        # Of each class: the weight that is rightly found, the weight that is said, the weight that is there.
        return lambda w: float(np.mean([part(w @ (said * so), w @ said, w @ so) for said, so in outcomes]))

    return [
        Measure("auc", lambda w: float(np.mean([curve(w) for curve in curves])), note, interval),
        Measure("accuracy", lambda w: float(w @ (predicted == truth) / w.sum())),
        Measure("precision", mean(lambda found, said, _: found / said if said else 0.0), note),
        Measure("recall", mean(lambda found, _, there: found / there if there else 0.0), note),
        Measure("f1", mean(lambda found, said, there: 2 * found / (said + there) if said + there else 0.0), note),
    ]


def _curve(score: FloatArray, truth: npt.NDArray[np.bool_]) -> Weigh:
    """Give the area under the ROC curve; ties count half."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf) > 0)
    positive = truth[order].astype(np.float64)

    def area(w: FloatArray) -> float:
        ordered = w[order]
        up = np.add.reduceat(ordered * positive, starts)
        down = np.add.reduceat(ordered * (1 - positive), starts)
        whole = up.sum() * down.sum()
        return float(up @ (np.cumsum(down) - down / 2) / whole) if whole > 0 else np.nan

    return area
