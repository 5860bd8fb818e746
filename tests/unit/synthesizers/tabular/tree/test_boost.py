"""Boosting against the same algorithm in plain numpy, and against scikit-learn's at the same work."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from understudy.synthesizers.tabular.tree._boost import boost
from understudy.synthesizers.tabular.tree._score import Boosted, score

RIDGE, CATEGORY_ROWS = 1.0, 10.0
NUMBER, YES_OR_NO = False, True


def slow_tree(x, unordered, g, h, depth, rate, min_leaf):
    """Give what one tree adds to the score of each row, summing the rows of every node anew."""
    added = np.zeros(len(g))

    def node(rows, level):
        g_all, h_all = g[rows].sum(), h[rows].sum()
        best, split = 1e-9, None
        if level < depth and len(rows) >= 2 * min_leaf:
            least = min_leaf * h_all / len(rows)
            for f in range(len(x)):
                symbols = x[f, rows]
                present = np.unique(symbols)
                gs = np.array([g[rows][symbols == b].sum() for b in present])
                hs = np.array([h[rows][symbols == b].sum() for b in present])
                order = np.argsort(gs / (hs + CATEGORY_ROWS), kind="stable") if unordered[f] else np.arange(len(gs))
                a, b = np.cumsum(gs[order])[:-1], np.cumsum(hs[order])[:-1]
                gains = a**2 / (b + RIDGE) + (g_all - a) ** 2 / (h_all - b + RIDGE) - g_all**2 / (h_all + RIDGE)
                gains[(b < least) | (h_all - b < least)] = -np.inf
                if len(gains) and gains.max() > best:
                    best, split = gains.max(), np.isin(symbols, present[order[: gains.argmax() + 1]])
        if split is None:
            added[rows] = np.float32(rate * g_all / (h_all + RIDGE))
            return
        node(rows[split], level + 1)
        node(rows[~split], level + 1)

    node(np.arange(len(g)), 0)
    return added


@pytest.mark.parametrize("logistic", [False, True])
def test_it_equals_the_plain_algorithm(logistic):
    rng = np.random.default_rng(3)
    sizes, unordered = np.array([12, 7, 30], dtype=np.int32), np.array([False, True, True])
    features = np.stack([rng.integers(0, k, 260) for k in sizes]).astype(np.uint16)
    target = features[0] * 0.3 + np.sin(features[1]) + rng.normal(size=260)
    target = (target > 2).astype(float) if logistic else target
    rows = rng.permutation(260)[:220].astype(np.int32)
    reached = np.zeros(220)
    model = Boosted(0.0, *boost(features, sizes, unordered, target, rows, reached, logistic, 12, 4, 0.3, 8))
    slow = np.zeros(220)
    for _ in range(12):
        p = 1 / (1 + np.exp(-slow)) if logistic else slow
        h = np.maximum(p * (1 - p), 1e-6) if logistic else np.ones(220)
        slow += slow_tree(features[:, rows], unordered, target[rows] - p, h, 4, 0.3, 8)
    np.testing.assert_allclose(reached, slow, atol=1e-9)
    np.testing.assert_allclose(score(features, rows, *model), slow, atol=1e-9)


def test_trees_deeper_than_can_be_scored_are_refused():
    features, rows = np.zeros((1, 5), dtype=np.uint16), np.arange(5, dtype=np.int32)
    with pytest.raises(ValueError, match="at most 6 levels, not 7"):
        boost(features, np.ones(1, np.int32), np.zeros(1, bool), np.zeros(5), rows, np.zeros(5), NUMBER, 1, 7, 0.2, 1)


def test_masks_of_many_categories_are_all_kept():
    rng = np.random.default_rng(6)
    n, size = 4_000, 3_000
    features = rng.integers(0, size, (1, n)).astype(np.uint16)
    target = np.where(features[0] % 2, 1.0, -1.0)
    rows, reached = np.arange(n, dtype=np.int32), np.zeros(n)
    model = boost(features, np.array([size], np.int32), np.ones(1, bool), target, rows, reached, NUMBER, 12, 3, 0.3, 5)
    assert len(model[3]) > 8 * size  # the mask grew more than once
    np.testing.assert_allclose(score(features, rows, 0.0, *model), reached, atol=1e-9)
    assert np.mean((target - reached) ** 2) < 0.1


def test_a_batch_after_another_goes_on_where_it_stopped():
    rng = np.random.default_rng(4)
    features = rng.integers(0, 20, (2, 400)).astype(np.uint16)
    target = features[0] * 1.0 + rng.normal(size=400)
    rows = np.arange(400, dtype=np.int32)

    def reached(batches):
        scores = np.zeros(400)
        for rounds in batches:
            boost(
                features,
                np.array([20, 20], np.int32),
                np.zeros(2, bool),
                target,
                rows,
                scores,
                NUMBER,
                rounds,
                3,
                0.2,
                5,
            )
        return scores

    np.testing.assert_array_equal(reached([10]), reached([4, 6]))


def test_no_rows_give_a_score_of_nothing():
    features = np.zeros((2, 5), dtype=np.uint16)
    none = np.empty(0, dtype=np.int32)
    model = boost(
        features, np.array([1, 3], np.int32), np.zeros(2, bool), np.zeros(5), none, np.empty(0), YES_OR_NO, 3, 4, 0.2, 5
    )
    assert score(features, np.arange(5, dtype=np.int32), 0.0, *model).tolist() == [0.0] * 5


def mixed(seed, n):
    rng = np.random.default_rng(seed)
    x = np.stack([*(rng.integers(0, 100, n) for _ in range(4)), rng.integers(0, 12, n)]).astype(np.uint16)
    effect = np.random.default_rng(0).normal(size=12)
    return x, np.sin(x[0] / 16) + 0.5 * (x[1] > 50) * x[2] / 50 + effect[x[4]]


@pytest.mark.parametrize("logistic", [False, True])
def test_its_held_out_loss_is_that_of_scikit_learn_or_nearly(logistic):
    rng = np.random.default_rng(1)
    x, mean = mixed(5, 6_000)
    y = (mean + rng.logistic(size=6_000) > 0).astype(float) if logistic else mean + rng.normal(size=6_000)
    train, test = np.arange(4_000, dtype=np.int32), np.arange(4_000, 6_000, dtype=np.int32)
    sizes, unordered = np.array([100] * 4 + [12], dtype=np.int32), np.array([False] * 4 + [True])
    base = 0.0 if logistic else y[train].mean()
    model = boost(x, sizes, unordered, y, train, np.full(4_000, base), logistic, 60, 5, 0.1, 20)
    ours = score(x, test, base, *model)
    kind = HistGradientBoostingClassifier if logistic else HistGradientBoostingRegressor
    rival = kind(max_iter=60, early_stopping=False, l2_regularization=1.0, categorical_features=[4])
    rival.fit(x[:, train].T, y[train])
    theirs = rival.decision_function(x[:, test].T) if logistic else rival.predict(x[:, test].T)

    def loss(scores):
        wanted = y[test]
        return np.mean(np.logaddexp(0, np.where(wanted > 0, -scores, scores)) if logistic else (wanted - scores) ** 2)

    assert loss(ours) <= 1.03 * loss(theirs)
