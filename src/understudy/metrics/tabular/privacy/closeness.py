"""Whether synthetic rows are closer to the rows the model was trained on than to rows it never saw."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, capped
from understudy.metrics.tabular._intervals import Interval, share_won
from understudy.metrics.tabular._neighbours import WORK, Neighbours
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Closeness"]

_FEWEST = 20  # holdout rows below which the share says nothing


class Closeness(Spec):
    """Share of synthetic rows that are closer to a training row than to any of as many unseen rows, in [0, 1].

    A model that has learnt the population and nothing about its training rows scores 0.5; ties count half. The training
    rows are sampled to the number of holdout rows, because the larger of two samples is nearer for no other reason.
    The distance is Gower's: differences as a share of the training range, 1 for another category.
    The interval takes the real rows for the observations, since one real row decides for all synthetic rows near it:
    from the spread of how many each training row, and each unseen row, is the nearest to.

    ``details`` also gives the published form (a differing category costs 2, as two one-hot columns differ; ties count
    for the holdout), and quantiles of the distance to the nearest training row beside those of unseen real rows.

    References
    ----------
    Platzer, Reutterer, *Holdout-based empirical assessment of mixed-type synthetic data*, Frontiers in Big Data 4
    (2021). Zhang et al., *Mixed-type tabular data synthesis with score-based diffusion in latent space* (2024), DCR.
    """

    better: ClassVar[Better] = "half"
    title: ClassVar[str] = "Closer to training than to unseen rows"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout"})
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=10_000, ge=_FEWEST)
    """Synthetic rows that are looked at most; more are sampled."""
    max_reference: int = Field(default=20_000, ge=_FEWEST)
    """Training rows, and holdout rows, that they are compared with at most."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Compare distances; ``details`` has one row per measure."""
        if holdout is None:
            raise NotApplicable("There is no holdout to compare the closeness with.")
        n = min(holdout.n_rows, real.n_rows, self.max_reference)
        if n < _FEWEST:
            msg = f"Only {n} rows stand on one side; at least {_FEWEST} are needed to compare closeness."
            raise NotApplicable(msg)
        width = max(1, len(real.schema.columns))
        most = int(min(self.max_rows, max(_FEWEST, WORK / (3 * n * width))))
        seen, unseen = capped(real, n, run.child("training")), capped(holdout, n, run.child("holdout"))
        rows = capped(synthetic, most, run.child("synthetic"))
        space = Neighbours.of(Coding.of(real.schema, real.rows, unseen, rows), real.rows)
        near, far = space.points(seen), space.points(unseen)
        points = space.points(rows)
        to_seen, nearest_seen = space.nearest(points, near, (1.0, 2.0))
        to_unseen, nearest_unseen = space.nearest(points, far, (1.0, 2.0))
        ties_half = np.where(to_seen < to_unseen, 1.0, np.where(to_seen == to_unseen, 0.5, 0.0))[0]
        share, interval = share_won(ties_half, nearest_seen[0], nearest_unseen[0], n)
        strict, strict_interval = share_won(
            (to_seen < to_unseen)[1].astype(np.float64), nearest_seen[1], nearest_unseen[1], n
        )
        # Spread over all of them: the first ones of a sorted table would be no fair sample.
        control = far.take(np.arange(min(n, most)) * n // min(n, most))
        unseen_to_seen = space.nearest(control, near)[0][0]
        details = pl.DataFrame(
            [
                _row("closer to training, ties half", share, interval, None, rows.height),
                _row("closer to training, published form", strict, strict_interval, None, rows.height),
                *(
                    _row(
                        f"distance to training, {q:.0%} quantile",
                        float(np.quantile(to_seen[0], q)),
                        None,
                        float(np.quantile(unseen_to_seen, q)),
                        rows.height,
                    )
                    for q in (0.01, 0.05, 0.5)
                ),
            ],
            schema=_DETAILS,
            orient="row",
        ).with_columns(reference_rows=pl.lit(n, pl.Int64))
        return Score(share, interval=interval, details=details)


_DETAILS = {
    "measure": pl.String,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "unseen_real": pl.Float64,
    "rows": pl.Int64,
}


def _row(
    measure: str, value: float, interval: Interval | None, unseen: float | None, rows: int
) -> tuple[str, float, float | None, float | None, float | None, int]:
    low, high = interval or (None, None)
    return measure, value, low, high, unseen, rows
