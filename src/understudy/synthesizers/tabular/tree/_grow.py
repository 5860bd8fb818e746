"""Grows one tree whose splits separate whole distributions of a symbol, not its mean. Compiled.

A split maximises the Gini gain over the target's symbols at two resolutions at once: a fine one sees spikes and
shapes, a coarse one sees shifts. Rows are brought into the order of a feature's symbols by counting, and the gain is
updated row by row, so the cost of a node does not depend on the number of target symbols. Categories are ordered by a
random projection of their target counts, drawn anew at each node.

Slices are copied element by element: numba takes two seconds to compile the assignment of one slice to another.

Source: Breiman, Friedman, Olshen, Stone, *Classification and Regression Trees*, 1984, section 4.3 (Gini);
Segal and Xiao, *Multivariate random forests*, 2011, for splits on more than a mean.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from understudy.synthesizers.tabular.tree._sort import ascending

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
) -> int:
    """Order the categories that occur by the mean of a random projection of their targets; give their number.

    Afterwards ``rank`` holds the place of each, and ``n_symbols`` for those that do not occur. Only what occurs is
    sorted: a node of a few rows must not pay for an alphabet of hundreds.
    """
    for k in range(total.shape[0]):
        weight[k] = (_uniform(state) + _uniform(state) + _uniform(state) - 1.5) / np.sqrt(total[k] + 1.0)
    for b in range(n_symbols):
        count[b] = 0
        rank[b] = n_symbols
    present = np.empty(min(n_symbols, end - start), np.int64)
    n_present = 0
    for i in range(start, end):
        r = rows[i]
        b = symbols[r]
        if count[b] == 0:
            present[n_present] = b
            n_present += 1
            key[b] = 0.0
        count[b] += 1
        key[b] += weight[fine[r]]
    mean = np.empty(n_present)
    for q in range(n_present):
        mean[q] = key[present[q]] / count[present[q]]
    order = np.empty(n_present, np.int64)
    ascending(mean, order, np.empty(n_present, np.int64))
    for q in range(n_present):
        rank[present[order[q]]] = q
    return n_present


def grow(  # noqa: PLR0913, PLR0917 - what is compiled below takes arrays, not objects
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
) -> Tree:
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
    Tree
        The tree.
    """
    n, d, widest = len(rows), len(features), int(sizes.max(initial=1))
    most = 2 * max(1, n // max(1, min_leaf)) + 1
    feature, mask_start, parent = (np.full(most, -1, t) for t in (np.int32, np.int64, np.int32))
    threshold, left, right, start, end, stack = np.zeros((6, most), np.int32)
    nodes = (feature, threshold, mask_start, left, right, parent)
    ends, count, rank, best_rank = np.zeros((4, widest + 1), np.int64)
    places = (start, end, stack, ends, count, rank, best_rank, np.arange(d), *np.zeros((3, n), np.int32))
    counts = (*np.zeros((3, n_fine)), *np.zeros((2, n_coarse)), np.zeros(widest))
    state = np.array([seed], dtype=np.uint64)
    n_nodes, mask = _grow(
        features, sizes, unordered, fine, coarse, rows, min_leaf, n_tried, state, nodes, places, counts
    )
    feature, threshold, mask_start, left, right, parent = (part[:n_nodes].copy() for part in nodes)
    return Tree(feature, threshold, mask_start, mask, left, right, parent)


@njit(cache=True, nogil=True)
def _grow(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop over shared work arrays
    features: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    fine: np.ndarray,
    coarse: np.ndarray,
    rows: np.ndarray,
    min_leaf: int,
    n_tried: int,
    state: np.ndarray,
    nodes: tuple[np.ndarray, ...],
    places: tuple[np.ndarray, ...],
    counts: tuple[np.ndarray, ...],
) -> tuple[int, np.ndarray]:
    """Fill ``nodes``; give their number, and the mask. The arrays come from outside: making them is slow to compile."""
    feature, threshold, mask_start, left, right, parent = nodes
    start, end, stack, ends, count, rank, best_rank, tried, sorted_fine, sorted_coarse, spare = places
    total_fine, left_fine, weight, total_coarse, left_coarse, key = counts
    n_features = features.shape[0]
    n_fine = total_fine.shape[0]
    n_coarse = total_coarse.shape[0]
    mask = np.zeros(1024, np.bool_)
    n_mask = 0
    n_stack = 1
    n_nodes = 1
    end[0] = rows.shape[0]
    while n_stack > 0:
        n_stack -= 1
        node = stack[n_stack]
        s = int(start[node])
        e = int(end[node])
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
            size = int(sizes[f])
            if unordered[f]:
                size = _rank_categories(symbols, rows, s, e, size, fine, total_fine, rank, key, weight, count, state)
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
            improved = False
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
                    improved = True
            if improved and unordered[f]:
                for c in range(sizes[f]):
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
    return n_nodes, mask[: max(n_mask, 1)].copy()


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
