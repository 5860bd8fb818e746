"""Whether values are missing as often as in the real table, and together."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import IntArray, capped, is_number, numbers
from understudy.metrics.tabular._means import Means
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Missing"]

_FEWEST = 5  # real rows that a pattern needs to count by itself


class Missing(Spec):
    """Mean likeness of the rates and of the joint patterns of missing values, in [0, 1].

    Each column that lacks a value in either table counts one minus the difference of its two rates. The patterns, which
    columns a row lacks, count together as much as all columns together do: one minus the total variation distance of
    their shares, where those of fewer than five real rows are taken for one. Numbers that are infinite or no numbers
    count as missing. The interval follows from the influence of each row on the score, with the set of patterns held
    fixed. ``details`` has one row per column and one for the patterns, which says how many there are.

    References
    ----------
    SDMetrics, *MissingValueSimilarity*, for the columns.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Missing values"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=500_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare rates and patterns."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        columns = {name: (_gaps(real, a, name), _gaps(real, b, name)) for name in real.schema.columns}
        columns = {name: gaps for name, gaps in columns.items() if gaps[0].any() or gaps[1].any()}
        if not columns:
            raise NotApplicable("No value is missing, in either table.")
        rates, patterns = Means((a.height, b.height)), Means((a.height, b.height))
        for name, (x, y) in columns.items():
            p, q = float(x.mean()), float(y.mean())
            sign = float(np.sign(p - q))
            part = {"column": name, "measure": "rate", "real": p, "synthetic": q}
            rates.add(part, 1 - abs(p - q), -sign * x, sign * y)
        _compare_patterns(*_patterns(columns), patterns)
        both = Means((a.height, b.height))
        both.on_real = rates.on_real / len(rates.scores) + patterns.on_real
        both.on_synthetic = rates.on_synthetic / len(rates.scores) + patterns.on_synthetic
        both.parts = rates.parts + patterns.parts
        both.scores = [float(np.mean(rates.scores)), *patterns.scores]
        return both.score("No value is missing.")


def _gaps(table: Table, frame: pl.DataFrame, name: str) -> np.ndarray:
    """Mark the missing values of a column, as 0 and 1."""
    if is_number(table.schema.columns[name]):
        return np.isnan(numbers(frame[name])).astype(np.float64)
    return frame[name].is_null().to_numpy().astype(np.float64)


def _patterns(columns: dict[str, tuple[np.ndarray, np.ndarray]]) -> tuple[IntArray, IntArray]:
    """Give the number of each row's pattern, in both tables."""
    codes = np.zeros(sum(map(len, next(iter(columns.values())))), dtype=np.int64)
    for x, y in columns.values():
        _, codes = np.unique(2 * codes + np.concatenate([x, y]).astype(np.int64), return_inverse=True)
    n = len(next(iter(columns.values()))[0])
    return codes[:n], codes[n:]


def _compare_patterns(x: IntArray, y: IntArray, means: Means) -> None:
    k = 1 + int(max(x.max(), y.max()))
    held = np.bincount(x, minlength=k)
    place = np.where(held >= _FEWEST, np.arange(k), k)
    x, y = place[x], place[y]
    p, q = np.bincount(x, minlength=k + 1) / len(x), np.bincount(y, minlength=k + 1) / len(y)
    more = (p > q).astype(np.float64)
    part = {"column": None, "measure": "patterns", "real": int((p > 0).sum()), "synthetic": int((q > 0).sum())}
    means.add(part, 1 - float((p - q) @ more), -more[x], more[y])
