"""Members are likelier under the model itself than others: the attacker holds the model, not only its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from understudy.attacks.codes import mutual_information, tree_of
from understudy.attacks.game import Game
from understudy.attacks.membership.density_ratio import tree_density
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._intervals import Z95, Interval

__all__ = ["Gap", "Likelihood", "gap_of", "model_likelihood"]

Likelihood: TypeAlias = Callable[[Table], FloatArray]
"""Gives the log-likelihood in nats of each row under a model; -inf for one that it could never make."""


def model_likelihood(game: Game, own: FloatArray) -> FloatArray:
    """Guess by the log-likelihood under the model, less that under the law of the reference.

    Rows that are likely in the population are likely under any good model: what is left is the model's own memory.

    Parameters
    ----------
    game : Game
        The targets and the reference.
    own : array of shape (targets,)
        Log-likelihood of each under the model.

    References
    ----------
    Watson, Guo, Cormode, Sablayrolles, *On the importance of difficulty calibration in membership inference attacks*
    (2022); the law of the reference is a tree of columns (Chow and Liu, 1968).
    """
    cells = game.cells
    tree = tree_of(mutual_information(cells.reference, cells.sizes))
    return _finite(own) - tree_density(cells, cells.reference, tree)


@dataclass(frozen=True, slots=True)
class Gap:
    """How much likelier training rows are, in nats per row.

    Parameters
    ----------
    value : float
        Mean log-likelihood of training rows less that of unseen rows.
    interval : tuple of float
        95 % interval of it.
    impossible : tuple of int
        Training, and unseen, rows that the model could never make.
    """

    value: float
    interval: Interval
    impossible: tuple[int, int]


def gap_of(own: FloatArray, n: int) -> Gap:
    """Measure the gap of ``own`` log-likelihoods, of ``n`` training rows and then as many unseen ones."""
    impossible = (int(np.isinf(own[:n]).sum()), int(np.isinf(own[n:]).sum()))
    held = _finite(own)
    seen, unseen = held[:n], held[n:]
    value = float(seen.mean() - unseen.mean())
    error = float(np.sqrt(seen.var(ddof=1) / len(seen) + unseen.var(ddof=1) / len(unseen)))
    return Gap(value, (value - Z95 * error, value + Z95 * error), impossible)


def _finite(own: FloatArray) -> FloatArray:
    """Put the least finite value where a row is impossible."""
    finite = own[np.isfinite(own)]
    return np.where(np.isfinite(own), own, finite.min() if len(finite) else 0.0)
