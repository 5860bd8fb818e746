"""Boosted trees as detectors and predictors: one preparation of columns, one thread."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import ThreadpoolController

from understudy.metrics.tabular._coding import FloatArray

__all__ = ["LEVELS", "alive", "classifier", "detector", "fit_for_trees", "one_thread", "regressor"]

LEVELS = 254
"""Most levels that a tree splits as sets; columns with more are split along the frequency order of their levels."""


@contextmanager
def one_thread() -> Generator[None]:
    """Hold OpenMP to one thread within this thread of Python.

    Metrics run side by side on the executor's workers; threads below them would fight for the same cores and burn time
    spinning at barriers.
    """
    with ThreadpoolController().limit(limits=1, user_api="openmp"):
        yield


def fit_for_trees(
    matrix: FloatArray, categorical: npt.NDArray[np.bool_], *others: FloatArray
) -> tuple[list[FloatArray], npt.NDArray[np.bool_]]:
    """Give matrices whose columns boosted trees accept, and which of the columns they shall split as sets of levels.

    Parameters
    ----------
    matrix : array of shape (rows, columns)
        Rows that decide on the order of levels.
    categorical : array of bool, shape (columns,)
        Which columns hold codes.
    *others : arrays of shape (any, columns)
        Further rows to prepare in the same way.
    """
    prepared = [m.copy() for m in (matrix, *others)]
    as_sets = categorical.copy()
    for c in np.flatnonzero(categorical):
        n_levels = 1 + max((int(np.nanmax(m[:, c], initial=-1.0)) for m in prepared if len(m)), default=-1)
        if n_levels <= LEVELS:
            continue
        as_sets[c] = False
        seen = matrix[:, c][~np.isnan(matrix[:, c])].astype(np.int64)
        rank = np.empty(n_levels)
        rank[np.argsort(-np.bincount(seen, minlength=n_levels), kind="stable")] = np.arange(n_levels)
        for m in prepared:
            known = ~np.isnan(m[:, c])
            m[known, c] = rank[m[known, c].astype(np.int64)]
    return prepared, as_sets


def detector(trees: int, as_sets: npt.NDArray[np.bool_], seed: int) -> HistGradientBoostingClassifier:
    """Give a sharp classifier: the settings that published detection scores use (depth 6, learning rate 0.3)."""
    settings: dict[str, Any] = _common(as_sets, seed) | {
        "max_iter": trees,
        "learning_rate": 0.3,
        "max_depth": 6,
        "max_leaf_nodes": None,
        "min_samples_leaf": 5,
        "l2_regularization": 1.0,
    }
    return HistGradientBoostingClassifier(**settings)


def classifier(
    n_classes: int, as_sets: npt.NDArray[np.bool_], seed: int, l2: float = 0.0
) -> HistGradientBoostingClassifier:
    """Give a classifier with the library's settings; each round grows a tree per class, so many classes get fewer.

    ``l2`` shrinks the leaves: where a class is rare, those without it run away to ever larger values.
    """
    rounds = int(np.clip(300 // n_classes, 20, 100))
    settings: dict[str, Any] = _common(as_sets, seed) | {"max_iter": rounds, "l2_regularization": l2}
    return HistGradientBoostingClassifier(**settings)


def regressor(as_sets: npt.NDArray[np.bool_], seed: int) -> HistGradientBoostingRegressor:
    """Give a regressor with the library's settings."""
    return HistGradientBoostingRegressor(**_common(as_sets, seed))


def alive(x: FloatArray) -> FloatArray:
    """Give training rows whose columns all have a value, as the trees need: one without becomes constant."""
    dead = np.isnan(x).all(axis=0)
    return np.where(dead, 0.0, x) if dead.any() else x


def _common(as_sets: npt.NDArray[np.bool_], seed: int) -> dict[str, Any]:
    # Early stopping would hold rows back from small tables only to end elsewhere for real and synthetic ones.
    return {"early_stopping": False, "categorical_features": as_sets, "random_state": seed}
