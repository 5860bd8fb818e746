"""Members move the statistic of a target as they moved it in models that are known to have seen it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.attacks.game import Game
from understudy.attacks.membership.nearest import nearest_calibrated
from understudy.attacks.membership.structure import structure
from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["Refit", "Shadows", "fit_shadows", "shadow_ratios"]

Refit: TypeAlias = Callable[[Table, int, Run], Table]
"""Fits the same kind of model on other rows, and draws as many rows as are asked for."""

_STATISTICS = (nearest_calibrated, structure)


@dataclass(frozen=True, slots=True)
class Shadows:
    """Tables by models that are known to have seen a target, or not.

    Parameters
    ----------
    inside : array of bool, shape (shadows, targets)
        Which targets each was fitted on, besides the reference.
    tables : tuple of polars.DataFrame
        What each made: as many rows as there are synthetic ones.
    """

    inside: npt.NDArray[np.bool_]
    tables: tuple[pl.DataFrame, ...]


def fit_shadows(game: Game, refit: Refit, n_shadows: int) -> Shadows:
    """Fit the same kind of model on the reference and a random half of the targets, so many times."""
    inside = np.zeros((n_shadows, 2 * game.n), dtype=bool)
    tables: list[pl.DataFrame] = []
    with game.run.child("shadows").step(n_shadows, "models") as step:
        for k in range(n_shadows):
            # Pairs of shadows share out the targets: each target is in as many as it is not.
            half = game.run.child("halves", k // 2).rng.permutation(2 * game.n) < game.n
            inside[k] = half if k % 2 == 0 else ~half
            rows = pl.concat([game.targets.filter(pl.Series(inside[k])), game.roles.reference])
            made = refit(Table.of(rows, game.real.schema), game.synthetic.height, game.run.child("shadow", k))
            tables.append(made.rows)
            step.advance()
    return Shadows(inside, tuple(tables))


def shadow_ratios(game: Game, shadows: Shadows) -> FloatArray:
    """Guess by the likelihood ratio of the target's statistics, from shadow models that had or had not seen it.

    For each target a normal law of the statistic is taken from the shadows with it, and one from those without, with a
    spread that all targets share; the two statistics (calibrated distance, structure) count as independent.

    References
    ----------
    Carlini, Chien, Nasr, Song, Terzis, Tramer, *Membership inference attacks from first principles* (LiRA, 2022),
    offline and with shared variance; for synthetic data Stadler et al. (2022).
    """
    inside = shadows.inside
    games = [game.on(table, f"shadow {k}") for k, table in enumerate(shadows.tables)]
    seen = np.array([[statistic(shadow) for statistic in _STATISTICS] for shadow in games])
    score = np.zeros(2 * game.n)
    for s, statistic in enumerate(_STATISTICS):
        now, values = statistic(game), seen[:, s]
        mean_in, mean_out = (_mean(values, chosen) for chosen in (inside, ~inside))
        spread = np.where(inside, values - mean_in, values - mean_out).var() + 1e-12
        score += ((now - mean_out) ** 2 - (now - mean_in) ** 2) / (2 * spread)
    return score


def _mean(values: FloatArray, chosen: np.ndarray) -> FloatArray:
    return (values * chosen).sum(axis=0) / np.maximum(chosen.sum(axis=0), 1)
