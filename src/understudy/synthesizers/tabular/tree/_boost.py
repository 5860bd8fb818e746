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

from understudy.synthesizers.tabular.tree._sort import ascending

__all__ = ["Boosted", "boost", "score"]

_RIDGE = 1.0
_BLOCK = 256  # rows that go through a tree together
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
def _sort_categories(
    sum_g: np.ndarray, sum_h: np.ndarray, size: int, key: np.ndarray, order: np.ndarray, spare: np.ndarray
) -> None:
    """Bring categories into the order of their mean gradient, in ``order``; those without rows come last."""
    for b in range(size):
        key[b] = sum_g[b] / (sum_h[b] + _CATEGORY_ROWS) if sum_h[b] > _NOTHING else 1e30
    ascending(key, order[:size], spare)


@njit(cache=True, nogil=True)
def _best_split(  # noqa: PLR0913, PLR0917 - compiled code takes arrays, not objects
    sum_g: np.ndarray,
    sum_h: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    g_all: float,
    h_all: float,
    least: float,
    key: np.ndarray,
    order: np.ndarray,
    spare: np.ndarray,
) -> tuple[int, int, float, float]:
    """Give the feature (-1: none) and cut of the split that gains most, with the sums on its left."""
    best = 1e-9
    best_feature = -1
    best_cut = 0
    best_g = 0.0
    best_h = 0.0
    before = g_all * g_all / (h_all + _RIDGE)
    for f in range(sizes.shape[0]):
        size = sizes[f]
        gs = sum_g[f]
        hs = sum_h[f]
        if unordered[f]:
            _sort_categories(gs, hs, size, key, order, spare)
        g = 0.0
        h = 0.0
        for i in range(size - 1):
            b = order[i] if unordered[f] else i
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
    return best_feature, best_cut, best_g, best_h


@njit(cache=True, nogil=True)
def _doubled(mask: np.ndarray) -> np.ndarray:
    """Give ``mask`` in an array twice as long; numba takes two seconds to compile a slice assigned to a slice."""
    longer = np.zeros(mask.shape[0] * 2, np.bool_)
    for b in range(mask.shape[0]):
        longer[b] = mask[b]
    return longer


@njit(cache=True, nogil=True)
def _parted(
    symbols: np.ndarray,
    place: np.ndarray,
    start: int,
    end: int,
    cut: int,
    mask: np.ndarray,
    m: int,
    spare: np.ndarray,
) -> int:
    """Bring the rows that go left to the front of ``place[start:end]``; give where the others begin."""
    a = start
    n_spare = 0
    for i in range(start, end):
        r = place[i]
        goes_left = mask[m + symbols[r]] if m >= 0 else symbols[r] <= cut
        if goes_left:
            place[a] = r
            a += 1
        else:
            spare[n_spare] = r
            n_spare += 1
    for i in range(n_spare):
        place[a + i] = spare[i]
    return a


def boost(  # noqa: PLR0913, PLR0917 - what is compiled below takes arrays, not objects
    features: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    target: np.ndarray,
    rows: np.ndarray,
    reached: np.ndarray,
    logistic: bool,  # noqa: FBT001 - as there
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
    n, n_nodes = len(rows), (1 << (depth + 1)) - 1
    trees = (
        np.full((rounds, n_nodes), -1, np.int32),
        np.zeros((rounds, n_nodes), np.int32),
        np.full((rounds, n_nodes), -1, np.int64),
        np.zeros((rounds, n_nodes), np.float32),
    )
    # Sums by symbol of the nodes of two levels: a node's are its parent's less its sibling's, so that only the smaller
    # of two siblings is summed row by row.
    widest = int(sizes.max(initial=1))
    sums = (2, 1 << max(depth - 1, 0), len(features), widest)
    work = (
        *(np.empty(n), np.ones(n), np.arange(n), np.empty(n, np.int64), np.zeros(sums), np.zeros(sums)),
        *(np.zeros(widest), *np.zeros((2, widest), np.int64)),
        *(*np.zeros((2, n_nodes), np.int64), *np.zeros((2, n_nodes)), np.zeros(n_nodes, bool)),
    )
    own = np.take(features, rows, axis=1)
    mask = _boost(own, sizes, unordered, target[rows], reached, logistic, rate, min_leaf, trees, work)
    return (*trees[:3], mask, trees[3])


@njit(cache=True, nogil=True)
def _boost(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop over shared work arrays
    own: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    wanted: np.ndarray,
    reached: np.ndarray,
    logistic: bool,  # noqa: FBT001 - compiled code is called by position
    rate: float,
    min_leaf: int,
    trees: tuple[np.ndarray, ...],
    work: tuple[np.ndarray, ...],
) -> np.ndarray:
    """Fill ``trees``, in place; give the mask. The arrays come from outside as their making is slow to compile."""
    feature, threshold, mask_start, value = trees
    gradient, hessian, place, spare, all_sums_g, all_sums_h = work[:6]
    key, order, spare_order, start, end, total_g, total_h, summed = work[6:]
    n_features, n = own.shape
    rounds, n_nodes = feature.shape
    mask = np.zeros(4096, np.bool_)
    n_mask = 0
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
                best_feature, best_cut, best_g, best_h = _best_split(
                    sum_g, sum_h, sizes, unordered, g_all, h_all, least, key, order, spare_order
                )
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
                    mask = _doubled(mask)
                _sort_categories(sum_g[f], sum_h[f], size, key, order, spare_order)
                for i in range(best_cut + 1):
                    mask[n_mask + order[i]] = True
                mask_start[t, node] = n_mask
                n_mask += size
            m = mask_start[t, node]
            a = _parted(symbols, place, s, e, best_cut, mask, m, spare)
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
    return mask[: max(n_mask, 1)].copy()


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
    """Give the score of each of ``rows``, as float64; the model is passed by its arrays.

    Rows go through each tree in blocks, so that tree and block stay in the fastest cache.
    """
    n = rows.shape[0]
    n_features = features.shape[0]
    scores = np.empty(n)
    own = np.empty((_BLOCK, n_features), np.uint16)
    for begin in range(0, n, _BLOCK):
        end = min(begin + _BLOCK, n)
        for i in range(begin, end):
            scores[i] = base
            for f in range(n_features):
                own[i - begin, f] = features[f, rows[i]]
        for t in range(feature.shape[0]):
            splits = feature[t]
            cuts = threshold[t]
            starts = mask_start[t]
            for i in range(begin, end):
                node = 0
                f = splits[0]
                while f >= 0:
                    symbol = own[i - begin, f]
                    m = starts[node]
                    goes_left = mask[m + symbol] if m >= 0 else symbol <= cuts[node]
                    node = 2 * node + 1 if goes_left else 2 * node + 2
                    f = splits[node]
                scores[i] += value[t, node]
    return scores
