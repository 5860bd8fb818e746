"""Laws of a tree's nodes: shrunken histograms over a column's symbols, and how much each split says. Compiled.

A node's histogram is drawn to its parent's, and so on up to the root: p = (n p_own + m p_parent) / (n + m). No row and
no list of donors is kept, and m says how far a leaf may depart from what more rows say.

Source: Bahl, Jelinek, Mercer, 1983 (interpolation towards coarser contexts); Teh, *A hierarchical Bayesian language
model*, 2006, eq. 1 without discount.
"""

import numpy as np

from understudy._compiled import compiled

__all__ = ["ancestors", "cumulative_laws", "draw", "node_counts", "pruned", "split_gains"]

_ROOT_ROWS = 0.5  # rows of a flat law that the root is drawn to, so that no symbol is impossible


@compiled()
def node_counts(leaf: np.ndarray, symbols: np.ndarray, parent: np.ndarray, n_symbols: int) -> np.ndarray:
    """Count symbols in every node; float32 of shape (nodes, n_symbols).

    ``leaf`` and ``symbols``, of shape (m,), are those of the rows; ``parent`` is the tree's.
    """
    counts = np.zeros((parent.shape[0], n_symbols), np.float32)
    for i in range(leaf.shape[0]):
        counts[leaf[i], symbols[i]] += 1
    for node in range(parent.shape[0] - 1, 0, -1):
        for k in range(n_symbols):
            counts[parent[node], k] += counts[node, k]
    return counts


@compiled()
def split_gains(counts: np.ndarray, feature: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Give the log-likelihood that each split gains on the rows it was grown on, in nats; 0 at leaves."""
    gains = np.zeros(feature.shape[0])
    for node in range(feature.shape[0]):
        if feature[node] < 0:
            continue
        gain = 0.0
        n_left = 0.0
        n_right = 0.0
        for k in range(counts.shape[1]):
            a = counts[left[node], k]
            b = counts[right[node], k]
            n_left += a
            n_right += b
            if a > 0:
                gain += a * np.log(a)
            if b > 0:
                gain += b * np.log(b)
            if a + b > 0:
                gain -= (a + b) * np.log(a + b)
        n = n_left + n_right
        gains[node] = gain + n * np.log(n) - n_left * np.log(n_left) - n_right * np.log(n_right)
    return gains


@compiled()
def pruned(
    feature: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    gains: np.ndarray,
    n_rows: np.ndarray,
    price: float,
    min_leaf: int,
) -> np.ndarray:
    """Give ``feature`` without the splits that are not worth their price or leave too few rows on a side.

    A subtree stays if its splits gain more than ``price`` each (cost-complexity pruning, Breiman et al. 1984,
    chapter 3).
    """
    kept = feature.copy()
    worth = np.zeros(feature.shape[0])
    for node in range(feature.shape[0] - 1, -1, -1):
        if feature[node] < 0:
            continue
        net = gains[node] - price + worth[left[node]] + worth[right[node]]
        if net > 0 and min(n_rows[left[node]], n_rows[right[node]]) >= min_leaf:
            worth[node] = net
        else:
            kept[node] = -1
    return kept


@compiled()
def ancestors(kept: np.ndarray, parent: np.ndarray) -> np.ndarray:
    """Give, for each node, the leaf of the pruned tree that it lies under, or itself where it is still a split."""
    under = np.arange(kept.shape[0])
    for node in range(1, kept.shape[0]):
        above = under[parent[node]]
        if kept[above] < 0:
            under[node] = above
    return under


@compiled()
def cumulative_laws(
    counts: np.ndarray, parent: np.ndarray, groups: np.ndarray, shrinkage: float, within: float
) -> np.ndarray:
    """Give each node's shrunken law as a running sum.

    Neighbouring symbols form groups. A node's law over the groups is drawn to its parent's by ``shrinkage`` rows, and
    its law inside a group by ``within`` rows: where in a group a value lies is told by many rows, not by a leaf's few.

    Parameters
    ----------
    counts : array of shape (nodes, n_symbols), float32
        Rows of each symbol in each node.
    parent : array of shape (nodes,), int32
        Parents; the root's is -1.
    groups : array of shape (n_symbols,), int32
        Group of each symbol, from 0 on.
    shrinkage, within : float
        Rows of the parent's law.

    Returns
    -------
    array of shape (nodes, n_symbols), float32
        Running sums; the last column is 1.
    """
    n_nodes, n_symbols = counts.shape
    n_groups = 0
    for k in range(n_symbols):
        n_groups = max(n_groups, groups[k] + 1)
    size = np.zeros(n_groups)
    for k in range(n_symbols):
        size[groups[k]] += 1
    of_group = np.zeros((n_nodes, n_groups))
    inside = np.zeros((n_nodes, n_symbols))
    law = np.zeros((n_nodes, n_symbols), np.float32)
    own = np.zeros(n_groups)
    for node in range(n_nodes):
        own[:] = 0
        rows = 0.0
        for k in range(n_symbols):
            own[groups[k]] += counts[node, k]
            rows += counts[node, k]
        m = shrinkage if node > 0 else _ROOT_ROWS
        w = within if node > 0 else _ROOT_ROWS
        for g in range(n_groups):
            prior = of_group[parent[node], g] if node > 0 else 1.0 / n_groups
            of_group[node, g] = (own[g] + m * prior) / (rows + m)
        total = 0.0
        for k in range(n_symbols):
            g = groups[k]
            prior = inside[parent[node], k] if node > 0 else 1.0 / size[g]
            inside[node, k] = (counts[node, k] + w * prior) / (own[g] + w)
            total += of_group[node, g] * inside[node, k]
            law[node, k] = total
        for k in range(n_symbols):
            law[node, k] /= total
    return law


@compiled()
def draw(laws: np.ndarray, row: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Draw a symbol from law ``row[i]`` of ``laws`` (cumulative) for each ``uniform[i]`` in [0, 1); uint16."""
    symbols = np.empty(row.shape[0], np.uint16)
    for i in range(row.shape[0]):
        law = laws[row[i]]
        low = 0
        high = law.shape[0] - 1
        while low < high:
            middle = (low + high) >> 1
            if law[middle] <= uniform[i]:
                low = middle + 1
            else:
                high = middle
        symbols[i] = low
    return symbols
