"""Quantities: numbers, degrees, moments and lengths of time.

A quantity's symbols are its frequent values (atoms) and quantile bins of all the others, in the order of their values.
Inside a symbol a value is drawn from segments: points, which are values of enough rows to be shown, and stretches
between two knots, each of which holds enough rows that no single one can be read off. So the marginal distribution is
kept finely, spikes, heaps and grid included, and no training value is stored unless many rows share it.
"""

from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.protocols import State
from understudy.schema.column import Datetime, Duration, Location, Numerical
from understudy.store.trust import array, expect
from understudy.transforms._heaps import heaped, heaps_of
from understudy.transforms._holders import Holders
from understudy.transforms._layout import lay_out
from understudy.transforms._units import (
    Quantity,
    from_numbers,
    grid,
    limits,
    on_grid,
    one_number,
    origin_of,
    to_numbers,
)
from understudy.transforms.encoder import stratified
from understudy.transforms.protection import Protection

__all__ = ["Quantity", "QuantityEncoder"]

_LARGEST = float(np.finfo(float).max)
_FARTHEST = 1 << 63  # an origin, in a model file
_FEW = 12  # values that can be listed
_NEAR = 1e-6  # of a grid's step: how far beside it a given number may lie by rounding


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
        Where each bin begins.
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
    origin : int
        What whole numbers are counted from.
    heaps, heap_shares : array of shape (h,)
        Coarser grids that some of the values between atoms lie on, and their shares; empty: none.
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
    heaps: np.ndarray
    heap_shares: np.ndarray
    origin: int = 0

    @classmethod
    def fit(
        cls, values: pl.Series, column: Quantity, protection: Protection, run: Run, who: np.ndarray | None = None
    ) -> "QuantityEncoder":
        """Learn the symbols of ``values``, each of which belongs to one of those ``who`` are protected."""
        origin = origin_of(values, column)
        numbers = to_numbers(values, column, origin)
        absent = np.isnan(numbers)
        distinct, counts, holders = _counted(numbers[~absent], None if who is None else who[~absent])
        step = grid(distinct, column)
        layout = lay_out(distinct, counts, len(numbers), protection, column, step, holders)
        if layout.hidden:
            run.find(
                "extremes.protected",
                f"The ends of column {values.name!r} were replaced by what its outermost {protection.extreme_rows} "
                f"{'rows' if who is None else 'entities'} have in common.",
            )
        if endless := int(absent.sum()) - values.null_count():
            run.find(
                "numbers.infinite",
                f"Column {values.name!r} has {endless:,} infinite values, which are taken as missing.",
                "repair",
            )
        missing = bool(absent.any())
        arrays = {f.name: getattr(layout, f.name) for f in fields(layout) if f.name not in {"hidden", "first"}}
        arrays["atom_codes"] += missing
        arrays["bin_codes"] += missing
        first = np.append([0] * missing, layout.first).astype(np.int64)
        first = first if len(first) > 1 else np.zeros(2, dtype=np.int64)  # nothing at all
        loose = (counts if holders is None else holders.shared()) < protection.rare_rows
        counted = step if isinstance(column, Numerical) else 0.0  # nobody rounds time to fifty minutes
        heaps, shares = heaps_of(distinct[loose], counts[loose], counted)
        arrays |= {"heaps": heaps, "heap_shares": shares}
        return cls(column=column, missing=missing, first=first, step=step, origin=origin, **arrays)

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
        return self._codes(to_numbers(values, self.column, self.origin))

    def _codes(self, numbers: np.ndarray) -> np.ndarray:
        codes = np.zeros(len(numbers), dtype=np.uint16)
        if len(self.bin_starts):
            place = np.clip(np.searchsorted(self.bin_starts, numbers, side="right") - 1, 0, None)
            codes = self.bin_codes[place].astype(np.uint16)
            place = np.clip(np.searchsorted(self.atoms, numbers), 0, max(len(self.atoms) - 1, 0))
            hit = self.atoms[place] == numbers if len(self.atoms) else np.zeros(len(numbers), dtype=bool)
            codes[hit] = self.atom_codes[place[hit]]
        elif len(self.atoms):  # every symbol is an atom: take the nearest
            between = self.atoms[:-1] / 2 + self.atoms[1:] / 2
            codes = self.atom_codes[np.searchsorted(between, numbers)].astype(np.uint16)
        # Where none were missing at fitting, the first symbol has to do.
        codes[np.isnan(numbers)] = 0
        return codes

    def decode(self, codes: np.ndarray, rng: np.random.Generator) -> pl.Series:
        """Draw a value for each symbol, spread evenly over the symbol's segments."""
        codes = codes.astype(np.int64)
        if not len(self.weight):
            return from_numbers(np.full(len(codes), np.nan), self.column)
        ends = np.append(0.0, np.cumsum(self.weight))
        begin, end = self.first[codes], self.first[codes + 1]
        place = ends[begin] + stratified(codes, rng) * (ends[end] - ends[begin])
        # Rounding could carry a place over its symbol's end.
        segment = np.minimum(np.searchsorted(ends, place, side="right") - 1, np.maximum(end - 1, begin))
        segment = np.minimum(segment, len(self.weight) - 1)
        low, high = self.low[segment], self.high[segment]
        inside = np.clip((place - ends[segment]) / self.weight[segment], 0.0, 1.0)
        numbers = low * (1 - inside) + high * inside
        snapped = on_grid(numbers, self.column, self.step)
        if len(self.heaps):
            steps = rng.choice(np.append(self.step, self.heaps), len(codes), p=self._heap_chances())
            snapped = heaped(numbers, snapped, steps, (low, high), self.column)
        numbers = np.where(low == high, low, snapped)
        if self.missing:
            numbers[codes == 0] = np.nan
        return from_numbers(numbers, self.column, self.step, self.origin)

    def _heap_chances(self) -> np.ndarray:
        chances = np.append(max(1 - self.heap_shares.sum(), 0.0), self.heap_shares)
        return chances / chances.sum()  # the shares may sum up to a rounding error more than 1

    def allowed(self, value: object) -> np.ndarray:
        """Tell which symbol ``value`` has; none if it is off the grid or outside the range of the symbols."""
        mask = np.zeros(self.n_symbols, dtype=bool)
        if value is None:
            mask[0] = self.missing
            return mask
        number = np.array([one_number(value, self.column, self.origin)])
        low, high = limits(self.column)
        known = len(self.low) > 0 and self.low.min() <= number[0] <= self.high.max()
        if not known or not low - self.origin <= number[0] <= high - self.origin:
            return mask
        beside = np.abs(on_grid(number, self.column, self.step) - number)[0]
        if (number[0] in self.atoms) or (len(self.bin_starts) and beside <= _NEAR * self.step):
            mask[self._codes(number)[0]] = True
        return mask

    def within(self, low: float, high: float) -> np.ndarray:
        """Tell which symbols have a value in [low, high], in numbers as the segments hold them; missing has none."""
        inside = np.append(0, np.cumsum((self.high >= low) & (self.low <= high)))
        return inside[self.first[1:]] > inside[self.first[:-1]]

    def number(self, value: object) -> float:
        """Give a value as the segments hold it; NaN where the column's rows cannot hold it."""
        return one_number(value, self.column, self.origin)

    def numbers(self, values: pl.Series) -> np.ndarray:
        """Give values as the segments hold them; NaN for missing."""
        return to_numbers(values, self.column, self.origin)

    def choices(self, wrong: object) -> str:
        """Say which values there are."""
        del wrong
        if not len(self.low):
            return "nothing else than missing"
        if not len(self.bin_starts) and len(self.atoms) <= _FEW:
            return f"one of {', '.join(map(str, self._values(self.atoms)))}"
        low, high = self._values(self._ends())
        decimals = getattr(self.column, "decimals", None)
        return f"a value from {low} to {high}" + (f" of at most {decimals} decimals" if decimals else "")

    def ends(self) -> pl.Series:
        """Give the least and the greatest value on the grid; none where all are missing."""
        numbers = on_grid(self._ends(), self.column, self.step) if len(self.low) else np.empty(0)
        return from_numbers(numbers, self.column, self.step, self.origin)

    def _ends(self) -> np.ndarray:
        low, high = self.low.min(), self.high.max()
        if self.step:
            low, high = np.ceil(low / self.step) * self.step, np.floor(high / self.step) * self.step
        return np.array([low, high])

    def _values(self, numbers: np.ndarray) -> list[object]:
        return from_numbers(on_grid(numbers, self.column, self.step), self.column, self.step, self.origin).to_list()

    def state(self) -> State:
        """Give everything needed to build this encoder again."""
        state: State = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "column"}
        state["column"] = self.column.model_dump(mode="json")
        return state

    @classmethod
    def restore(cls, state: State) -> "QuantityEncoder":
        """Build the encoder that gave ``state``.

        Raises
        ------
        ValueError
            If values could not be drawn from it.
        """
        values = cast("dict[str, Any]", dict(state))
        spelled = values.pop("column")
        kinds = {"numerical": Numerical, "location": Location, "datetime": Datetime, "duration": Duration}
        made = cls(column=kinds[spelled["kind"]].model_validate(spelled), **values)
        first = array(made.first, "first", np.int64, (None,), low=0, high=len(made.low), rising=True)
        expect(len(first) > 1, "a quantity has no symbol")
        for name, like in (
            *(("low", made.low), ("high", made.low), ("weight", made.low)),
            *(("atoms", made.atoms), ("bin_starts", made.bin_starts)),
        ):
            array(getattr(made, name), name, np.float64, (len(like),), low=-_LARGEST, high=_LARGEST)
        array(made.weight, "weight", np.float64, (None,), low=0)
        for name, like in (("atom_codes", made.atoms), ("bin_codes", made.bin_starts)):
            array(getattr(made, name), name, "iu", (len(like),), low=0, high=made.n_symbols - 1)
        shares = array(made.heap_shares, "heap_shares", np.float64, (len(made.heaps),), low=0, high=1)
        expect(float(shares.sum()) <= 1, "heaps have more than all values")
        array(made.heaps, "heaps", np.float64, (None,), low=0, high=np.finfo(float).max)
        origin, step = values["origin"], values["step"]
        expect(isinstance(origin, int) and abs(origin) <= _FARTHEST, "origin is no such number")
        expect(isinstance(step, int | float) and step >= 0, "step is no such number")
        return made


def _counted(numbers: np.ndarray, who: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, Holders | None]:
    """Give the distinct numbers, how often each occurs, and who holds which."""
    if who is None:
        return *np.unique(numbers, return_counts=True), None
    distinct, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return distinct, counts, Holders(places, who, len(distinct))
