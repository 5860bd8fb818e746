"""Draws every column from its own distribution: the floor that any other synthesizer must beat."""

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np

from understudy.context import Run
from understudy.data.table import Table
from understudy.protocols import Given, State
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema
from understudy.store.trust import array, expect
from understudy.synthesizers.tabular._codec import Codec, Evidence
from understudy.transforms.encoder import stratified
from understudy.transforms.protection import Protection

__all__ = ["Independent"]


class Independent(Spec):
    """Independent columns: right margins, no dependence."""

    source: ClassVar[str] = (
        "folklore; the fully factorised baseline of Koller and Friedman, Probabilistic Graphical Models, 2009"
    )

    protection: Protection = Protection()
    """What of the training rows may not show."""

    def fit(self, data: Table, run: Run) -> "IndependentGenerator":
        """Count the symbols of each column."""
        codec = Codec.fit(data, self.protection, run, relations=False)
        codes = codec.encode(data)
        sizes = codec.encoder.n_symbols
        counts = [np.bincount(c, minlength=k).astype(np.float64) for c, k in zip(codes, sizes, strict=True)]
        return IndependentGenerator(codec, counts)

    @classmethod
    def restore(cls, state: State) -> "IndependentGenerator":
        """Build the generator that gave ``state``.

        Raises
        ------
        ValueError
            If rows could not be drawn from it.
        """
        parts = cast("dict[str, Any]", state)
        codec = Codec.restore(parts["codec"])
        sizes = codec.encoder.n_symbols
        expect(len(parts["counts"]) == len(sizes), "counts are not as many as columns")
        counts = [
            array(parts["counts"][str(j)], "counts", np.float64, (int(size),), low=0, high=2**63)
            for j, size in enumerate(sizes)
        ]
        return IndependentGenerator(codec, counts)


@dataclass(frozen=True, slots=True)
class IndependentGenerator:
    """Counts of each column's symbols."""

    codec: Codec
    counts: list[np.ndarray]

    @property
    def schema(self) -> TableSchema:
        """Schema of the rows it makes."""
        return self.codec.schema

    def sample(self, n: int, run: Run, given: Given | None = None, first: int = 0) -> Table:
        """Draw ``n`` rows, each with exactly the ``given`` values."""
        return self.codec.sample(n, self._draw, run, given, first)

    def _draw(self, n: int, evidence: Evidence, run: Run) -> np.ndarray:
        codes = np.empty((len(self.counts), n), dtype=np.uint16)
        for j, counts in enumerate(self.counts):
            weights = counts * evidence[j] if j in evidence else counts
            if not weights.sum():
                weights = evidence[j].astype(np.float64) if j in evidence else np.ones_like(counts)
            ends = np.cumsum(weights) / weights.sum()
            draws = stratified(np.zeros(n, dtype=np.int8), run.child(j).rng)
            codes[j] = np.minimum(np.searchsorted(ends, draws, side="right"), len(ends) - 1)
        return codes

    def log_likelihood(self, rows: Table) -> np.ndarray:
        """Give the log probability in nats with which each row's symbols are drawn, shape (n,); -inf: never."""
        codes, encoder = self.codec.encode(rows), self.codec.encoder
        total = np.zeros(codes.shape[1])
        for name, symbols, counts in zip(encoder.names, codes, self.counts, strict=True):
            if name not in encoder.fresh:
                share = counts / counts.sum() if counts.sum() else np.full(len(counts), 1 / len(counts))
                with np.errstate(divide="ignore"):
                    total += np.log(share[symbols])
        return total

    def describe(self) -> dict[str, Any]:
        """Give what a person should know about the model."""
        return {"settings": {}, "relations": self.codec.texts(), "order": self.codec.encoder.names}

    def state(self) -> State:
        """Give everything needed to build this generator again."""
        return {"codec": self.codec.state(), "counts": {str(j): c for j, c in enumerate(self.counts)}}
