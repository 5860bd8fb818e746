"""What lets compiled code read beyond its arrays, or never come to an end, is refused when forests are restored."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular.tree._guide import _joined
from understudy.synthesizers.tabular.tree._restore import restored_boosted, restored_tree
from understudy.synthesizers.tabular.tree._score import Boosted, score
from understudy.synthesizers.tabular.tree.forest import Forest

SIZES = np.array([3, 5], dtype=np.int32)


def whole(*values):
    return np.array(values, dtype=np.int32)


def tree(**changed):
    """Split on the categories of feature 0, then on feature 1."""
    state = {
        "feature": whole(0, -1, 1, -1, -1),
        "threshold": whole(0, 0, 2, 1, 2),
        "mask_start": np.array([0, -1, -1, -1, -1], dtype=np.int64),
        "mask": np.array([True, False, True]),
        "left": whole(1, 0, 3, 0, 0),
        "right": whole(2, 0, 4, 0, 0),
        "parent": whole(-1, 0, 0, 2, 2),
    }
    return state | changed


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"feature": whole(2, -1, 1, -1, -1)}, "feature goes beyond 1"),
        ({"feature": whole(0, -1, 1, -1)}, "shape"),
        ({"feature": np.array([0.0, -1, 1, -1, -1])}, "dtype"),
        ({"feature": [0, -1, 1, -1, -1]}, "no array"),
        ({"feature": whole()}, "no node"),
        ({"left": whole(1, 0, 5, 0, 0)}, "left goes beyond 4"),
        ({"left": whole(1, 0, 2, 0, 0)}, "before its parent"),
        ({"right": whole(2, 0, 0, 0, 0)}, "before its parent"),
        ({"right": whole(2, 0, -9, 0, 0)}, "right goes below -1"),
        ({"threshold": whole(0, 0, 2, 1, 3)}, "no law"),
        ({"threshold": whole(0, -1, 2, 1, 2)}, "no law"),
        ({"mask": np.array([True, False])}, "mask is too short"),
        ({"mask_start": np.array([1, -1, -1, -1, -1])}, "mask is too short"),
        ({"mask_start": np.array([2**63 - 1, -1, -1, -1, -1])}, "mask is too short"),
    ],
)
def test_a_tree_that_leads_nowhere_is_refused(changed, says):
    restored_tree(tree(), SIZES, 3)
    with pytest.raises(ValueError, match=says):
        restored_tree(tree(**changed), SIZES, 3)


def boosted(**changed):
    state = {
        "base": 0.5,
        "feature": np.array([[0, -1, -1], [1, -1, -1]], dtype=np.int32),
        "threshold": np.zeros((2, 3), dtype=np.int32),
        "mask_start": np.array([[0, -1, -1], [-1, -1, -1]], dtype=np.int64),
        "mask": np.array([True, False, True]),
        "value": np.zeros((2, 3), dtype=np.float32),
    }
    return state | changed


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"feature": np.array([[0, -1, 1], [1, -1, -1]], dtype=np.int32)}, "lowest level splits"),
        ({"feature": np.array([[2, -1, -1], [1, -1, -1]], dtype=np.int32)}, "feature goes beyond 1"),
        ({"feature": np.array([0, -1, -1], dtype=np.int32)}, "shape"),
        ({"value": np.zeros((2, 2), dtype=np.float32)}, "shape"),
        ({"mask_start": np.full((2, 3), 1)}, "mask is too short"),
        ({"base": "much"}, "no number"),
    ],
)
def test_boosted_trees_that_lead_nowhere_are_refused(changed, says):
    restored_boosted(boosted(), SIZES)
    with pytest.raises(ValueError, match=says):
        restored_boosted(boosted(**changed), SIZES)


@pytest.fixture(scope="module")
def state():
    rng = np.random.default_rng(1)
    x = rng.normal(size=300)
    rows = pl.DataFrame({"x": x, "k": rng.choice(["a", "b", "c"], 300), "b": x + rng.normal(size=300) > 0})
    schema = TableSchema(columns={"x": Numerical(), "k": Categorical(), "b": Boolean()})
    return Forest(boosting_rounds=30, governor=False).fit(Table.of(rows, schema), Run(1)).state()


def replaced(state, place, value):
    key, *rest = place
    return {**state, key: replaced(state[key], rest, value) if rest else value}


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("order",), np.array([0, 1, 1]), "each column once"),
        (("order",), np.array([0, 1]), "shape"),
        (("columns", "1", "inputs"), np.array([3]), "inputs goes beyond 2"),
        (("columns", "0", "laws"), np.zeros((1, 2), dtype=np.float32), "no law"),
        (("columns", "0", "laws"), np.zeros((0, 9), dtype=np.float32), "starts goes beyond 0"),
        (("columns", "1", "laws"), np.zeros((400, 2), dtype=np.float32), "not its own"),
        (("columns", "1", "starts"), np.array([0, 9**9]), "starts goes beyond"),
        (("columns", "1", "starts"), np.zeros(9, dtype=np.int64), "no law"),
        (("columns", "1", "guide", "edges"), np.arange(300.0), "too many bins"),
        (("columns", "1", "trees"), {}, "no yes or no"),
    ],
)
def test_columns_that_do_not_fit_together_are_refused(state, place, value, says):
    Forest.restore(state)
    with pytest.raises(ValueError, match=says):
        Forest.restore(replaced(state, place, value))


@pytest.mark.parametrize("lowest", [None, 0, 1, 2, 3, 5, 6])
def test_levels_without_a_split_are_not_stored_and_change_no_score(lowest):
    rng = np.random.default_rng(1)
    nodes = 15
    feature = np.full((4, nodes), -1, dtype=np.int32)
    if lowest is not None:
        node = lowest
        while node >= 0:  # the way down to it
            feature[2, node] = node % 2
            node = (node - 1) // 2 if node else -1
    threshold = rng.integers(0, 3, feature.shape).astype(np.int32)
    batch = Boosted(
        0.0, feature, threshold, np.full(feature.shape, -1), np.zeros(1, bool), rng.random(feature.shape).astype("f4")
    )
    joined = _joined(0.0, [batch, batch])
    levels = 0 if lowest is None else int(np.log2(lowest + 1)) + 1
    assert joined.feature.shape == (8, 2 ** (levels + 1) - 1)
    features = rng.integers(0, 3, (2, 50)).astype(np.uint16)
    rows = np.arange(50, dtype=np.int32)
    assert np.allclose(score(features, rows, *joined), 2 * score(features, rows, *batch))
