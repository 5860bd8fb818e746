"""Whether columns reach as far out as the real ones, as often, and not farther."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped
from understudy.metrics.tabular._intervals import jackknifed
from understudy.metrics.tabular._means import spread
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Tails"]

_LEAST = 1e-4  # what one row in a hundred, one hundredth of the width beyond, makes: less is no tail


class Tails(Spec):
    """Mean likeness of both ends of the columns of quantities, in [0, 1].

    An end counts the mean of two parts. Where it begins: one minus the difference of the two tables' 1 % (or 99 %)
    quantiles, in units of the real width (from one of these quantiles to the other). And what lies beyond the real
    quantile: one minus the difference of the mean excess ``E[min(max(x - q, 0), width)]``, in units of the real one, so
    that tails which are missing, or twice as heavy, count 0. No part is below 0. The width is at least the mean
    distance of the real values to their median. One value far out changes little, as it counts one width at most.

    Missing values are left out; a constant real column has no tails. A column without a value in only the synthetic
    table scores 0. The interval is a jackknife over ten groups of rows of both tables. ``details`` is relative to the
    real column throughout, and names no value.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Tails"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=100_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    share: float = Field(default=0.01, gt=0, lt=0.5)
    """Share of the real rows that makes a tail."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare both ends of each column; ``details`` has one row per end."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        coding = Coding.of(real.schema, a, b)
        columns = [_Column.of(name, coding.floats(a, name), coding.floats(b, name)) for name in coding.quantities]
        columns = [column for column in columns if column.varies]
        if not columns:
            raise NotApplicable("The table has no column of quantities with more than one real value.")

        def mean(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
            return float(np.mean([end.score for column in columns for end in column.ends(self.share, first, second)]))

        everything = np.ones(a.height, dtype=bool), np.ones(b.height, dtype=bool)
        rows = [(c.name, *end.told) for c in columns for end in c.ends(self.share, *everything)]
        details = pl.DataFrame(rows, schema=_DETAILS, orient="row").with_columns(
            real_rows=pl.lit(a.height, pl.Int64), synthetic_rows=pl.lit(b.height, pl.Int64)
        )
        value = mean(*everything)
        return Score(value, interval=jackknifed(value, mean, (a.height, b.height), run), details=details)


_DETAILS: dict[str, pl.DataType] = {
    "column": pl.String(),
    "measure": pl.String(),
    "score": pl.Float64(),
    "quantile_apart": pl.Float64(),
    "beyond_real": pl.Float64(),
    "beyond_synthetic": pl.Float64(),
    "excess_real": pl.Float64(),
    "excess_synthetic": pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a column.

    Parameters
    ----------
    measure : str
        Which end.
    apart : float
        Difference of the quantiles, in widths.
    beyond : tuple of float
        Share of the real and of the synthetic values beyond the real quantile.
    excess : tuple of float
        Mean excess of either, in widths.
    """

    measure: str
    apart: float
    beyond: tuple[float, float]
    excess: tuple[float, float]

    @property
    def score(self) -> float:
        """The mean of the two parts."""
        real, synthetic = self.excess
        off = abs(synthetic - real) / max(real, _LEAST)
        return max(0.0, 1 - self.apart) / 2 + max(0.0, 1 - off) / 2

    @property
    def told(self) -> tuple[str, float, float, float, float, float, float]:
        """A row of the details."""
        return self.measure, self.score, self.apart, *self.beyond, *self.excess


_NO_END = _End("", 1.0, (0.0, 0.0), (1.0, 0.0))  # of a column without a value: it scores 0


@dataclass(frozen=True, slots=True)
class _Column:
    """Values of a column in either table, sorted, with the rows that they are from; without missing ones."""

    name: str
    x: FloatArray
    y: FloatArray
    rows_x: IntArray
    rows_y: IntArray

    @classmethod
    def of(cls, name: str, x: FloatArray, y: FloatArray) -> "_Column":
        # In units of the greatest value: differences of values near the largest float would overflow.
        both = np.abs(np.concatenate([x, y]))
        unit = float(both.max(initial=0.0, where=~np.isnan(both))) or 1.0
        rows_x, rows_y = (np.argsort(v, kind="stable")[: int((~np.isnan(v)).sum())] for v in (x, y))
        return cls(name, x[rows_x] / unit, y[rows_y] / unit, rows_x, rows_y)

    @property
    def varies(self) -> bool:
        """Whether there are two different real values."""
        return len(self.x) > 0 and bool(self.x[0] < self.x[-1])

    def ends(self, share: float, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> tuple[_End, _End]:
        """Give both ends, by the rows that are marked in either table."""
        x, y = self.x[first[self.rows_x]], self.y[second[self.rows_y]]
        if not len(x) or not len(y):
            return replace(_NO_END, measure="lower"), replace(_NO_END, measure="upper")
        places = [max(0, int(np.ceil(q * len(x))) - 1) for q in (share, 1 - share)]
        width = max(float(x[places[1]] - x[places[0]]), spread(x)) or 1.0
        return _end("lower", -x[::-1], -y[::-1], share, width), _end("upper", x, y, share, width)


def _end(measure: str, x: FloatArray, y: FloatArray, share: float, width: float) -> _End:
    """Measure the upper end of sorted values."""
    at_x, at_y = (float(v[max(0, int(np.ceil((1 - share) * len(v))) - 1)]) for v in (x, y))
    tails = [v[np.searchsorted(v, at_x, "right") :] for v in (x, y)]
    excess_x, excess_y = (
        float(np.minimum(tail - at_x, width).sum()) / width / len(v) for tail, v in zip(tails, (x, y), strict=True)
    )
    beyond = len(tails[0]) / len(x), len(tails[1]) / len(y)
    return _End(measure, abs(at_y - at_x) / width, beyond, (excess_x, excess_y))
