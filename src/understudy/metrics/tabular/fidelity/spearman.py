"""Whether quantities rise and fall together as in the real rows, whatever the shape of the relation."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._means import Means, within_part
from understudy.metrics.tabular._pairs import Sides
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Spearman"]


class Spearman(Spec):
    """Mean similarity of the rank correlations of the pairs of quantities, in [0, 1].

    A pair counts one minus half the difference of Spearman's correlations over the rows that have both values; ties
    have their mean rank. An outlier counts no more than any other row, unlike in ``pairs``. A constant synthetic column
    counts as uncorrelated; a pair with a constant real one is shown and left out. The interval follows from the
    influence of each row on the correlations, by its own rank and by those of the rows that it outranks.

    References
    ----------
    SDMetrics, *CorrelationSimilarity* (Spearman). Croux, Dehon, *Influence functions of the Spearman and Kendall
    correlation measures*, Statistical Methods and Applications 19 (2010).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Rank correlations"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=50_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=1_000, ge=1)
    """Pairs that are compared at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each pair; ``details`` has one row per pair."""
        sides = Sides.of(real, synthetic, self.max_rows, run)
        columns = {name: (_Column.of(x), _Column.of(y)) for name, (x, y) in sides.quantities().items()}
        means = Means((sides.real.height, sides.synthetic.height))
        for first, second in sides.pairs(self.max_pairs, run, among=tuple(columns)):
            (rho, on_real), (made, on_synthetic) = (
                _spearman(a, b) for a, b in zip(columns[first], columns[second], strict=True)
            )
            part = {"first": first, "second": second, "real": rho, "synthetic": made}
            if rho is None:
                means.add(part, None)
                continue
            off = rho - (0.0 if made is None else made)
            sign = float(np.sign(off)) / 2
            means.add(part, 1 - abs(off) / 2, -sign * on_real, sign * on_synthetic)
        return means.score("Fewer than two columns of quantities vary, so no two of them can be correlated.")


@dataclass(frozen=True, slots=True)
class _Ranks:
    """Ranks of values.

    Parameters
    ----------
    places : array
        Mean rank of each value as a share, less one half: their mean is 0.
    levels : array
        Number of each value among the different ones, in their order.
    """

    places: FloatArray
    levels: IntArray

    @classmethod
    def of(cls, x: FloatArray) -> "_Ranks":
        _, levels, counts = np.unique(x, return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - counts / 2
        return cls((middle / max(len(x), 1) - 0.5)[levels], levels)

    def above(self, weights: FloatArray) -> FloatArray:
        """Give for each value the mean of the weights of higher values, and half of equal ones.

        That is how a row moves the mean of ranks times weights by being outranked.
        """
        sums = np.bincount(self.levels, weights)
        return (sums.sum() - np.cumsum(sums) + sums / 2)[self.levels] / len(weights)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column, and its ranks where no value is missing."""

    values: FloatArray
    known: npt.NDArray[np.bool_]
    ranks: _Ranks | None

    @classmethod
    def of(cls, x: FloatArray) -> "_Column":
        known = ~np.isnan(x)
        return cls(x, known, _Ranks.of(x) if known.all() else None)

    def among(self, known: npt.NDArray[np.bool_]) -> _Ranks:
        """Give the ranks among some of the rows."""
        return _Ranks.of(self.values[known]) if self.ranks is None or not known.all() else self.ranks


def _spearman(a: _Column, b: _Column) -> tuple[float | None, FloatArray]:
    """Give the rank correlation, and the influence of each row on it."""
    known = a.known & b.known
    x, y = a.among(known), b.among(known)
    u, v = x.places, y.places
    if not known.any() or not x.levels.any() or not y.levels.any():  # one value only
        return None, np.zeros(len(known))
    on_u, on_v = u**2 + 2 * x.above(u), v**2 + 2 * y.above(v)
    var_u, var_v = float((u**2).mean()), float((v**2).mean())
    size = np.sqrt(var_u * var_v)
    rho = float(np.clip((u * v).mean() / size, -1.0, 1.0))
    influence = (u * v + x.above(v) + y.above(u)) / size - rho / 2 * (on_u / var_u + on_v / var_v)
    return rho, within_part(influence, known)
