"""Rows planted in the training table: how surely they are found bounds the privacy loss from below."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import bisect
from scipy.stats import binom

from understudy.attacks.distances import nearest_k
from understudy.attacks.game import Game
from understudy.attacks.ladder import copied
from understudy.attacks.membership.shadow import Refit
from understudy.data.table import Table

__all__ = ["Canaries", "epsilon_bound", "plant"]

_ERROR = 0.05
_MOST = 50.0  # epsilon; beyond it everything is open
_GUESSES = (0.02, 0.1, 0.3, 1.0)
"""Shares of canaries that are guessed, the surest first; the best bound is taken, and pays for the choice."""


@dataclass(frozen=True, slots=True)
class Canaries:
    """What was found.

    Parameters
    ----------
    planted, offered : int
        Rows that went into the training table, of how many that might have.
    guesses, right : int
        Guesses of the best attacker, and how many were right.
    epsilon : float
        Lower bound of the privacy loss epsilon with 95 % confidence, at delta 1e-5.
    """

    planted: int
    offered: int
    guesses: int
    right: int
    epsilon: float


def plant(game: Game, refit: Refit, offered: int) -> Canaries:
    """Fit on the reference and about half of ``offered`` canaries, and guess from the rows drawn which half it was.

    Canaries are rows whose cells come from different real rows, as no real row is.

    References
    ----------
    Steinke, Nasr, Jagielski, *Privacy auditing with one (1) training run* (2023), theorem 5.2.
    """
    run = game.run.child("canaries")
    offered = min(offered, game.roles.reference.height)
    rows = copied(game.roles.reference, 1.0, offered, run.child("rows"))
    inside = run.child("coins").rng.random(offered) < 0.5  # noqa: PLR2004 - a fair coin
    training = pl.concat([game.roles.reference, rows.filter(pl.Series(inside))])
    made = refit(Table.of(training, game.real.schema), game.synthetic.height, run.child("fit"))
    points, found = game.space.points(rows), game.space.points(made.rows)
    apart = [nearest_k(points, others, 1)[0][:, 0].astype(np.float64) for others in (game.known, found)]
    score = apart[0] - apart[1]
    order = np.argsort(-score, kind="stable")
    best = Canaries(int(inside.sum()), offered, 0, 0, 0.0)
    for share in _GUESSES:
        half = max(1, int(share * offered / 2))
        right = int(inside[order[:half]].sum() + (~inside[order[-half:]]).sum())
        bound = epsilon_bound(2 * half, right, offered, error=_ERROR / len(_GUESSES))
        if bound > best.epsilon or best.guesses == 0:
            best = Canaries(best.planted, offered, 2 * half, right, bound)
    return best


def epsilon_bound(guesses: int, right: int, offered: int, delta: float = 1e-5, error: float = _ERROR) -> float:
    """Give the greatest epsilon at which so many right guesses have a chance of at most ``error``; 0 where none is.

    Parameters
    ----------
    guesses, right : int
        Guesses made, and those that were right.
    offered : int
        Canaries, guessed at or not.
    delta : float
        The delta of the claim that is tested.
    error : float
        Chance of a bound that is too high.
    """

    def beyond(epsilon: float) -> float:
        q = 1 / (1 + np.exp(-epsilon))
        tail = float(binom.sf(right - 1, guesses, q))
        i = np.arange(1, right + 1)
        more = float(((binom.sf(right - i - 1, guesses, q) - tail) / i).max()) if right else 0.0
        return tail + 2 * offered * delta * max(more, 0.0) - error

    if beyond(0.0) >= 0:
        return 0.0
    if beyond(_MOST) <= 0:
        return _MOST
    return float(bisect(beyond, 0.0, _MOST))  # pyright: ignore[reportArgumentType] - without full_output, a float
