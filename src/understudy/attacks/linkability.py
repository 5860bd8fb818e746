"""Whether the synthetic rows link what is known of a person in one place with what is known in another."""

from dataclasses import dataclass

import numpy as np

from understudy.attacks.distances import nearest_k
from understudy.attacks.excess import Excess
from understudy.attacks.game import Game
from understudy.metrics.tabular._neighbours import Points

__all__ = ["Linked", "link"]

_NEIGHBOURS = 5
_TARGETS = 2_000


@dataclass(frozen=True, slots=True)
class Linked:
    """How often two halves of a record lead to one synthetic row.

    Parameters
    ----------
    linked : Excess
        Training rows, and unseen rows, whose halves have one of their five nearest synthetic rows in common.
    by_chance : float
        Share that independent halves would give.
    """

    linked: Excess
    by_chance: float


def link(game: Game) -> Linked | None:
    """Deal the columns into two halves, and look for synthetic rows near to both; None for a single column.

    References
    ----------
    Article 29 Working Party, *Opinion 05/2014* (linkability); control as in Giomi et al. (2023).
    """
    d = game.attacked.numbers.shape[0] + game.attacked.codes.shape[0]
    if d < 2:  # noqa: PLR2004
        return None
    n = min(_TARGETS, game.n)
    asked = game.attacked.take(np.concatenate([np.arange(n), game.n + np.arange(n)]))
    order = game.run.child("linkability").rng.permutation(d)
    k = min(_NEIGHBOURS, game.made.n_rows)
    near = [nearest_k(_half(asked, half), _half(game.made, half), k)[1] for half in (order[: d // 2], order[d // 2 :])]
    hits = (near[0][:, :, None] == near[1][:, None, :]).any(axis=(1, 2))
    linked = Excess(int(hits[:n].sum()), n, int(hits[n:].sum()), n)
    return Linked(linked, min(k * k / game.made.n_rows, 1.0))


def _half(points: Points, columns: np.ndarray) -> Points:
    numbers = points.numbers.shape[0]
    return Points(
        np.ascontiguousarray(points.numbers[np.sort(columns[columns < numbers])]),
        np.ascontiguousarray(points.codes[np.sort(columns[columns >= numbers]) - numbers]),
    )
