"""Members lie nearer to a synthetic row; calibrated: nearer than to a row of the population."""

from understudy.attacks.distances import nearest_k
from understudy.attacks.game import Game
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["nearest", "nearest_calibrated"]


def nearest(game: Game) -> FloatArray:
    """Guess by how near the nearest synthetic row is.

    References
    ----------
    Chen, Yu, Zhang, Fritz, *GAN-Leaks* (2020), sec. 4.1.
    """
    return -nearest_k(game.attacked, game.made, 1)[0][:, 0].astype("float64")


def nearest_calibrated(game: Game) -> FloatArray:
    """Guess by how much nearer the nearest synthetic row is than the nearest reference row.

    Whether there are as many of the one as of the other moves all guesses alike, and costs nothing.

    References
    ----------
    Chen et al. (2020), sec. 4.4.
    """
    made, known = (nearest_k(game.attacked, rows, 1)[0][:, 0].astype("float64") for rows in (game.made, game.known))
    return known - made
