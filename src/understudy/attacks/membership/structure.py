"""Members are likelier in the small tables of counts that a model may have been made from."""

from itertools import combinations

import numpy as np

from understudy.attacks.codes import log_share, mutual_information, tree_of
from understudy.attacks.game import Game
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["structure"]

_PRIOR = 0.1
_PAIRS = 3  # per column
_MOST_CELLS = 1e7


def structure(game: Game) -> FloatArray:
    """Guess by the sum, over groups of columns, of the log of the ratio of the target's shares in the two tables.

    Groups are each column with its parent and grandparent in the tree of greatest mutual information among synthetic
    rows, and the pairs of most information, three per column.

    References
    ----------
    Golob, Pentyala, Maratkhan, De Cock, *Privacy vulnerabilities in marginals-based synthetic data* (MAMA-MIA, 2025);
    groups learnt from the synthetic rows as in Guépin et al. and in TAMIS (2025).
    """
    cells = game.cells
    information = mutual_information(cells.synthetic, cells.sizes)
    tree = tree_of(information)
    parents = dict(tree)
    groups = {(c, p, parents[p]) if p in parents else (c, p) for c, p in tree}
    pairs = sorted(combinations(range(cells.n_columns), 2), key=lambda pair: -information[pair])
    groups |= set(pairs[: _PAIRS * cells.n_columns])
    score = np.zeros(2 * game.n)
    for group in sorted(groups or {(0,)}):
        if float(np.prod(cells.sizes[list(group)].astype(np.float64))) > _MOST_CELLS:
            continue
        made, known = (
            log_share(cells.targets, rows, group, cells.sizes, _PRIOR) for rows in (cells.synthetic, cells.reference)
        )
        score += made - known
    return score
