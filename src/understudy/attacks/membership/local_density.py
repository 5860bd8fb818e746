"""Members have more synthetic rows around them than rows of the population."""

import numpy as np

from understudy.attacks.distances import SHELLS, nearest_k, shells
from understudy.attacks.game import Game
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["local_density", "radii"]

_RADII = (0.1, 0.5, 0.9)
_AROUND = 500


def local_density(game: Game) -> FloatArray:
    """Guess by the log of the share of synthetic rows within a radius less that of reference rows, mean of three radii.

    The radii are what a tenth, half and nine tenths of reference rows are away from their tenth neighbour among the
    others.
    """
    width = max(1, len(game.space.coding.names))
    counts = [np.cumsum(shells(game.attacked, rows), axis=1) for rows in (game.made, game.known)]
    sizes = [rows.n_rows for rows in (game.made, game.known)]
    score = np.zeros(2 * game.n)
    for radius in radii(game):
        shell = min(int(radius * SHELLS / width), SHELLS - 1)
        made, known = (np.log((count[:, shell] + 1) / (size + 1)) for count, size in zip(counts, sizes, strict=True))
        score += made - known
    return score / len(_RADII)


def radii(game: Game) -> FloatArray:
    """Give how far reference rows are from their tenth neighbour: quantiles."""
    n = min(_AROUND, game.known.n_rows)
    some = game.known.take(np.linspace(0, game.known.n_rows - 1, n).astype(np.int64))
    k = min(11, game.known.n_rows)  # a row is its own first neighbour
    return np.quantile(nearest_k(some, game.known, k)[0][:, -1].astype(np.float64), _RADII)
