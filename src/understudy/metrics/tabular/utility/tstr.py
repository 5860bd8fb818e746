"""Whether a model that was trained on the synthetic rows works on real rows that nobody has seen."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._boosting import alive, classifier, fit_for_trees, one_thread, regressor
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped, is_category, is_number, numbers
from understudy.metrics.tabular.utility._measures import Measure, of_classes, of_quantities
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["TrainOnSynthetic"]

_CLASSES = 20  # classes beyond the most frequent twenty are predicted as one
_GUESSING = 0.5  # area under the ROC curve of a model that guesses
_TWO = 2  # classes, or distinct numbers, that make a target binary


class TrainOnSynthetic(Spec):
    """Train on synthetic rows, test on the holdout.

    A target of levels (or of just two numbers) is classified: the score is the area under the ROC curve, with more than
    two classes the mean over the classes, each against the rest. Any other target is a regression: the score is the
    share of the holdout's variance that is explained (R2; below 0 it is worse than the mean). The ceiling is the same
    model trained on the real rows; the share of the usefulness that is left is taken above what guessing scores.
    Predictors: all other columns but identifiers and free text. Rows without a target are left out.

    The interval is about other holdouts, for the model that these synthetic rows give: Newcombe's for areas under the
    curve, a bootstrap for the other measures.

    References
    ----------
    Esteban, Hyland, Ratsch, *Real-valued (medical) time series generation with recurrent conditional GANs* (2017), sec.
    4. Hesterberg, *What teachers should know about the bootstrap*, The American Statistician 69 (2015).
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
        target = _checked(self.target, real)
        classes = _classes(real.rows[target], is_quantity=is_number(real.schema.columns[target]))
        train = _with_target(capped(synthetic, self.max_rows, run.child("train")), target, "synthetic")
        test = _with_target(capped(holdout, self.max_rows, run.child("test")), target, "holdout")
        coding = Coding.of(real.schema, train, test, without=target)
        (x, x_test), as_sets = fit_for_trees(coding.matrix(train), coding.categorical, coding.matrix(test))
        sides = _Sides(x, x_test, as_sets, int(run.child("model").rng.integers(2**31)))
        with one_thread():
            measures = (
                _regress(sides, numbers(train[target]), numbers(test[target]))
                if classes is None
                else _classify(sides, classes.codes(train[target]), classes.codes(test[target]), classes)
            )
        n = test.height
        weights = run.child("bootstrap").rng.multinomial(n, np.full(n, 1 / n), size=self.resamples)
        details = pl.DataFrame([measure.row(weights) for measure in measures], schema_overrides=_FLOATS)
        _, value, low, high, _ = details.row(0)
        interval = None if low is None else (low, high)
        chance = 0.0 if classes is None else _GUESSING
        return Score(value, interval=interval, details=details.with_columns(rows=pl.lit(n, pl.Int64)), chance=chance)


_FLOATS = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}


@dataclass(frozen=True, slots=True)
class _Sides:
    """Predictors of both sides, and what the model needs besides."""

    x: FloatArray
    x_test: FloatArray
    as_sets: npt.NDArray[np.bool_]
    seed: int


@dataclass(frozen=True, slots=True)
class _Classes:
    """Classes of a target: the most frequent real levels, and one for the others where there are more."""

    levels: tuple[str, ...]

    def codes(self, column: pl.Series) -> IntArray:
        known = column.cast(pl.String).cast(pl.Enum(self.levels), strict=False).to_physical()
        return known.cast(pl.Int64).fill_null(len(self.levels)).to_numpy()


def _checked(target: str | None, real: Table) -> str:
    if target is None:
        raise NotApplicable("No target column is named.")
    if target not in real.schema.columns:
        msg = f"The target {target!r} is not a column of the table."
        raise NotApplicable(msg)
    column = real.schema.columns[target]
    if not (is_number(column) or is_category(column)):
        msg = f"The target {target!r} holds {column.kind} values, which cannot be predicted."
        raise NotApplicable(msg)
    return target


def _with_target(rows: pl.DataFrame, target: str, what: str) -> pl.DataFrame:
    values = rows[target]
    # Of quantities, infinite ones count as missing everywhere.
    kept = rows.filter(values.is_finite() & values.is_not_null() if values.dtype.is_float() else values.is_not_null())
    if not kept.height:
        msg = f"The target {target!r} has no value in the {what} rows."
        raise NotApplicable(msg)
    return kept


def _classes(real: pl.Series, *, is_quantity: bool) -> _Classes | None:
    """Give the classes to tell apart; None for a regression."""
    values = real.drop_nulls()
    levels = (
        values.cast(pl.String)
        .alias("level")
        .value_counts(name="n")
        .sort(["n", "level"], descending=[True, False])["level"]
    )
    if len(levels) < _TWO:
        msg = f"The target {real.name!r} has {'a single' if len(levels) else 'no'} value in the real rows."
        raise NotApplicable(msg)
    if is_quantity and len(levels) > _TWO:
        return None
    return _Classes(tuple(levels.head(_CLASSES).to_list()))


def _regress(sides: _Sides, y: FloatArray, y_test: FloatArray) -> list[Measure]:
    if (y_test == y_test[0]).all():
        raise NotApplicable("The target has a single value in the holdout.")
    # In units of the greatest value: squares of very large numbers would overflow.
    unit = float(np.abs(np.concatenate([y, y_test])).max())
    model = regressor(sides.as_sets, sides.seed).fit(alive(sides.x), y / unit)
    return of_quantities(y_test / unit, model.predict(sides.x_test), unit)


def _classify(sides: _Sides, y: IntArray, y_test: IntArray, classes: _Classes) -> list[Measure]:
    n_classes = max(int(y.max()), int(y_test.max()), len(classes.levels) - 1) + 1
    tested = [c for c in range(n_classes) if 0 < (y_test == c).sum() < len(y_test)]
    if not tested:
        raise NotApplicable("The target has a single class in the holdout.")
    proba = np.zeros((len(y_test), n_classes))
    seen = np.unique(y)
    if len(seen) == 1:
        # A table of one class can only teach to say that class.
        proba[:, seen[0]] = 1.0
    else:
        proba[:, seen] = (
            classifier(n_classes, sides.as_sets, sides.seed).fit(alive(sides.x), y).predict_proba(sides.x_test)
        )
    if n_classes == _TWO:
        # The rarer class is the one that is looked for.
        return of_classes(y_test, proba, [1], f"for {classes.levels[1]!r}")
    return of_classes(y_test, proba, tested, f"mean over {len(tested)} classes, each against the rest")
