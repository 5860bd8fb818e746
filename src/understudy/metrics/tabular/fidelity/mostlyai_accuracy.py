"""The accuracy of MOSTLY AI's quality report, for comparison with what others publish."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._pairs import BINS, Codes, Sides, joint_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.column import Datetime
from understudy.schema.spec import Spec

__all__ = ["MostlyaiAccuracy"]

_RARE = 5  # real rows that a level needs to have a bin
_SEARCHED = 1_000  # values at most that are looked at for bins
_DIGITS = 5  # to which each accuracy is rounded before they are averaged
_OWN = ("", "(other)", "_RARE_")  # levels that always have a bin, or share that of the others


class MostlyaiAccuracy(Spec):
    """The mean of univariate, bivariate and trivariate accuracy as mostlyai-qa defines them, in [0, 1].

    An accuracy is one minus the total variation distance of the binned columns, of every two, and of every three of
    them (at most 10,000 triples, drawn at random), averaged. Quantities have ten bins that begin at evenly spaced
    places among the sorted real values, more places being looked at until eleven values differ; their ends are rounded
    down to as few decimals as keep them apart. Where there are at most ten different numbers, each is a bin. Categories
    have their ten most frequent levels (ties by name) with at least five real rows, and one bin for the others; missing
    is a bin of its own. Values beyond the real range count to the outermost bins.

    Bins are made from the training rows, as in a report without a holdout. Each accuracy is rounded to five digits.
    ``tests/golden`` holds numbers of the library itself. ``details`` also has the published upper
    bound: what two samples of such sizes from one law reach on average, ``1 - sum(sqrt(2 p (1 - p) (1/n + 1/m) / pi)) /
    2``. There is no interval: the bins hang on the rows.

    References
    ----------
    MOSTLY AI, *mostlyai-qa* 1.x (Apache 2.0), accuracy. Platzer, Reutterer, *Holdout-based empirical assessment of
    mixed-type synthetic data*, Frontiers in Big Data 4 (2021).
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "MOSTLY AI accuracy"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = True

    max_rows: int = Field(default=100_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=5_000, ge=1)
    """Pairs that are compared at most (all, up to 100 columns); more are sampled."""
    max_triples: int = Field(default=10_000, ge=1)
    """Triples that are compared at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare columns, pairs and triples; ``details`` has one row for each of these, and one per column."""
        sides = Sides.of(real, synthetic, self.max_rows, run, fewest=1)
        codes = {name: _bins(sides, name, real) for name in sides.coding.names}
        groups: dict[str, Sequence[tuple[str, ...]]] = {
            "univariate": [(name,) for name in codes],
            "bivariate": sides.pairs(self.max_pairs, run) if len(codes) > 1 else [],
            "trivariate": sides.triples(self.max_triples, run) if len(codes) > 2 else [],  # noqa: PLR2004
        }
        found = {what: np.array([*_accuracies(codes, of)]).reshape(-1, 2) for what, of in groups.items()}
        means = {what: values.mean(axis=0).tolist() for what, values in found.items() if len(values)}
        wholes = [(what, None, *mean, len(found[what])) for what, mean in means.items()]
        columns = [("column", name, *v, 1) for name, v in zip(codes, found["univariate"].tolist(), strict=True)]
        details = pl.DataFrame([*wholes, *columns], schema=_DETAILS, orient="row").with_columns(
            real_rows=pl.lit(sides.real.height, pl.Int64), synthetic_rows=pl.lit(sides.synthetic.height, pl.Int64)
        )
        return Score(float(np.mean([mean[0] for mean in means.values()])), details=details)


_DETAILS: dict[str, pl.DataType] = {
    "measure": pl.String(),
    "column": pl.String(),
    "accuracy": pl.Float64(),
    "accuracy_max": pl.Float64(),
    "parts": pl.Int64(),
}


def _accuracies(codes: dict[str, Codes], groups: Sequence[tuple[str, ...]]) -> Iterator[tuple[float, float]]:
    """Give the accuracy of each group of columns, and its upper bound."""
    for group in groups:
        x, y = codes[group[0]]
        for name in group[1:]:
            x, y, _ = joint_codes((x, y), codes[name])
        k = 1 + int(max(x.max(), y.max()))
        p, q = np.bincount(x, minlength=k) / len(x), np.bincount(y, minlength=k) / len(y)
        expected = np.sqrt(2 / np.pi * p * (1 - p) * (1 / len(x) + 1 / len(y))).sum()
        yield round(1 - float(np.abs(p - q).sum()) / 2, _DIGITS), round(1 - float(expected) / 2, _DIGITS)


def _bins(sides: Sides, name: str, real: Table) -> Codes:
    coding = sides.coding
    if coding.levels[name] is None:
        x, y = coding.floats(sides.real, name), coding.floats(sides.synthetic, name)
        begins = _begins(x[~np.isnan(x)], moments=isinstance(real.schema.columns[name], Datetime))
        last = len(begins)
        first, second = (
            np.where(np.isnan(v), last, np.clip(np.searchsorted(begins, v, "right") - 1, 0, max(last - 1, 0)))
            for v in (x, y)
        )
        return first, second
    return _levels(sides, name)


def _begins(x: FloatArray, *, moments: bool) -> FloatArray:
    """Give where bins begin."""
    if not len(x):
        return np.zeros(0)
    values = np.sort(x)
    distinct = np.unique(values)
    if len(distinct) <= BINS and not moments:
        return distinct
    ends = values[:1]
    for places in range(BINS, max(BINS + 1, min(_SEARCHED, len(values) + 1))):
        ends = np.unique(values[np.linspace(0, len(values) - 1, places).astype(np.int64)])
        if len(ends) > BINS:
            break
    if len(ends) == 1:
        return ends
    return ends[:-1] if moments else _rounded_down(ends)[:-1]


def _rounded_down(ends: FloatArray) -> FloatArray:
    """Round ends of bins down to as few decimals as keep them apart."""
    for decimals in range(20):
        with np.errstate(over="ignore", invalid="ignore"):
            floored = np.floor(ends * 10.0**decimals) / 10.0**decimals
        if np.isfinite(floored).all() and len(np.unique(floored)) == len(ends):
            return floored
    return ends


def _levels(sides: Sides, name: str) -> Codes:
    """Give the bins of a category: its most frequent levels, one for the others, one for what is missing."""
    n = sides.coding.n_levels(name)
    x, y = (np.where(c < 0, n, c) for c in (sides.coding.codes(f, name) for f in (sides.real, sides.synthetic)))
    counts = np.bincount(x, minlength=n + 1)
    # Missing takes one of the ten places where it is frequent.
    top = np.argsort(-counts, kind="stable")[:BINS]
    kept = np.zeros(n + 1, dtype=bool)
    kept[top[counts[top] >= _RARE]] = True
    kept[n] = True
    levels = sides.coding.levels[name]
    others = n + 1
    place: IntArray = np.where(kept, np.arange(n + 1), others)
    for i, level in enumerate(() if levels is None else levels.to_list()):
        if level in _OWN:
            place[i] = others if level == _OWN[1] else i
    return place[x], place[y]
