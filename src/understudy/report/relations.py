"""How strongly columns go together, and how the rows lie: association matrices and a projection, as aggregates.

Both come from one numeric view of the rows: a quantity becomes its standardised ranks, a level column one indicator for
each of its common levels. One product of that view with itself then gives every association at once: Spearman's
correlation of two quantities, the correlation ratio of a quantity and a level column, Cramér's V of two level columns.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from understudy.report.plots import Associations, Pair, Projection
from understudy.report.protect import LEAST, common_levels, rounded
from understudy.schema.column import Boolean, Categorical, Datetime, Duration, Location, Numerical
from understudy.schema.table import TableSchema

__all__ = ["associate", "features", "project"]

_SHOWN = 24
_LEVELS = 12
_WIDEST = 10


@dataclass(frozen=True, slots=True)
class _View:
    """Numbers that stand for the rows: for each column its slice, and its number of levels (0 for a quantity)."""

    values: NDArray[np.float64]
    starts: tuple[int, ...]
    levels: tuple[int, ...]


def _quantity(rows: pl.Series) -> pl.Series:
    """Give numbers whose squares can be summed; an infinite value counts as missing."""
    values = rows.to_physical().cast(pl.Float64)
    return values.set(values.is_infinite(), None).clip(-1e140, 1e140)


def _usable(real: pl.DataFrame, synthetic: pl.DataFrame, schema: TableSchema) -> tuple[list[str], dict[str, list[str]]]:
    """Choose the columns that vary in both tables, and the common levels of those that have levels."""
    quantities: list[str] = []
    levels: dict[str, list[str]] = {}
    for name, column in schema.columns.items():
        if isinstance(column, Categorical | Boolean):
            common = common_levels(real[name].cast(pl.String))
            if len(common) > 1 or (common and real[name].null_count() >= LEAST):
                levels[name] = common[:_LEVELS]
        elif isinstance(column, Numerical | Datetime | Duration | Location) and all(
            _quantity(frame[name]).drop_nulls().n_unique() > 1 for frame in (real, synthetic)
        ):
            quantities.append(name)
    return [name for name in schema.columns if name in levels or name in quantities], levels


def _ranks(rows: pl.Series) -> NDArray[np.float64]:
    """Standardise the ranks; a missing value stands in the middle, where it says nothing."""
    ranks = _quantity(rows).rank("average").cast(pl.Float64)
    centred = (ranks - (ranks.mean() or 0.0)).fill_null(0.0).to_numpy()
    spread = float(centred.std())
    return centred / spread if spread > 0 else centred


def _indicators(rows: pl.Series, levels: list[str]) -> NDArray[np.float64]:
    """Give one column for each level and one for all else (missing included)."""
    # Not an Enum: a level named like the marker for all else would then clash.
    places = {level: k for k, level in enumerate(levels)}
    codes = rows.cast(pl.String).replace_strict(places, default=None, return_dtype=pl.Int64).fill_null(len(levels))
    out = np.zeros((len(rows), len(levels) + 1))
    out[np.arange(len(rows)), codes.to_numpy()] = 1.0
    return out


def _view(frame: pl.DataFrame, columns: list[str], levels: dict[str, list[str]]) -> _View:
    parts: list[NDArray[np.float64]] = []
    for name in columns:
        if name in levels:
            hits = _indicators(frame[name], levels[name])
            parts.append(hits / np.sqrt(np.maximum(hits.sum(axis=0), 1.0)))
        else:
            parts.append(_ranks(frame[name])[:, None] / np.sqrt(frame.height))
    starts = np.cumsum([0, *(part.shape[1] for part in parts)])
    counted = tuple(len(levels[name]) + 1 if name in levels else 0 for name in columns)
    return _View(np.hstack(parts), tuple(starts.tolist()), counted)


def _strength(view: _View) -> NDArray[np.float64]:
    gram = view.values.T @ view.values
    d = len(view.levels)
    out = np.eye(d)
    spans = list(pairwise(view.starts))
    for i, (a, b) in enumerate(spans):
        for j, (e, f) in enumerate(spans[:i]):
            block = gram[a:b, e:f]
            squares = float((block**2).sum())
            if view.levels[i] and view.levels[j]:
                occupied = min(int((np.diag(gram)[a:b] > 0).sum()), int((np.diag(gram)[e:f] > 0).sum()))
                value = np.sqrt(max(squares - 1.0, 0.0) / (occupied - 1)) if occupied > 1 else 0.0
            elif view.levels[i] or view.levels[j]:
                value = np.sqrt(squares)
            else:
                value = float(block[0, 0])
            out[i, j] = out[j, i] = float(np.clip(value, -1.0, 1.0))
    return out


def _chosen(real: pl.DataFrame, synthetic: pl.DataFrame, columns: list[str], target: str | None) -> list[str]:
    """Choose what a readable matrix can hold: the target, then columns with the strongest or most changed relations.

    Levels are coded coarsely here (by the rank of their names), which is enough to choose by.
    """
    if len(columns) <= _SHOWN:
        return columns
    coded = [np.column_stack([_coarse(frame[name]) for name in columns]) for frame in (real, synthetic)]
    first, second = (matrix.T @ matrix / len(matrix) - np.eye(len(columns)) for matrix in coded)
    weight = np.abs(first).max(axis=1) + np.abs(first - second).max(axis=1)
    if target in columns:
        weight[columns.index(target)] = np.inf
    kept = np.sort(np.argsort(-weight, kind="stable")[:_SHOWN])
    return [columns[k] for k in kept]


def _coarse(rows: pl.Series) -> NDArray[np.float64]:
    return _ranks(rows.rank("dense") if isinstance(rows.dtype, pl.String | pl.Boolean) else rows)


def associate(
    real: pl.DataFrame, synthetic: pl.DataFrame, schema: TableSchema, target: str | None
) -> Associations | None:
    """Compare every two columns' relation; None with fewer than two usable columns or 20 rows."""
    usable, levels = _usable(real, synthetic, schema)
    if len(usable) < 2 or min(real.height, synthetic.height) < 4 * LEAST:  # noqa: PLR2004 - a relation has two sides
        return None
    columns = _chosen(real, synthetic, usable, target)
    first, second = (_strength(_view(frame, columns, levels)) for frame in (real, synthetic))
    rows, cols = np.tril_indices(len(columns), -1)
    gaps = np.abs(first - second)[rows, cols]
    widest = np.argsort(-gaps, kind="stable")[:_WIDEST]
    pairs = tuple(
        Pair(columns[cols[k]], columns[rows[k]], float(first[rows[k], cols[k]]), float(second[rows[k], cols[k]]))
        for k in widest
    )
    left_out = len(usable) - len(columns)
    return Associations(tuple(columns), _tuples(first), _tuples(second), pairs, float(gaps.mean()), left_out)


def _tuples(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def project(real: pl.DataFrame, synthetic: pl.DataFrame, schema: TableSchema) -> Projection | None:
    """Project both tables on the real rows' first two principal axes, and count rows in square bins.

    None with fewer than two usable columns or 100 rows: the bins would then show single rows or nothing.
    """
    matrices = features(real, synthetic, schema)
    if matrices is None or min(real.height, synthetic.height) < 20 * LEAST:
        return None
    centre = matrices[0].mean(axis=0)
    covariance = np.cov(matrices[0] - centre, rowvar=False)
    values, vectors = np.linalg.eigh(covariance)
    axes = vectors[:, [-1, -2]]
    # The sign of an axis is arbitrary; fixed here, or the picture could flip from one machine to the next.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    points = [(matrix - centre) @ axes for matrix in matrices]
    cells = int(np.clip(np.sqrt(real.height / 25), 8, 44))
    ends = [np.quantile(points[0], q, axis=0) for q in (0.005, 0.995)]
    if not (ends[1] > ends[0]).all():
        return None
    pad = 0.08 * (ends[1] - ends[0])
    edges = [np.linspace(ends[0][k] - pad[k], ends[1][k] + pad[k], cells + 1) for k in (0, 1)]
    counts = [np.histogram2d(p[:, 1], p[:, 0], bins=[edges[1], edges[0]])[0].astype(np.int64) for p in points]
    shares = [rounded(count) / len(p) for count, p in zip(counts, points, strict=True)]
    total = max(float(values.sum()), 1e-12)
    explained = (float(values[-1]) / total, float(values[-2]) / total)
    return Projection(cells, _tuples(shares[0]), _tuples(shares[1]), explained, (real.height, synthetic.height))


def features(
    real: pl.DataFrame, synthetic: pl.DataFrame, schema: TableSchema
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Give both tables as numbers, standardised by the real rows; None with fewer than two usable columns."""
    columns, levels = _usable(real, synthetic, schema)
    if len(columns) < 2:  # noqa: PLR2004 - a plane has two axes
        return None
    first, second = (
        np.hstack([_features(real[c], frame[c], levels.get(c)) for c in columns]) for frame in (real, synthetic)
    )
    return first, second


def _features(reference: pl.Series, rows: pl.Series, levels: list[str] | None) -> NDArray[np.float64]:
    """Standardise by the real rows: quantities are cut at quantiles, a column of levels weighs like a quantity."""
    if levels is not None:
        hits, known = (_indicators(series, levels) for series in (rows, reference))
        return (hits - known.mean(axis=0)) / np.sqrt(max(float(known.var(axis=0).sum()), 1e-9))
    known, values = (_quantity(series) for series in (reference, rows))
    middle, low, high = (known.quantile(q) or 0.0 for q in (0.5, 0.005, 0.995))
    cut = known.clip(low, high).fill_null(middle)
    spread = float(cut.to_numpy().std()) or 1.0
    return ((values.clip(low, high).fill_null(middle) - (cut.mean() or 0.0)) / spread).to_numpy()[:, None]
