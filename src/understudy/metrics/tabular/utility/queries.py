"""Whether counts and group means that an analyst would ask for come out as in the real table."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped
from understudy.metrics.tabular._intervals import around, jackknife
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Queries"]

_GROUPS = 20  # of rows, each left out once
_FEWEST = 5  # real rows that a query finds: fewer would be about single persons
_BINS = 10  # of a quantity, of which a query takes a stretch
_CONDITIONS = 3
_MOST_LEVELS = 100  # of a column to group by
_BATCH = 64


class Queries(Spec):
    """Mean relative error of random queries, in [0, 1]; 0: every answer is as in the real table.

    Half are counts of the rows that fulfil one to three conditions: a category, or a stretch of deciles of a quantity.
    Conditions are drawn around a random real row, so that they ask where rows are, and hold for at least five of them.
    The error is the difference of the shares divided by the real share, or by ``least`` where that is smaller. The
    other half (or as many as there are) are means of a quantity grouped by a category: the difference of the groups'
    means in mean deviations of the quantity, weighted by the groups' real rows. No error counts more than 1.

    The interval is about other rows of both tables (a jackknife over twenty groups of each) and other queries.
    ``details`` names the columns of each query and never its values.

    References
    ----------
    Xiao, Wang, Gehrke, *Differential privacy via wavelet transforms*, IEEE TKDE 23 (2011), sec. 7 (random range-count
    queries; relative error with a sanity bound).
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Counts and group means"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    queries: int = Field(default=300, ge=2)
    """Queries to ask."""
    least: float = Field(default=0.01, gt=0, le=1)
    """Share of the rows below which an error is held against this share instead: of rare rows, a few more or less are
    chance."""
    max_rows: int = Field(default=100_000, ge=10)
    """Rows of each table that are asked at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Ask; ``details`` has one row per query."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        sides = _Sides.of(Coding.of(real.schema, a, b), a, b, run)
        counts = [_count(sides, self.least, run.child("count", i)) for i in range(self.queries // 2)]
        pairs = list(product(sides.quantities, sides.grouping))
        few = run.child("means").rng.permutation(len(pairs))[: self.queries - self.queries // 2]
        means = [_mean_by(sides, *pairs[i]) for i in few]
        asked = [query for query in (*counts, *means) if query is not None]
        if not asked:
            msg = f"No query of the columns finds at least {_FEWEST} real rows."
            raise NotApplicable(msg)
        errors = np.array([query.errors for query in asked])
        value = float(errors[:, 0].mean())
        by_rows = [jackknife(errors[:, 1 + side * _GROUPS : 1 + (side + 1) * _GROUPS].mean(axis=0)) for side in (0, 1)]
        by_query = float(errors[:, 0].std()) / np.sqrt(len(asked))
        details = pl.DataFrame([query.row() for query in asked], schema=_DETAILS)
        spread = float(np.sqrt(sum(by_rows) + by_query**2))
        return Score(value, interval=around(value, spread), details=details)


_DETAILS = {
    "measure": pl.String,
    **dict.fromkeys(("first", "second", "third"), pl.String),
    **dict.fromkeys(("real", "synthetic", "error"), pl.Float64),
}

_Side = tuple[FloatArray, FloatArray]
"""One number for each real and each synthetic row."""


@dataclass(frozen=True, slots=True)
class _Query:
    """What was asked and how wrong the answers are: of all rows, without each group of real, of synthetic rows."""

    measure: str
    columns: tuple[str, ...]
    errors: FloatArray
    real: float | None = None
    synthetic: float | None = None

    def row(self) -> dict[str, str | float | None]:
        first, second, third = (*self.columns, None, None)[:_CONDITIONS]
        return {
            "measure": self.measure,
            "first": first,
            "second": second,
            "third": third,
            "real": self.real,
            "synthetic": self.synthetic,
            "error": float(self.errors[0]),
        }


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both tables as codes for conditions, and as numbers for means.

    Parameters
    ----------
    codes : dict
        For each column: the decile of a quantity, or the level, of each row of both tables; -1 is missing.
    quantities : dict
        Columns whose means are asked for: the values in mean deviations from the mean of the real ones.
    grouping : list of str
        Columns to group by.
    groups : tuple of arrays
        Group of each row of both tables, for the jackknife.
    is_quantity : set of str
        Columns of which conditions take stretches.
    """

    codes: dict[str, tuple[IntArray, IntArray]]
    quantities: dict[str, _Side]
    grouping: list[str]
    groups: tuple[IntArray, IntArray]
    is_quantity: set[str]

    @classmethod
    def of(cls, coding: Coding, a: pl.DataFrame, b: pl.DataFrame, run: Run) -> "_Sides":
        codes: dict[str, tuple[IntArray, IntArray]] = {}
        quantities: dict[str, _Side] = {}
        grouping: list[str] = []
        for name, levels in coding.levels.items():
            if levels is not None:
                codes[name] = coding.codes(a, name), coding.codes(b, name)
                if 1 < len(levels) <= _MOST_LEVELS:
                    grouping.append(name)
                continue
            x, y = coding.floats(a, name), coding.floats(b, name)
            codes[name] = _deciles(x, y)
            if (scaled := _scaled(x, y)) is not None:
                quantities[name] = scaled
        groups = tuple(run.child("groups", side).rng.permutation(n.height) % _GROUPS for side, n in enumerate((a, b)))
        is_quantity = {name for name, levels in coding.levels.items() if levels is None}
        return cls(codes, quantities, grouping, (groups[0], groups[1]), is_quantity)


def _deciles(x: FloatArray, y: FloatArray) -> tuple[IntArray, IntArray]:
    known = x[~np.isnan(x)]
    inner = np.arange(1, _BINS) / _BINS
    cuts = np.unique(np.quantile(known, inner, method="inverted_cdf")) if len(known) else np.zeros(0)
    first, second = (np.where(np.isnan(v), -1, np.searchsorted(cuts, v, "left")) for v in (x, y))
    return first, second


def _scaled(x: FloatArray, y: FloatArray) -> _Side | None:
    """Give values in mean deviations from the mean; None where nothing deviates."""
    known = x[~np.isnan(x)]
    if not len(known) or (known == known[0]).all():
        return None
    unit = float(np.abs(known).max())
    centre = float((known / unit).mean())
    deviation = float(np.abs(known / unit - centre).mean())
    if deviation <= 0:
        return None
    # A value beyond a million deviations makes any mean wrong; more would overflow.
    with np.errstate(over="ignore"):
        first, second = (np.clip((v / unit - centre) / deviation, -1e6, 1e6) for v in (x, y))
    return first, second


def _without(sums: FloatArray) -> FloatArray:
    """Give, along the first axis, the sum over all groups, then those over all but one."""
    whole = sums.sum(axis=0, keepdims=True)
    return np.concatenate([whole, whole - sums])


def _varied(
    real: FloatArray, synthetic: FloatArray, error: Callable[[FloatArray, FloatArray], FloatArray]
) -> FloatArray:
    """Give the error of all rows, then without each group of real rows, then without each of synthetic ones."""
    still = np.broadcast_to(synthetic[:1], synthetic[1:].shape), np.broadcast_to(real[:1], real[1:].shape)
    return np.concatenate([error(real[:1], synthetic[:1]), error(real[1:], still[0]), error(still[1], synthetic[1:])])


def _count(sides: _Sides, least: float, run: Run) -> _Query | None:
    """Count rows; None where fewer than five real ones fulfil the conditions."""
    rng = run.rng
    names = list(sides.codes)
    chosen = sorted(rng.choice(len(names), min(len(names), int(rng.integers(1, _CONDITIONS + 1))), replace=False))
    anchor = int(rng.integers(len(sides.groups[0])))
    held = [np.ones(len(groups), dtype=bool) for groups in sides.groups]
    for c in chosen:
        codes = sides.codes[names[c]]
        low = high = int(codes[0][anchor])
        if names[c] in sides.is_quantity and low >= 0:
            low, high = max(0, low - int(rng.integers(_BINS // 2))), high + int(rng.integers(_BINS // 2))
        for side, mine in enumerate(codes):
            held[side] &= (mine >= low) & (mine <= high)
    if held[0].sum() < _FEWEST:
        return None
    shares: list[FloatArray] = []
    for groups, mine in zip(sides.groups, held, strict=True):
        found = _without(np.bincount(groups[mine], minlength=_GROUPS).astype(np.float64))
        rows = _without(np.bincount(groups, minlength=_GROUPS).astype(np.float64))
        shares.append(np.divide(found, rows, out=np.zeros_like(found), where=rows > 0))

    def error(p: FloatArray, q: FloatArray) -> FloatArray:
        return np.minimum(np.abs(q - p) / np.maximum(p, least), 1.0)

    errors = _varied(shares[0], shares[1], error)
    return _Query("count", tuple(names[c] for c in chosen), errors, float(shares[0][0]), float(shares[1][0]))


def _mean_by(sides: _Sides, name: str, by: str) -> _Query | None:
    """Ask for the means of a quantity by a category; None where no group has five real rows."""
    k = 1 + max(int(codes.max()) for codes in sides.codes[by])
    sums: list[FloatArray] = []
    rows: list[FloatArray] = []
    for values, codes, groups in zip(sides.quantities[name], sides.codes[by], sides.groups, strict=True):
        known = ~np.isnan(values) & (codes >= 0)
        cells = groups[known] * k + codes[known]
        sums.append(
            _without(
                np.bincount(cells, weights=values[known], minlength=_GROUPS * k).reshape(_GROUPS, k).astype(np.float64)
            )
        )
        rows.append(_without(np.bincount(cells, minlength=_GROUPS * k).reshape(_GROUPS, k).astype(np.float64)))
    asked = rows[0][0] >= _FEWEST
    if not asked.any():
        return None
    means = [
        np.divide(s, n, out=np.full_like(s, np.nan), where=n > 0)[:, asked] for s, n in zip(sums, rows, strict=True)
    ]
    weight = rows[0][0, asked] / rows[0][0, asked].sum()

    def error(p: FloatArray, q: FloatArray) -> FloatArray:
        # A group that has no synthetic rows has no mean, which is as wrong as it gets.
        return np.minimum(np.where(np.isnan(p) | np.isnan(q), 1.0, np.abs(q - p)), 1.0) @ weight

    return _Query("mean by group", (name, by), _varied(means[0], means[1], error))
