"""Whether someone who holds the synthetic table can tell who was in the training table."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, capped
from understudy.metrics.tabular._intervals import Z95, area, around
from understudy.metrics.tabular._neighbours import WORK, Neighbours, Points
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Membership"]

_FEWEST = 20  # rows on either side below which the area says nothing
_Z_OF_TWO = 2.241402727604947  # two-sided 97.5 % point of the normal: two attacks share the 5 % of error


class Membership(Spec):
    """Area under the ROC curve of the stronger of two attacks that guess members; 0.5 is guessing.

    The attacker holds the synthetic rows and a record, and guesses "member" the nearer the nearest synthetic row is
    (``plain``), or the nearer it is than the nearest row of a reference sample of the population (``calibrated``;
    training rows that are not attacked play it, which favours the attacker). Members are training rows, non-members as
    many holdout rows. The interval covers the stronger attack's area with at least 95 % (each attack's is widened to
    97.5 %); without any leak the value is expected at about 0.503, because the higher of two is taken.

    A low value does not prove privacy: better attacks exist. A high one proves a leak.

    References
    ----------
    Chen, Yu, Zhang, Fritz, *GAN-Leaks* (2020), sec. 4.1 (black-box attack) and 4.4 (calibration). Intervals: DeLong
    (1988).
    """

    better: ClassVar[Better] = "half"
    title: ClassVar[str] = "Membership inference"
    needs: ClassVar[frozenset[str]] = frozenset({"holdout"})
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_targets: int = Field(default=10_000, ge=_FEWEST)
    """Members, and non-members, that are attacked at most."""
    max_rows: int = Field(default=50_000, ge=_FEWEST)
    """Synthetic rows, and reference rows, that the attacker uses at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Attack; ``details`` has one row per attack."""
        if holdout is None:
            raise NotApplicable("There is no holdout of non-members.")
        # At least half of the training rows are left for the reference.
        n = min(self.max_targets, holdout.n_rows, real.n_rows // 2)
        if n < _FEWEST:
            msg = f"Only {n} members and non-members are at hand; at least {_FEWEST} of each are needed."
            raise NotApplicable(msg)
        most = int(min(self.max_rows, max(_FEWEST, WORK / (4 * n * len(real.schema.columns)))))
        order = run.child("training").rng.permutation(real.n_rows)
        members, reference = real.rows[np.sort(order[:n])], real.rows[np.sort(order[n : n + most])]
        others, rows = capped(holdout, n, run.child("holdout")), capped(synthetic, most, run.child("synthetic"))
        targets = pl.concat([members, others])
        space = Neighbours.of(Coding.of(real.schema, targets, reference, rows), reference)
        attacked = space.points(targets)
        to_rows = _distance(space, attacked, space.points(rows))
        attacks = {"plain": -to_rows, "calibrated": _distance(space, attacked, space.points(reference)) - to_rows}
        details = pl.DataFrame([_row(name, guess[:n], guess[n:]) for name, guess in attacks.items()]).with_columns(
            targets=pl.lit(2 * n, pl.Int64),
            synthetic_rows=pl.lit(rows.height, pl.Int64),
            reference_rows=pl.lit(reference.height, pl.Int64),
        )
        curves = [area(guess[:n], guess[n:]) for guess in attacks.values()]
        intervals = [around(value, error, z=_Z_OF_TWO) for value, error in curves]
        value = max(value for value, _ in curves)
        return Score(
            value, interval=(max(low for low, _ in intervals), max(high for _, high in intervals)), details=details
        )


def _distance(space: Neighbours, targets: Points, others: Points) -> npt.NDArray[np.float64]:
    return space.nearest(targets, others)[0][0].astype(np.float64)


def _row(attack: str, members: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> dict[str, str | float]:
    value, error = area(members, others)
    low, high = around(value, error, z=Z95)
    return {
        "attack": attack,
        "auc": value,
        "low": low,
        "high": high,
        "caught_at_1_percent_false": _caught(members, others, 0.01),
        "caught_at_10_percent_false": _caught(members, others, 0.1),
    }


def _caught(members: npt.NDArray[np.float64], others: npt.NDArray[np.float64], false: float) -> float:
    """Give the share of members guessed right where ``false`` of the others are guessed wrong; ties by chance."""
    bar = np.quantile(others, 1 - false, method="inverted_cdf")
    above, level = float((others > bar).mean()), float((others == bar).mean())
    part = (false - above) / level
    return float((members > bar).mean() + part * (members == bar).mean())
