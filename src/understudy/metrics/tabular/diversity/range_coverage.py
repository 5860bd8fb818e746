"""Whether columns reach over the whole range, and hold all the levels, of the real ones."""

from typing import ClassVar

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, is_category, is_number, numbers
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["RangeCoverage"]


class RangeCoverage(Spec):
    """Mean share of the real columns' ranges and levels that the synthetic ones cover, in [0, 1].

    A quantity counts the part of the real range (least to greatest value, ``w``) that lies between the least and the
    greatest synthetic value: ``1 - max(0, least' - least) / w - max(0, greatest - greatest') / w``, at least 0. A
    category counts the share of the real levels that occur. Constant quantities are left out, and a column without a
    synthetic value counts 0.

    The ends of a range are single rows' values, and rare levels few rows': a synthesizer that protects people leaves
    some out on purpose, so this serves comparison with other tools. The ceiling is what as many rows drawn from the
    real ones with replacement would cover on average. There is no interval: the value hangs on the extremes.

    References
    ----------
    SDMetrics, *RangeCoverage* and *CategoryCoverage*.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Ranges and levels covered"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "none"
    thorough: ClassVar[bool] = True

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Look at each column; ``details`` has one row per column."""
        a, b = real.rows, synthetic.rows
        parts: list[tuple[str, str, float, float]] = []
        for name, column in real.schema.columns.items():
            if is_number(column):
                found = _range(numbers(a[name]), numbers(b[name]))
                parts += [(name, "range", *found)] if found else []
            elif is_category(column) and a[name].null_count() < a.height:
                parts.append(
                    (name, "levels", *_levels(a[name].drop_nulls(), b[name].drop_nulls(), b.height / a.height))
                )
        if not parts:
            raise NotApplicable("No column has a range or levels to cover.")
        details = pl.DataFrame(parts, schema=["column", "measure", "score", "expected"], orient="row")
        value, ceiling = (float(details[name].to_numpy().mean()) for name in ("score", "expected"))
        return Score(value, ceiling=ceiling, details=details)


def _range(x: FloatArray, y: FloatArray) -> tuple[float, float] | None:
    """Give the part of the range that is covered, and what as many values drawn from the real ones would cover."""
    factor = len(y) / len(x)
    x, y = np.sort(x[~np.isnan(x)]), y[~np.isnan(y)]
    if not len(x) or x[0] == x[-1]:
        return None
    # In units of the greatest value: differences of values near the largest float would overflow.
    unit = float(np.abs(x).max())
    x, y = x / unit, np.clip(y / unit, -2, 2)
    width = float(x[-1] - x[0])
    draws = len(x) * factor
    shares = np.arange(1, len(x)) / len(x)
    # The greatest of the draws is at most the i-th value with the chance that all of them are.
    below, above = np.diff(x) @ (1 - shares) ** draws, np.diff(x) @ shares**draws
    expected = max(0.0, 1 - float(below + above) / width)
    if not len(y):
        return 0.0, expected
    lost = max(0.0, float(y.min() - x[0])) + max(0.0, float(x[-1] - y.max()))
    return max(0.0, 1 - lost / width), expected


def _levels(x: pl.Series, y: pl.Series, factor: float) -> tuple[float, float]:
    counts = x.value_counts(name="rows")
    shares = np.sort(counts["rows"].to_numpy()) / x.len()  # sorted: sums of floats hang on their order
    held = counts[x.name].is_in(y.unique().implode())
    return float(held.sum()) / counts.height, float((1 - (1 - shares) ** (x.len() * factor)).mean())
