"""Members are likelier under the law of the synthetic rows than under that of the population."""

import numpy as np
from sklearn.decomposition import PCA

from understudy.attacks.codes import Cells, log_share, mutual_information, tree_of
from understudy.attacks.game import Game
from understudy.metrics.tabular._coding import FloatArray, IntArray

__all__ = ["density_ratio", "kernel_ratio", "tree_density"]

_PRIOR = 0.5  # rows in each cell
_COMPONENTS = 8
_KERNEL_ROWS = 8_000
_CHUNK = 500


def density_ratio(game: Game) -> FloatArray:
    """Guess by the log of the ratio of two densities, each of a tree of columns fitted on one of the two tables.

    References
    ----------
    van Breugel, Sun, Qian, van der Schaar, *Membership inference attacks against synthetic data through overfitting
    detection* (DOMIAS, 2023), eq. 2; the densities are trees of Chow and Liu (1968) on cut columns.
    """
    cells = game.cells
    tree = tree_of(mutual_information(cells.synthetic, cells.sizes))
    return tree_density(cells, cells.synthetic, tree) - tree_density(cells, cells.reference, tree)


def tree_density(cells: Cells, rows: IntArray, tree: list[tuple[int, int]]) -> FloatArray:
    """Give the log probability of each target in nats, under a tree of columns fitted on ``rows``, on cut columns."""
    score = log_share(cells.targets, rows, [0], cells.sizes, _PRIOR)
    for column, parent in tree:
        joint = log_share(cells.targets, rows, [column, parent], cells.sizes, _PRIOR)
        score += joint - log_share(cells.targets, rows, [parent], cells.sizes, _PRIOR)
    return score


def kernel_ratio(game: Game) -> FloatArray:
    """Guess by the log of the ratio of two kernel densities of the first principal components.

    References
    ----------
    van Breugel et al. (2023). The bandwidth is Scott's (1992).
    """
    coding, reference = game.space.coding, game.roles.reference
    parts = {"reference": reference, "synthetic": game.synthetic, "targets": game.targets}
    columns: dict[str, list[FloatArray]] = {what: [] for what in parts}
    for name, levels in coding.levels.items():
        values = {what: coding.floats(rows, name) for what, rows in parts.items()}
        if levels is None:
            known = values["reference"][~np.isnan(values["reference"])]
            middle, spread = (float(np.median(known)), float(known.std())) if len(known) else (0.0, 0.0)
            for what, v in values.items():
                scaled = np.clip((v - middle) / spread, -5, 5) if spread > 0 else np.zeros(len(v))
                columns[what].append(np.where(np.isnan(v), 0.0, scaled))
            continue
        codes = values["reference"][~np.isnan(values["reference"])].astype(np.int64)
        share = np.bincount(codes, minlength=max(len(levels), 1)) / max(len(codes), 1)
        for level in np.argsort(-share, kind="stable")[:_COMPONENTS]:
            for what, v in values.items():
                columns[what].append((v == level) * 1.0)
    matrices = {what: np.column_stack(side) for what, side in columns.items()}
    n_components = min(_COMPONENTS, *matrices["reference"].shape)
    pca = PCA(n_components, whiten=True, svd_solver="full").fit(matrices["reference"])
    points = {what: pca.transform(matrix) for what, matrix in matrices.items()}
    made, known = (_log_density(points["targets"], points[what]) for what in ("synthetic", "reference"))
    return made - known


def _log_density(queries: FloatArray, rows: FloatArray) -> FloatArray:
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _KERNEL_ROWS)).astype(np.int64)]
    n, d = rows.shape
    scale = 0.5 / (n ** (-1 / (d + 4))) ** 2
    squares = (rows**2).sum(axis=1)
    out = np.empty(len(queries))
    for start in range(0, len(queries), _CHUNK):
        part = queries[start : start + _CHUNK]
        exponent = -scale * np.maximum((part**2).sum(axis=1)[:, None] + squares - 2 * part @ rows.T, 0.0)
        top = exponent.max(axis=1)
        out[start : start + _CHUNK] = top + np.log(np.exp(exponent - top[:, None]).sum(axis=1)) - np.log(n)
    return out
