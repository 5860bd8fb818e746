"""Whether linear, boosted and neural models learn from the synthetic rows what they learn from real ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.split import draw
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._learning import LEARNERS, Answers, Learner, Lesson, Task
from understudy.metrics.tabular.utility._measures import Measured, measures_of
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["ThreeLearners"]

_FEWEST = 10  # synthetic rows with a target, of which a fifth is set aside
_SET_ASIDE = 5  # one of so many synthetic rows


class ThreeLearners(Spec):
    """Mean score of three kinds of models that are trained on synthetic rows and tested on the holdout.

    Each of them (logistic or ridge regression; boosted trees; a neural network of one hidden layer) is trained on four
    fifths of the synthetic rows, and on as many real ones; either model is tested on the holdout and on the other fifth
    of the synthetic rows. The score is the area under the ROC curve (chance .5, best 1), for quantities R2 (chance 0,
    best 1, no lower end), as in ``tstr``; the ceiling is what the models trained on real rows score on the holdout.

    ``details`` has every measure of the four combinations, and for each learner the generalisation gap: the score of
    the model trained on synthetic rows on synthetic rows it has not seen, minus that on real rows. Above zero, it has
    learnt what holds among synthetic rows only. The regret says what one loses on real rows by choosing that learner
    which does best among synthetic rows: 0 if it is the best one on real rows too.

    Intervals are about other holdouts: as in ``tstr``, the mean's as if the learners' errors moved together.

    References
    ----------
    Esteban, Hyland, Ratsch, *Real-valued (medical) time series generation with recurrent conditional GANs* (2017), sec.
    4 (both directions of training and testing). Jordon, Yoon, van der Schaar, *Measuring the quality of synthetic data
    for use in competitions* (2018) (ranking of models).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Three learners, both ways"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout", "target"})
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = True

    target: str | None = None
    """Column to predict."""
    max_rows: int = Field(default=50_000, ge=_FEWEST)
    """Rows of each table that are used at most; larger tables are sampled."""
    resamples: int = Field(default=200, ge=20)
    """Bootstrap samples of the test rows behind the intervals."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Train and test; ``details`` has one row per learner, training rows, test rows and measure."""
        if holdout is None:
            raise NotApplicable("There is no holdout to test on.")
        task = Task.of(self.target, real)
        made = task.rows(synthetic, self.max_rows, run.child("synthetic"), "synthetic")
        if made.height < _FEWEST:
            msg = f"Only {made.height} synthetic rows have a target; at least {_FEWEST} are needed to set some aside."
            raise NotApplicable(msg)
        made = made[run.child("order").rng.permutation(made.height)]
        train, test = made[made.height // _SET_ASIDE :], made[: made.height // _SET_ASIDE]
        alike = draw(real, train.height, run.child("alike").rng)
        trains = {"real": task.rows(alike, self.max_rows, run.child("real"), "real"), "synthetic": train}
        tests = {"real": task.rows(holdout, self.max_rows, run.child("holdout"), "holdout"), "synthetic": test}
        exam = _Exam(
            Lesson.of(task, real.schema, *trains.values(), *tests.values()), trains, tests, self.resamples, run
        )
        results = [exam.sat(learner) for learner in LEARNERS]
        score, ceiling = _mean(results, "synthetic"), _mean(results, "real")
        rows = [row for result in results for row in [*result.rows, *result.gap()]]
        return Score(
            score.value,
            ceiling=ceiling.value,
            interval=score.interval,
            details=pl.DataFrame([*rows, *_regret(results)], schema=_DETAILS),
            ceiling_interval=ceiling.interval,
            chance=task.chance,
        )


_DETAILS = {
    **dict.fromkeys(("learner", "trained_on", "tested_on", "measure"), pl.String),
    **dict.fromkeys(("value", "low", "high"), pl.Float64),
    "rows": pl.Int64,
}

_Row = dict[str, str | float | None]


@dataclass(frozen=True, slots=True)
class _Result:
    """What one learner scored: all rows of the details, and the measure that decides by training and test rows."""

    learner: Learner
    rows: list[_Row]
    main: dict[tuple[str, str], Measured]
    measure: str

    def gap(self) -> list[_Row]:
        """Give how much better the model trained on synthetic rows does on synthetic rows than on real ones."""
        own, other = self.main.get(("synthetic", "synthetic")), self.main["synthetic", "real"]
        if own is None:
            return []
        gap = Measured(own.value - other.value)
        if own.interval is not None and other.interval is not None:
            # The test rows are independent: Newcombe's way to an interval of a difference from one of each.
            (own_low, own_high), (low, high) = own.interval, other.interval
            below, above = (
                hypot(own.value - own_low, high - other.value),
                hypot(own_high - own.value, other.value - low),
            )
            gap = Measured(gap.value, gap.value - below, gap.value + above)
        return [_row((self.learner, "synthetic", "synthetic minus real", self.measure), gap)]


@dataclass(frozen=True, slots=True)
class _Exam:
    """Who is trained on what, and tested on what."""

    lesson: Lesson
    trains: Mapping[str, pl.DataFrame]
    tests: Mapping[str, pl.DataFrame]
    resamples: int
    run: Run

    def sat(self, learner: Learner) -> _Result:
        """Train and test one learner."""
        seed = int(self.run.child("model").rng.integers(2**31))
        rows: list[_Row] = []
        main: dict[tuple[str, str], Measured] = {}
        deciding = ""
        for trained, train in self.trains.items():
            answers = self.lesson.answers(learner, train, list(self.tests.values()), seed)
            for tested, answer in zip(self.tests, answers, strict=True):
                found = self._measured(answer, tested)
                n = len(answer.truth)
                rows += [_row((learner, trained, tested, name), measured, n) for name, measured in found.items()]
                if found:
                    deciding = next(iter(found))
                    main[trained, tested] = found[deciding]
        return _Result(learner, rows, main, deciding)

    def _measured(self, answers: Answers, tested: str) -> dict[str, Measured]:
        try:
            measures = measures_of(answers, "holdout")
        except NotApplicable:
            if tested == "real":
                raise
            return {}  # synthetic rows of a single target can test nothing
        n = len(answers.truth)
        weights = self.run.child("bootstrap", tested).rng.multinomial(n, np.full(n, 1 / n), size=self.resamples)
        return {measure.name: measure.measured(weights) for measure in measures}


def _row(labels: tuple[str, str, str, str], measured: Measured, rows: int | None = None) -> _Row:
    learner, trained, tested, measure = labels
    return {
        "learner": learner,
        "trained_on": trained,
        "tested_on": tested,
        "measure": measure,
        "value": measured.value,
        "low": measured.low,
        "high": measured.high,
        "rows": rows,
    }


def _regret(results: list[_Result]) -> list[_Row]:
    """Give what is lost on real rows by choosing the learner that does best among synthetic rows."""
    able = [result for result in results if ("synthetic", "synthetic") in result.main]
    if not able:
        return []
    chosen = max(able, key=lambda result: result.main["synthetic", "synthetic"].value)
    best = max(result.main["real", "real"].value for result in able)
    lost = Measured(best - chosen.main["real", "real"].value)
    return [_row((chosen.learner, "real", "real", "regret"), lost)]


def _mean(results: list[_Result], trained: str) -> Measured:
    """Give the mean over learners of what those trained on ``trained`` rows score on the holdout."""
    found = [result.main[trained, "real"] for result in results]
    intervals = [measured.interval for measured in found]
    value = float(np.mean([measured.value for measured in found]))
    if None in intervals:
        return Measured(value)
    low, high = np.mean([interval for interval in intervals if interval is not None], axis=0)
    return Measured(value, float(low), float(high))
