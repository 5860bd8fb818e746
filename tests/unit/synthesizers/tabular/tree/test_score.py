"""Tables of boosted trees against a plain walk down each of them."""

import numpy as np
import pytest

from understudy.synthesizers.tabular.tree._restore import restored_boosted
from understudy.synthesizers.tabular.tree._score import MOST_DEPTH, Boosted, score

SIZES = np.array([2, 7, 60, 300, 2_000])
UNORDERED = np.array([True, False, True, False, True])


def some_trees(depth, rounds, rng):
    """Make trees of which any node may be a leaf, with values also where no row can come."""
    n_nodes = (2 << depth) - 1
    feature = rng.integers(0, len(SIZES), (rounds, n_nodes)).astype(np.int32)
    feature[rng.random(feature.shape) < 0.2] = -1
    for node in range(n_nodes):
        if 2 * node + 1 >= n_nodes:
            feature[:, node] = -1
        elif node:
            feature[feature[:, (node - 1) // 2] < 0, node] = -1
    masked = (feature >= 0) & UNORDERED[feature]
    mask_start = np.full(feature.shape, -1, np.int64)
    lengths = SIZES[feature[masked]]
    mask_start[masked] = np.cumsum(lengths) - lengths
    mask = rng.random(max(1, lengths.sum())) < 0.5
    threshold = rng.integers(0, np.maximum(SIZES[feature] - 1, 1)).astype(np.int32)
    return Boosted(0.25, feature, threshold, mask_start, mask, rng.normal(size=feature.shape).astype(np.float32))


def walked(model, features, rows):
    """Walk down every tree, all rows at once."""
    scores = np.full(len(rows), model.base)
    for feature, threshold, start, value in zip(*model[1:4], model.value, strict=True):
        node = np.zeros(len(rows), dtype=np.int64)
        for _ in range(MOST_DEPTH):
            inside = feature[node] >= 0
            symbol = features[feature[node], rows]
            masked = inside & (start[node] >= 0)
            goes_left = np.where(
                masked, model.mask[np.where(masked, start[node] + symbol, 0)], symbol <= threshold[node]
            )
            node = np.where(inside, 2 * node + 2 - goes_left, node)
        scores += value[node]
    return scores


@pytest.mark.parametrize("depth", range(MOST_DEPTH + 1))
@pytest.mark.parametrize("n", [0, 1, 40, 1_300])
def test_the_score_of_a_row_is_that_of_a_plain_walk(depth, n):
    rng = np.random.default_rng(10 * depth + n)
    features = np.stack([rng.integers(0, k, 2_000) for k in SIZES]).astype(np.uint16)
    model = some_trees(depth, 9, rng)
    rows = rng.integers(0, 2_000, n).astype(np.int32)  # in no order, some more than once
    np.testing.assert_array_equal(score(features, rows, *model), walked(model, features, rows))


def test_rows_of_several_blocks_that_lack_different_symbols_are_scored_alike():
    rng = np.random.default_rng(1)
    n = 40_000
    features = np.stack([rng.integers(0, 1 + (k - 1) * np.arange(n) // n + 1) for k in SIZES]).astype(np.uint16)
    model = some_trees(MOST_DEPTH, 5, rng)
    rows = np.arange(n, dtype=np.int32)
    np.testing.assert_array_equal(score(features, rows, *model), walked(model, features, rows))


def test_without_trees_the_score_is_the_base():
    model = some_trees(3, 0, np.random.default_rng(0))
    assert score(np.zeros((5, 4), np.uint16), np.arange(4, dtype=np.int32), *model).tolist() == [0.25] * 4


@pytest.mark.parametrize("n_nodes", [0, 2, 6, (4 << MOST_DEPTH) - 1])
def test_trees_from_a_file_that_have_no_table_are_refused(n_nodes):
    threshold, value = np.zeros((1, n_nodes), np.int32), np.zeros((1, n_nodes), np.float32)
    nowhere = np.full((1, n_nodes), -1, np.int64)
    state = Boosted(0.0, nowhere.astype(np.int32), threshold, nowhere, np.zeros(1, bool), value)._asdict()
    with pytest.raises(ValueError, match="levels"):
        restored_boosted(state, SIZES)
