"""Grows one tree whose splits separate whole distributions of a symbol, not its mean. Compiled.

A split maximises the Gini gain over the target's symbols at two resolutions at once: a fine one sees spikes and
shapes, a coarse one sees shifts. The gain is updated row by row, so the cost of a node does not depend on the number of
target symbols. Categories are ordered by a random projection of their target counts, drawn anew at each node.

Every feature has its own line of the rows, in the order of its symbols, and a split parts each line, so that the order
lasts: no node sorts, and all memory is read from front to back. A row in a line is one word that holds all the search
asks for.

Slices are copied element by element: numba takes two seconds to compile the assignment of one slice to another.
Indices are unsigned in the innermost loops: numba lets signed ones count from the end, and asks at each step. What has
one caller is inlined by numba, which saves half of its compilation.

Source: Breiman, Friedman, Olshen, Stone, *Classification and Regression Trees*, 1984, section 4.3 (Gini);
Segal and Xiao, *Multivariate random forests*, 2011, for splits on more than a mean; Shafer, Agrawal, Mehta, *SPRINT*,
1996, for lines that stay sorted.
"""

from typing import NamedTuple

import numpy as np

from understudy._compiled import compiled
from understudy.synthesizers.tabular.tree._sort import appended, ascending

__all__ = ["Tree", "grow", "leaves"]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)

# A word, from its lowest bit: 24 bits of the row's place in the bag, 16 of its symbol, twice 12 of its target symbols.
_SYMBOL, _FINE, _COARSE = np.uint64(24), np.uint64(40), np.uint64(52)
_PLACE, _SYMBOL_BITS, _FINE_BITS = np.uint64((1 << 24) - 1), np.uint64((1 << 16) - 1), np.uint64((1 << 12) - 1)
_MOST_ROWS, _MOST_TARGETS = 1 << 24, 1 << 12
_THIRD = np.uint64((1 << 21) - 1)
_MIDDLE = 3 << 20


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


@compiled(inline="always")
def _next(state: np.ndarray) -> np.uint64:
    """Draw 64 bits (SplitMix64, Steele, Lea, Flood 2014)."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    return z ^ (z >> np.uint64(31))


@compiled(inline="always")
def _symbol(word: np.ndarray) -> np.ndarray:
    return word >> _SYMBOL & _SYMBOL_BITS


@compiled()
def _line_up(
    features: np.ndarray,
    fine: np.ndarray,
    n_fine: int,
    coarse: np.ndarray,
    rows: np.ndarray,
    begin: np.ndarray,
    lines: np.ndarray,
) -> None:
    """Fill ``lines`` with a word per feature and row, in the order of the feature's symbols; ``begin`` is for work.

    The last line has the rows in their own order.
    """
    n = np.uint64(rows.shape[0])
    plain = lines[features.shape[0]]
    for i in range(n):
        r = np.uint64(rows[i])
        plain[i] = i | np.uint64(fine[r]) << _FINE | np.uint64(n_fine + coarse[r]) << _COARSE
    for f in range(features.shape[0]):
        symbols = features[f]
        line = lines[f]
        begin[:] = 0
        for r in rows:
            begin[np.uint64(symbols[np.uint64(r)]) + np.uint64(1)] += 1
        for b in range(begin.shape[0] - 1):
            begin[b + 1] += begin[b]
        for i in range(n):
            b = np.uint64(symbols[np.uint64(rows[i])])
            line[np.uint64(begin[b])] = plain[i] | b << _SYMBOL
            begin[b] += 1


@compiled(inline="always")
def _count(words: np.ndarray, total: np.ndarray) -> None:
    """Count target symbols: the fine ones come first in ``total``, then the coarse ones."""
    total[:] = 0
    for word in words:
        total[word >> _FINE & _FINE_BITS] += 1
        total[word >> _COARSE] += 1


@compiled(inline="always")
def _is_settled(words: np.ndarray, min_leaf: int, is_unordered: bool) -> bool:  # noqa: FBT001 - compiled code is called by position
    """Tell whether no cut of a line leaves enough rows on both sides; then none of any part of it does.

    An order can only be cut between its first and its last ``min_leaf`` rows, and categories only if so many rows are
    not of the most frequent one.
    """
    n = words.shape[0]
    middle = _symbol(words[min_leaf - 1])
    if middle != _symbol(words[n - min_leaf]):
        return False
    if not is_unordered:
        return True
    others = 0
    for i in range(min_leaf - 1):
        others += _symbol(words[i]) != middle
        others += _symbol(words[n - 1 - i]) != middle
    return others < min_leaf


@compiled(error_model="numpy")
def _best_cut(
    words: np.ndarray, min_leaf: int, squares: np.int64, total: np.ndarray, left: np.ndarray, best: float
) -> tuple[float, np.int64]:
    """Give the gain of the best cut of a line that gains more than ``best``, and the last symbol on its left.

    Without one they are ``best`` and -1. Sums of squares are kept as whole numbers: their additions do not wait for
    one another as those of floats would, and are exact.
    """
    left[:] = 0
    within = 0  # sum of left ** 2
    across = 0  # sum of left * total; that of (total - left) ** 2 follows
    cut = np.int64(-1)
    n = words.shape[0]
    word = words[0]
    for done in range(1, n - min_leaf + 1):
        k = word >> _FINE & _FINE_BITS
        c = word >> _COARSE
        within += 2 * (left[k] + left[c] + 1)
        across += total[k] + total[c]
        left[k] += 1
        left[c] += 1
        here = _symbol(word)
        word = words[np.uint64(done)]
        if done < min_leaf or _symbol(word) == here:
            continue
        gain = within / done + (squares - 2 * across + within) / (n - done)
        if gain > best:
            best = gain
            cut = np.int64(here)
    return best, cut


@compiled(inline="always")
def _draw_weights(total: np.ndarray, weight: np.ndarray, state: np.ndarray) -> None:
    """Draw a random projection of the fine target symbols that occur.

    A weight is the sum of three uniform numbers, of 21 bits each, which is as good as a normal one.
    """
    for k in range(weight.shape[0]):
        if total[k] > 0:
            z = _next(state)
            three = (z & _THIRD) + (z >> np.uint64(21) & _THIRD) + (z >> np.uint64(42) & _THIRD)
            weight[k] = (np.int64(three) - _MIDDLE) / np.sqrt(total[k] + 1.0)


@compiled()
def _rank_categories(
    words: np.ndarray, weight: np.ndarray, first: np.ndarray, mean: np.ndarray, orders: np.ndarray, ranked: np.ndarray
) -> None:
    """Order the categories that occur in a line by the mean weight of their rows.

    The line is copied to ``ranked`` in that order, with the rank in place of the symbol. Afterwards ``orders[0]`` has
    the categories by their rank.
    """
    order = orders[0]
    present = orders[1]
    n = np.uint64(words.shape[0])
    n_present = 0
    i = np.uint64(0)
    while i < n:
        here = _symbol(words[i])
        begin = i
        total = 0.0
        while i < n and _symbol(words[i]) == here:
            total += weight[words[i] >> _FINE & _FINE_BITS]
            i += np.uint64(1)
        first[n_present] = begin
        present[n_present] = here
        mean[n_present] = total / np.int64(i - begin)
        n_present += 1
    first[n_present] = n
    ascending(mean, order[:n_present], orders[2])
    to = np.uint64(0)
    for rank in range(n_present):
        run = order[rank]
        change = (np.uint64(rank) ^ np.uint64(present[run])) << _SYMBOL
        for j in range(np.uint64(first[run]), np.uint64(first[run + 1])):
            ranked[to] = words[j] ^ change
            to += np.uint64(1)
        order[rank] = present[run]


@compiled(inline="always")
def _send(words: np.ndarray, goes_left: np.ndarray, sent_left: np.ndarray) -> np.int64:
    """Tell for each row of a line, by its place, if its symbol goes left; give how many do."""
    n_left = np.int64(0)
    for word in words:
        left = goes_left[_symbol(word)]
        sent_left[word & _PLACE] = left
        n_left += np.int64(left)
    return n_left


@compiled(inline="always")
def _part(words: np.ndarray, n_left: np.int64, sent_left: np.ndarray, parted: np.ndarray) -> None:
    """Copy a line to ``parted``, the ``n_left`` rows that go left first; both sides stay in their order."""
    a = np.uint64(0)
    b = np.uint64(n_left)
    for word in words:
        left = np.uint64(sent_left[word & _PLACE])
        # Chosen, not branched on: a coin's toss is mispredicted every other time.
        parted[a if left else b] = word
        a += left
        b += np.uint64(1) - left


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
) -> tuple[Tree, np.ndarray]:
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
        Rows to grow on.
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
    array of shape (m,), int32
        The leaf of each row.
    """
    if n_fine + n_coarse > _MOST_TARGETS or len(rows) > _MOST_ROWS:
        msg = (
            f"A tree grows on at most {_MOST_ROWS:,} rows of {_MOST_TARGETS:,} target symbols, not on {len(rows):,} of "
            f"{n_fine + n_coarse:,}. Give fewer."
        )
        raise ValueError(msg)
    n, d, widest = len(rows), len(features), int(sizes.max(initial=1))
    most = 2 * max(1, n // max(1, min_leaf)) + 1
    feature, mask_start, parent = (np.full(most, -1, t) for t in (np.int32, np.int64, np.int32))
    threshold, left, right, stack = np.zeros((4, most), np.int32)
    nodes = (feature, threshold, mask_start, left, right, parent)
    lines, leaf_of = np.empty((2, d + 1, n), np.uint64), np.zeros(n, np.int32)
    spans, settled = np.zeros((most, 3), np.int64), np.zeros((most, d), bool)
    first, best_order = np.zeros((2, widest + 1), np.int64)
    own_counts = (*np.zeros((2, n_fine + n_coarse), np.int64), np.zeros(n_fine), np.zeros(widest))
    work = (np.arange(d), *own_counts, first, np.zeros((3, widest), np.int64), best_order, np.empty(n, np.uint64))
    _line_up(features, fine, n_fine, coarse, rows, first, lines[0])
    state, sent = np.array([seed], dtype=np.uint64), (np.zeros(widest, bool), np.zeros(n, bool))
    how = (min_leaf, min(n_tried, d))
    n_nodes, mask, n_mask = _grow(
        lines, sizes, unordered, how, state, nodes, spans, settled, stack, sent, work, np.zeros(1024, bool), leaf_of
    )
    feature, threshold, mask_start, left, right, parent = (part[:n_nodes].copy() for part in nodes)
    return Tree(feature, threshold, mask_start, mask[: max(n_mask, 1)].copy(), left, right, parent), leaf_of


@compiled(inline="always")
def _shuffle(tried: np.ndarray, n: int, state: np.ndarray) -> None:
    """Bring a random choice of ``n`` to the front."""
    for i in range(n):
        j = i + np.int64(_next(state) % np.uint64(tried.shape[0] - i))
        swap = tried[i]
        tried[i] = tried[j]
        tried[j] = swap


@compiled(inline="always")
def _best_split(
    own: np.ndarray,
    start: int,
    end: int,
    unordered: np.ndarray,
    settled: np.ndarray,
    how: tuple[int, int],
    state: np.ndarray,
    work: tuple[np.ndarray, ...],
) -> tuple[int, np.int64]:
    """Give the feature (-1: none) and the cut of the best split of a node, whose rows are at ``own[:, start:end]``.

    The cut of categories is a rank; ``best_order`` has them by their rank. ``settled`` is brought up to date.
    """
    tried, total, left, weight, mean, first, orders, best_order, ranked = work
    min_leaf, n_tried = how
    n = end - start
    best_feature = -1
    best_cut = np.int64(0)
    _count(own[own.shape[0] - 1, start:end], total)
    squares = np.int64(0)  # a plain 0 would be compiled for on its own
    for k in range(total.shape[0]):
        if k < weight.shape[0] and total[k] == n:
            return best_feature, best_cut
        squares += total[k] * total[k]
    best = squares / n + 1e-9
    _shuffle(tried, n_tried, state)
    for f in tried[:n_tried]:
        words = own[f, start:end]
        settled[f] = settled[f] or _is_settled(words, min_leaf, bool(unordered[f]))
        if settled[f]:
            continue
        if unordered[f]:
            _draw_weights(total, weight, state)
            _rank_categories(words, weight, first, mean, orders, ranked)
            words = ranked[:n]
        best, cut = _best_cut(words, min_leaf, squares, total, left, best)
        if cut >= 0:
            best_feature = f
            best_cut = cut
            for rank in range(cut + 1 if unordered[f] else 0):
                best_order[rank] = orders[0, rank]
    return best_feature, best_cut


@compiled()
def _grow(  # noqa: C901, PLR0913, PLR0917 - one compiled loop over shared work arrays
    lines: np.ndarray,
    sizes: np.ndarray,
    unordered: np.ndarray,
    how: tuple[int, int],
    state: np.ndarray,
    nodes: tuple[np.ndarray, ...],
    spans: np.ndarray,
    settled: np.ndarray,
    stack: np.ndarray,
    sent: tuple[np.ndarray, np.ndarray],
    work: tuple[np.ndarray, ...],
    mask: np.ndarray,
    leaf_of: np.ndarray,
) -> tuple[int, np.ndarray, int | np.int64]:
    """Fill ``nodes`` and ``leaf_of``; give the number of nodes, the mask and its length.

    The arrays come from outside: making them is slow to compile. A node's rows are in one of the two sets of lines, and
    its children's in the other.
    """
    feature, threshold, mask_start, left, right, parent = nodes
    goes_left, sent_left = sent
    best_order = work[7]
    n_features = sizes.shape[0]
    n_mask = np.int64(0)  # a plain 0 would be compiled for on its own
    n_stack = 1
    n_nodes = 1
    spans[0, 1] = leaf_of.shape[0]
    while n_stack > 0:
        n_stack -= 1
        node = stack[n_stack]
        start = spans[node, 0]
        end = spans[node, 1]
        side = spans[node, 2]
        own = lines[side]
        f = -1
        cut = 0
        if end - start >= 2 * how[0]:
            f, cut = _best_split(own, start, end, unordered, settled[node], how, state, work)
        if f < 0:
            for word in own[n_features, start:end]:
                leaf_of[word & _PLACE] = node
            continue
        feature[node] = f
        threshold[node] = cut
        for b in range(sizes[f]):
            goes_left[b] = b <= cut and not unordered[f]
        if unordered[f]:
            for rank in range(cut + 1):
                goes_left[best_order[rank]] = True
            mask = appended(mask, n_mask, goes_left[: sizes[f]])
            mask_start[node] = n_mask
            n_mask += sizes[f]
        n_left = _send(own[f, start:end], goes_left, sent_left)
        left[node] = n_nodes
        right[node] = n_nodes + 1
        n_nodes += 2
        middle = start + n_left
        for child, begin, stop in ((right[node], middle, end), (left[node], start, middle)):
            parent[child] = node
            spans[child, 0] = begin
            spans[child, 1] = stop
            spans[child, 2] = 1 - side
            for q in range(n_features):
                settled[child, q] = settled[node, q]
            stack[n_stack] = child
            n_stack += 1
        # Two leaves need no more than their rows, which are in the last line.
        are_leaves = max(middle - start, end - middle) < 2 * how[0]
        for q in range(n_features if are_leaves else 0, n_features + 1):
            if q == n_features or not settled[node, q]:
                _part(own[q, start:end], n_left, sent_left, lines[1 - side, q, start:end])
    return n_nodes, mask, n_mask


@compiled()
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
        r = np.uint64(rows[i])
        node = np.uint64(0)
        f = feature[node]
        while f >= 0:
            symbol = np.int64(features[np.uint64(f), r])
            m = mask_start[node]
            goes_left = mask[np.uint64(m + symbol)] if m >= 0 else symbol <= threshold[node]
            node = np.uint64(left[node]) if goes_left else np.uint64(right[node])
            f = feature[node]
        found[i] = node
    return found
