"""One column's law given the columns before it: a guide, a bag of trees on guide and columns, or the guide alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from understudy.protocols import State
from understudy.store.trust import array, expect
from understudy.synthesizers.tabular.tree._grow import Tree, grow, leaves
from understudy.synthesizers.tabular.tree._guide import Guide, Predictors, Settings, Target
from understudy.synthesizers.tabular.tree._law import ancestors, cumulative_laws, draw, node_counts, pruned, split_gains
from understudy.synthesizers.tabular.tree._restore import restored_tree
from understudy.transforms.encoder import stratified

__all__ = ["Column", "Grown", "Plan", "Strength", "groups"]

_FINE, _COARSE, _JUDGED = 48, 8, 16  # target groups: for splits at two resolutions, and for held-out likelihood
_PRICES = np.array([0.0, 4.0, 8.0, 12.0, 16.0, 24.0, 1e12])
_PRICE_UNSEEN = 8.0  # where no row is held out
_TRIED = 0.9  # share of the predictors that a node tries
_BAG = 0.63  # share of the rows that a tree is grown on
_MOST_ROWS = 100_000  # of a bag, and of a fold of the guide
_MOST_CELLS = 4_000_000  # of a tree's laws
_BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))


@dataclass(frozen=True, slots=True)
class Strength:
    """How far the model keeps from its rows; the governor moves it.

    Parameters
    ----------
    min_leaf : int
        Fewest rows of a leaf.
    kept : float
        A column is pruned as long as this share of what its splits gain on held-out rows is kept, in (0, 1].
    shrinkage : float
        Rows of its parent's law that each node's law over groups of near symbols is drawn to.
    within : float
        The same for its law inside such a group.
    """

    min_leaf: int
    kept: float
    shrinkage: float
    within: float


class Plan(NamedTuple):
    """What the columns of one fit share.

    Parameters
    ----------
    folds : tuple of array
        Rows of the two folds of the guides.
    held_out : array
        Rows that nothing is grown on.
    trees : int
        Trees of a bag.
    boosting : Settings
        How guides are boosted.
    """

    folds: tuple[np.ndarray, np.ndarray]
    held_out: np.ndarray
    trees: int
    boosting: Settings

    @property
    def rows(self) -> np.ndarray:
        """Rows of both folds."""
        return np.concatenate(self.folds)


@dataclass(frozen=True, slots=True)
class Grown:
    """A column's unpruned trees with what pruning needs; forgotten once the strength is settled.

    Parameters
    ----------
    inputs : array of shape (d,)
        Places of the columns that it depends on.
    n_symbols : int
        Size of its alphabet.
    guide : Guide
        The guide.
    trees : list of Tree
        Unpruned trees.
    bags : list of (array, array)
        Leaf and symbol of the rows that each was grown on.
    held_leaf : list of array
        Leaf of the held-out rows in each.
    held_symbols : array
        Symbols of the held-out rows.
    groups : array of shape (n_symbols,), int32
        Group of each symbol in which likelihood is judged.
    near : array of shape (n_symbols,), int32
        Group of near symbols, inside which a law is smooth.
    held_direct : array or None
        For a yes/no, the guide's own probability of a yes for the held-out rows.
    """

    inputs: np.ndarray
    n_symbols: int
    guide: Guide
    trees: list[Tree]
    bags: list[tuple[np.ndarray, np.ndarray]]
    held_leaf: list[np.ndarray]
    held_symbols: np.ndarray
    groups: np.ndarray
    near: np.ndarray
    held_direct: np.ndarray | None

    @classmethod
    def fit(
        cls,
        predictors: Predictors,
        symbols: np.ndarray,
        alphabet: tuple[int, bool],
        inputs: np.ndarray,
        plan: Plan,
        min_leaf: int,
        rng: np.random.Generator,
    ) -> "Grown":
        """Fit the guide and grow the trees for ``symbols``; ``alphabet``: how many there are, and if in an order."""
        n_symbols, ordered = alphabet
        features = predictors.features
        target = Target.of(symbols, n_symbols, ordered=ordered, rng=rng)
        first, second = (_some(fold, _MOST_ROWS, rng) for fold in plan.folds)
        guide, scores = Guide.fit(predictors, target, (first, second), plan.held_out, plan.boosting)
        rows = np.concatenate([first, second])
        seen = _with_guide(predictors, guide, scores)
        counts = np.bincount(symbols, minlength=n_symbols).astype(np.float64)
        fine, coarse, judged = (groups(counts, k, ordered=ordered) for k in (_FINE, _COARSE, _JUDGED))
        grouped = (fine[symbols], int(fine.max()) + 1, coarse[symbols], int(coarse.max()) + 1)
        leaf = max(min_leaf, int(np.ceil(2 * _BAG * len(rows) * n_symbols / _MOST_CELLS)))
        n_tried = max(1, int(np.ceil(_TRIED * len(seen.sizes))))
        trees, bags, held = [], [], []
        for _ in range(plan.trees):
            bag = _some(rows, int(np.ceil(_BAG * len(rows))), rng)
            tree, leaf_of = grow(*seen, *grouped, bag, leaf, n_tried, int(rng.integers(1 << 62)))
            trees.append(tree)
            bags.append((leaf_of, symbols[bag].astype(np.int32)))
            held.append(_leaf(seen.features, plan.held_out, tree))
        near = fine if ordered else np.arange(n_symbols, dtype=np.int32)
        direct = None
        if target.logistic and len(plan.held_out):
            direct = guide.probability(np.take(features, plan.held_out, axis=1))
        return cls(inputs, n_symbols, guide, trees, bags, held, symbols[plan.held_out], judged, near, direct)

    def column(self, strength: Strength) -> tuple["Column", float]:
        """Prune to ``strength`` and settle the laws; also give the mean number of leaves (0: the guide decides)."""
        judged = list(self._judged())
        price = self._price(judged, strength)
        kept = [
            pruned(t.feature, t.left, t.right, gains, n_rows, price, strength.min_leaf)
            for t, _, gains, n_rows in judged
        ]
        own = [
            node_counts(leaf, symbols, t.parent, self.n_symbols)
            for t, (leaf, symbols) in zip(self.trees, self.bags, strict=True)
        ]
        if self.held_direct is not None and self._direct_likelihood() > self._exact_likelihood(kept, own, strength):
            return Column(self.inputs, self.guide, (), np.empty((0, 0), np.float32), np.zeros(1, np.int64)), 0.0
        laws: list[np.ndarray] = []
        trees: list[Tree] = []
        for tree, splits, counts in zip(self.trees, kept, own, strict=True):
            small, nodes = _compact(tree, splits)
            trees.append(small)
            laws.append(cumulative_laws(counts, tree.parent, self.near, strength.shrinkage, strength.within)[nodes])
        starts = np.cumsum([0, *map(len, laws)])
        column = Column(self.inputs, self.guide, tuple(trees), np.concatenate(laws), starts)
        return column, float(np.mean(np.diff(starts)))

    def _judged(self) -> Iterator[tuple[Tree, np.ndarray, np.ndarray, np.ndarray]]:
        """Give each tree with its counts by judged group, the gains of its splits, and the rows of its nodes."""
        for tree, (leaf, symbols) in zip(self.trees, self.bags, strict=True):
            counts = node_counts(leaf, self.groups[symbols], tree.parent, int(self.groups.max()) + 1)
            yield tree, counts, split_gains(counts, tree.feature, tree.left, tree.right), counts.sum(axis=1)

    def _price(self, judged: list[tuple[Tree, np.ndarray, np.ndarray, np.ndarray]], strength: Strength) -> float:
        """Choose the lowest price of a split that keeps enough of the best held-out likelihood."""
        if not len(self.held_symbols):
            return _PRICE_UNSEEN
        symbols = self.groups[self.held_symbols]
        alone = np.arange(int(self.groups.max()) + 1, dtype=np.int32)
        mixed = np.zeros((len(_PRICES), len(symbols)))
        for (tree, counts, gains, n_rows), leaf in zip(judged, self.held_leaf, strict=True):
            law = np.diff(cumulative_laws(counts, tree.parent, alone, strength.shrinkage, 1.0), axis=1, prepend=0)
            for i, price in enumerate(_PRICES):
                splits = pruned(tree.feature, tree.left, tree.right, gains, n_rows, price, strength.min_leaf)
                mixed[i] += law[ancestors(splits, tree.parent)[leaf], symbols]
        likelihood = np.log(np.maximum(mixed / len(self.trees), 1e-12)).mean(axis=1)
        root, best = likelihood[-1], likelihood.max()
        enough = best - (1 - strength.kept) * (best - root)
        return float(_PRICES[np.flatnonzero(likelihood >= enough)[0]])

    def _direct_likelihood(self) -> float:
        p = cast("np.ndarray", self.held_direct)
        return float(np.log(np.clip(np.where(self.held_symbols == 1, p, 1 - p), 1e-12, 1)).mean())

    def _exact_likelihood(self, kept: list[np.ndarray], counts: list[np.ndarray], strength: Strength) -> float:
        mixed = np.zeros(len(self.held_symbols))
        for tree, own, count, leaf in zip(self.trees, kept, counts, self.held_leaf, strict=True):
            law = np.diff(
                cumulative_laws(count, tree.parent, self.near, strength.shrinkage, strength.within), axis=1, prepend=0
            )
            mixed += law[ancestors(own, tree.parent)[leaf], self.held_symbols]
        return float(np.log(np.maximum(mixed / len(self.trees), 1e-12)).mean())


@dataclass(frozen=True, slots=True)
class Column:
    """A settled column.

    Parameters
    ----------
    inputs : array of shape (d,)
        Places of the columns that it depends on.
    guide : Guide or None
        Its guide; None where it depends on nothing.
    trees : tuple of Tree
        Its trees; the law of leaf node v is row ``threshold[v]`` of the tree's laws. None: the guide alone decides.
    laws : array of shape (l, n_symbols), float32
        Cumulative laws of the leaves of all trees.
    starts : array of shape (trees + 1,)
        Where the laws of each tree begin.
    """

    inputs: np.ndarray
    guide: Guide | None
    trees: tuple[Tree, ...]
    laws: np.ndarray
    starts: np.ndarray

    @property
    def direct(self) -> bool:
        """Whether it is a yes/no that the guide alone decides: every row then has a law of its own."""
        return self.guide is not None and not self.trees

    def located(self, codes: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Give the laws and, for each row of ``codes`` (shape (columns, n)), which of them is its own.

        One of the trees is taken for each row, so that the rows together follow the mean of their laws.
        """
        n = codes.shape[1]
        if self.guide is None:
            return self.laws, np.zeros(n, dtype=np.int64)
        features = np.ascontiguousarray(codes[self.inputs])
        if self.direct:
            no = 1 - self.guide.probability(features)
            return np.column_stack([no, np.ones(n)]).astype(np.float32), np.arange(n)
        scores = self.guide.scores(features, rng)
        seen = np.vstack([features, self.guide.bins(scores)[None]])
        # With fewer rows than trees, each still has to have the same chance.
        tree_of = rng.permutation(max(n, len(self.trees)))[:n] % len(self.trees)
        law = np.empty(n, dtype=np.int64)
        for t, tree in enumerate(self.trees):
            rows = np.flatnonzero(tree_of == t).astype(np.int32)
            law[rows] = self.starts[t] + tree.threshold[_leaf(seen, rows, tree)]
        return self.laws, law

    def draw(self, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw a symbol for each row, spread evenly over each law."""
        laws, law = self.located(codes, rng)
        if self.direct:
            order = np.argsort(laws[:, 0], kind="stable")
            spread = np.empty(len(law))
            spread[order] = _systematic(1 - laws[order, 0].astype(np.float64), rng)
            return (spread > 0).astype(np.uint16)
        # In 32 bits a number next to 1 would become 1, which lies in no symbol.
        return draw(laws, law, np.minimum(stratified(law, rng).astype(np.float32), _BELOW_ONE))

    def probability(self, codes: np.ndarray, symbols: np.ndarray) -> np.ndarray:
        """Give the probability with which each row of ``codes``, shape (columns, n), draws its one of ``symbols``.

        Sampling takes one of the guide's two models and one of the trees for each row; this is the mean over all.
        """
        n = codes.shape[1]
        if self.guide is None:
            return _mass(self.laws, np.zeros(n, dtype=np.int64), symbols)
        features = np.ascontiguousarray(codes[self.inputs])
        if self.direct:
            yes = self.guide.probability(features)
            return np.where(symbols == 1, yes, 1 - yes)
        rows, mass = np.arange(n, dtype=np.int32), np.zeros(n)
        for scores in self.guide.both(features):
            seen = np.vstack([features, self.guide.bins(scores)[None]])
            for start, tree in zip(self.starts, self.trees, strict=False):
                mass += _mass(self.laws, start + tree.threshold[_leaf(seen, rows, tree)], symbols)
        return mass / (2 * len(self.trees))

    def state(self) -> State:
        """Give everything needed to build this column again."""
        return {
            "inputs": self.inputs,
            "guide": self.guide.state() if self.guide else None,
            "trees": {str(i): cast("State", t._asdict()) for i, t in enumerate(self.trees)},
            "laws": self.laws,
            "starts": self.starts,
        }

    @classmethod
    def restore(cls, state: State, sizes: np.ndarray, n_symbols: int) -> "Column":
        """Build the column of ``n_symbols`` that gave ``state``, over the columns before it of alphabets of ``sizes``.

        Raises
        ------
        ValueError
            If it could not be drawn from.
        """
        parts = cast("dict[str, Any]", state)
        inputs = array(parts["inputs"], "inputs", np.int64, (None,), low=0, high=len(sizes) - 1)
        laws = array(parts["laws"], "laws", np.float32, (None, None))
        n_trees = len(parts["trees"])
        starts = array(parts["starts"], "starts", np.int64, (None,), low=0, high=len(laws), rising=True)
        if not parts["guide"]:
            expect(len(laws) and laws.shape[1] == n_symbols and not n_trees, "a column has no law")
            return cls(inputs, None, (), laws, starts)
        guide = Guide.restore(parts["guide"], sizes[inputs])
        if not n_trees:
            expect(n_symbols == 2, "a guide decides for a column that is no yes or no")  # noqa: PLR2004 - as said
            return cls(inputs, guide, (), laws, starts)
        expect(laws.shape[1] == n_symbols and len(starts) == n_trees + 1, "a column's laws are not its own")
        seen = np.append(sizes[inputs], len(guide.edges) + 1)
        lengths = np.diff(starts)
        trees = tuple(restored_tree(parts["trees"][str(i)], seen, int(lengths[i])) for i in range(n_trees))
        return cls(inputs, guide, trees, laws, starts)


def groups(counts: np.ndarray, n_groups: int, *, ordered: bool) -> np.ndarray:
    """Put symbols into some ``n_groups`` groups at most: neighbours of equal weight, or the most frequent and the rest.

    Returns
    -------
    array of shape (n_symbols,), int32
        Group of each symbol; a heavy symbol of an order is a group of its own.
    """
    n_symbols = len(counts)
    if n_symbols <= n_groups:
        return np.arange(n_symbols, dtype=np.int32)
    if not ordered:
        place = np.empty(n_symbols, dtype=np.int32)
        place[np.argsort(-counts, kind="stable")] = np.minimum(np.arange(n_symbols), n_groups - 1)
        return place
    share = counts / counts.sum()
    part = np.floor((np.cumsum(share) - share / 2) * n_groups).astype(np.int64)
    heavy = (share >= 0.5 / n_groups) & (share > 2 / n_symbols)
    new = np.ones(n_symbols, dtype=bool)
    new[1:] = heavy[1:] | heavy[:-1] | (part[1:] != part[:-1])
    return (np.cumsum(new) - 1).astype(np.int32)


def _mass(laws: np.ndarray, law: np.ndarray, symbols: np.ndarray) -> np.ndarray:
    """Give the probability of each symbol in its row's cumulative law."""
    place = symbols.astype(np.int64)
    below = np.where(place > 0, laws[law, np.maximum(place - 1, 0)], 0).astype(np.float64)
    return laws[law, place] - below


def _some(rows: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    return rows if len(rows) <= n else rng.choice(rows, n, replace=False).astype(np.int32)


def _with_guide(predictors: Predictors, guide: Guide, scores: np.ndarray) -> Predictors:
    """Add the bins of the guide's score as the last predictor."""
    return Predictors(
        np.vstack([predictors.features, guide.bins(scores)[None]]),
        np.append(predictors.sizes, len(guide.edges) + 1).astype(np.int32),
        np.append(predictors.unordered, False),
    )


def _leaf(features: np.ndarray, rows: np.ndarray, tree: Tree) -> np.ndarray:
    return leaves(features, rows, tree.feature, tree.threshold, tree.mask_start, tree.mask, tree.left, tree.right)


def _compact(tree: Tree, kept: np.ndarray) -> tuple[Tree, np.ndarray]:
    """Drop the nodes below the kept splits; give the tree, its leaves numbered in ``threshold``, and the old nodes."""
    used = np.zeros(len(kept), dtype=bool)
    used[0] = True
    for node in np.flatnonzero(kept >= 0):  # parents come first
        if used[node]:
            used[[tree.left[node], tree.right[node]]] = True
    nodes = np.flatnonzero(used)
    place = np.full(len(kept), -1, dtype=np.int32)
    place[nodes] = np.arange(len(nodes))
    feature = kept[nodes]
    leaf = feature < 0
    threshold = tree.threshold[nodes].copy()
    threshold[leaf] = np.arange(leaf.sum())
    moved = Tree(
        feature,
        threshold,
        np.where(leaf, -1, tree.mask_start[nodes]),
        tree.mask,
        np.where(leaf, 0, place[tree.left[nodes]]).astype(np.int32),
        np.where(leaf, 0, place[tree.right[nodes]]).astype(np.int32),
        np.where(nodes == 0, -1, place[np.maximum(tree.parent[nodes], 0)]).astype(np.int32),
    )
    return moved, nodes[leaf]


def _systematic(probability: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Say yes with the given probabilities so that the number of yeses up to any row is off by less than one."""
    total = np.cumsum(probability) + rng.random()
    return np.diff(np.floor(total), prepend=np.floor(total[0] - probability[0]) if len(total) else 0.0)
