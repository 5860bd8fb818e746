"""Each column, real against synthetic: histograms in shared bins, and bars of levels."""

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from understudy.report.protect import LEAST, common_levels, protected_range, rounded
from understudy.report.report import Bars, ColumnPlot, Histogram, Spike
from understudy.report.wording import MINUS, clean, number
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

_BINS = 40
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
    return (real.null_count() / max(len(real), 1), synthetic.null_count() / max(len(synthetic), 1))


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
    distance = 0.5 * float(np.abs(_exact_shares(counts[0]) - _exact_shares(counts[1])).sum())
    missing = _missing(real, synthetic)
    return Bars(name, kind, tuple(labels), tuple(shares[0]), tuple(shares[1]), pooled, missing, distance)


def _other(pooled: int) -> str:
    return f"{pooled:,} others" if pooled > 1 else "others"


def _level_counts(rows: pl.Series, shown: Sequence[str]) -> NDArray[np.int64]:
    values = rows.drop_nulls()
    counted = dict(values.rename("level").value_counts(name="rows").iter_rows())
    named = [counted.get(level, 0) for level in shown]
    return np.array([*named, len(values) - sum(named)], dtype=np.int64)


def _exact_shares(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return counts / max(int(counts.sum()), 1)


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
    spike = _spike(values[0], values[1], kind)
    bodies = tuple(v if spike is None else v[v != spike[0]] for v in values)
    if spike is not None and len(bodies[0]) >= 4 * LEAST:
        inner = protected_range(bodies[0], None if entities is None else entities.filter(values[0] != spike[0]))
        limits = inner or limits
    edges = _edges(*limits, grid=grid, n=len(bodies[0]))
    if not (np.diff(edges) > 0).all():
        return "its values lie too close together to tell them apart on an axis"
    shares: list[list[float]] = []
    outside: list[float] = []
    for body, every in zip(bodies, values, strict=True):
        counts = np.histogram(body, edges)[0]
        total = max(len(every), 1)
        shares.append((rounded(counts) / total).tolist())
        outside.append((len(body) - int(counts.sum())) / total)
    return Histogram(
        name, kind, tuple(edges.tolist()), tuple(shares[0]), tuple(shares[1]), _ticks(edges, kind),
        (outside[0], outside[1]), _missing(*pair), None if spike is None else spike[1], _ks(*values),
    )  # fmt: skip


def _finite(rows: pl.Series) -> NDArray[np.float64]:
    values = rows.drop_nulls().cast(pl.Float64).to_numpy()
    # The bound keeps differences finite.
    return values[np.isfinite(values)].clip(-1e300, 1e300)


def _spike(real: NDArray[np.float64], synthetic: NDArray[np.float64], kind: str) -> tuple[float, Spike] | None:
    values, counts = np.unique(real, return_counts=True)
    top = int(counts.argmax())
    if len(values) < 8 or counts[top] < max(_SPIKE * len(real), LEAST):  # noqa: PLR2004 - few bars stay readable
        return None
    share = float((synthetic == values[top]).mean()) if len(synthetic) else 0.0
    return float(values[top]), Spike(_label(float(values[top]), kind), float(counts[top] / len(real)), share)


def _edges(low: float, high: float, *, grid: float | None, n: int) -> NDArray[np.float64]:
    """Lay bins over the range; on a grid each bin holds the same number of grid points, or combs would appear."""
    bins = int(np.clip(math.sqrt(n), 8, _BINS))
    if grid is not None and grid > 0 and (high - low) / grid < 1e6:  # noqa: PLR2004 - finer grids are as good as none
        points = round((high - low) / grid) + 1
        width = max(1, -(-points // bins))
        count = -(-points // width)
        return low - grid / 2 + grid * width * np.arange(count + 1, dtype=np.float64)
    if high <= low:
        reach = max(abs(low), 1.0) * 0.5
        low, high = low - reach, high + reach
    return low + (high - low) * np.arange(bins + 1, dtype=np.float64) / bins


def _ks(real: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    if not len(real) or not len(synthetic):
        return float(len(real) != len(synthetic))
    where = np.concatenate([real, synthetic])
    first, second = (np.searchsorted(np.sort(v), where, side="right") / len(v) for v in (real, synthetic))
    return float(np.abs(first - second).max())


def _ticks(edges: NDArray[np.float64], kind: str) -> tuple[tuple[float, str], ...]:
    """Choose about four round positions within the axis."""
    low, high = float(edges[0]), float(edges[-1])
    if kind == "datetime":
        return tuple((x, _label(x, kind, high - low)) for x in np.linspace(low, high, 4)[1:3].tolist())
    raw = (high - low) / 4
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(scale * m for m in (1, 2, 2.5, 5, 10) if scale * m >= raw * 0.999)
    if kind == "text":
        step = max(1.0, round(step))
    first = math.ceil(low / step)
    places = [step * k for k in range(first, math.floor(high / step) + 1)]
    return tuple((x, _label(x, kind, high - low)) for x in places)


def _label(value: float, kind: str, span: float = 0.0) -> str:
    if kind == "datetime":
        # Not the standard library's datetime: it ends at the year 9999.
        date, clock = str(np.datetime64(round(value), "s")).split("T")
        return date if span > 3 * _DAY or not span else f"{date[-5:]} {clock[:5]}"
    if kind == "duration":
        unit, size = next(((u, s) for u, s in (("d", _DAY), ("h", 3600.0), ("min", 60.0)) if span >= 2 * s), ("s", 1.0))
        return f"{_short(value / size)}\u202f{unit}"
    return _short(value)


def _short(value: float) -> str:
    """Write an axis number shortly: 20 k, 1.5 M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size <= abs(value) < 1e12:  # noqa: PLR2004 - larger ones are written with an exponent
            divisor = 1e3 if unit == "k" else size
            return f"{value / divisor:.4g}\u202f{unit}".replace("-", MINUS)
    if abs(value) >= 1e12 or 0 < abs(value) < 1e-4:  # noqa: PLR2004 - as above
        return f"{value:.2g}".replace("-", MINUS)
    rounded_value = round(value, 6)
    return number(rounded_value) if rounded_value == int(rounded_value) else f"{rounded_value:.4g}".replace("-", MINUS)
