"""How much single rows tell, by one column, about which of the two tables they are from."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._means import Means
from understudy.metrics.tabular._pairs import Sides, quantile_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["JensenShannon"]


class JensenShannon(Spec):
    """Mean similarity of the columns' distributions by the Jensen-Shannon distance, in [0, 1].

    A column counts one minus the distance ``sqrt((KL(p | m) + KL(q | m)) / 2)``, ``m = (p + q) / 2``, in bits: 1 where
    the real shares ``p`` and the synthetic ones ``q`` are equal, 0 where no value occurs in both. It weighs values that
    one table lacks more than total variation does. Quantities are cut at the deciles of the real table; missing is a
    value of its own. The interval follows from the influence of each row on the mean.

    References
    ----------
    Endres, Schindelin, *A new metric for probability distributions*, IEEE Transactions on Information Theory 49 (2003).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Single columns, Jensen-Shannon"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=500_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each column; ``details`` has one row per column."""
        sides = Sides.of(real, synthetic, self.max_rows, run, fewest=1)
        means = Means((sides.real.height, sides.synthetic.height))
        for name, (x, y) in sides.codes(quantile_codes).items():
            distance, on_x, on_y = _distance(x, y)
            means.add({"column": name}, 1 - distance, -on_x, -on_y)
        return means.score("No column can be compared.")


def _distance(x: IntArray, y: IntArray) -> tuple[float, FloatArray, FloatArray]:
    """Give the distance, and the influence of each row on it."""
    k = 1 + int(max(x.max(), y.max()))
    p, q = np.bincount(x, minlength=k) / len(x), np.bincount(y, minlength=k) / len(y)
    middle = (p + q) / 2
    gain_x, gain_y = (np.log2(np.where(s > 0, s / np.where(middle > 0, middle, 1.0), 1.0)) for s in (p, q))
    divergence = float(p @ gain_x + q @ gain_y) / 2
    if divergence <= 0:  # of equal shares, a rounding error
        return 0.0, np.zeros(len(x)), np.zeros(len(y))
    distance = min(1.0, float(np.sqrt(divergence)))
    return distance, gain_x[x] / (4 * distance), gain_y[y] / (4 * distance)
