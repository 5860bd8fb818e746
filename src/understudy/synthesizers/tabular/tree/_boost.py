"""Gradient boosting of a number or a yes/no on symbols, by histograms, level by level. Compiled.

It serves as the guide of a column: one score that says where the column's law lies for a row, on which the trees of
:mod:`._grow` then split finely. Own code rather than a library because it works on the symbols as they are, is stored
as plain arrays, and takes half to a quarter of the CPU seconds of scikit-learn's at equal held-out error
(ARCHITECTURE.md).

Indices are unsigned in the innermost loops: numba lets signed ones count from the end, and asks at each step. What has
one caller is inlined by numba, which saves half of its compilation.

Source: Friedman, *Greedy function approximation: a gradient boosting machine*, 2001, algorithms 3 and 5; Chen and
Guestrin, *XGBoost*, 2016, eq. 6 and 7 (second-order gain); Fisher, *On grouping for maximum homogeneity*, 1958, for the
order of categories.
"""

import numpy as np

from understudy._compiled import compiled
from understudy.synthesizers.tabular.tree._score import MOST_DEPTH
from understudy.synthesizers.tabular.tree._sort import appended, ascending

__all__ = ["boost"]

_RIDGE = 1.0
_NOTHING = 1e-7  # what a difference of sums may leave where there is no row
_CATEGORY_ROWS = 10.0  # rows of the mean that a category's own mean is drawn to when categories are ordered


@compiled()
def _sum_rows(lines: np.ndarray, begins: np.ndarray, rows: np.ndarray, slopes: np.ndarray, sums: np.ndarray) -> None:
    """Sum gradients and hessians (``slopes``) of ``rows`` by the symbols of every feature.

    A row's symbols are neighbours in memory and add to sums far apart, so that no addition waits for the one before.
    """
    for b in range(sums.shape[0]):
        sums[b] = 0.0
    for row in rows:
        r = np.uint64(row)
        symbols = lines[r]
        g = slopes[r, 0]
        h = slopes[r, 1]
        for f in range(symbols.shape[0]):
            b = np.uint64(2 * (begins[f] + symbols[f]))
            sums[b] += g
            sums[b + np.uint64(1)] += h


@compiled()
def _sort_categories(sums: np.ndarray, begin: int, end: int, key: np.ndarray, orders: np.ndarray) -> int:
    """Bring the categories with rows into the order of their mean gradient, in ``orders[0]``; give their number."""
    order = orders[0]
    present = orders[1]
    n_present = 0
    for b in range(begin, end):
        g = sums[2 * b]
        h = sums[2 * b + 1]
        if h > _NOTHING:
            present[n_present] = b - begin
            key[n_present] = g / (h + _CATEGORY_ROWS)
            n_present += 1
    ascending(key, order[:n_present], orders[2])
    for i in range(n_present):
        order[i] = present[order[i]]
    return n_present


@compiled(error_model="numpy")
def _best_split(
    sums: np.ndarray,
    begins: np.ndarray,
    unordered: np.ndarray,
    g_all: float,
    h_all: float,
    least: float,
    key: np.ndarray,
    orders: np.ndarray,
) -> tuple[int, int, float, float]:
    """Give the feature (-1: none) and cut of the split that gains most, with the sums on its left.

    The cut of categories is a place in their order, which is kept in ``orders[3]``.
    """
    best = g_all * g_all / (h_all + _RIDGE) + 1e-9
    best_feature = -1
    best_cut = 0
    best_g = 0.0
    best_h = 0.0
    for f in range(unordered.shape[0]):
        begin = np.uint64(begins[f])
        size = begins[f + 1] - begins[f]
        if unordered[f]:
            size = _sort_categories(sums, begins[f], begins[f + 1], key, orders)
        g = 0.0
        h = 0.0
        for i in range(size - 1):
            b = np.uint64(2) * (begin + np.uint64(orders[0, i] if unordered[f] else i))
            own_h = sums[b + np.uint64(1)]
            if own_h <= _NOTHING:
                continue
            g += sums[b]
            h += own_h
            if h < least:
                continue
            if h_all - h < least:
                break
            other = g_all - g
            low = h + _RIDGE
            high = h_all - h + _RIDGE
            # The gain is g ** 2 / low + other ** 2 / high; a division takes longer than all the rest.
            if g * g * high + other * other * low > best * (low * high):
                best = g * g / low + other * other / high
                best_feature = f
                best_cut = i
                best_g = g
                best_h = h
        if unordered[f] and best_feature == f:
            for i in range(best_cut + 1):
                orders[3, i] = orders[0, i]
    return best_feature, best_cut, best_g, best_h


@compiled(inline="always")
def _part(symbols: np.ndarray, rows: np.ndarray, goes_left: np.ndarray, parted: np.ndarray) -> np.int64:
    """Copy ``rows`` to ``parted``, those whose symbol goes left from the front, and the others from the back.

    Gives how many go left.
    """
    a = np.uint64(0)
    b = np.uint64(rows.shape[0])
    for row in rows:
        left = np.uint64(goes_left[np.uint64(symbols[np.uint64(row)])])
        # Chosen, not branched on: a coin's toss is mispredicted every other time.
        b -= np.uint64(1) - left
        parted[a if left else b] = row
        a += left
    return np.int64(a)


@compiled(inline="always")
def _sum_sides(
    lines: np.ndarray,
    begins: np.ndarray,
    rows: np.ndarray,
    n_left: np.int64,
    slopes: np.ndarray,
    parent: np.ndarray,
    sides: np.ndarray,
) -> None:
    """Sum both sides of a split: the smaller by its rows, the other as what is left of their parent."""
    small = 0 if 2 * n_left <= rows.shape[0] else 1
    _sum_rows(lines, begins, rows[n_left:] if small else rows[:n_left], slopes, sides[small])
    for b in range(parent.shape[0]):
        sides[1 - small, b] = parent[b] - sides[small, b]


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
    if depth > MOST_DEPTH:
        msg = f"Boosted trees have at most {MOST_DEPTH} levels, not {depth}. Give a smaller depth."
        raise ValueError(msg)
    n, n_nodes = len(rows), (1 << (depth + 1)) - 1
    trees = (
        np.full((rounds, n_nodes), -1, np.int32),
        np.zeros((rounds, n_nodes), np.int32),
        np.full((rounds, n_nodes), -1, np.int64),
        np.zeros((rounds, n_nodes), np.float32),
    )
    own = np.take(features, rows, axis=1)
    begins = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    # Sums by symbol of the nodes of two levels: a node's are made from its parent's.
    sums = np.empty((2, 1 << max(depth - 1, 0), 2 * begins[-1]))
    data = (own, np.ascontiguousarray(own.T), begins, unordered, np.ones((n, 2)), sums)
    widest = int(sizes.max(initial=1))
    spans, totals, summed = np.zeros((n_nodes, 2), np.int64), np.zeros((n_nodes, 2)), np.zeros(n_nodes, bool)
    orders, key, goes_left = np.zeros((4, widest), np.int64), np.zeros(widest), np.zeros(widest, bool)
    work = (np.empty((2, n), np.int32), orders, key, goes_left, spans, totals, summed)
    how = (rate, min_leaf, depth)
    mask, n_mask = _boost(target[rows], reached, logistic, how, trees, data, work, np.zeros(4096, bool))
    return (*trees[:3], mask[: max(n_mask, 1)].copy(), trees[3])


@compiled(inline="always")
def _start(
    wanted: np.ndarray,
    reached: np.ndarray,
    logistic: bool,  # noqa: FBT001 - compiled code is called by position
    slopes: np.ndarray,
    rows: np.ndarray,
    total: np.ndarray,
) -> None:
    """Bring all rows to the root with their gradients and hessians; the hessian of a square is 1 from the start."""
    g = 0.0
    h = 0.0
    for i in range(rows.shape[0]):
        rows[i] = i
        if logistic:
            p = 1.0 / (1.0 + np.exp(-reached[i]))
            slopes[i, 0] = wanted[i] - p
            slopes[i, 1] = max(p * (1 - p), 1e-6)
        else:
            slopes[i, 0] = wanted[i] - reached[i]
        g += slopes[i, 0]
        h += slopes[i, 1]
    total[0] = g
    total[1] = h


@compiled(inline="always")
def _choose_left(
    order: np.ndarray,
    cut: int,
    is_unordered: bool,  # noqa: FBT001 - as there
    goes_left: np.ndarray,
) -> None:
    """Tell which symbols go left: up to the cut, or the categories up to that place in ``order``."""
    for b in range(goes_left.shape[0]):
        goes_left[b] = b <= cut and not is_unordered
    if is_unordered:
        for i in range(cut + 1):
            goes_left[order[i]] = True


@compiled()
def _boost(  # noqa: C901, PLR0915 - one compiled loop over shared work arrays
    wanted: np.ndarray,
    reached: np.ndarray,
    logistic: bool,  # noqa: FBT001 - as there
    how: tuple[float, int, int],
    trees: tuple[np.ndarray, ...],
    data: tuple[np.ndarray, ...],
    work: tuple[np.ndarray, ...],
    mask: np.ndarray,
) -> tuple[np.ndarray, int | np.int64]:
    """Fill ``trees``, in place, and add them to the scores; give the mask and its length.

    The arrays come from outside, as their making is slow to compile. The rows of a level are in one of two arrays,
    those of the next in the other; so are the sums of its nodes.
    """
    rate, min_leaf, depth = how
    own, lines, begins, unordered, slopes, sums = data
    places, orders, key, goes_left, spans, totals, summed = work
    n_mask = np.int64(0)  # a plain 0 would be compiled for on its own
    for t in range(trees[0].shape[0]):
        feature = trees[0][t]
        threshold = trees[1][t]
        mask_start = trees[2][t]
        value = trees[3][t]
        _start(wanted, reached, logistic, slopes, places[0], totals[0])
        spans[0, 1] = places.shape[1]
        summed[0] = depth > 0 and places.shape[1] >= 2 * min_leaf
        if summed[0]:
            _sum_rows(lines, begins, places[0], slopes, sums[0, 0])
        level = 0
        for node in range(feature.shape[0]):
            if node == (2 << level) - 1:
                level += 1
            if node > 0 and feature[(node - 1) >> 1] < 0:
                continue
            own_sums = sums[level & 1, node - ((1 << level) - 1)] if level < depth else sums[0, 0]
            start = spans[node, 0]
            end = spans[node, 1]
            rows = places[level & 1, start:end]
            g_all = totals[node, 0]
            h_all = totals[node, 1]
            value[node] = rate * g_all / (h_all + _RIDGE)
            f = -1
            cut = 0
            g = 0.0
            h = 0.0
            if summed[node]:
                least = min_leaf * (h_all / rows.shape[0])
                f, cut, g, h = _best_split(own_sums, begins, unordered, g_all, h_all, least, key, orders)
            if f < 0:
                for r in rows:
                    reached[r] += value[node]
                continue
            feature[node] = f
            threshold[node] = cut
            left = goes_left[: begins[f + 1] - begins[f]]
            _choose_left(orders[3], cut, unordered[f], left)
            if unordered[f]:
                mask_start[node] = n_mask
                mask = appended(mask, n_mask, left)
                n_mask += left.shape[0]
            parted = places[1 - (level & 1), start:end]
            n_left = _part(own[f], rows, left, parted)
            lower = 2 * node + 1
            for child, begin, stop, own_g, own_h in (
                (lower, start, start + n_left, g, h),
                (lower + 1, start + n_left, end, g_all - g, h_all - h),
            ):
                spans[child, 0] = begin
                spans[child, 1] = stop
                totals[child, 0] = own_g
                totals[child, 1] = own_h
                summed[child] = level + 1 < depth and stop - begin >= 2 * min_leaf
            if summed[lower] or summed[lower + 1]:
                spot = lower - ((2 << level) - 1)
                sides = sums[1 - (level & 1), spot : spot + 2]
                _sum_sides(lines, begins, parted, n_left, slopes, own_sums, sides)
    return mask, n_mask
