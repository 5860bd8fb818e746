"""Whether every real row has a synthetic one nearby, the typical and the unusual in proportion."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._embedding import Cloud, blocks, clouds
from understudy.metrics.tabular._intervals import GROUPS, around, jackknife
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["BetaRecall"]

_ALPHAS = np.linspace(0, 1, 30)


class BetaRecall(Spec):
    """How many real rows have a synthetic row at most as near as the nearest other real row, in [0, 1].

    For 30 shares ``b`` from 0 to 1, ``B(b)`` is the share of real rows that have one, and one that is among the share
    ``b`` of those nearest rows that lie nearest to the synthetic mean. The score is ``1 - sum(|b - B(b)|) / sum(b)``.
    Rows are points as in ``alpha_precision``; as many of either table are compared.

    **Its natural ceiling is about one half**, not 1: a fresh real row is nearer than the nearest other real row half of
    the time (more often where rows are equal). A score well above that of unseen real rows means that the synthetic
    rows are copies.

    The interval is a jackknife over ten groups of rows of both tables. ``details`` has one row per share.

    References
    ----------
    Alaa, van Breugel, Saveliev, van der Schaar, *How faithful is your synthetic data?* (2022), in the form without a
    learnt embedding that papers on tables report.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Beta-recall"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=2_000, ge=GROUPS)
    """Rows of each table that are compared at most; more are sampled, fewer of wide tables."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare the nearest rows."""
        x, y = clouds(real, synthetic, self.max_rows, run)
        found = _Nearest.of(x, y)
        everyone, groups = np.ones(len(found.groups), dtype=bool), np.arange(GROUPS)
        held = found.shares(everyone, groups, groups)
        value = _score(held)
        without_real = [_score(found.shares(found.groups != g, groups[groups != g], groups)) for g in groups]
        without_synthetic = [_score(found.shares(everyone, groups, groups[groups != g])) for g in groups]
        variance = jackknife(np.array(without_real)) + jackknife(np.array(without_synthetic))
        details = pl.DataFrame({"expected": _ALPHAS, "covered": held}).with_columns(
            rows=pl.lit(len(found.groups), pl.Int64)
        )
        return Score(value, interval=around(value, float(np.sqrt(variance))), details=details)


@dataclass(frozen=True, slots=True)
class _Nearest:
    """What is nearest to each real row, among ten groups of rows of either table.

    Parameters
    ----------
    groups : array of shape (rows,)
        Group of each real row.
    real, synthetic : arrays of shape (rows, groups)
        Squared distance to the nearest other real row, and to the nearest synthetic row, of each group.
    unusual : array of shape (rows, groups)
        How far the latter lies from the synthetic mean.
    """

    groups: IntArray
    real: npt.NDArray[np.float32]
    synthetic: npt.NDArray[np.float32]
    unusual: FloatArray

    @classmethod
    def of(cls, x: Cloud, y: Cloud) -> "_Nearest":
        to_real, to_synthetic = x.squares(x), x.squares(y)
        np.fill_diagonal(to_real, np.inf)
        groups, members = blocks(len(to_real))
        places = np.stack([to_synthetic[:, rows].argmin(axis=1) + rows.start for rows in members], axis=1)
        return cls(
            groups,
            np.stack([to_real[:, rows].min(axis=1) for rows in members], axis=1),
            np.take_along_axis(to_synthetic, places, axis=1),
            y.from_centre(y)[places],
        )

    def shares(self, rows: npt.NDArray[np.bool_], real: IntArray, synthetic: IntArray) -> FloatArray:
        """Give ``B(b)`` of some real rows, with some groups of either table to look among."""
        nearest = self.real[rows][:, real].min(axis=1)
        apart, unusual = self.synthetic[rows][:, synthetic], self.unusual[rows][:, synthetic]
        place = apart.argmin(axis=1)[:, None]
        apart, unusual = (np.take_along_axis(v, place, axis=1)[:, 0] for v in (apart, unusual))
        covered = np.sort(unusual[apart <= nearest])
        return np.searchsorted(covered, np.quantile(unusual, _ALPHAS), "right") / len(unusual)


def _score(held: FloatArray) -> float:
    return max(0.0, 1 - float(np.abs(_ALPHAS - held).sum() / _ALPHAS.sum()))
