"""All attacks together, weighed by one who knows of half of the targets whether they were members."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier

from understudy.attacks.game import Game
from understudy.metrics.tabular._boosting import one_thread
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["ensemble"]

_FOLDS = 4


def ensemble(game: Game, guesses: Sequence[FloatArray]) -> FloatArray:
    """Guess by boosted trees on the ranks of all guesses, trained on the targets of the other folds.

    An attacker who knows so much is better informed than most: what he reaches bounds what the attacks can do together.
    """
    n = game.n
    x = np.column_stack([rankdata(guess) / (2 * n) for guess in guesses])
    truth = np.repeat([1, 0], n)
    fold = np.concatenate([game.run.child("folds", side).rng.permutation(n) % _FOLDS for side in range(2)])
    seed = int(game.run.child("ensemble").rng.integers(2**31))
    out = np.zeros(2 * n)
    with one_thread():
        for k in range(_FOLDS):
            model = HistGradientBoostingClassifier(
                max_iter=60, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=40, random_state=seed
            ).fit(x[fold != k], truth[fold != k])
            # Models of different folds have levels of their own: ranks within the fold are comparable.
            asked = model.decision_function(x[fold == k])
            out[fold == k] = rankdata(asked) / (fold == k).sum()
    return out
