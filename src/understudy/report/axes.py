"""Axes: bins of round widths between round ends, and labels at round places."""

import math

import numpy as np
from numpy.typing import NDArray

from understudy.report.writing import MINUS, number

__all__ = ["edges_between", "label_of", "ticks_of"]

_BINS = 40
_DAY = 86400.0
_LENGTHS = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0),
    *(3600.0 * hours for hours in (1, 2, 3, 6, 12)),
    *(_DAY * days for days in (1, 2, 7, 14, 30, 61, 91, 182, 365)),
)
"""Lengths of time, in seconds, that people count in."""


def edges_between(low: float, high: float, *, grid: float | None, n: int, kind: str) -> NDArray[np.float64]:
    """Lay bins of a round width over the range, from a round number to a round number.

    On a grid each bin holds the same number of grid points, or combs would appear.
    """
    if high <= low and not grid:
        reach = max(abs(low), 1.0) * 0.5
        low, high = low - reach, high + reach
    bins = int(np.clip(math.sqrt(n), 8, _BINS))
    width = _round_width((high - low) / bins, kind)
    step = 0.0
    if grid and (high - low) / grid < 1e6:  # noqa: PLR2004 - finer grids are as good as none
        width = grid * max(1, round(width / grid))
        step = grid
    first = math.floor(low / width + 1e-9)
    last = max(math.floor(high / width + 1e-9) + 1 if step else math.ceil(high / width - 1e-9), first + 1)
    return width * np.arange(first, last + 1, dtype=np.float64) - step / 2


def _round_width(least: float, kind: str) -> float:
    """Give the least round number that is not below ``least``; of time, one of the units that people count in."""
    if kind in {"datetime", "duration"} and least <= _LENGTHS[-1]:
        return next(length for length in _LENGTHS if length >= least * 0.999)
    unit = 365 * _DAY if kind == "datetime" else 1.0
    if least <= 0:
        return unit
    scale = 10.0 ** math.floor(math.log10(least / unit))
    return unit * next(scale * m for m in (1, 2, 5, 10) if scale * m * unit >= least * 0.999)


def ticks_of(edges: NDArray[np.float64], kind: str) -> tuple[tuple[float, str], ...]:
    """Choose about four round positions within the axis."""
    low, high = float(edges[0]), float(edges[-1])
    if kind == "datetime":
        return _moments(low, high)
    raw = (high - low) / 4
    scale = 10.0 ** math.floor(math.log10(raw))
    step = next(scale * m for m in (1, 2, 2.5, 5, 10) if scale * m >= raw * 0.999)
    if kind == "text":
        step = max(1.0, round(step))
    first = math.ceil(low / step)
    places = [step * k for k in range(first, math.floor(high / step) + 1)]
    return tuple((x, label_of(x, kind, high - low)) for x in places)


def _moments(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Choose beginnings of years, months, days, hours, minutes or seconds."""
    ends = np.array([low, high]).astype("datetime64[s]")
    for unit, length in (("Y", 365 * _DAY), ("M", 30 * _DAY), ("D", _DAY), ("h", 3600.0), ("m", 60.0), ("s", 1.0)):
        if high - low < 2 * length and unit != "s":
            continue
        first, last = ends.astype(f"datetime64[{unit}]").astype(np.int64).tolist()
        step = max(1, -(-(last - first) // 4))
        places = np.arange(first + 1, last + 1, step).astype(f"datetime64[{unit}]").astype("datetime64[s]")
        texts = [str(place) for place in places]
        # Years and months say themselves; a day in full; within days the clock.
        cut = {"Y": slice(0, -15), "M": slice(0, -12), "D": slice(0, -9), "s": slice(-8, None)}
        where = cut.get(unit, slice(-14, -3))
        return tuple(
            (float(place), text[where].replace("T", " "))
            for place, text in zip(places.astype(np.int64), texts, strict=True)
            if low <= float(place) <= high
        )
    return ()


def label_of(value: float, kind: str, span: float = 0.0) -> str:
    """Write a place on the axis of a column of a kind, as shortly as the ``span`` of the axis allows."""
    if kind == "datetime":
        # Not the standard library's datetime: it ends at the year 9999.
        return str(np.datetime64(round(value), "s")).split("T")[0]
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
