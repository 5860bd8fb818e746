"""A column's guide: one boosted score per row that says where the column's law lies, on which trees then split finely.

The score of a training row comes from a model that did not see it (two folds), so trees that split on it are not misled
by its over-fitting. When rows are sampled, each takes the score of one of the two models by chance, as in training.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from scipy.special import expit, ndtri

from understudy.protocols import State
from understudy.store.trust import array, expect
from understudy.synthesizers.tabular.tree._boost import boost
from understudy.synthesizers.tabular.tree._restore import restored_boosted
from understudy.synthesizers.tabular.tree._score import Boosted, score
from understudy.synthesizers.tabular.tree._sort import places

__all__ = ["Guide", "Predictors", "Settings", "Target"]

_BINS = 256
_GROWTH = 10
_WIDE, _WIDE_DEPTH = 1_024, 3  # sums by symbol grow with alphabet and depth: trees on long alphabets are shallow


@dataclass(frozen=True, slots=True)
class Settings:
    """How a guide is boosted.

    Parameters
    ----------
    batch, most : int
        Trees are added ``batch`` at a time, up to ``most``, while the held-out loss falls.
    depth : int
        Depth of a tree.
    rate : float
        Learning rate.
    min_leaf : int
        Fewest rows of a leaf.
    patience : float
        A further batch has to lower the held-out loss by this part.
    """

    batch: int = 30
    most: int = 240
    depth: int = 6
    rate: float = 0.2
    min_leaf: int = 40
    patience: float = 0.003


class Predictors(NamedTuple):
    """What a column is predicted from.

    Parameters
    ----------
    features : array of shape (d, n), uint16
        Symbols, one contiguous line per predictor.
    sizes : array of shape (d,), int32
        Their alphabet sizes.
    unordered : array of shape (d,), bool
        Which are categories.
    """

    features: np.ndarray
    sizes: np.ndarray
    unordered: np.ndarray


@dataclass(frozen=True, slots=True)
class Target:
    """What a guide predicts.

    Parameters
    ----------
    values : array of shape (n,), float64
        The number, or 0 and 1.
    logistic : bool
        Whether it is a yes/no.
    """

    values: np.ndarray
    logistic: bool

    @classmethod
    def of(cls, symbols: np.ndarray, n_symbols: int, *, ordered: bool, rng: np.random.Generator) -> "Target":
        """Make a number of each symbol: normal scores of an order, a yes/no, or a random projection of categories."""
        counts = np.bincount(symbols, minlength=n_symbols).astype(np.float64)
        if n_symbols == 2:  # noqa: PLR2004 - a yes/no
            return cls((symbols == 1).astype(np.float64), logistic=True)
        if ordered:
            middle = (np.cumsum(counts) - counts / 2) / counts.sum()
            return cls(ndtri(np.clip(middle, 1e-4, 1 - 1e-4))[symbols], logistic=False)
        projection = rng.normal(size=n_symbols) / np.sqrt(counts / len(symbols) + 0.01)
        values = projection[symbols]
        return cls((values - values.mean()) / (values.std() + 1e-12), logistic=False)

    def loss(self, rows: np.ndarray, scores: np.ndarray) -> float:
        """Give the mean loss of ``scores`` on ``rows``: squared error, or log loss."""
        wanted = self.values[rows]
        if not self.logistic:
            return float(np.mean((wanted - scores) ** 2))
        return float(np.mean(np.logaddexp(0.0, np.where(wanted > 0, -scores, scores))))


@dataclass(frozen=True, slots=True)
class Guide:
    """Two boosted scores, and the bins that a tree sees of them.

    Parameters
    ----------
    models : tuple of Boosted
        Model k was fitted on the rows that are not in fold k.
    edges : array of shape (b,), ascending
        Inner edges of the bins.
    """

    models: tuple[Boosted, Boosted]
    edges: np.ndarray

    @classmethod
    def fit(
        cls,
        predictors: Predictors,
        target: Target,
        folds: tuple[np.ndarray, np.ndarray],
        held_out: np.ndarray,
        settings: Settings,
    ) -> tuple["Guide", np.ndarray]:
        """Fit both models.

        Parameters
        ----------
        predictors : Predictors
            What to predict from.
        target : Target
            What to predict.
        folds : tuple of array
            Rows of the two folds.
        held_out : array
            Rows on which the number of trees is chosen.
        settings : Settings
            How to boost.

        Returns
        -------
        Guide
            The guide.
        array of shape (n,), float64
            Score of every row by a model that did not see it; held-out rows have the mean of both, and others 0.
        """
        features = predictors.features
        scores = np.zeros(features.shape[1])
        models: list[Boosted] = []
        for k in (0, 1):
            model, reached = _fit(predictors, target, folds[1 - k], held_out, settings)
            models.append(model)
            scores[folds[k]] = score(features, folds[k], *model)
            scores[held_out] += reached / 2
        inside = scores[np.concatenate(folds)]
        edges = np.unique(np.quantile(inside, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(inside) else np.empty(0)
        return cls((models[0], models[1]), edges), scores

    def scores(self, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Score rows, each by one of the two models."""
        fold = rng.integers(0, 2, features.shape[1])
        scores = np.empty(features.shape[1])
        for k in (0, 1):
            rows = np.flatnonzero(fold == k).astype(np.int32)
            scores[rows] = score(features, rows, *self.models[k])
        return scores

    def both(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Score all rows by either model."""
        rows = np.arange(features.shape[1], dtype=np.int32)
        return score(features, rows, *self.models[0]), score(features, rows, *self.models[1])

    def probability(self, features: np.ndarray) -> np.ndarray:
        """Give the probability of a yes, by both models together."""
        first, second = self.both(features)
        return expit(first / 2 + second / 2)

    def bins(self, scores: np.ndarray) -> np.ndarray:
        """Give the bin of each score, as uint16 in [0, len(edges)]."""
        return places(self.edges, scores)

    def state(self) -> State:
        """Give everything needed to build this guide again."""
        return {
            "edges": self.edges,
            "models": {str(k): cast("State", m._asdict()) for k, m in enumerate(self.models)},
        }

    @classmethod
    def restore(cls, state: State, sizes: np.ndarray) -> "Guide":
        """Build the guide that gave ``state``, over columns of alphabets of ``sizes``.

        Raises
        ------
        ValueError
            If rows could not be scored.
        """
        parts = cast("dict[str, Any]", state)
        edges = array(parts["edges"], "edges", np.float64, (None,), rising=True)
        expect(len(edges) < _BINS, "a guide has too many bins")
        models = [restored_boosted(parts["models"][k], sizes) for k in ("0", "1")]
        return cls((models[0], models[1]), edges)


def _fit(
    predictors: Predictors, target: Target, rows: np.ndarray, held_out: np.ndarray, settings: Settings
) -> tuple[Boosted, np.ndarray]:
    """Boost in batches while the held-out loss falls; give the model and the held-out scores."""
    mean = float(target.values[rows].mean()) if len(rows) else 0.0
    if target.logistic:
        mean = float(np.clip(mean, 1e-4, 1 - 1e-4))
    base = float(np.log(mean / (1 - mean))) if target.logistic else mean
    wide = predictors.sizes.max(initial=1) > _WIDE
    depth = min(settings.depth, _WIDE_DEPTH) if wide else settings.depth
    reached = np.full(len(rows), base)
    outside = np.full(len(held_out), base)
    batches: list[Boosted] = []
    start = loss = target.loss(held_out, outside) if len(held_out) else 0.0
    while len(batches) * settings.batch < settings.most:
        how = (settings.batch, depth, settings.rate, settings.min_leaf)
        batch = Boosted(0.0, *boost(*predictors, target.values, rows, reached, target.logistic, *how))
        outside = outside + score(predictors.features, held_out, *batch)
        now = target.loss(held_out, outside) if len(held_out) else 0.0
        if batches and now > loss:
            outside = outside - score(predictors.features, held_out, *batch)
            break
        batches.append(batch)
        # A strong signal is worth refining by its last per cent, a weak one as long as it grows: both have to be over.
        enough = loss - now < settings.patience * min(loss, _GROWTH * (start - now))
        loss = now
        if enough:
            break
    return _joined(base, batches), outside


def _joined(base: float, batches: list[Boosted]) -> Boosted:
    """Put batches one after the other, without the levels below the lowest split of any tree."""
    lowest = max(int(np.flatnonzero((b.feature >= 0).any(axis=0)).max(initial=-1)) for b in batches)
    n_nodes = 2 ** ((lowest + 1).bit_length() + 1) - 1 if lowest >= 0 else 1
    shifts = np.cumsum([0, *(len(b.mask) for b in batches[:-1])])
    starts = [np.where(b.mask_start >= 0, b.mask_start + s, -1) for b, s in zip(batches, shifts, strict=True)]
    return Boosted(
        base,
        np.concatenate([b.feature[:, :n_nodes] for b in batches]),
        np.concatenate([b.threshold[:, :n_nodes] for b in batches]),
        np.concatenate([s[:, :n_nodes] for s in starts]),
        np.concatenate([b.mask for b in batches]),
        np.concatenate([b.value[:, :n_nodes] for b in batches]),
    )
