"""Whether values, and segments of rows, are as manifold as the real ones."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._means import Means
from understudy.metrics.tabular._pairs import Sides, joint_codes, quantile_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Simpson"]


class Simpson(Spec):
    """Mean likeness of the diversity of columns and of segments, the cells of two columns, in [0, 1].

    Diversity is counted in values: how many equally frequent ones would be as manifold. By Simpson that is ``1 / S``,
    with ``S = sum(n (n - 1)) / (N (N - 1))`` the chance that two rows agree; by Shannon ``exp(H)``, with the entropy
    ``H = -sum(p log p) + (K - 1) / 2N``, corrected for the ``K`` values of ``N`` rows. Each column and each pair of
    columns counts, by either, the smaller number as a part of the greater one: too little diversity and too much are
    alike. Quantities are cut at the deciles of the real table; missing is a value of its own.

    ``details`` has both numbers side by side. The interval follows from the influence of each row.

    References
    ----------
    Simpson, *Measurement of diversity*, Nature 163 (1949). Jost, *Entropy and diversity*, Oikos 113 (2006). Miller,
    *Note on the bias of information estimates* (1955).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Diversity of values"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=500, ge=1)
    """Pairs of columns that are compared at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each column and each pair; ``details`` has two rows for each."""
        sides = Sides.of(real, synthetic, self.max_rows, run, fewest=1)
        codes = sides.codes(quantile_codes)
        means = Means((sides.real.height, sides.synthetic.height))
        for name, (x, y) in codes.items():
            _compare(name, None, x, y, means)
        for first, second in sides.pairs(self.max_pairs, run):
            x, y, _ = joint_codes(codes[first], codes[second])
            _compare(first, second, x, y, means)
        return means.score("No column can be compared.")


def _compare(first: str, second: str | None, x: IntArray, y: IntArray, means: Means) -> None:
    for measure, diversity in (("simpson", _simpson), ("entropy", _entropy)):
        (a, on_x), (b, on_y) = diversity(x), diversity(y)
        score, sign = float(np.exp(-abs(b - a))), float(np.sign(b - a))
        part = {
            "first": first,
            "second": second,
            "measure": measure,
            "real": float(np.exp(a)),
            "synthetic": float(np.exp(b)),
        }
        means.add(part, score, sign * score * on_x, -sign * score * on_y)


def _simpson(codes: IntArray) -> tuple[float, FloatArray]:
    """Give the log of the effective number of values, and the influence of each row on it."""
    n = len(codes)
    counts = np.bincount(codes).astype(np.float64)
    agree = float((counts * (counts - 1)).sum()) / (n * (n - 1)) if n > 1 else 0.0
    agree = agree if agree > 0 else 1 / n  # no two rows agree: there are as many values as rows
    return -float(np.log(agree)), -2 * counts[codes] / n / agree


def _entropy(codes: IntArray) -> tuple[float, FloatArray]:
    """Give the log of the effective number of values, and the influence of each row on it."""
    counts = np.bincount(codes)
    shares = counts / len(codes)
    seen = shares[shares > 0]
    surprise = -np.log(np.where(shares > 0, shares, 1.0))
    return float(shares @ surprise) + (len(seen) - 1) / (2 * len(codes)), surprise[codes]
