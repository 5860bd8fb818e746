"""Members make the synthetic rows around them likelier once they are added to the population."""

import numpy as np

from understudy.attacks.distances import SHELLS, nearest_k, shells
from understudy.attacks.game import Game
from understudy.attacks.membership.local_density import radii
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["likelihood_gain"]

_NEIGHBOURS = 10


def likelihood_gain(game: Game) -> FloatArray:
    """Guess by how much likelier the ten nearest synthetic rows get where the target joins the reference.

    The law of the reference is a kernel density, with a kernel that falls off exponentially with the distance; its
    bandwidth is a third of what half of the reference rows are away from their tenth neighbour.

    References
    ----------
    Ward, Lin, Wang, Cheng, *Synthetic data privacy attacks by local over-fitting* (Gen-LRA, 2025).
    """
    width = max(1, len(game.space.coding.names))
    bandwidth = max(float(radii(game)[1]) / 3, width / SHELLS)
    falls = np.exp(-(np.arange(SHELLS) + 0.5) * width / SHELLS / bandwidth)
    distance, which = nearest_k(game.attacked, game.made, min(_NEIGHBOURS, game.made.n_rows))
    asked, place = np.unique(which, return_inverse=True)
    dense = shells(game.made.take(asked), game.known) @ falls  # kernel sums over the reference
    added = np.exp(-distance.astype(np.float64) / bandwidth)
    return np.log1p(added / np.maximum(dense[place.reshape(which.shape)], 1e-12)).sum(axis=1)
