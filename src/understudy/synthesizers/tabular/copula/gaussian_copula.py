"""Columns tied together by one multivariate normal distribution: fast, closed-form conditions, little that can leak."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, cast

import numpy as np
from pydantic import Field
from threadpoolctl import threadpool_limits

from understudy.context import Run
from understudy.data.table import Table
from understudy.protocols import Given, State
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema
from understudy.store.trust import array, expect
from understudy.synthesizers.tabular._codec import Codec, Evidence
from understudy.synthesizers.tabular.copula._conditioning import Box, draw_inside
from understudy.synthesizers.tabular.copula._correlation import latent_correlation, nearest
from understudy.synthesizers.tabular.copula._layout import Layout
from understudy.synthesizers.tabular.copula._ordering import level_order
from understudy.transforms.protection import Protection

__all__ = ["GaussianCopula"]

_RANKED_ROWS = 1_000
_STRONGEST = 10


class GaussianCopula(Spec):
    """Gaussian copula: exact margins, one correlation for each pair of columns.

    Behind each column stands a standard normal variable that is cut into the column's symbols; the levels of an
    unordered column are put into the order that lets it carry the most dependence. Missing values have a variable of
    their own.
    """

    source: ClassVar[str] = (
        "Nelsen, An Introduction to Copulas, 2nd ed., 2006, sec. 2.3; latent correlations of cut variables as in "
        "Olsson, Psychometrika 44, 1979, here by inverting Mehler's series; shrinkage by Efron and Morris, 1975"
    )

    protection: Protection = Protection()
    """What of the training rows may not show."""
    eigenvalue_floor: Annotated[float, Field(ge=1e-8, le=0.5)] = 1e-4
    """Smallest eigenvalue of the latent correlation matrix; more weakens dependence and makes it safer to invert."""

    def fit(self, data: Table, run: Run) -> "GaussianCopulaGenerator":
        """Count the symbols of each column and estimate the correlations of what stands behind them."""
        codec = Codec.fit(data, self.protection, run)
        codes = codec.encode(data)
        encoders = codec.encoder.encoders.values()
        layout = Layout.of(codes, codec.encoder.n_symbols, np.array([e.missing for e in encoders], dtype=bool))
        # Sums must not depend on how many threads share the work: the last bit can decide a symbol.
        with threadpool_limits(limits=1, user_api="blas"):
            layout = layout.ordered(level_order(codes, layout, ~codec.encoder.ordered))
            correlation, share = latent_correlation(codes, layout, self.protection.rare_rows)
            return GaussianCopulaGenerator(codec, layout, nearest(correlation, self.eigenvalue_floor), share)

    @classmethod
    def restore(cls, state: State) -> "GaussianCopulaGenerator":
        """Build the generator that gave ``state``.

        Raises
        ------
        ValueError
            If rows could not be drawn from it.
        """
        parts = cast("dict[str, Any]", state)
        codec = Codec.restore(parts["codec"])
        layout = Layout.restore(parts, codec.encoder.n_symbols)
        n_latent = len(layout.margins)
        correlation = array(parts["correlation"], "correlation", np.float64, (n_latent, n_latent), low=-2, high=2)
        expect(n_latent == 0 or np.linalg.eigvalsh(correlation)[0] > 0, "the correlations are not positive definite")
        return GaussianCopulaGenerator(codec, layout, correlation, float(parts["shrinkage"]))


@dataclass(frozen=True, slots=True)
class GaussianCopulaGenerator:
    """A multivariate normal distribution and how it is cut into symbols.

    Parameters
    ----------
    codec : Codec
        Rows as symbols.
    layout : Layout
        The l latent variables of the columns.
    correlation : array of shape (l, l)
        Their correlations; positive definite.
    shrinkage : float
        How much of the sum of squared correlations was taken for noise, in [0, 1].
    """

    codec: Codec
    layout: Layout
    correlation: np.ndarray
    shrinkage: float

    @property
    def schema(self) -> TableSchema:
        """Schema of the rows it makes."""
        return self.codec.schema

    def sample(self, n: int, run: Run, given: Given | None = None, first: int = 0) -> Table:
        """Draw ``n`` rows, each with exactly the ``given`` values."""
        return self.codec.sample(n, self._draw, run, given, first)

    def _draw(self, n: int, evidence: Evidence, run: Run) -> np.ndarray:
        rng = run.child("latent").rng
        with threadpool_limits(limits=1, user_api="blas"):
            codes = self._given(n, evidence, rng) if evidence else self._free(n, rng)
        for j, allowed in evidence.items():
            wrong = np.flatnonzero(~allowed[codes[j]])
            if len(wrong):
                # Evidence without weight, of a symbol that no row had or of values that never come together.
                codes[j, wrong] = rng.choice(len(allowed), len(wrong), p=self._weights(j, allowed)).astype(np.uint16)
        return codes

    def _free(self, n: int, rng: np.random.Generator) -> np.ndarray:
        z = _root(self.correlation) @ rng.standard_normal((len(self.correlation), n))
        return self._symbols(z, rng if n >= _RANKED_ROWS else None)

    def _given(self, n: int, evidence: Evidence, rng: np.random.Generator) -> np.ndarray:
        """Draw rows that obey ``evidence``; where it leaves open whether a value is missing, that is drawn first."""
        for j, allowed in evidence.items():
            if self.layout.gate[j] >= 0 and allowed[0] and allowed[1:].any():
                absent = int(rng.binomial(n, self._weights(j, allowed)[0]))
                parts = [
                    (absent, allowed & (np.arange(len(allowed)) == 0)),
                    (n - absent, allowed & (np.arange(len(allowed)) > 0)),
                ]
                drawn = [self._given(rows, {**evidence, j: mask}, rng) for rows, mask in parts if rows]
                return np.concatenate(drawn, axis=1)[:, rng.permutation(n)] if drawn else self._free(n, rng)
        boxes = self._boxes(evidence)
        if not boxes:
            return self._free(n, rng)
        known = np.array(list(boxes))
        rest = np.setdiff1d(np.arange(len(self.correlation)), known)
        z = np.empty((len(self.correlation), n))
        z[known] = draw_inside(n, self.correlation[np.ix_(known, known)], list(boxes.values()), rng)
        if len(rest):
            slope = np.linalg.solve(self.correlation[np.ix_(known, known)], self.correlation[np.ix_(known, rest)]).T
            left = self.correlation[np.ix_(rest, rest)] - slope @ self.correlation[np.ix_(known, rest)]
            z[rest] = slope @ z[known] + _root(left) @ rng.standard_normal((len(rest), n))
        return self._symbols(z, None)

    def _boxes(self, evidence: Evidence) -> dict[int, Box]:
        """Translate allowed symbols into intervals of the latent variables; what allows all or nothing says nothing."""
        open_: dict[int, np.ndarray] = {}
        for j, allowed in evidence.items():
            if (g := int(self.layout.gate[j])) >= 0:
                open_[g] = open_.get(g, np.ones(2, dtype=bool)) & [allowed[0], allowed[1:].any()]
            if (v := int(self.layout.value[j])) >= 0:
                open_[v] = allowed[self.layout.margins[v].symbols]
        return {
            place: Box.of(self.layout.margins[place].cuts, mask)
            for place, mask in sorted(open_.items())
            if mask.any() and not mask.all()
        }

    def _symbols(self, z: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        """Cut latent variables of shape (l, n); with ``rng`` by rank, so that margins are as in the training rows."""
        layout = self.layout

        def cut(place: int, rows: np.ndarray | slice) -> np.ndarray:
            margin, latent = layout.margins[place], z[place][rows]
            return margin.cut(latent) if rng is None else margin.dealt(latent, float(rng.random()))

        n_gates = int(layout.gate.max(initial=-1)) + 1
        present = [np.flatnonzero(cut(g, slice(None))) for g in range(n_gates)]
        codes = np.zeros((len(layout.sizes), z.shape[1]), dtype=np.uint16)
        for j, (g, v) in enumerate(zip(layout.gate, layout.value, strict=True)):
            rows = present[g] if g >= 0 else slice(None)
            codes[j, rows] = cut(v, rows) if v >= 0 else layout.alone[j]
        return codes

    def _weights(self, j: int, allowed: np.ndarray) -> np.ndarray:
        """Give the shares of a column's allowed symbols in the training rows; equal ones where no row had any."""
        gate, value = self.layout.gate[j], self.layout.value[j]
        weights = np.zeros(len(allowed))
        if value >= 0:
            weights = self.layout.margins[value].lookup(self.layout.margins[value].counts, len(allowed))
        if gate >= 0:
            weights[0], present = self.layout.margins[gate].counts
            if value < 0:
                weights[self.layout.alone[j]] = present
        weights = weights * allowed
        return weights / weights.sum() if weights.any() else allowed / allowed.sum()

    def describe(self) -> dict[str, Any]:
        """Give what a person should know about the model."""
        names = self._latent_names()
        first, second = np.triu_indices(len(names), 1)
        strength = self.correlation[first, second]
        top = np.argsort(-np.abs(strength), kind="stable")[:_STRONGEST]
        smallest = float(np.linalg.eigvalsh(self.correlation)[0]) if names else 1.0
        return {
            "settings": {"latent_variables": len(names), "shrinkage": self.shrinkage, "smallest_eigenvalue": smallest},
            "relations": self.codec.texts(),
            "rules": self.codec.rules(),
            "order": self.codec.encoder.names,
            "correlation": {
                "strongest": [[names[first[i]], names[second[i]], round(float(strength[i]), 4)] for i in top],
                "mean_absolute": float(np.abs(strength).mean()) if len(strength) else 0.0,
            },
        }

    def _latent_names(self) -> list[str]:
        names = [""] * len(self.layout.margins)
        for name, gate, value in zip(self.codec.encoder.names, self.layout.gate, self.layout.value, strict=True):
            if gate >= 0:
                names[gate] = f"{name} missing" if not names[gate] else f"{name}, {names[gate]}"
            if value >= 0:
                names[value] = name
        return names

    def state(self) -> State:
        """Give everything needed to build this generator again."""
        return {
            "codec": self.codec.state(),
            **self.layout.state(),
            "correlation": self.correlation,
            "shrinkage": self.shrinkage,
        }


def _root(covariance: np.ndarray) -> np.ndarray:
    """Give a matrix whose product with its own transpose is ``covariance``, which may have lost rank to rounding."""
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))
