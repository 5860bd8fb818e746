"""Grows one tree whose splits separate whole distributions of a symbol, not its mean. Compiled.

A split maximises the Gini gain over the target's symbols at two resolutions at once: a fine one sees spikes and shapes,
a coarse one sees shifts. Rows are brought into the order of a feature's symbols by counting, and the gain is updated row
by row, so the cost of a node does not depend on the number of target symbols. Categories are ordered by a random
projection of their target counts, drawn anew at each node.

Slices are copied element by element: numba takes two seconds to compile the assignment of one slice to another.

Source: Breiman, Friedman, Olshen, Stone, *Classification and Regression Trees*, 1984, section 4.3 (Gini);
Segal and Xiao, *Multivariate random forests*, 2011, for splits on more than a mean.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

__all__ = ["Tree", "grow", "leaves"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


class Tree(NamedTuple):
    """A tree in arrays; node 0 is the root and children come after their parents.

    Parameters
    ----------
    feature : array of shape (nodes,), int32
        Feature a node splits on; -1 for a leaf.
    threshold : array of shape (nodes,), int32
        A row goes left if its symbol is at most this.
    mask_start : array of shape (nodes,), int64
        Where the node's entries in ``mask`` begin, if it splits on categories; else -1.
    mask : array of shape (m,), bool
        Whether a category goes left.
    left, right, parent : array of shape (nodes,), int32
        Neighbours; the root's parent is -1.
    """

    feature: np.ndarray
    threshold: np.ndarray
    mask_start: np.ndarray
    mask: np.ndarray
    left: np.ndarray
    right: np.ndarray
    parent: np.ndarray


@njit(cache=True, nogil=True, inline="always")
def _next(state: np.ndarray) -> np.uint64:
    """Draw 64 bits (SplitMix64, Steele, Lea, Flood 2014)."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    return z ^ (z >> np.uint64(31))


@njit(cache=True, nogil=True, inline="always")
def _uniform(state: np.ndarray) -> float:
    return (_next(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def _count_rows(symbols: np.ndarray, rows: np.ndarray, start: int, end: int, n_symbols: int, ends: np.ndarray) -> None:
    """Count rows start..end by symbol; afterwards ``ends[b]`` is where symbol b begins."""
    for b in range(n_symbols + 1):
        ends[b] = 0
    for i in range(start, end):
        ends[symbols[rows[i]] + 1] += 1
    for b in range(n_symbols):
        ends[b + 1] += ends[b]


@njit(cache=True, nogil=True)
def _rank_categories(  # noqa: PLR0913, PLR0917 - compiled code takes arrays, not objects
    symbols: np.ndarray,
    rows: np.ndarray,
    start: int,
    end: int,
    n_symbols: int,
    fine: np.ndarray,
    total: np.ndarray,
    rank: np.ndarray,
    key: np.ndarray,
    weight: np.ndarray,
    count: np.ndarray,
    state: np.ndarray,
) -> None:
    """Order categories by the mean of a random projection of their targets."""
    for k in range(total.shape[0]):
        weight[k] = (_uniform(state) + _uniform(state) + _uniform(state) - 1.5) / np.sqrt(total[k] + 1.0)
    for b in range(n_symbols):
        key[b] = 0.0
        count[b] = 0
    for i in range(start, end):
        r = rows[i]
        count[symbols[r]] += 1
        key[symbols[r]] += weight[fine[r]]
    for b in range(n_symbols):
        key[b] = key[b] / count[b] if count[b] > 0 else 1e30
    order = np.argsort(key[:n_symbols])
    for q in range(n_symbols):
        rank[order[q]] = q


@njit(cache=True, nogil=True)
def grow(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop over shared work arrays
    features: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    fine: np.ndarray,
    n_fine: int,
    coarse: np.ndarray,
    n_coarse: int,
    rows: np.ndarray,
    min_leaf: int,
    n_tried: int,
    seed: int,
) -> tuple[np.ndarray, ...]:
    """Grow a tree.

    Parameters
    ----------
    features : array of shape (d, n), uint16
        Symbols of the predictors.
    sizes : array of shape (d,), int32
        Their alphabet sizes.
    unordered : array of shape (d,), bool
        Which of them are categories.
    fine, coarse : array of shape (n,), int32
        Target symbols at two resolutions, below ``n_fine`` and ``n_coarse``.
    rows : array of shape (m,), int32
        Rows to grow on; reordered in place so that each leaf's rows are together.
    min_leaf : int
        Fewest rows of a leaf.
    n_tried : int
        Predictors tried at each node.
    seed : int
        Seed, below 2**63.

    Returns
    -------
    tuple
        The fields of :class:`Tree`, in order.
    """
    n_features = features.shape[0]
    n_rows = rows.shape[0]
    max_nodes = 2 * max(1, n_rows // max(1, min_leaf)) + 1
    widest = 1
    for f in range(n_features):
        widest = max(widest, sizes[f])
    feature = np.full(max_nodes, -1, np.int32)
    threshold = np.zeros(max_nodes, np.int32)
    mask_start = np.full(max_nodes, -1, np.int64)
    left = np.zeros(max_nodes, np.int32)
    right = np.zeros(max_nodes, np.int32)
    parent = np.full(max_nodes, -1, np.int32)
    start = np.zeros(max_nodes, np.int32)
    end = np.zeros(max_nodes, np.int32)
    mask = np.zeros(1024, np.bool_)
    n_mask = 0
    state = np.zeros(1, np.uint64)
    state[0] = np.uint64(seed)
    ends = np.zeros(widest + 1, np.int64)
    count = np.zeros(widest, np.int64)
    rank = np.zeros(widest, np.int64)
    best_rank = np.zeros(widest, np.int64)
    key = np.zeros(widest)
    weight = np.zeros(n_fine)
    sorted_fine = np.zeros(n_rows, np.int32)
    sorted_coarse = np.zeros(n_rows, np.int32)
    total_fine = np.zeros(n_fine)
    total_coarse = np.zeros(n_coarse)
    left_fine = np.zeros(n_fine)
    left_coarse = np.zeros(n_coarse)
    spare = np.empty(n_rows, np.int32)
    tried = np.arange(n_features)
    stack = np.zeros(max_nodes, np.int32)
    n_stack = 1
    n_nodes = 1
    end[0] = n_rows
    while n_stack > 0:
        n_stack -= 1
        node = stack[n_stack]
        s = start[node]
        e = end[node]
        n = e - s
        if n < 2 * min_leaf:
            continue
        total_fine[:] = 0
        total_coarse[:] = 0
        for i in range(s, e):
            total_fine[fine[rows[i]]] += 1
            total_coarse[coarse[rows[i]]] += 1
        squares = 0.0
        pure = False
        for k in range(n_fine):
            squares += total_fine[k] * total_fine[k]
            if total_fine[k] == n:
                pure = True
        for k in range(n_coarse):
            squares += total_coarse[k] * total_coarse[k]
        if pure:
            continue
        best = squares / n + 1e-9
        best_feature = -1
        best_cut = 0
        for i in range(min(n_tried, n_features)):
            j = i + int(_next(state) % np.uint64(n_features - i))
            swap = tried[i]
            tried[i] = tried[j]
            tried[j] = swap
        for q in range(min(n_tried, n_features)):
            f = tried[q]
            symbols = features[f]
            size = sizes[f]
            if unordered[f]:
                _rank_categories(symbols, rows, s, e, size, fine, total_fine, rank, key, weight, count, state)
                for b in range(size + 1):
                    ends[b] = 0
                for i in range(s, e):
                    ends[rank[symbols[rows[i]]] + 1] += 1
                for b in range(size):
                    ends[b + 1] += ends[b]
                for i in range(s, e):
                    r = rows[i]
                    b = rank[symbols[r]]
                    sorted_fine[ends[b]] = fine[r]
                    sorted_coarse[ends[b]] = coarse[r]
                    ends[b] += 1
            else:
                _count_rows(symbols, rows, s, e, size, ends)
                for i in range(s, e):
                    r = rows[i]
                    b = symbols[r]
                    sorted_fine[ends[b]] = fine[r]
                    sorted_coarse[ends[b]] = coarse[r]
                    ends[b] += 1
            # ends[b] is now the end of symbol b
            left_fine[:] = 0
            left_coarse[:] = 0
            in_left = 0.0
            in_right = squares
            done = 0
            for b in range(size - 1):
                stop = ends[b]
                if stop == done:
                    continue
                while done < stop:
                    k = sorted_fine[done]
                    v = left_fine[k]
                    in_left += 2 * v + 1
                    in_right -= 2 * (total_fine[k] - v) - 1
                    left_fine[k] = v + 1
                    k = sorted_coarse[done]
                    v = left_coarse[k]
                    in_left += 2 * v + 1
                    in_right -= 2 * (total_coarse[k] - v) - 1
                    left_coarse[k] = v + 1
                    done += 1
                if done < min_leaf:
                    continue
                if n - done < min_leaf:
                    break
                gain = in_left / done + in_right / (n - done)
                if gain > best:
                    best = gain
                    best_feature = f
                    best_cut = b
                    if unordered[f]:
                        for c in range(size):
                            best_rank[c] = rank[c]
        if best_feature < 0:
            continue
        f = best_feature
        feature[node] = f
        threshold[node] = best_cut
        if unordered[f]:
            size = sizes[f]
            while n_mask + size > mask.shape[0]:
                longer = np.zeros(mask.shape[0] * 2, np.bool_)
                for b in range(n_mask):
                    longer[b] = mask[b]
                mask = longer
            mask_start[node] = n_mask
            for b in range(size):
                mask[n_mask + b] = best_rank[b] <= best_cut
            n_mask += size
        lower = n_nodes
        upper = n_nodes + 1
        n_nodes += 2
        left[node] = lower
        right[node] = upper
        parent[lower] = node
        parent[upper] = node
        a = s
        n_spare = 0
        symbols = features[f]
        for i in range(s, e):
            r = rows[i]
            goes_left = mask[mask_start[node] + symbols[r]] if mask_start[node] >= 0 else symbols[r] <= best_cut
            if goes_left:
                rows[a] = r
                a += 1
            else:
                spare[n_spare] = r
                n_spare += 1
        for i in range(n_spare):
            rows[a + i] = spare[i]
        start[lower] = s
        end[lower] = a
        start[upper] = a
        end[upper] = e
        stack[n_stack] = upper
        stack[n_stack + 1] = lower
        n_stack += 2
    n_mask = max(n_mask, 1)
    return (
        feature[:n_nodes].copy(),
        threshold[:n_nodes].copy(),
        mask_start[:n_nodes].copy(),
        mask[:n_mask].copy(),
        left[:n_nodes].copy(),
        right[:n_nodes].copy(),
        parent[:n_nodes].copy(),
    )


@njit(cache=True, nogil=True)
def leaves(
    features: np.ndarray,
    rows: np.ndarray,
    feature: np.ndarray,
    threshold: np.ndarray,
    mask_start: np.ndarray,
    mask: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
) -> np.ndarray:
    """Give the leaf of each of ``rows``, as int32; the tree is passed by its arrays."""
    found = np.empty(rows.shape[0], np.int32)
    for i in range(rows.shape[0]):
        r = rows[i]
        node = 0
        while feature[node] >= 0:
            symbol = features[feature[node], r]
            m = mask_start[node]
            goes_left = mask[m + symbol] if m >= 0 else symbol <= threshold[node]
            node = left[node] if goes_left else right[node]
        found[i] = node
    return found
