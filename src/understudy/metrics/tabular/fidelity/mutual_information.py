"""How much columns tell about one another, weighted by how much they tell."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._intervals import GROUPS, around, jackknife
from understudy.metrics.tabular._pairs import Sides, joint_codes, quantile_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["MutualInformation"]


class MutualInformation(Spec):
    """Weighted error of the pairs' normalised mutual information, in [0, 1]; 0 is perfect.

    The sum of ``(real + synthetic) * |real - synthetic|`` over all pairs, divided by the sum of ``real + synthetic``:
    the pairs that depend on one another decide, not the many that do not. Quantities are cut at the deciles of the real
    table; missing is a level of its own. Mutual information is divided by the mean of the two entropies. The interval
    is a jackknife over ten groups of rows of both tables.
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Mutual information, weighted error"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=5_000, ge=1)
    """Pairs that are compared at most (all, up to 100 columns); more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each pair; ``details`` has one row per pair."""
        sides = Sides.of(real, synthetic, self.max_rows, run)
        codes = sides.codes(quantile_codes)
        pairs = sides.pairs(self.max_pairs, run)
        groups_real = run.child("groups", "real").rng.permutation(sides.real.height) % GROUPS
        groups_synthetic = run.child("groups", "synthetic").rng.permutation(sides.synthetic.height) % GROUPS
        # Rows: the whole table, then the table without each group.
        a, b = np.zeros((1 + GROUPS, len(pairs))), np.zeros((1 + GROUPS, len(pairs)))
        alone = {n: (_entropies(x, groups_real), _entropies(y, groups_synthetic)) for n, (x, y) in codes.items()}
        for i, (first, second) in enumerate(pairs):
            x, y, _ = joint_codes(codes[first], codes[second])
            a[:, i] = _information(alone[first][0], alone[second][0], _entropies(x, groups_real))
            b[:, i] = _information(alone[first][1], alone[second][1], _entropies(y, groups_synthetic))
        if not (a[0] + b[0]).sum() > 0:
            raise NotApplicable("No column tells anything about another, in either table.")
        value = float(_weighted(a[0], b[0]))
        spread = sum(
            jackknife(np.array([_weighted(*pair) for pair in sets]))
            for sets in ([(row, b[0]) for row in a[1:]], [(a[0], row) for row in b[1:]])
        )
        details = pl.DataFrame(
            {"first": [p[0] for p in pairs], "second": [p[1] for p in pairs], "real": a[0], "synthetic": b[0]}
        )
        return Score(value, interval=around(value, float(np.sqrt(spread))), details=details)


def _weighted(real: FloatArray, synthetic: FloatArray) -> float:
    weight = real + synthetic
    total = float(weight.sum())
    return float((weight * np.abs(real - synthetic)).sum()) / total if total > 0 else 0.0


def _information(one: FloatArray, two: FloatArray, both: FloatArray) -> FloatArray:
    """Give the normalised mutual information from the entropies of either column and of the pair."""
    mean = (one + two) / 2
    return np.where(mean > 0, np.clip((one + two - both) / np.where(mean > 0, mean, 1.0), 0.0, 1.0), 0.0)


def _entropies(codes: IntArray, groups: IntArray) -> FloatArray:
    """Give the entropy of all rows, and of all but each group."""
    k = int(codes.max()) + 1
    if k > len(codes):
        _, codes = np.unique(codes, return_inverse=True)
        k = int(codes.max()) + 1
    counts = np.bincount(groups * k + codes, minlength=GROUPS * k).reshape(GROUPS, k)
    rest = counts.sum(axis=0) - counts
    return np.array([_entropy(counts.sum(axis=0)), *map(_entropy, rest)])


def _entropy(counts: IntArray) -> float:
    counts = counts[counts > 0]
    n = counts.sum()
    return float(np.log(n) - (counts @ np.log(counts)) / n) if n else 0.0
