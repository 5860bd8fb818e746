"""Whether synthetic rows lie where real ones do, the typical and the unusual in proportion."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, capped
from understudy.metrics.tabular._embedding import Embedding
from understudy.metrics.tabular._intervals import jackknifed
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["AlphaPrecision"]

_ALPHAS = np.linspace(0, 1, 30)
_FEWEST = 10


class AlphaPrecision(Spec):
    """How well the synthetic rows' distances to the centre of the real rows match theirs, in [0, 1].

    For 30 shares ``a`` from 0 to 1, the ball about the real mean that holds the share ``a`` of the real rows should
    hold the share ``a`` of the synthetic ones. With the share ``P(a)`` that it does hold, the score is
    ``1 - sum(|a - P(a)|) / sum(a)``. Rows are points as published: quantities between 0 and 1 by the real range, levels
    one-hot. A missing quantity is the real mean, with a column that says so; a missing level is one more. It sees how
    far out rows lie, not in which direction.

    The interval is a jackknife over ten groups of rows of both tables. ``details`` has one row per share.

    References
    ----------
    Alaa, van Breugel, Saveliev, van der Schaar, *How faithful is your synthetic data?* (2022), in the form without a
    learnt embedding that papers on tables report.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Alpha-precision"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=50_000, ge=_FEWEST)
    """Rows of each table that are compared at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare the distances."""
        n = min(real.n_rows, synthetic.n_rows)
        if n < _FEWEST:
            msg = f"A table has only {n} row{'s' * (n != 1)}; at least {_FEWEST} of each are needed to place them."
            raise NotApplicable(msg)
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        space = Embedding.of(Coding.of(real.schema, a, b), a)
        cloud = space.cloud(a)
        x, y = cloud.from_centre(cloud), space.cloud(b).from_centre(cloud)
        order_x, order_y = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
        x, y = x[order_x], y[order_y]

        def without(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
            return _score(_shares(x[first[order_x]], y[second[order_y]]))

        held = _shares(x, y)
        value = _score(held)
        interval = jackknifed(value, without, (a.height, b.height), run)
        details = pl.DataFrame({"real": _ALPHAS, "synthetic": held}).with_columns(
            real_rows=pl.lit(a.height, pl.Int64), synthetic_rows=pl.lit(b.height, pl.Int64)
        )
        return Score(value, interval=interval, details=details)


def _shares(x: FloatArray, y: FloatArray) -> FloatArray:
    """Give the share of ``y`` within each of the quantiles of ``x``; both are sorted."""
    places = _ALPHAS * (len(x) - 1)
    below = places.astype(np.int64)
    radii = x[below] + (places - below) * (x[np.minimum(below + 1, len(x) - 1)] - x[below])
    return np.searchsorted(y, radii, "right") / len(y)


def _score(held: FloatArray) -> float:
    return 1 - float(np.abs(_ALPHAS - held).sum() / _ALPHAS.sum())
