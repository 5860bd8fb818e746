"""A classifier that tells synthetic rows from the population takes members for synthetic ones."""

import numpy as np

from understudy.attacks.game import Game
from understudy.metrics.tabular._boosting import alive, classifier, fit_for_trees, one_thread
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["logan"]

_ROWS = 20_000


def logan(game: Game) -> FloatArray:
    """Guess by the probability of being synthetic, by boosted trees trained on synthetic against reference rows.

    References
    ----------
    Hayes, Melis, Danezis, De Cristofaro, *LOGAN* (2019), the attack that knows the generator's rows only.
    """
    coding, n = game.space.coding, min(_ROWS, game.synthetic.height, game.roles.reference.height)
    sides = [
        rows[np.linspace(0, rows.height - 1, n).astype(np.int64)] for rows in (game.synthetic, game.roles.reference)
    ]
    x = np.concatenate([coding.matrix(rows) for rows in sides])
    (x, asked), as_sets = fit_for_trees(x, coding.categorical, coding.matrix(game.targets))
    seed = int(game.run.child("logan").rng.integers(2**31))
    with one_thread():
        model = classifier(2, as_sets, seed).fit(alive(x), np.repeat([1, 0], n))
        return model.predict_proba(asked)[:, 1]
