"""How near synthetic rows lie to training rows, beside unseen ones: no attack, but what many look at first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from understudy.attacks.codes import mutual_information
from understudy.attacks.distances import nearest_k
from understudy.attacks.game import Game
from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, capped
from understudy.metrics.tabular._intervals import Interval, share_won
from understudy.metrics.tabular._neighbours import Points

__all__ = ["QUANTILES", "Nearness", "look_around"]

QUANTILES = (0.01, 0.05, 0.5)
"""Of the distances to the nearest row."""

_ROWS = 10_000
_SYNTHETIC = 5_000
_FEWEST_COLUMNS = 4  # of which groups differ from all of them
_RESAMPLES = 200
_TINY = 1e-12

Floats: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Nearness:
    """Distances of synthetic rows to as many training as unseen rows, over some columns.

    Parameters
    ----------
    columns : tuple of str
        The columns.
    kind : {"all", "random", "correlated"}
        How they were chosen.
    rows : int
        Training rows, and unseen rows, that were looked at.
    closer : float
        Share of synthetic rows that are closer to a training row than to an unseen one, ties half; 0.5 is no memory.
    interval : tuple of float
        Its interval, widened for the number of groups.
    ratios : dict of float to (float, tuple)
        For each quantile of the distance to the nearest training row: that of synthetic rows as a part of that of
        unseen rows, with its 95 % interval.
    second : dict of float to (float, float)
        For each quantile of the ratio of the distances to the nearest and the second nearest row (NNDR): to training
        rows, and to unseen rows.
    """

    columns: tuple[str, ...]
    kind: str
    rows: int
    closer: float
    interval: Interval
    ratios: dict[float, tuple[float, Interval]]
    second: dict[float, tuple[float, float]]


def look_around(game: Game, real: Table, holdout: Table, groups: int) -> list[Nearness]:
    """Measure distances over all columns, and over ``groups`` random and as many correlated groups of columns.

    References
    ----------
    Platzer, Reutterer, *Holdout-based empirical assessment of mixed-type synthetic data*, Frontiers in Big Data 4
    (2021), on the share and the two distances; Lowe, *Distinctive image features from scale-invariant keypoints*, IJCV
    60 (2004), on their ratio.
    """
    run = game.run.child("nearness")
    n = min(real.n_rows, holdout.n_rows, _ROWS)
    made = game.synthetic[np.linspace(0, game.synthetic.height - 1, min(_SYNTHETIC, game.synthetic.height)).astype(int)]
    sides = tuple(
        game.space.points(rows)
        for rows in (made, capped(real, n, run.child("training")), capped(holdout, n, run.child("unseen")))
    )
    chosen = [("all", game.space.coding.names), *_groups(game, groups, run)]
    return [
        _measured(game, kind, columns, sides, len(chosen), run.child(i)) for i, (kind, columns) in enumerate(chosen)
    ]


def _groups(game: Game, groups: int, run: Run) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Draw groups of half of the columns, then such as depend on one another: a random column and its nearest."""
    names = game.space.coding.names
    if len(names) < _FEWEST_COLUMNS:
        return
    half = (len(names) + 1) // 2
    for i in range(groups):
        kept = np.sort(run.child("random", i).rng.choice(len(names), half, replace=False))
        yield "random", tuple(names[c] for c in kept)
    if not groups:
        return
    information = mutual_information(game.cells.reference, game.cells.sizes)
    starts = run.child("correlated").rng.permutation(len(names))[:groups]
    for start in starts:
        nearest = np.argsort(-information[start], kind="stable")
        kept = np.sort([start, *nearest[nearest != start][: half - 1]])
        yield "correlated", tuple(names[int(c)] for c in kept)


def _measured(
    game: Game, kind: str, columns: tuple[str, ...], sides: tuple[Points, ...], comparisons: int, run: Run
) -> Nearness:
    made, seen, unseen = (_only(game, side, columns) for side in sides)
    (near, which), (far, which_far) = (nearest_k(made, others, 2) for others in (seen, unseen))
    control = nearest_k(unseen.take(np.arange(min(unseen.n_rows, _SYNTHETIC))), seen, 1)[0][:, 0]
    won = np.where(near[:, 0] < far[:, 0], 1.0, np.where(near[:, 0] == far[:, 0], 0.5, 0.0))
    share, interval = share_won(won, which[:, 0], which_far[:, 0], seen.n_rows, comparisons)
    ratios = {q: _ratio(near[:, 0], control, q, run.child("ratio")) for q in QUANTILES}
    second = {q: (_nndr(near, q), _nndr(far, q)) for q in QUANTILES[:2]}
    return Nearness(columns, kind, seen.n_rows, share, interval, ratios, second)


def _only(game: Game, points: Points, columns: tuple[str, ...]) -> Points:
    coding = game.space.coding
    numbers = [i for i, name in enumerate(coding.quantities) if name in columns]
    codes = [i for i, name in enumerate(coding.categories) if name in columns]
    return Points(np.ascontiguousarray(points.numbers[numbers]), np.ascontiguousarray(points.codes[codes]))


def _ratio(near: Floats, control: Floats, q: float, run: Run) -> tuple[float, Interval]:
    """Give the quantile of one sample as a part of that of the other, with a bootstrap interval."""

    def ratio(x: Floats, y: Floats) -> float:
        return float((np.quantile(x, q) + _TINY) / (np.quantile(y, q) + _TINY))

    rng = run.rng
    drawn = [ratio(rng.choice(near, len(near)), rng.choice(control, len(control))) for _ in range(_RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return ratio(near, control), (float(low), float(high))


def _nndr(nearest: Floats, q: float) -> float:
    first, second = nearest[:, 0].astype(np.float64), nearest[:, 1].astype(np.float64)
    held: FloatArray = np.where(np.isfinite(second), first / (second + _TINY), 1.0)
    return float(np.quantile(held, q))
