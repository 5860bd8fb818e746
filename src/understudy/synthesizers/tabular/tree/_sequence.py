"""Which column is drawn when, from which others, and the growing of all of them."""

from dataclasses import dataclass, replace

import numpy as np

from understudy.context import Run
from understudy.synthesizers.tabular._codec import Codec
from understudy.synthesizers.tabular.tree._column import Column, Grown, Plan, Strength, groups
from understudy.synthesizers.tabular.tree._guide import Predictors, Settings

__all__ = ["Sequence", "settled"]

_ALL_INPUTS = 40  # with no more columns before it, a column depends on all of them
_TOP_INPUTS = 25  # else on those that say most about it
_INFORMATION_ROWS = 5_000
_INFORMATION_GROUPS = 16
_HELD_OUT = 0.1
_MOST_HELD_OUT = 5_000
_FEWEST_HELD_OUT = 100


@dataclass(frozen=True, slots=True)
class Sequence:
    """The order of the columns and what each depends on.

    Parameters
    ----------
    order : array of shape (d,)
        Places of the columns, in the order in which they are drawn.
    inputs : tuple of array
        For each of them, in that order, the places of the columns that it depends on.
    sizes : array of shape (d,), int32
        Alphabet size of each column of the table.
    ordered : array of shape (d,), bool
        Which have an order.
    target : int or None
        Place of the column that a model would predict; its guide is boosted more finely.
    """

    order: np.ndarray
    inputs: tuple[np.ndarray, ...]
    sizes: np.ndarray
    ordered: np.ndarray
    target: int | None

    @classmethod
    def of(cls, codes: np.ndarray, codec: Codec, target: str | None, run: Run) -> "Sequence":
        """Take the table's own order, with the target last."""
        names, target = codec.encoder.names, codec.stand_in(target)
        sizes, ordered = codec.encoder.n_symbols, codec.encoder.ordered
        order = np.array([j for j, name in enumerate(names) if name != target], dtype=np.int64)
        aim = names.index(target) if target in names else None
        if aim is not None:
            order = np.append(order, aim)
        rng = run.child("inputs").rng
        rows = rng.permutation(codes.shape[1])[:_INFORMATION_ROWS]
        coarse = _coarse(codes[:, rows], sizes, ordered) if len(order) > _ALL_INPUTS + 1 else codes[:, :0]
        inputs = tuple(_inputs(int(place), order[:i], sizes, coarse) for i, place in enumerate(order))
        return cls(order, inputs, sizes, ordered, aim)

    def grow(
        self, codes: np.ndarray, trees: int, boosting: Settings, min_leaf: int, run: Run
    ) -> "list[Grown | Column]":
        """Grow every column on ``codes`` of shape (d, n); one without inputs is settled at once."""
        plan = _plan(codes.shape[1], trees, boosting, run.child("rows").rng)

        def one(i: int) -> Grown | Column:
            place, inputs = int(self.order[i]), self.inputs[i]
            size = int(self.sizes[place])
            if size == 1 or not len(inputs):
                return _alone(codes[place], size)
            fine = replace(boosting, batch=40, most=5 * boosting.most // 2, depth=5, rate=0.1, patience=0.001)
            return Grown.fit(
                Predictors(np.ascontiguousarray(codes[inputs]), self.sizes[inputs], ~self.ordered[inputs]),
                codes[place],
                (size, bool(self.ordered[place])),
                inputs,
                plan._replace(boosting=fine) if place == self.target else plan,
                min_leaf,
                run.child(place).rng,
            )

        grown: list[Grown | Column] = []
        with run.step(len(self.order), "columns") as step:
            for column in run.executor.map(one, range(len(self.order))):
                grown.append(column)
                step.advance()
        return grown


def settled(grown: "list[Grown | Column]", strength: Strength) -> tuple[tuple[Column, ...], list[float]]:
    """Settle every column at ``strength``; also give the mean number of leaves of each."""
    columns: list[Column] = []
    leaves: list[float] = []
    for one in grown:
        column, n_leaves = (one, 1.0) if isinstance(one, Column) else one.column(strength)
        columns.append(column)
        leaves.append(n_leaves)
    return tuple(columns), leaves


def _plan(n: int, trees: int, boosting: Settings, rng: np.random.Generator) -> Plan:
    rows = rng.permutation(n).astype(np.int32)
    held = min(int(_HELD_OUT * n), _MOST_HELD_OUT) if _HELD_OUT * n >= _FEWEST_HELD_OUT / 4 else 0
    rest = rows[held:]
    return Plan((rest[: len(rest) // 2], rest[len(rest) // 2 :]), rows[:held], trees, boosting)


def _alone(symbols: np.ndarray, size: int) -> Column:
    """Give the column that depends on nothing."""
    counts = np.bincount(symbols, minlength=size).astype(np.float64)
    ends = np.cumsum(counts) / counts.sum() if counts.sum() else np.ones(size)
    none = np.empty(0, dtype=np.int64)
    return Column(none, None, (), ends[None].astype(np.float32), np.array([0, 1]))


def _coarse(codes: np.ndarray, sizes: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    rows = [
        groups(np.bincount(c, minlength=k).astype(np.float64), _INFORMATION_GROUPS, ordered=bool(o))[c]
        for c, k, o in zip(codes, sizes, ordered, strict=True)
    ]
    return np.array(rows, dtype=np.int64)


def _inputs(place: int, before: np.ndarray, sizes: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """Give the columns that one depends on: all before it that vary, or the most informative."""
    useful = before[sizes[before] > 1]
    if len(useful) <= _ALL_INPUTS:
        return useful
    information = np.array([_mutual_information(coarse[place], coarse[j]) for j in useful])
    return np.sort(useful[np.argsort(-information, kind="stable")[:_TOP_INPUTS]])


def _mutual_information(a: np.ndarray, b: np.ndarray) -> float:
    """Give the mutual information of two columns of small integers, in nats."""
    width = int(b.max()) + 1
    joint = np.bincount(a * width + b, minlength=(int(a.max()) + 1) * width).reshape(-1, width) / len(a)
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())
