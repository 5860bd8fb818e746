"""Counting, pruning, shrinking and drawing, each against plain numpy."""

import numpy as np
import pytest

from understudy.synthesizers.tabular.tree._law import (
    ancestors,
    cumulative_laws,
    draw,
    node_counts,
    pruned,
    split_gains,
)
from understudy.transforms.encoder import stratified

#        0
#      1   2
#         3  4
FEATURE = np.array([0, -1, 1, -1, -1], dtype=np.int32)
LEFT = np.array([1, 0, 3, 0, 0], dtype=np.int32)
RIGHT = np.array([2, 0, 4, 0, 0], dtype=np.int32)
PARENT = np.array([-1, 0, 0, 2, 2], dtype=np.int32)
UNDER = {0: [1, 3, 4], 1: [1], 2: [3, 4], 3: [3], 4: [4]}


@pytest.fixture
def counted():
    rng = np.random.default_rng(1)
    leaf = rng.choice([1, 3, 4], 200, p=[0.5, 0.3, 0.2]).astype(np.int32)
    symbols = ((leaf == 3) * 2 + rng.integers(0, 3, 200)).astype(np.int32)
    return leaf, symbols, node_counts(leaf, symbols, PARENT, 6)


def test_a_node_counts_the_rows_of_all_leaves_under_it(counted):
    leaf, symbols, counts = counted
    for node, under in UNDER.items():
        np.testing.assert_array_equal(counts[node], np.bincount(symbols[np.isin(leaf, under)], minlength=6))


def log_likelihood(counts):
    p = counts[counts > 0].astype(float)
    return (p * np.log(p / p.sum())).sum()


def test_the_gain_of_a_split_is_what_its_sides_add_in_log_likelihood(counted):
    *_, counts = counted
    gains = split_gains(counts, FEATURE, LEFT, RIGHT)
    for node in (0, 2):
        wanted = log_likelihood(counts[LEFT[node]]) + log_likelihood(counts[RIGHT[node]]) - log_likelihood(counts[node])
        assert gains[node] == pytest.approx(wanted, rel=1e-5)
    assert gains[[1, 3, 4]].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("gains", "price", "min_leaf", "splits"),
    [
        ([5, 5], 1, 1, [0, 2]),
        ([5, 5], 6, 1, []),
        ([5, 1], 3, 1, [0]),  # the lower one is not worth its price
        ([1, 9], 3, 1, [0, 2]),  # the lower one pays for the upper one
        ([1, 4], 3, 1, []),  # and here it cannot
        ([5, 5], 1, 30, [0]),  # too few rows on a side
        ([5, 5], 1, 60, []),
    ],
)
def test_a_subtree_stays_where_it_pays(gains, price, min_leaf, splits):
    all_gains = np.array([gains[0], 0, gains[1], 0, 0], dtype=float)
    n_rows = np.array([100, 50, 50, 30, 20], dtype=np.float32)
    kept = pruned(FEATURE, LEFT, RIGHT, all_gains, n_rows, float(price), min_leaf)
    seen = ancestors(kept, PARENT) == np.arange(5)
    assert np.flatnonzero(seen & (kept >= 0)).tolist() == splits


def test_a_node_lies_under_the_first_leaf_above_it():
    assert ancestors(FEATURE, PARENT).tolist() == [0, 1, 2, 3, 4]
    lower_gone = np.array([0, -1, -1, -1, -1], dtype=np.int32)
    assert ancestors(lower_gone, PARENT).tolist() == [0, 1, 2, 2, 2]
    all_gone = np.full(5, -1, dtype=np.int32)
    assert ancestors(all_gone, PARENT).tolist() == [0, 0, 0, 0, 0]


def slow_laws(counts, groups, shrinkage, within):
    of_group, inside = {}, {}
    for node in range(5):
        first = node == 0
        m, w = (0.5, 0.5) if first else (shrinkage, within)
        own = np.bincount(groups, weights=counts[node])
        size = np.bincount(groups)
        prior = np.full(len(own), 1 / len(own)) if first else of_group[PARENT[node]]
        of_group[node] = (own + m * prior) / (own.sum() + m)
        prior = 1 / size[groups] if first else inside[PARENT[node]]
        inside[node] = (counts[node] + w * prior) / (own[groups] + w)
    return np.array([np.cumsum(of_group[v][groups] * inside[v]) for v in range(5)])


@pytest.mark.parametrize("groups", [[0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 1, 2], [0] * 6])
@pytest.mark.parametrize(("shrinkage", "within"), [(2.0, 20.0), (0.5, 1.0)])
def test_laws_are_drawn_to_their_parents(counted, groups, shrinkage, within):
    groups = np.array(groups, dtype=np.int32)
    laws = cumulative_laws(counted[2], PARENT, groups, shrinkage, within)
    np.testing.assert_allclose(laws, slow_laws(counted[2], groups, shrinkage, within), atol=1e-6)
    np.testing.assert_allclose(laws[:, -1], 1, atol=1e-6)
    assert (np.diff(laws, axis=1, prepend=0) >= 0).all()
    assert (np.diff(laws[0], prepend=0) > 0).all()  # at the root no symbol is impossible


def test_a_draw_is_the_first_symbol_whose_running_sum_is_above():
    rng = np.random.default_rng(0)
    laws = np.cumsum(rng.dirichlet(np.ones(7), size=5), axis=1).astype(np.float32)
    row, uniform = rng.integers(0, 5, 1_000), rng.random(1_000).astype(np.float32)
    wanted = [min(np.searchsorted(laws[r], u, side="right"), 6) for r, u in zip(row, uniform, strict=True)]
    np.testing.assert_array_equal(draw(laws, row, uniform), wanted)


def test_a_symbol_of_no_chance_is_not_drawn_however_near_to_the_end():
    laws = np.array([[0.0, 0.5, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]], dtype=np.float32)
    ends = np.array([0.0, np.nextafter(np.float32(1), np.float32(0))], dtype=np.float32)
    assert draw(laws, np.array([0, 0]), ends).tolist() == [1, 2]
    assert draw(laws, np.array([1, 1]), ends).tolist() == [3, 3]


def test_stratified_draws_are_within_one_of_the_expected_counts_of_each_law():
    rng = np.random.default_rng(2)
    shares = rng.dirichlet(np.ones(9), size=3)
    laws = np.cumsum(shares, axis=1).astype(np.float32)
    row = rng.integers(0, 3, 2_000)
    symbols = draw(laws, row, stratified(row, rng).astype(np.float32))
    for law in range(3):
        mine = symbols[row == law]
        assert np.abs(np.bincount(mine, minlength=9) - len(mine) * shares[law]).max() <= 1 + 1e-3
