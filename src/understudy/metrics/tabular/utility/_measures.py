"""Measures of predictions as functions of the test rows' weights, which is what a bootstrap varies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import norm, t

from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._intervals import Z95, Interval, area_interval
from understudy.metrics.tabular._learning import TWO, Answers

__all__ = ["Measure", "Measured", "decisive", "measures_of", "of_classes", "of_quantities", "tested"]

_FAR = 1e6
"""Times the greatest true value, beyond which a prediction is as wrong as it gets; squares stay finite."""

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

    def measured(self, weights: IntArray) -> "Measured":
        """Give the value with its interval, where need be from ``weights`` of shape (resamples, test rows)."""
        low, high = self.interval or self._bootstrapped(weights)
        return Measured(self.of(np.ones(weights.shape[1])), low, high)

    def row(self, weights: IntArray) -> dict[str, str | float | None]:
        """Give the value with its interval as a row of a score's details."""
        found = self.measured(weights)
        return {"measure": self.name, "value": found.value, "low": found.low, "high": found.high, "note": self.note}

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


@dataclass(frozen=True, slots=True)
class Measured:
    """A value and the ends of its interval, None where too few rows say nothing about it."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> Interval | None:
        """The interval."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def measures_of(answers: Answers, what: str) -> list[Measure]:
    """Give the measures of a model's answers, that which decides first.

    Raises
    ------
    NotApplicable
        If all test rows have one target; ``what`` says which rows they are.
    """
    truth = answers.truth
    if answers.levels is None:
        if (truth == truth[0]).all():
            msg = f"The target has a single value in the {what}."
            raise NotApplicable(msg)
        unit = float(np.abs(truth).max())
        with np.errstate(over="ignore"):
            return of_quantities(truth / unit, np.clip(answers.said / unit, -_FAR, _FAR), unit)
    looked_for = tested(answers)
    if not looked_for:
        msg = f"The target has a single class in the {what}."
        raise NotApplicable(msg)
    note = f"for {answers.levels[1]!r}"  # the rarer class is the one that is looked for
    if answers.said.shape[1] > TWO:
        note = f"mean over {len(looked_for)} classes, each against the rest"
    return of_classes(answers.classes, answers.said, looked_for, note)


def decisive(answers: Answers) -> Weigh:
    """Give the measure that decides, without the others: R2, or the area under the ROC curve; NaN where undefined."""
    if answers.levels is None:
        unit = float(np.abs(answers.truth).max()) or 1.0
        return of_quantities(answers.truth / unit, np.clip(answers.said / unit, -_FAR, _FAR), unit)[0].of
    looked_for = tested(answers)
    curves = [_curve(answers.said[:, c], answers.classes == c) for c in looked_for]
    return lambda w: float(np.mean([curve(w) for curve in curves])) if curves else np.nan


def tested(answers: Answers) -> list[int]:
    """Give the classes that are looked for: of two the rarer, of more all that the test rows can tell."""
    counts = np.bincount(answers.classes, minlength=answers.said.shape[1])
    able = [c for c, count in enumerate(counts) if 0 < count < len(answers.truth)]
    return [1] if able and answers.said.shape[1] == TWO else able


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
    """Give the areas under the ROC and the precision-recall curve and the measures of the most probable class.

    All but the accuracy are means over some classes.

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
    areas = [_precisions(proba[:, c], truth == c) for c in looked_for]
    all_rows = np.ones(len(truth))
    cases = [(int((truth == c).sum()), int((truth != c).sum())) for c in looked_for]
    interval = area_interval([curve(all_rows) for curve in curves], cases)
    outcomes = [((predicted == c) * 1.0, (truth == c) * 1.0) for c in looked_for]

    def mean(part: Callable[[float, float, float], float]) -> Weigh:
        # Of each class: the weight that is rightly found, the weight that is said, the weight that is there.
        return lambda w: float(np.mean([part(w @ (said * so), w @ said, w @ so) for said, so in outcomes]))

    return [
        Measure("auc", lambda w: float(np.mean([curve(w) for curve in curves])), note, interval),
        Measure("pr_auc", lambda w: float(np.mean([area(w) for area in areas])), note, _logit(areas, cases)),
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


def _precisions(score: FloatArray, truth: npt.NDArray[np.bool_]) -> Weigh:
    """Give the area under the precision-recall curve as average precision; equal scores are found at once."""
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.diff(-score[order], prepend=-np.inf) > 0)
    positive = truth[order].astype(np.float64)

    def area(w: FloatArray) -> float:
        ordered = w[order]
        found = np.add.reduceat(ordered * positive, starts)
        said = np.cumsum(np.add.reduceat(ordered, starts))
        whole = found.sum()
        return float(found @ (np.cumsum(found) / np.maximum(said, 1e-300)) / whole) if whole > 0 else np.nan

    return area


def _logit(areas: Sequence[Weigh], cases: Sequence[tuple[int, int]]) -> Interval:
    """Give the interval of the mean of areas under precision-recall curves, symmetric in log odds.

    References
    ----------
    Boyd, Eng, Page, *Area under the precision-recall curve: point estimates and confidence intervals* (2013), sec. 3.
    """
    lows: list[float] = []
    highs: list[float] = []
    for area, (positive, negative) in zip(areas, cases, strict=True):
        seen = area(np.ones(positive + negative))
        # An area of 1 has no log odds: half a case keeps it away from there.
        p = float(np.clip(seen, 0.5 / (positive + 1), 1 - 0.5 / (positive + 1)))
        centre, reach = log(p / (1 - p)), Z95 / sqrt(positive * p * (1 - p))
        lows.append(min(seen, float(expit(centre - reach))))
        highs.append(max(seen, float(expit(centre + reach))))
    return float(np.mean(lows)), float(np.mean(highs))
