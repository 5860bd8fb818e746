"""Whether a linear classifier can tell synthetic rows from real ones, in the published form."""

from dataclasses import dataclass
from typing import ClassVar
from warnings import catch_warnings, simplefilter

import numpy as np
import polars as pl
from pydantic import Field
from scipy.sparse import coo_array, csr_array, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import RobustScaler

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray
from understudy.metrics.tabular.fidelity._detection import Areas, samples
from understudy.protocols import Better, Score, StandIn
from understudy.schema.column import Boolean
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["LogisticDetection"]


class LogisticDetection(Spec):
    """One minus how well a logistic regression tells the rows apart, in [0, 1]; 1 is indistinguishable.

    Categories become one column per level, missing quantities the real mean, missing booleans the real mode. Three
    folds; each contributes ``max(0.5, AUC) * 2 - 1``. It sees the columns one by one, and so stays high where only
    their relations are wrong: ``boosted_detection`` asks harder.

    References
    ----------
    SDMetrics, *LogisticDetection*. Levels that the real table lacks have no column here (there, they are an error). The
    design is kept sparse: levels scaled by median and quartiles are mostly exact zeros.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Detection by a linear classifier"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=50_000, ge=10)
    """Rows of each table that are used at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Train and test three times; ``details`` has one row per fold."""
        a, b = samples(real, synthetic, self.max_rows, run)
        design = _Design.of(Coding.of(real.schema, a, b), a, b, real.schema)
        is_real = np.arange(a.height + b.height) < a.height

        def guess(_: int, train: IntArray, test: IntArray) -> FloatArray:
            x = design.scaled(train)
            return LogisticRegression().fit(x[train], is_real[train]).predict_proba(x[test])[:, 1]

        with catch_warnings():
            # The definition stops after 100 steps, converged or not.
            simplefilter("ignore", ConvergenceWarning)
            found = Areas.of(is_real, guess, run)
        details = pl.DataFrame(
            [(i, auc, a.height, b.height) for i, auc in enumerate(found.folds)],
            schema=["fold", "auc", "real_rows", "synthetic_rows"],
            orient="row",
        )
        return Score(found.score, interval=found.score_interval, details=details)


@dataclass(frozen=True, slots=True)
class _Design:
    """Rows as the definition lays them out, before scaling.

    Parameters
    ----------
    plain : array of shape (rows, columns)
        Quantities and booleans, without missing values.
    levels : list of arrays of shape (rows,)
        For each category the column (from 0) of each row's level; -1 where the level has none.
    """

    plain: FloatArray
    levels: list[IntArray]

    @classmethod
    def of(cls, coding: Coding, a: pl.DataFrame, b: pl.DataFrame, schema: TableSchema) -> "_Design":
        both = pl.concat([a, b])
        plain: list[FloatArray] = []
        levels: list[IntArray] = []
        for name in coding.names:
            boolean = isinstance(schema.columns[name], Boolean)
            if coding.levels[name] is None or boolean:
                values = coding.floats(both, name)
                plain.append(_filled(values, values[: a.height], mode=boolean))
            else:
                codes = coding.codes(both, name)
                codes = np.where(codes < 0, coding.n_levels(name), codes)
                kept = np.unique(codes[: a.height])
                column = np.full(coding.n_levels(name) + 1, -1)
                column[kept] = np.arange(len(kept))
                levels.append(column[codes])
        return cls(np.array(plain).reshape(len(plain), both.height).T, levels)

    def scaled(self, train: IntArray) -> csr_array:
        """Give all rows, each column minus its median and divided by its quartiles' distance in the training rows."""
        blocks = [csr_array(RobustScaler().fit(self.plain[train]).transform(self.plain))] if self.plain.size else []
        blocks += [_scaled_levels(columns, columns[train]) for columns in self.levels]
        return csr_array(hstack(blocks, format="csr"))


def _scaled_levels(columns: IntArray, train: IntArray) -> csr_array:
    """Scale the indicator columns of one category; nearly all have median 0, and so stay sparse."""
    width = int(columns.max()) + 1
    ones = np.bincount(train[train >= 0], minlength=width)
    low, centre, high = (_indicator_quantile(ones, len(train), q) for q in (0.25, 0.5, 0.75))
    scale = np.where(high > low, high - low, 1.0)
    inside, outside = (1 - centre) / scale, -centre / scale
    own = (columns >= 0) & (outside[columns] == 0)
    rows, cells, values = [np.flatnonzero(own)], [columns[own]], [inside[columns[own]]]
    for c in np.flatnonzero(outside):
        rows.append(np.arange(len(columns)))
        cells.append(np.full(len(columns), c))
        values.append(np.where(columns == c, inside[c], outside[c]))
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cells)))
    matrix = csr_array(coo_array(entries, shape=(len(columns), width)))
    matrix.eliminate_zeros()
    return matrix


def _indicator_quantile(ones: IntArray, n: int, q: float) -> FloatArray:
    """Give the quantile (linear between neighbours) of ``n`` zeros and ones, of which ``ones`` are ones."""
    place = (n - 1) * q
    below = int(place)
    first_one = n - ones
    left, right = (below >= first_one).astype(np.float64), (min(below + 1, n - 1) >= first_one).astype(np.float64)
    return left + (place - below) * (right - left)


def _filled(values: FloatArray, real: FloatArray, *, mode: bool) -> FloatArray:
    known = real[~np.isnan(real)]
    unit = float(np.abs(values).max(initial=0.0, where=~np.isnan(values)))
    if unit > 1e100:  # noqa: PLR2004 - squares would overflow; the scaling that follows makes the unit irrelevant
        values, known = values / unit, known / unit
    if not len(known):
        fill = 0.0
    elif mode:
        fill = float(known.mean() > 0.5)  # noqa: PLR2004 - the more frequent of 0 and 1; of two equals the first
    else:
        fill = float(known.mean())
    return np.where(np.isnan(values), fill, values)
