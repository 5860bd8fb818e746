"""Pairs of columns: which to compare, and how alike their joint distributions are."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TypeAlias

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped
from understudy.metrics.tabular._intervals import around
from understudy.protocols import Score

__all__ = ["BINS", "Codes", "Cut", "Sides", "joint_codes", "own_bin_codes", "pair_score", "quantile_codes"]

BINS = 10
"""Bins of a quantity that is compared with a category."""

_GROUPS = {2: ("two", "pair"), 3: ("three", "triple")}

Codes: TypeAlias = tuple[IntArray, IntArray]
"""A column's codes in the real and in the synthetic rows."""

Cut: TypeAlias = Callable[[FloatArray, FloatArray], Codes]
"""Cuts a quantity into bins: its values in both tables to their codes."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The two tables, coded alike.

    Parameters
    ----------
    coding : Coding
        Levels of the categories.
    real, synthetic : polars.DataFrame
        Rows to compare.
    """

    coding: Coding
    real: pl.DataFrame
    synthetic: pl.DataFrame

    @classmethod
    def of(cls, real: Table, synthetic: Table, max_rows: int, run: Run, fewest: int = 2) -> "Sides":
        """Sample the tables where they are too large, and code them.

        Raises
        ------
        NotApplicable
            If there are fewer than ``fewest`` columns.
        """
        a, b = capped(real, max_rows, run.child("real")), capped(synthetic, max_rows, run.child("synthetic"))
        coding = Coding.of(real.schema, a, b)
        if len(coding.names) < fewest:
            count, group = _GROUPS[fewest]
            msg = f"Fewer than {count} columns can be compared, so there is no {group}."
            raise NotApplicable(msg)
        return cls(coding, a, b)

    def quantities(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Give each quantity's values in both tables; missing is NaN."""
        names = [name for name, levels in self.coding.levels.items() if levels is None]
        return {n: (self.coding.floats(self.real, n), self.coding.floats(self.synthetic, n)) for n in names}

    def codes(self, cut: Cut) -> dict[str, Codes]:
        """Give each column's codes in both tables, quantities by ``cut``; a missing category is one more level."""
        quantities = self.quantities()
        return {n: cut(*quantities[n]) if n in quantities else self._levels(n) for n in self.coding.names}

    def triples(self, most: int, run: Run) -> list[tuple[str, str, str]]:
        """Give all triples of columns, or a seeded sample of ``most`` of them."""
        d = len(self.coding.names)
        if comb(d, 3) <= most:
            return list(combinations(self.coding.names, 3))
        rng = run.child("triples").rng
        drawn: set[tuple[int, ...]] = set()
        while len(drawn) < most:
            rows = np.sort(rng.integers(0, d, (2 * most, 3)), axis=1)
            distinct = (rows[:, 0] < rows[:, 1]) & (rows[:, 1] < rows[:, 2])
            for row in rows[distinct].tolist():
                if len(drawn) < most:
                    drawn.add(tuple(row))
        return [(self.coding.names[i], self.coding.names[j], self.coding.names[k]) for i, j, k in sorted(drawn)]

    def pairs(self, most: int, run: Run, among: tuple[str, ...] | None = None) -> list[tuple[str, str]]:
        """Give all pairs of columns (or of those ``among`` them), or a seeded sample of ``most`` of them."""
        pairs = list(combinations(self.coding.names if among is None else among, 2))
        if len(pairs) <= most:
            return pairs
        return [pairs[i] for i in np.sort(run.child("pairs").rng.choice(len(pairs), most, replace=False))]

    def _levels(self, name: str) -> Codes:
        last = self.coding.n_levels(name)
        x, y = self.coding.codes(self.real, name), self.coding.codes(self.synthetic, name)
        return np.where(x < 0, last, x), np.where(y < 0, last, y)


def quantile_codes(x: FloatArray, y: FloatArray) -> Codes:
    """Cut both samples at the deciles of the first; missing is a bin of its own."""
    known = x[~np.isnan(x)]
    # Deciles that are values of the table: interpolation between two atoms would cut where nothing is.
    cuts = (
        np.unique(np.quantile(known, np.arange(1, BINS) / BINS, method="inverted_cdf")) if len(known) else np.zeros(0)
    )
    codes_x, codes_y = (np.where(np.isnan(v), len(cuts) + 1, np.searchsorted(cuts, v, "left")) for v in (x, y))
    return codes_x, codes_y


def own_bin_codes(x: FloatArray, y: FloatArray) -> Codes:
    """Cut each sample into ten bins of equal width over its own range, as published; missing is beyond the last."""
    return _own_bins(x), _own_bins(y)


def _own_bins(x: FloatArray) -> IntArray:
    known = x[~np.isnan(x)]
    if not len(known):
        return np.full(len(x), BINS + 1, dtype=np.int64)
    # In units of the greatest value: the width of a range near the largest float would overflow.
    unit = float(np.abs(known).max()) if np.abs(known).max() > 1e300 else 1.0  # noqa: PLR2004
    low, high = float(known.min()) / unit, float(known.max()) / unit
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.digitize(x / unit, np.linspace(low, high, BINS + 1)).astype(np.int64)


def joint_codes(first: Codes, second: Codes) -> tuple[IntArray, IntArray, int]:
    """Give the cell of the contingency table that each row of the two tables falls in, and the number of cells."""
    width = 1 + max(int(v.max()) for v in second)
    height = 1 + max(int(v.max()) for v in first)
    x, y = (a * width + b for a, b in zip(first, second, strict=True))
    if width * height <= 4 * (len(x) + len(y)) + 1000:
        return x, y, width * height
    # Sparse: number only the cells that occur.
    cells, inverse = np.unique(np.concatenate([x, y]), return_inverse=True)
    return inverse[: len(x)], inverse[len(x) :], len(cells)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How alike a pair of columns is.

    Parameters
    ----------
    measure : str
        How it was measured.
    score : float or None
        In [0, 1]; None where it is undefined.
    on_real, on_synthetic : arrays
        Influence of each row of either table on the difference (one minus the score); its mean is 0.
    real, synthetic : float or None
        The correlation in either table, where that was measured.
    """

    measure: str
    score: float | None
    on_real: FloatArray
    on_synthetic: FloatArray
    real: float | None = None
    synthetic: float | None = None


def _contingency(first: Codes, second: Codes) -> _Outcome:
    """Compare two columns of codes: one minus the total variation distance of their joint distributions."""
    x, y, k = joint_codes(first, second)
    more = np.bincount(x, minlength=k) * len(y) > np.bincount(y, minlength=k) * len(x)
    inside_x, inside_y = more[x].astype(np.float64), more[y].astype(np.float64)
    p, q = float(inside_x.mean()), float(inside_y.mean())
    return _Outcome("contingency", 1 - (p - q), inside_x - p, q - inside_y)


def _correlation(
    first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray], undefined: float | None
) -> _Outcome:
    """Compare two quantities: one minus half the difference of Pearson's correlations, over the rows that have both.

    ``undefined`` is taken for the correlation in the synthetic table where a column of it is constant. Where that is
    None, or the real table's correlation is undefined, there is no score.
    """
    (real, on_real), (synthetic, on_synthetic) = (_pearson(a, b) for a, b in zip(first, second, strict=True))
    synthetic = undefined if synthetic is None else synthetic
    if real is None or synthetic is None:
        return _Outcome("correlation", None, on_real, on_synthetic, real, synthetic)
    sign = float(np.sign(real - synthetic)) / 2
    return _Outcome("correlation", 1 - abs(real - synthetic) / 2, sign * on_real, -sign * on_synthetic, real, synthetic)


def _pearson(a: FloatArray, b: FloatArray) -> tuple[float | None, FloatArray]:
    known = ~(np.isnan(a) | np.isnan(b))
    influence = np.zeros(len(a))
    x, y = a[known], b[known]
    # Equality, not the deviation: that of a constant is a rounding error instead of 0.
    if len(x) < 2 or (x == x[0]).all() or (y == y[0]).all():  # noqa: PLR2004
        return None, influence
    x, y = _standard(x), _standard(y)
    rho = float(np.clip((x * y).mean(), -1.0, 1.0))
    influence[known] = (x * y - rho * (x**2 + y**2) / 2) * (len(a) / len(x))
    return rho, influence


def _standard(x: FloatArray) -> FloatArray:
    x = x / np.abs(x).max()  # squares of very large numbers would overflow
    x = x - x.mean()
    x = x / np.abs(x).max()  # and those of very small ones vanish
    return x / x.std()


def pair_score(sides: Sides, pairs: list[tuple[str, str]], cut: Cut, undefined: float | None) -> Score:
    """Compare each pair: two quantities by their correlations, others by their contingency tables; give the mean.

    A pair without a score is left out of the mean and shown in the details.

    Parameters
    ----------
    sides : Sides
        The tables.
    pairs : list of (str, str)
        Columns to compare.
    cut : Cut
        Bins of a quantity beside a category.
    undefined : float or None
        Taken for the correlation in the synthetic table where a column of it is constant; None: the pair has no score.

    Raises
    ------
    NotApplicable
        If none has a score.
    """
    quantities, codes = sides.quantities(), sides.codes(cut)
    rows: list[tuple[str, str, str, float | None, float | None, float | None]] = []
    on_real, on_synthetic = np.zeros(sides.real.height), np.zeros(sides.synthetic.height)
    for first, second in pairs:
        if first in quantities and second in quantities:
            outcome = _correlation(quantities[first], quantities[second], undefined)
        else:
            outcome = _contingency(codes[first], codes[second])
        rows.append((first, second, outcome.measure, outcome.score, outcome.real, outcome.synthetic))
        if outcome.score is not None:
            on_real += outcome.on_real
            on_synthetic += outcome.on_synthetic
    details = pl.DataFrame(rows, schema=_DETAILS, orient="row")
    scores = details["score"].drop_nulls().to_numpy()
    if not len(scores):
        raise NotApplicable("No pair of columns can be compared: in each, a column is constant or without values.")
    value = float(scores.mean())
    spread = on_real.var() / len(on_real) + on_synthetic.var() / len(on_synthetic)
    return Score(value, interval=around(value, float(np.sqrt(spread)) / len(scores)), details=details)


_DETAILS: dict[str, pl.DataType] = {
    "first": pl.String(),
    "second": pl.String(),
    "measure": pl.String(),
    "score": pl.Float64(),
    "real": pl.Float64(),
    "synthetic": pl.Float64(),
}
