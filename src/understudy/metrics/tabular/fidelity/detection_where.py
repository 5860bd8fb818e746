"""By which columns, and in which regions, boosted trees tell synthetic rows from real ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._boosting import alive, detector, fit_for_trees, one_thread
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray
from understudy.metrics.tabular._intervals import area, area_interval
from understudy.metrics.tabular.fidelity._detection import FOLDS, Areas, falls_of, samples
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["DetectionWhere"]

_PARTS = 5  # of equally many real rows, into which a quantity is cut
_MOST_LEVELS = 20  # of a category, the most frequent ones


class DetectionWhere(Spec):
    """One minus how well boosted trees surely tell the rows apart where they do it best, in [0, 1]; 1 is nowhere.

    Regions are the levels of each category (the twenty most frequent), and the fifths of the real rows of each
    quantity, its missing values being one more, with at least 50 rows of either table. For each, the area under the ROC
    curve is taken over its rows, as told by detectors that were trained on other folds, with an interval. The region
    with the greatest lower bound decides: ``1 - (2 max(0.5, bound) - 1)``. So a region of few rows does not decide by
    chance. There is no interval, as the value is a bound itself.

    ``details`` lists the columns, by how much the area falls when one of them is shuffled in the test rows (the mean of
    three folds, and the least of them), then the regions, the most telling first. A fifth is named by the shares of the
    real rows where it begins and ends.

    References
    ----------
    Lopez-Paz, Oquab, *Revisiting classifier two-sample tests* (2017). Breiman, *Random forests* (2001), for shuffling.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Detection in the worst region"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = True

    max_rows: int = Field(default=30_000, ge=10)
    """Rows of each table that are used at most; larger tables are sampled."""
    trees: int = Field(default=100, ge=1)
    """Trees per fold."""
    fewest: int = Field(default=50, ge=5)
    """Rows of either table that make a region."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Train and test three times; ``details`` has one row per column and one per region."""
        a, b = samples(real, synthetic, self.max_rows, run)
        coding = Coding.of(real.schema, a, b)
        both = pl.concat([a, b])
        (x,), as_sets = fit_for_trees(coding.matrix(both), coding.categorical)
        is_real = np.arange(len(x)) < a.height
        scores = np.zeros(len(x))
        falls: list[list[float]] = []

        def guess(fold: int, train: IntArray, test: IntArray) -> FloatArray:
            seed = int(run.child("model", fold).rng.integers(2**31))
            model = detector(self.trees, as_sets, seed).fit(alive(x[train]), is_real[train])
            falls.append(falls_of(model, x[test], is_real[test], run.child("columns", fold)))
            scores[test] = model.predict_proba(x[test])[:, 1]
            return scores[test]

        with one_thread():
            Areas.of(is_real, guess, run)
        regions = sorted(self._regions(coding, both, is_real, scores), key=lambda region: -region.low)
        bound = max((region.low for region in regions), default=0.5)
        columns = _Columns(coding.names, np.array(falls).reshape(FOLDS, -1))
        return Score(1 - (2 * max(0.5, bound) - 1), details=pl.concat([columns.frame(), _frame(regions)]))

    def _regions(
        self, coding: Coding, both: pl.DataFrame, is_real: npt.NDArray[np.bool_], scores: FloatArray
    ) -> Iterator["_Region"]:
        for name, rows, begins, ends, level in _parts(coding, both, is_real):
            truth = is_real[rows]
            m, n = int(truth.sum()), int((~truth).sum())
            if min(m, n) < self.fewest:
                continue
            found = area(scores[rows][truth], scores[rows][~truth])[0]
            # Half of the rows, as for the whole: a chance likeness of rows in different folds counts twice.
            low, high = area_interval([found], [(m / 2, n / 2)])
            yield _Region(name, found, low, high, m, n, begins, ends, level)


@dataclass(frozen=True, slots=True)
class _Region:
    """A region, and the area under the curve there."""

    column: str
    auc: float
    low: float
    high: float
    real_rows: int
    synthetic_rows: int
    begins: float | None
    ends: float | None
    level: str | None


@dataclass(frozen=True, slots=True)
class _Columns:
    """By how much the area falls, of shape (folds, columns)."""

    names: tuple[str, ...]
    falls: FloatArray

    def frame(self) -> pl.DataFrame:
        mean, least = self.falls.mean(axis=0), self.falls.min(axis=0)
        rows = [("column", n, f, s) for n, f, s in zip(self.names, mean.tolist(), least.tolist(), strict=True)]
        schema = {k: _DETAILS[k] for k in ("measure", "column", "auc_fall", "least_fall")}
        frame = pl.DataFrame(rows, schema=schema, orient="row").sort("auc_fall", descending=True, maintain_order=True)
        return frame.with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in _DETAILS.items() if name not in schema
        )


_DETAILS: dict[str, pl.DataType] = {
    "measure": pl.String(),
    "column": pl.String(),
    "auc_fall": pl.Float64(),
    "least_fall": pl.Float64(),
    "auc": pl.Float64(),
    "auc_low": pl.Float64(),
    "auc_high": pl.Float64(),
    "real_rows": pl.Int64(),
    "synthetic_rows": pl.Int64(),
    "begins": pl.Float64(),
    "ends": pl.Float64(),
    "level": pl.String(),
}


def _frame(regions: list[_Region]) -> pl.DataFrame:
    rows = [
        ("region", r.column, None, None, r.auc, r.low, r.high, r.real_rows, r.synthetic_rows, r.begins, r.ends, r.level)
        for r in regions
    ]
    return pl.DataFrame(rows, schema=_DETAILS, orient="row")


def _parts(
    coding: Coding, both: pl.DataFrame, is_real: npt.NDArray[np.bool_]
) -> Iterator[tuple[str, npt.NDArray[np.bool_], float | None, float | None, str | None]]:
    """Give the rows of each part of each column, where a fifth begins and ends, and the name of a level."""
    for name, levels in coding.levels.items():
        if levels is not None:
            codes = coding.codes(both, name)
            counts = np.bincount(codes[codes >= 0], minlength=1)
            for code in np.argsort(-counts, kind="stable")[:_MOST_LEVELS].tolist():
                if counts[code]:
                    yield name, codes == code, None, None, str(levels[code])
            yield name, codes < 0, None, None, None
            continue
        x = coding.floats(both, name)
        known = np.sort(x[is_real & ~np.isnan(x)])
        if len(known):
            inner = np.quantile(known, np.arange(1, _PARTS) / _PARTS, method="inverted_cdf")
            cuts = np.array([-np.inf, *np.unique(inner[inner < known[-1]]), np.inf])
            shares = np.searchsorted(known, cuts, "right") / len(known)
            for i in range(len(cuts) - 1):
                yield name, (x > cuts[i]) & (x <= cuts[i + 1]), float(shares[i]), float(shares[i + 1]), None
        yield name, np.isnan(x), None, None, None
