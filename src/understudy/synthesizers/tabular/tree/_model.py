"""The fitted forest: columns in sequence, each drawn from its law given the ones before."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from understudy.context import Run
from understudy.data.table import Table
from understudy.protocols import Given, State
from understudy.schema.table import TableSchema
from understudy.store.trust import array, expect
from understudy.synthesizers.tabular._codec import Codec, Evidence
from understudy.synthesizers.tabular.tree._column import Column
from understudy.synthesizers.tabular.tree._law import draw

__all__ = ["ForestGenerator", "draw_codes"]

_PARTICLES = 8  # candidate rows per row that is asked for, where something is given
_FEWEST_PARTICLES = 2_000
_MOST_PARTICLES = 400_000
_MOST_CELLS = 40_000_000
_MORE = 4  # so many times the candidates are tried next where too few fit what is given
_ENOUGH = 200  # effective candidates that are enough for however few rows
_POOR = 100  # effective candidates that are too few for as many rows or more


@dataclass(frozen=True, slots=True)
class ForestGenerator:
    """A fitted forest.

    Parameters
    ----------
    codec : Codec
        Rows to symbols and back.
    order : array of shape (d,)
        Places of the columns in the order in which they are drawn.
    columns : tuple of Column
        Their laws, in that order; a column's inputs are places in the table.
    told : dict
        What :meth:`describe` gives.
    """

    codec: Codec
    order: np.ndarray
    columns: tuple[Column, ...]
    told: dict[str, Any]

    @property
    def schema(self) -> TableSchema:
        """Schema of the rows it makes."""
        return self.codec.schema

    def sample(self, n: int, run: Run, given: Given | None = None, first: int = 0) -> Table:
        """Draw ``n`` rows, each with exactly the ``given`` values."""
        return self.codec.sample(n, self._draw, run, given, first)

    def _draw(self, n: int, evidence: Evidence, run: Run) -> np.ndarray:
        if not evidence or not n:
            return draw_codes(self.order, self.columns, n, run)
        most = max(n, min(_MOST_PARTICLES, _MOST_CELLS // len(self.order)))
        count = min(most, max(_PARTICLES * n, _FEWEST_PARTICLES))
        codes, effective = self._draw_given(n, count, evidence, run)
        while effective < max(n / 2, _ENOUGH) and count < most:
            count = min(most, _MORE * count)
            codes, effective = self._draw_given(n, count, evidence, run)
        if effective < min(n, _POOR):
            run.find(
                "given.rare",
                f"What is given is so rare that {n:,} rows vary as little as {max(1, round(effective)):,} would. "
                "Give less, or ask for fewer rows.",
                "degraded",
            )
        return codes

    def _draw_given(self, n: int, count: int, evidence: Evidence, run: Run) -> tuple[np.ndarray, float]:
        """Draw rows that obey ``evidence`` by sequential importance resampling.

        ``count`` candidates are drawn column by column. At a column with evidence each is weighted by the probability
        of an allowed symbol and resampled in proportion, so that what was drawn before follows its law given the
        evidence.

        Returns
        -------
        array of shape (d, n), uint16
            Symbols.
        float
            How many candidates of equal weight would tell as much about the columns before the last with evidence.

        References
        ----------
        Doucet, de Freitas, Gordon, *Sequential Monte Carlo Methods in Practice*, 2001, chapter 1; Kong, Liu, Wong,
        *Sequential imputations and Bayesian missing data problems*, 1994, for the effective sample size.
        """
        codes = np.zeros((len(self.order), count), dtype=np.uint16)
        ancestor, effective = np.arange(count), float(count)
        left = sum(int(place) in evidence for place in self.order)
        for place, column in zip(self.order, self.columns, strict=True):
            rng = run.child(int(place)).rng
            if int(place) not in evidence:
                codes[place] = column.draw(codes, rng)
                continue
            symbols, weight = _restricted(column, codes, evidence[int(place)], rng)
            codes[place] = symbols
            left -= 1
            mass = np.bincount(ancestor, weight)
            effective = float(mass.sum() ** 2 / max(float((mass**2).sum()), np.finfo(float).tiny))
            chosen = _resampled(weight, count if left else n, rng)
            codes, ancestor = np.ascontiguousarray(codes[:, chosen]), ancestor[chosen]
        return codes, effective

    def log_likelihood(self, rows: Table) -> np.ndarray:
        """Give the log probability in nats with which each row's symbols are drawn, shape (n,); -inf: never."""
        codes, afresh = self.codec.encode(rows), self.codec.encoder.fresh
        total = np.zeros(codes.shape[1])
        for place, column in zip(self.order, self.columns, strict=True):
            if self.codec.encoder.names[place] not in afresh:
                with np.errstate(divide="ignore"):
                    total += np.log(column.probability(codes, codes[place]))
        return total

    def describe(self) -> dict[str, Any]:
        """Give what a person should know about the model."""
        return {**self.told, "relations": self.codec.texts(), "rules": self.codec.rules()}

    def state(self) -> State:
        """Give everything needed to build this generator again."""
        return {
            "codec": self.codec.state(),
            "order": self.order,
            "columns": {str(i): c.state() for i, c in enumerate(self.columns)},
            "told": cast("State", self.told),
        }

    @classmethod
    def restore(cls, state: State) -> "ForestGenerator":
        """Build the generator that gave ``state``.

        Raises
        ------
        ValueError
            If rows could not be drawn from it.
        """
        parts = cast("dict[str, Any]", state)
        codec = Codec.restore(parts["codec"])
        sizes = codec.encoder.n_symbols
        order = array(parts["order"], "order", np.int64, sizes.shape)
        expect((np.sort(order) == np.arange(len(sizes))).all(), "order does not name each column once")
        expect(len(parts["columns"]) == len(sizes), "columns are not as many as the encoder has")
        columns = tuple(
            Column.restore(parts["columns"][str(i)], sizes, int(sizes[place])) for i, place in enumerate(order)
        )
        return cls(codec, order, columns, parts["told"])


def draw_codes(order: np.ndarray, columns: tuple[Column, ...], n: int, run: Run) -> np.ndarray:
    """Draw symbols of shape (d, n), column after column; a column draws from the run's child of its place."""
    codes = np.zeros((len(order), n), dtype=np.uint16)
    for place, column in zip(order, columns, strict=True):
        codes[place] = column.draw(codes, run.child(int(place)).rng)
    return codes


def _restricted(
    column: Column, codes: np.ndarray, mask: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw allowed symbols only; also give the probability that each row's law gives to them."""
    laws, law = column.located(codes, rng)
    allowed = np.flatnonzero(mask)
    below = np.where(allowed > 0, laws[:, allowed - 1], 0)
    ends = np.cumsum((laws[:, allowed] - below).astype(np.float64), axis=1)
    weight = ends[:, -1]
    # One law at a time: a table of all rows by all allowed symbols could fill the memory.
    place = draw(ends, law, rng.random(len(law)) * weight[law])
    return allowed[place].astype(np.uint16), weight[law]


def _resampled(weight: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Choose ``n`` rows in proportion to ``weight`` by systematic resampling, in random order."""
    if not len(weight):
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(weight if weight.sum() > 0 else np.ones_like(weight))
    points = (np.arange(n) + rng.random()) / max(n, 1) * ends[-1]
    return rng.permutation(np.minimum(np.searchsorted(ends, points, side="right"), len(weight) - 1))
