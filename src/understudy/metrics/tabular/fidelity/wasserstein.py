"""How far values would have to be moved to turn synthetic columns into real ones."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import Coding, FloatArray, capped
from understudy.metrics.tabular._means import Means, spread, within_part
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Wasserstein"]


class Wasserstein(Spec):
    """Mean nearness of the columns of quantities, by how far values lie from where they should, in [0, 1].

    A column counts ``1 - W / s``, at least 0: ``W`` is the integral of the absolute difference of the two distribution
    functions (the Wasserstein distance of order 1), and ``s`` the mean distance of the real values to their median. So
    the real median alone, repeated, scores exactly 0. Unlike the Kolmogorov-Smirnov distance it tells a value that is
    off by a little from one that is off by much. Missing values are left out. A column without a value in only the
    synthetic table scores 0, in the real table it is left out; a constant one scores 1 if it stays, else 0.

    The interval follows from the influence of each row on the mean, with the sign of the difference held fixed.

    References
    ----------
    Vallender, *Calculation of the Wasserstein distance between probability distributions on the line*, Theory of
    Probability and its Applications 18 (1974).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Distance of values"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=500_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each column; ``details`` has one row per column, with its distance in units of ``s``."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        coding = Coding.of(real.schema, a, b)
        means = Means((a.height, b.height))
        for name in coding.quantities:
            x, y = coding.floats(a, name), coding.floats(b, name)
            kept_x, kept_y = ~np.isnan(x), ~np.isnan(y)
            if not kept_x.any():
                means.add({"column": name, "distance": None}, None)
            elif not kept_y.any():
                means.add({"column": name, "distance": None}, 0.0)
            else:
                distance, on_x, on_y = _relative(x[kept_x], y[kept_y])
                score = 0.0 if distance is None else max(0.0, 1 - distance)
                if not score:
                    on_x, on_y = np.zeros_like(on_x), np.zeros_like(on_y)
                means.add(
                    {"column": name, "distance": distance},
                    score,
                    -within_part(on_x, kept_x),
                    -within_part(on_y, kept_y),
                )
        return means.score("The table has no column of quantities with a real value.")


def _relative(x: FloatArray, y: FloatArray) -> tuple[float | None, FloatArray, FloatArray]:
    """Give the distance in units of the spread of ``x``, and the influence of each value on it.

    It is None where it is infinite: a constant that did not stay.
    """
    # In units of the greatest value: differences of values near the largest float would overflow.
    unit = max(float(np.abs(x).max()), float(np.abs(y).max())) or 1.0
    x, y = x / unit, y / unit
    points = np.sort(np.concatenate([x, y]))
    f, g = (np.searchsorted(np.sort(v), points[:-1], "right") / len(v) for v in (x, y))
    steps = np.diff(points)
    distance, width = float(np.abs(f - g) @ steps), spread(x)
    if not width > 0:
        return (0.0 if not distance > 0 else None), np.zeros_like(x), np.zeros_like(y)
    # The sign of the difference, integrated from the least value up to each point.
    signed = np.concatenate([[0.0], np.cumsum(np.sign(f - g) * steps)])
    from_x, from_y = (-signed[np.searchsorted(points, v, "left")] for v in (x, y))
    on_width = np.abs(x - np.median(x))
    return distance / width, from_x / width - distance / width**2 * on_width, -from_y / width
