"""Quantities: numbers, degrees, moments and lengths of time.

A quantity's symbols are its frequent values (atoms) and quantile bins of all the others, in the order of their values.
Inside a symbol a value is drawn from segments: points, which are values of enough rows to be shown, and stretches between
two knots, each of which holds enough rows that no single one can be read off. So the marginal distribution is kept finely,
spikes, heaps and grid included, and no training value is stored unless many rows share it.
"""

from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.protocols import State
from understudy.run import Run
from understudy.schema.column import Datetime, Duration, Location, Numerical
from understudy.transforms.encoder import stratified
from understudy.transforms.protection import Protection

__all__ = ["Quantity", "QuantityEncoder"]

Quantity = Numerical | Location | Datetime | Duration

_BINS = 256
_ROWS_PER_BIN = 60
_FEW_VALUES = 64  # with no more distinct values than these, each frequent enough one is an atom
_ATOM_SHARE = 0.003
_ATOM_ROWS = 20
_UNIT_US = {
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1_000,
    "microsecond": 1,
}


@dataclass(frozen=True, slots=True)
class QuantityEncoder:
    """Symbols of a quantity.

    Parameters
    ----------
    column : Numerical, Location, Datetime or Duration
        The column.
    missing : bool
        Whether symbol 0 stands for missing.
    atoms : array of shape (a,), ascending
        Frequent values.
    atom_codes : array of shape (a,)
        Their symbols.
    bin_starts : array of shape (b,), ascending
        Smallest value of each bin.
    bin_codes : array of shape (b,)
        Their symbols.
    low, high : array of shape (s,)
        Ends of the segments, ordered by symbol; equal for a point.
    weight : array of shape (s,)
        Training rows of each segment.
    first : array of shape (n_symbols + 1,)
        Where the segments of each symbol begin.
    step : float
        Grid of the values, in the unit of the segments; 0: none.
    """

    column: Quantity
    missing: bool
    atoms: np.ndarray
    atom_codes: np.ndarray
    bin_starts: np.ndarray
    bin_codes: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    first: np.ndarray
    step: float

    @classmethod
    def fit(cls, values: pl.Series, column: Quantity, protection: Protection, run: Run) -> "QuantityEncoder":
        """Learn the symbols of ``values``."""
        numbers = to_numbers(values, column)
        distinct, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
        step = _step(distinct, column)
        builder = _Builder(distinct, counts, len(numbers), protection, column)
        if builder.hidden:
            run.find(
                "extremes.protected",
                f"The ends of column {values.name!r} were replaced by what its outermost {protection.extreme_rows} rows "
                "have in common.",
            )
        return builder.build(missing=bool(np.isnan(numbers).any()), step=step)

    @property
    def n_symbols(self) -> int:
        """Number of symbols."""
        return len(self.first) - 1

    @property
    def ordered(self) -> bool:
        """Symbols are in the order of their values."""
        return True

    def encode(self, values: pl.Series) -> np.ndarray:
        """Give the symbols of ``values``; one outside the training range has the nearest."""
        return self._codes(to_numbers(values, self.column))

    def _codes(self, numbers: np.ndarray) -> np.ndarray:
        codes = np.zeros(len(numbers), dtype=np.uint16)
        if len(self.bin_starts):
            place = np.clip(np.searchsorted(self.bin_starts, numbers, side="right") - 1, 0, None)
            codes = self.bin_codes[place].astype(np.uint16)
        if len(self.atoms):
            place = np.clip(np.searchsorted(self.atoms, numbers), 0, len(self.atoms) - 1)
            if not len(self.bin_starts):  # every symbol is an atom: take the nearer of the two neighbours
                before = np.maximum(place - 1, 0)
                nearer = np.abs(numbers - self.atoms[before]) < np.abs(self.atoms[place] - numbers)
                codes = self.atom_codes[np.where(nearer, before, place)].astype(np.uint16)
            else:
                hit = self.atoms[place] == numbers
                codes[hit] = self.atom_codes[place[hit]]
        codes[np.isnan(numbers)] = 0
        return codes

    def decode(self, codes: np.ndarray, rng: np.random.Generator) -> pl.Series:
        """Draw a value for each symbol, spread evenly over the symbol's segments."""
        codes = codes.astype(np.int64)
        ends = np.append(0.0, np.cumsum(self.weight))
        start, stop = ends[self.first[codes]], ends[self.first[codes + 1]]
        place = start + stratified(codes, rng) * (stop - start)
        segment = np.clip(np.searchsorted(ends, place, side="right") - 1, 0, max(len(self.weight) - 1, 0))
        if not len(self.weight):
            return from_numbers(np.full(len(codes), np.nan), self.column)
        inside = (place - ends[segment]) / self.weight[segment]
        numbers = self.low[segment] + inside * (self.high[segment] - self.low[segment])
        if self.step:
            point = self.low[segment] == self.high[segment]
            numbers = np.where(point, numbers, np.round(numbers / self.step) * self.step)
        numbers = self._bounded(numbers)
        if self.missing:
            numbers[codes == 0] = np.nan
        return from_numbers(numbers, self.column)

    def _bounded(self, numbers: np.ndarray) -> np.ndarray:
        if not isinstance(self.column, Numerical):
            return numbers
        low = -np.inf if self.column.low is None else self.column.low
        high = np.inf if self.column.high is None else self.column.high
        return np.clip(numbers, low, high)

    def allowed(self, value: object) -> np.ndarray:
        """Tell which symbol ``value`` has; none if it lies outside the range of the symbols."""
        mask = np.zeros(self.n_symbols, dtype=bool)
        if value is None:
            mask[0] = self.missing
            return mask
        numbers = to_numbers(pl.Series([value]), self.column)
        if len(self.low) and self.low.min() <= numbers[0] <= self.high.max():
            mask[self._codes(numbers)[0]] = True
        return mask

    def state(self) -> State:
        """Give everything needed to build this encoder again."""
        state: State = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "column"}
        return state | {"column": self.column.model_dump(mode="json")}

    @classmethod
    def restore(cls, state: State) -> "QuantityEncoder":
        """Build the encoder that gave ``state``."""
        values = cast("dict[str, Any]", dict(state))
        spelled = values.pop("column")
        kinds = {"numerical": Numerical, "location": Location, "datetime": Datetime, "duration": Duration}
        return cls(column=kinds[spelled["kind"]].model_validate(spelled), **values)


def to_numbers(values: pl.Series, column: Quantity) -> np.ndarray:
    """Give ``values`` as float64 with NaN for missing: moments and lengths of time in microseconds."""
    if isinstance(column, Datetime | Duration) and values.dtype != pl.Null:
        values = values.cast(pl.Int64 if values.dtype.is_temporal() else pl.Float64)
    numbers = values.cast(pl.Float64).to_numpy().astype(np.float64, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def from_numbers(numbers: np.ndarray, column: Quantity) -> pl.Series:
    """Give numbers in the dtype of the column's rows, with null for NaN."""
    values = pl.Series(numbers, dtype=pl.Float64).fill_nan(None)
    match column:
        case Numerical(decimals=0):
            return values.round().clip(-9.2e18, 9.2e18).cast(pl.Int64)
        case Numerical(decimals=decimals) | Location(decimals=decimals):
            return values if decimals is None else values.round(decimals)
        case Datetime(time_zone=None):
            return values.round().cast(pl.Int64).cast(pl.Datetime("us"))
        case Datetime():
            return values.round().cast(pl.Int64).cast(pl.Datetime("us", "UTC"))
        case Duration():
            return values.round().cast(pl.Int64).cast(pl.Duration("us"))


def _step(distinct: np.ndarray, column: Quantity) -> float:
    """Find the grid on which values lie: the decimals of a number, the resolution of a moment."""
    match column:
        case Numerical(decimals=decimals) | Location(decimals=decimals):
            return 0.0 if decimals is None else 10.0**-decimals
        case Datetime(resolution=resolution):
            return float(_UNIT_US[resolution])
        case Duration():
            whole = distinct.astype(np.int64)
            return float(max(1, np.gcd.reduce(whole))) if len(whole) else 1.0


@dataclass(slots=True)
class _Builder:
    """Lays out the symbols of a quantity from its distinct values and their counts."""

    distinct: np.ndarray
    counts: np.ndarray
    n_rows: int
    protection: Protection
    column: Quantity

    @property
    def is_atom(self) -> np.ndarray:
        enough = self.counts >= max(_ATOM_SHARE * self.n_rows, _ATOM_ROWS)
        if len(self.distinct) <= _FEW_VALUES:
            enough |= self.counts >= self.protection.rare_rows
        return enough

    @property
    def hidden(self) -> bool:
        """Whether an end of the range belongs to too few rows to be shown."""
        few = self.protection.rare_rows
        return self.protection.extremes == "protected" and len(self.counts) > 0 and min(self.counts[[0, -1]]) < few

    def build(self, *, missing: bool, step: float) -> QuantityEncoder:
        atom = self.is_atom
        others, other_counts = self.distinct[~atom], self.counts[~atom]
        edges = self._edges(other_counts)
        segments = [(v, 0, np.array([[v, v, c]])) for v, c in zip(self.distinct[atom], self.counts[atom], strict=True)]
        ends = self._ends(others, other_counts)
        for a, b in zip(edges[:-1], edges[1:], strict=True):
            middle = float(np.average(others[a:b], weights=other_counts[a:b]))
            segments.append((middle, 1, self._segments(others, other_counts, a, b, ends)))
        segments.sort(key=lambda s: (s[0], s[1]))
        kinds = np.array([s[1] for s in segments], dtype=int)
        sizes = [len(s[2]) for s in segments]
        table = np.concatenate([s[2] for s in segments]) if segments else np.empty((0, 3))
        first = np.append([0] * missing, np.append(0, np.cumsum(sizes))).astype(np.int64)
        if len(first) == 1:  # nothing at all
            first = np.zeros(2, dtype=np.int64)
        return QuantityEncoder(
            column=self.column,
            missing=missing,
            atoms=self.distinct[atom],
            atom_codes=np.flatnonzero(kinds == 0) + missing,
            bin_starts=others[edges[:-1]] if len(edges) > 1 else np.empty(0),
            bin_codes=np.flatnonzero(kinds == 1) + missing,
            low=table[:, 0].copy(),
            high=table[:, 1].copy(),
            weight=table[:, 2].copy(),
            first=first,
            step=step,
        )

    def _edges(self, counts: np.ndarray) -> np.ndarray:
        """Cut the values into bins of about equally many rows; a value is never in two bins."""
        if not len(counts):
            return np.zeros(1, dtype=int)
        rows = int(counts.sum())
        n_bins = int(np.clip(rows // _ROWS_PER_BIN, 1, _BINS))
        ends = np.cumsum(counts)
        cuts = np.searchsorted(ends, np.arange(1, n_bins) * rows / n_bins, side="left") + 1
        return np.unique(np.concatenate([[0], cuts, [len(counts)]]))

    def _segments(
        self, values: np.ndarray, counts: np.ndarray, a: int, b: int, ends: tuple[float, float]
    ) -> np.ndarray:
        """Give rows (low, high, weight): points for values of enough rows, stretches for all the others."""
        shown = counts[a:b] >= self.protection.rare_rows
        points = values[a:b][shown]
        table = [np.column_stack([points, points, counts[a:b][shown]])]
        single = np.repeat(values[a:b][~shown], counts[a:b][~shown])
        if len(single):
            low = (values[a - 1] + values[a]) / 2 if a > 0 else ends[0]
            high = (values[b - 1] + values[b]) / 2 if b < len(values) else ends[1]
            n_knots = max(1, len(single) // self.protection.extreme_rows)
            cut = np.linspace(0, len(single), n_knots + 1).round().astype(int)
            inner = (single[cut[1:-1] - 1] + single[cut[1:-1]]) / 2
            knots = np.concatenate([[low], inner, [high]])
            knots = np.maximum.accumulate(np.clip(knots, min(low, high), max(low, high)))
            table.append(np.column_stack([knots[:-1], knots[1:], np.diff(cut)]))
        return np.concatenate(table)

    def _ends(self, values: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
        """Give the ends of the range of the values that are not atoms.

        A protected end lies twice as far from the inner rows as the outermost rows do on average, so that a uniform draw
        keeps their mean and no single row decides it. It never crosses zero where no value does.
        """
        if not len(values):
            return 0.0, 0.0
        low, high = float(values[0]), float(values[-1])
        if self.protection.extremes == "exact":
            return low, high
        m = self.protection.extreme_rows
        head = np.repeat(values[:m], np.minimum(counts[:m], m))[:m]
        tail = np.repeat(values[-m:], np.minimum(counts[-m:], m))[-m:]
        if counts[0] < self.protection.rare_rows:
            low = float(head[-1] - 2 * (head[-1] - head).mean())
        if counts[-1] < self.protection.rare_rows:
            high = float(tail[0] + 2 * (tail - tail[0]).mean())
        if values[0] >= 0:
            low = max(low, 0.0)
        if values[-1] <= 0:
            high = min(high, 0.0)
        return low, max(low, high)
