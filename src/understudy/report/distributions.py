"""Each column, real against synthetic: histograms in shared bins, and bars of levels."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from understudy.report.axes import edges_between, label_of, ticks_of
from understudy.report.plots import Bars, ColumnPlot, Histogram, Spike
from understudy.report.protect import LEAST, common_levels, protected_range, rounded
from understudy.report.quantiles import quantile_pairs
from understudy.report.writing import clean
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
    Text,
)

__all__ = ["draw_column"]

_LEVELS = 10
_SPIKE = 0.4
"""A value with at least this share of the rows would flatten the rest of a histogram."""

_DAY = 86400.0


def draw_column(
    name: str, column: ColumnType, real: pl.Series, synthetic: pl.Series, entities: pl.Series | None
) -> ColumnPlot | str:
    """Give the plot of one column, or the reason why there is none."""
    match column:
        case Identifier():
            return "its values name single rows or people"
        case Categorical() | Boolean():
            return _bars(name, column.kind, _levels(real, column), _levels(synthetic, column), entities)
        case Numerical(decimals=decimals):
            pair, grid = (real, synthetic), None if decimals is None else 10.0**-decimals
        case Datetime(resolution=resolution):
            pair, grid = (_epoch_seconds(real), _epoch_seconds(synthetic)), _DAY if resolution == "day" else None
        case Duration():
            pair, grid = (_seconds(real), _seconds(synthetic)), None
        case Location():
            pair, grid = (real, synthetic), None
        case Text():
            pair, grid = (real.str.len_chars(), synthetic.str.len_chars()), 1.0
    return _histogram(name, column.kind, pair, entities, grid)


def _levels(rows: pl.Series, column: ColumnType) -> pl.Series:
    if isinstance(column, Boolean):
        return rows.replace_strict({True: column.true, False: column.false}, return_dtype=pl.String)
    return rows


def _seconds(rows: pl.Series) -> pl.Series:
    return rows.dt.total_microseconds().cast(pl.Float64) / 1e6


def _epoch_seconds(rows: pl.Series) -> pl.Series:
    return rows.dt.epoch("us").cast(pl.Float64) / 1e6


def _missing(real: pl.Series, synthetic: pl.Series) -> tuple[float, float]:
    return _share(real.null_count(), len(real)), _share(synthetic.null_count(), len(synthetic))


def _share(count: int, of: int) -> float:
    return float(rounded(np.array(count))) / max(of, 1)


def _bars(name: str, kind: str, real: pl.Series, synthetic: pl.Series, entities: pl.Series | None) -> Bars | str:
    common = common_levels(real, entities)
    if not common:
        return f"no level is shared by {LEAST} rows" if real.null_count() < len(real) else "it holds no value"
    # Naming one more level takes no more room than pooling it alone.
    shown = common if len(common) == real.n_unique() - (real.null_count() > 0) <= _LEVELS + 1 else common[:_LEVELS]
    counts = [_level_counts(rows, shown) for rows in (real, synthetic)]
    pooled = real.drop_nulls().n_unique() - len(shown)
    others = bool(pooled or counts[1][-1])
    shares = [_shares(c if others else c[:-1]) for c in counts]
    labels = [clean(level, 60) for level in shown] + ([_other(pooled)] if others else [])
    distance = min(0.5 * float(np.abs(np.array(shares[0]) - np.array(shares[1])).sum()), 1.0)
    missing = _missing(real, synthetic)
    return Bars(name, kind, tuple(labels), tuple(shares[0]), tuple(shares[1]), pooled, missing, distance)


def _other(pooled: int) -> str:
    return f"{pooled:,} others" if pooled > 1 else "others"


def _level_counts(rows: pl.Series, shown: Sequence[str]) -> NDArray[np.int64]:
    values = rows.drop_nulls()
    counted = dict(values.rename("level").value_counts(name="rows").iter_rows())
    named = [counted.get(level, 0) for level in shown]
    return np.array([*named, len(values) - sum(named)], dtype=np.int64)


def _shares(counts: NDArray[np.int64]) -> list[float]:
    return (rounded(counts) / max(int(counts.sum()), 1)).tolist()


def _histogram(
    name: str, kind: str, pair: tuple[pl.Series, pl.Series], entities: pl.Series | None, grid: float | None
) -> Histogram | str:
    values = tuple(_finite(rows) for rows in pair)
    if entities is not None:
        entities = entities.filter(pair[0].cast(pl.Float64).is_finite().fill_null(value=False))
    limits = protected_range(values[0], entities)
    if limits is None:
        return "too few rows have a value to draw it without showing single ones" if len(values[0]) else "no value"
    spike = _spike(values[0], values[1], kind, entities)
    bodies = tuple(v if spike is None else v[v != spike[0]] for v in values)
    if spike is not None and len(bodies[0]) >= 4 * LEAST:
        inner = protected_range(bodies[0], None if entities is None else entities.filter(values[0] != spike[0]))
        limits = inner or limits
    edges = edges_between(*limits, grid=grid, n=len(bodies[0]), kind=kind)
    if not (np.diff(edges) > 0).all():
        return "its values lie too close together to tell them apart on an axis"
    shares: list[list[float]] = []
    outside: list[float] = []
    for body, every in zip(bodies, values, strict=True):
        counts = np.histogram(body, edges)[0]
        shares.append((rounded(counts) / max(len(every), 1)).tolist())
        outside.append(_share(len(body) - int(counts.sum()), len(every)))
    return Histogram(
        name, kind, tuple(edges.tolist()), tuple(shares[0]), tuple(shares[1]), ticks_of(edges, kind),
        (outside[0], outside[1]), _missing(*pair), None if spike is None else spike[1], _ks(*values),
        quantile_pairs(values[0], values[1], edges),
    )  # fmt: skip


def _finite(rows: pl.Series) -> NDArray[np.float64]:
    values = rows.drop_nulls().cast(pl.Float64).to_numpy()
    # The bound keeps differences finite.
    return values[np.isfinite(values)].clip(-1e300, 1e300)


def _spike(
    real: NDArray[np.float64], synthetic: NDArray[np.float64], kind: str, entities: pl.Series | None
) -> tuple[float, Spike] | None:
    values, counts = np.unique(real, return_counts=True)
    top = int(counts.argmax())
    if len(values) < 8 or counts[top] < max(_SPIKE * len(real), LEAST):  # noqa: PLR2004 - few bars stay readable
        return None
    if entities is not None and entities.filter(real == values[top]).n_unique() < LEAST:
        return None
    shares = _share(int(counts[top]), len(real)), _share(int((synthetic == values[top]).sum()), len(synthetic))
    return float(values[top]), Spike(label_of(float(values[top]), kind), *shares)


def _ks(real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    if not len(real) or not len(synthetic):
        return float(len(real) != len(synthetic))
    where = np.concatenate([real, synthetic])
    first, second = (np.searchsorted(np.sort(v), where, side="right") / len(v) for v in (real, synthetic))
    # In multiples of five real rows, as every share.
    return min(_share(round(float(np.abs(first - second).max()) * len(real)), len(real)), 1.0)
