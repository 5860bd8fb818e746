"""Whether single columns are distributed as in the real table."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, capped
from understudy.metrics.tabular._intervals import around
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Marginals"]


class Marginals(Spec):
    """Mean similarity of the columns' distributions, in [0, 1].

    Quantities count one minus the Kolmogorov-Smirnov distance, categories one minus the total variation distance;
    missing values are left out of both, and their rates shown beside them. A column without a value in only one of the
    two tables scores 0, in the real table it is left out.

    References
    ----------
    SDMetrics, *KSComplement* and *TVComplement*. The interval follows from the influence of each row on the mean, with
    the point (or the set of levels) of greatest difference held fixed.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Single columns"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=500_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each column; ``details`` has one row per column."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        coding = Coding.of(real.schema, a, b)
        influence_a, influence_b = np.zeros(a.height), np.zeros(b.height)
        parts: list[dict[str, str | float | None]] = []
        for name in coding.names:
            is_quantity = coding.levels[name] is None
            difference = _kolmogorov_smirnov if is_quantity else _total_variation
            x, y = coding.floats(a, name), coding.floats(b, name)
            kept_a, kept_b = ~np.isnan(x), ~np.isnan(y)
            part: dict[str, str | float | None] = {
                "column": name,
                "measure": "ks_complement" if is_quantity else "tv_complement",
                "score": None,
                "missing_real": float(1 - kept_a.mean()),
                "missing_synthetic": float(1 - kept_b.mean()),
            }
            parts.append(part)
            if not kept_a.any():
                continue
            part["score"] = 0.0
            if kept_b.any():
                inside_a, inside_b = difference(x[kept_a], y[kept_b])
                part["score"] = float(1 - abs(inside_a.mean() - inside_b.mean()))
                influence_a[kept_a] += (inside_a - inside_a.mean()) / kept_a.mean()
                influence_b[kept_b] += (inside_b - inside_b.mean()) / kept_b.mean()
        details = pl.DataFrame(parts, schema_overrides={"score": pl.Float64})
        scores = details["score"].drop_nulls()
        if not len(scores):
            raise NotApplicable("No column of the real table has a value.")
        value = float(scores.to_numpy().mean())
        spread = influence_a.var() / a.height + influence_b.var() / b.height
        return Score(value, interval=around(value, float(np.sqrt(spread)) / len(scores)), details=details)


def _kolmogorov_smirnov(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mark in both samples the values up to the point where the distribution functions differ most."""
    x, y = _rounded(x), _rounded(y)
    sorted_x, sorted_y = np.sort(x), np.sort(y)
    points = np.concatenate([sorted_x, sorted_y])
    gap = np.searchsorted(sorted_x, points, "right") / len(x) - np.searchsorted(sorted_y, points, "right") / len(y)
    split = points[np.argmax(np.abs(gap))]
    return (x <= split).astype(np.float64), (y <= split).astype(np.float64)


def _rounded(x: FloatArray) -> FloatArray:
    # The public definition rounds to 14 decimals; beyond 1000 a float has fewer anyway.
    return np.where(np.abs(x) < 1000, np.round(np.clip(x, -1000, 1000), 14), x)  # noqa: PLR2004


def _total_variation(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mark in both samples the values of the levels that the first has more of."""
    a, b = x.astype(np.int64), y.astype(np.int64)
    k = int(max(a.max(), b.max())) + 1
    more = np.bincount(a, minlength=k) / len(a) > np.bincount(b, minlength=k) / len(b)
    return more[a].astype(np.float64), more[b].astype(np.float64)
