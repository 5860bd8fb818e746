"""Trees from a model file, checked so that compiled code can follow them blindly: it reads where they point."""

from collections.abc import Mapping

import numpy as np

from understudy.store.trust import array, expect
from understudy.synthesizers.tabular.tree._grow import Tree
from understudy.synthesizers.tabular.tree._score import MOST_DEPTH, Boosted

__all__ = ["restored_boosted", "restored_tree"]


def restored_tree(state: Mapping[str, object], sizes: np.ndarray, n_leaves: int) -> Tree:
    """Build a tree over features of alphabets of ``sizes``, whose leaves name laws below ``n_leaves``.

    Raises
    ------
    ValueError
        If a row could leave the tree, or never come to its end.
    """
    feature = array(state["feature"], "feature", np.int32, (None,), low=-1, high=len(sizes) - 1)
    nodes = len(feature)
    expect(nodes, "a tree has no node")
    threshold = array(state["threshold"], "threshold", np.int32, (nodes,))
    left, right, parent = (
        array(state[side], side, np.int32, (nodes,), low=-1, high=nodes - 1) for side in ("left", "right", "parent")
    )
    leaf = feature < 0
    after = (left > np.arange(nodes)) & (right > np.arange(nodes))
    expect(after[~leaf].all(), "a node comes before its parent")
    expect(((threshold >= 0) & (threshold < n_leaves))[leaf].all(), "a leaf has no law")
    mask_start, mask = _masks(state, feature, sizes)
    return Tree(feature, threshold, mask_start, mask, left, right, parent)


def restored_boosted(state: Mapping[str, object], sizes: np.ndarray) -> Boosted:
    """Build boosted trees over features of alphabets of ``sizes``.

    Raises
    ------
    ValueError
        If a row could leave a tree.
    """
    feature = array(state["feature"], "feature", np.int32, (None, None), low=-1, high=len(sizes) - 1)
    nodes = feature.shape[1]
    expect(nodes + 1 in {2 << level for level in range(MOST_DEPTH + 1)}, "a tree has too many levels, or half a level")
    expect(not (feature[:, max(nodes - 1, 0) // 2 :] >= 0).any(), "a node of the lowest level splits")
    threshold = array(state["threshold"], "threshold", np.int32, feature.shape, low=0)
    value = array(state["value"], "value", np.float32, feature.shape)
    mask_start, mask = _masks(state, feature, sizes)
    expect(isinstance(state["base"], float | int), "base is no number")
    return Boosted(float(state["base"]), feature, threshold, mask_start, mask, value)  # pyright: ignore[reportArgumentType] - seen to above


def _masks(state: Mapping[str, object], feature: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the masks of splits on categories; each has an entry for every symbol of its feature."""
    mask = array(state["mask"], "mask", np.bool_, (None,))
    start = array(state["mask_start"], "mask_start", np.int64, feature.shape)
    masked = (feature >= 0) & (start >= 0)
    # Not start + size, which could pass the end of the numbers.
    expect((start[masked] <= len(mask) - sizes[feature[masked]]).all(), "a mask is too short")
    return start, mask
