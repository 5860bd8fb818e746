"""Gradient boosting of a number or a yes/no on symbols, by histograms, level by level. Compiled.

It serves as the guide of a column: one score that says where the column's law lies for a row, on which the trees of
:mod:`._grow` then split finely. Own code rather than a library because it works on the symbols as they are, is stored
as plain arrays, and takes half to a quarter of the CPU seconds of scikit-learn's at equal held-out error
(ARCHITECTURE.md).

Source: Friedman, *Greedy function approximation: a gradient boosting machine*, 2001, algorithms 3 and 5; Chen and
Guestrin, *XGBoost*, 2016, eq. 6 and 7 (second-order gain); Fisher, *On grouping for maximum homogeneity*, 1958, for the
order of categories.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

__all__ = ["Boosted", "boost", "score"]

_RIDGE = 1.0
_NOTHING = 1e-7  # what a difference of sums may leave where there is no row
_CATEGORY_ROWS = 10.0  # rows of the mean that a category's own mean is drawn to when categories are ordered


class Boosted(NamedTuple):
    """Trees of equal depth, each in heap order: the children of node i are 2i + 1 and 2i + 2.

    Parameters
    ----------
    base : float
        Score before the first tree.
    feature, threshold : array of shape (rounds, nodes), int32
        As in :class:`._grow.Tree`.
    mask_start : array of shape (rounds, nodes), int64
        As there.
    mask : array of shape (m,), bool
        As there.
    value : array of shape (rounds, nodes), float32
        What a leaf adds to the score.
    """

    base: float
    feature: np.ndarray
    threshold: np.ndarray
    mask_start: np.ndarray
    mask: np.ndarray
    value: np.ndarray


@njit(cache=True, nogil=True)
def _sum_rows(  # noqa: PLR0913, PLR0917 - compiled code takes arrays, not objects
    own: np.ndarray,
    sizes: np.ndarray,
    place: np.ndarray,
    start: int,
    end: int,
    gradient: np.ndarray,
    hessian: np.ndarray,
    sum_g: np.ndarray,
    sum_h: np.ndarray,
) -> None:
    """Sum gradients and hessians of the rows at ``place[start:end]`` by the symbols of every feature."""
    n = end - start
    gathered_g = np.empty(n)
    gathered_h = np.empty(n)
    rows = np.empty(n, np.int64)
    for i in range(n):
        rows[i] = place[start + i]
        gathered_g[i] = gradient[rows[i]]
        gathered_h[i] = hessian[rows[i]]
    for f in range(own.shape[0]):
        gs = sum_g[f]
        hs = sum_h[f]
        symbols = own[f]
        for b in range(sizes[f]):
            gs[b] = 0.0
            hs[b] = 0.0
        for i in range(n):
            b = symbols[rows[i]]
            gs[b] += gathered_g[i]
            hs[b] += gathered_h[i]


@njit(cache=True, nogil=True)
def boost(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop over shared work arrays
    features: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    target: np.ndarray,
    rows: np.ndarray,
    reached: np.ndarray,
    logistic: bool,  # noqa: FBT001 - compiled code is called by position
    rounds: int,
    depth: int,
    rate: float,
    min_leaf: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Add trees to a boosted score.

    Parameters
    ----------
    features, sizes, unordered
        As in :func:`._grow.grow`.
    target : array of shape (n,), float64
        The number, or 0 and 1 if ``logistic``.
    rows : array of shape (m,), int32
        Rows to fit on.
    reached : array of shape (m,), float64
        Scores of these rows so far; brought up to date in place.
    logistic : bool
        Whether the score is a log-odds.
    rounds, depth : int
        Number and depth of the trees.
    rate : float
        Learning rate, in (0, 1].
    min_leaf : int
        Fewest rows of a leaf.

    Returns
    -------
    tuple
        The fields of :class:`Boosted` but the base, in order.
    """
    n_features = features.shape[0]
    n = rows.shape[0]
    n_nodes = (1 << (depth + 1)) - 1
    widest = 1
    for f in range(n_features):
        widest = max(widest, sizes[f])
    feature = np.full((rounds, n_nodes), -1, np.int32)
    threshold = np.zeros((rounds, n_nodes), np.int32)
    mask_start = np.full((rounds, n_nodes), -1, np.int64)
    value = np.zeros((rounds, n_nodes), np.float32)
    mask = np.zeros(4096, np.bool_)
    n_mask = 0
    own = np.empty((n_features, n), np.uint16)
    wanted = np.empty(n)
    for i in range(n):
        wanted[i] = target[rows[i]]
    for f in range(n_features):
        for i in range(n):
            own[f, i] = features[f, rows[i]]
    gradient = np.empty(n)
    hessian = np.ones(n)
    place = np.arange(n)
    spare = np.empty(n, np.int64)
    # Sums by symbol of the nodes of two levels: a node's are its parent's less its sibling's, so that only the smaller
    # of two siblings is summed row by row.
    half = 1 << max(depth - 1, 0)
    all_sums_g = np.zeros((2, half, n_features, widest))
    all_sums_h = np.zeros((2, half, n_features, widest))
    key = np.zeros(widest)
    start = np.zeros(n_nodes, np.int64)
    end = np.zeros(n_nodes, np.int64)
    total_g = np.zeros(n_nodes)
    total_h = np.zeros(n_nodes)
    summed = np.zeros(n_nodes, np.bool_)
    for t in range(rounds):
        all_g = 0.0
        all_h = 0.0
        for i in range(n):
            place[i] = i
            if logistic:
                p = 1.0 / (1.0 + np.exp(-reached[i]))
                gradient[i] = wanted[i] - p
                hessian[i] = max(p * (1 - p), 1e-6)
            else:
                gradient[i] = wanted[i] - reached[i]
            all_g += gradient[i]
            all_h += hessian[i]
        start[0] = 0
        end[0] = n
        total_g[0] = all_g
        total_h[0] = all_h
        for node in range(n_nodes):
            if node > 0 and feature[t, (node - 1) >> 1] < 0:
                continue
            s = start[node]
            e = end[node]
            g_all = total_g[node]
            h_all = total_h[node]
            value[t, node] = rate * g_all / (h_all + _RIDGE)
            is_last = 2 * node + 1 >= n_nodes
            best = 1e-9
            best_feature = -1
            best_cut = 0
            best_g = 0.0
            best_h = 0.0
            level = 0
            while (2 << level) - 1 <= node:
                level += 1
            spot = node - ((1 << level) - 1)
            if not is_last and (summed[node] if node > 0 else n >= 2 * min_leaf):
                sum_g = all_sums_g[level & 1, spot]
                sum_h = all_sums_h[level & 1, spot]
                if node == 0:
                    _sum_rows(own, sizes, place, s, e, gradient, hessian, sum_g, sum_h)
                least = min_leaf * (h_all / (e - s))
                before = g_all * g_all / (h_all + _RIDGE)
                for f in range(n_features):
                    size = sizes[f]
                    gs = sum_g[f]
                    hs = sum_h[f]
                    if unordered[f]:
                        for b in range(size):
                            key[b] = gs[b] / (hs[b] + _CATEGORY_ROWS) if hs[b] > _NOTHING else 1e30
                        order = np.argsort(key[:size])
                    else:
                        order = np.arange(size)
                    g = 0.0
                    h = 0.0
                    for i in range(size - 1):
                        b = order[i]
                        if hs[b] <= _NOTHING:
                            continue
                        g += gs[b]
                        h += hs[b]
                        if h < least:
                            continue
                        if h_all - h < least:
                            break
                        gain = g * g / (h + _RIDGE) + (g_all - g) * (g_all - g) / (h_all - h + _RIDGE) - before
                        if gain > best:
                            best = gain
                            best_feature = f
                            best_cut = i
                            best_g = g
                            best_h = h
            if best_feature < 0:
                for i in range(s, e):
                    reached[place[i]] += value[t, node]
                continue
            f = best_feature
            symbols = own[f]
            feature[t, node] = f
            threshold[t, node] = best_cut
            sum_g = all_sums_g[level & 1, spot]
            sum_h = all_sums_h[level & 1, spot]
            if unordered[f]:
                size = sizes[f]
                while n_mask + size > mask.shape[0]:
                    longer = np.zeros(mask.shape[0] * 2, np.bool_)
                    for b in range(n_mask):
                        longer[b] = mask[b]
                    mask = longer
                for b in range(size):
                    key[b] = sum_g[f, b] / (sum_h[f, b] + _CATEGORY_ROWS) if sum_h[f, b] > _NOTHING else 1e30
                    mask[n_mask + b] = False
                order = np.argsort(key[:size])
                for i in range(best_cut + 1):
                    mask[n_mask + order[i]] = True
                mask_start[t, node] = n_mask
                n_mask += size
            m = mask_start[t, node]
            a = s
            n_spare = 0
            for i in range(s, e):
                r = place[i]
                goes_left = mask[m + symbols[r]] if m >= 0 else symbols[r] <= best_cut
                if goes_left:
                    place[a] = r
                    a += 1
                else:
                    spare[n_spare] = r
                    n_spare += 1
            for i in range(n_spare):
                place[a + i] = spare[i]
            lower = 2 * node + 1
            start[lower] = s
            end[lower] = a
            start[lower + 1] = a
            end[lower + 1] = e
            total_g[lower] = best_g
            total_h[lower] = best_h
            total_g[lower + 1] = g_all - best_g
            total_h[lower + 1] = h_all - best_h
            summed[lower] = summed[lower + 1] = False
            if 2 * lower + 1 >= n_nodes or max(a - s, e - a) < 2 * min_leaf:
                continue
            small = 0 if a - s <= e - a else 1
            below_g = all_sums_g[(level + 1) & 1]
            below_h = all_sums_h[(level + 1) & 1]
            _sum_rows(
                own,
                sizes,
                place,
                start[lower + small],
                end[lower + small],
                gradient,
                hessian,
                below_g[2 * spot + small],
                below_h[2 * spot + small],
            )
            for q in range(n_features):
                for b in range(sizes[q]):
                    below_g[2 * spot + 1 - small, q, b] = sum_g[q, b] - below_g[2 * spot + small, q, b]
                    below_h[2 * spot + 1 - small, q, b] = sum_h[q, b] - below_h[2 * spot + small, q, b]
            summed[lower] = a - s >= 2 * min_leaf
            summed[lower + 1] = e - a >= 2 * min_leaf
    return feature, threshold, mask_start, mask[: max(n_mask, 1)].copy(), value


@njit(cache=True, nogil=True)
def score(
    features: np.ndarray,
    rows: np.ndarray,
    base: float,
    feature: np.ndarray,
    threshold: np.ndarray,
    mask_start: np.ndarray,
    mask: np.ndarray,
    value: np.ndarray,
) -> np.ndarray:
    """Give the score of each of ``rows``, as float64; the model is passed by its arrays."""
    scores = np.empty(rows.shape[0])
    own = np.empty(features.shape[0], np.uint16)
    for i in range(rows.shape[0]):
        for f in range(features.shape[0]):
            own[f] = features[f, rows[i]]
        total = base
        for t in range(feature.shape[0]):
            node = 0
            while feature[t, node] >= 0:
                symbol = own[feature[t, node]]
                m = mask_start[t, node]
                goes_left = mask[m + symbol] if m >= 0 else symbol <= threshold[t, node]
                node = 2 * node + 1 if goes_left else 2 * node + 2
            total += value[t, node]
        scores[i] = total
    return scores
