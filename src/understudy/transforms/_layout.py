"""Lays out a quantity's symbols: frequent values, bins of the others, and the segments that values are drawn from.

What is laid out holds no value that fewer than ``rare_rows`` rows share: the ends of bins and segments lie between
values, and those of the range come from the median of the outermost rows.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from understudy.transforms._holders import Holders
from understudy.transforms._units import Quantity, limits
from understudy.transforms.protection import Protection

__all__ = ["Layout", "lay_out"]

_BINS = 256
_ROWS_PER_BIN = 60
_FEW_BINS = 64
_FEW_VALUES = 64  # with no more distinct values than these, each frequent enough one is an atom
_ATOM_SHARE = 0.003
_ATOM_ROWS = 20
_HUGE, _SHRINK = 1e290, 2.0**-80  # sums of numbers beyond this could overflow; a power of two changes no digit


@dataclass(frozen=True, slots=True)
class Layout:
    """Arrays of a quantity's symbols, as :class:`~understudy.transforms.numerical.QuantityEncoder` describes them."""

    atoms: np.ndarray
    atom_codes: np.ndarray
    bin_starts: np.ndarray
    bin_codes: np.ndarray
    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray
    first: np.ndarray
    hidden: bool


def lay_out(
    distinct: np.ndarray,
    counts: np.ndarray,
    n_rows: int,
    protection: Protection,
    column: Quantity,
    step: float,
    holders: Holders | None = None,
) -> Layout:
    """Lay out the symbols, without that of missing values.

    Parameters
    ----------
    distinct : array of shape (k,), ascending
        Values.
    counts : array of shape (k,)
        Rows of each.
    n_rows : int
        All rows, those without a value included.
    protection : Protection
        What may not show.
    column : Numerical, Location, Datetime or Duration
        The column.
    step : float
        Grid of the values; 0: none.
    holders : Holders, optional
        Who holds which values; by default each row is a holder of its own.
    """
    shared = counts if holders is None else holders.shared()
    atom = _is_atom(counts, n_rows, protection) & (shared >= protection.rare_rows)
    loose = ~atom & (shared < protection.rare_rows)
    held = counts if holders is None else np.where(loose, holders.spread(loose), shared)
    few = held[~atom].sum() < protection.rare_rows
    pooled = bool(few and atom.any() and not atom.all() and protection.extremes == "protected")
    ends = min(shared[[0, -1]]) if len(counts) else protection.rare_rows
    hidden = pooled or (protection.extremes == "protected" and ends < protection.rare_rows)
    shrink = _SHRINK if len(distinct) and np.abs(distinct[[0, -1]]).max() > _HUGE else 1.0
    left = np.flatnonzero(~atom)[: 0 if pooled else None]  # too few to be shown in any form count as the nearest atom
    sizes, m = counts[left], max(protection.extreme_rows, protection.rare_rows)
    ordered = distinct * shrink
    outermost = _outermost(ordered, counts, m) if holders is None else holders.outermost(ordered, m)
    room = _room(distinct, atom, column, shrink)
    rest = _Rest(ordered[left], sizes, shared[left], held[left], protection, step * shrink, room, outermost)
    points = np.column_stack([distinct, distinct, counts])[atom]
    symbols = [(float(p[0]) * shrink, 0, p[None, :]) for p in points]
    edges = rest.edges()
    for a, b in pairwise(edges):
        middle = float(np.average(rest.values[a:b], weights=sizes[a:b]))
        low, high, weight = rest.segments(a, b).T
        symbols.append((middle, 1, np.column_stack([_unshrunk(low, shrink), _unshrunk(high, shrink), weight])))
    return _assemble(symbols, distinct[atom], _unshrunk(rest.starts(edges), shrink), hidden=hidden)


def _unshrunk(values: np.ndarray, shrink: float) -> np.ndarray:
    """Take the shrinking of huge values back, within what a float can hold."""
    most = np.finfo(np.float64).max * shrink
    return np.clip(values, -most, most) / shrink


def _assemble(
    symbols: list[tuple[float, int, np.ndarray]], atoms: np.ndarray, starts: np.ndarray, *, hidden: bool
) -> Layout:
    symbols = sorted(symbols, key=lambda s: (s[0], s[1]))
    kinds = np.array([s[1] for s in symbols], dtype=int)
    table = np.concatenate([s[2] for s in symbols]) if symbols else np.empty((0, 3))
    return Layout(
        atoms=atoms,
        atom_codes=np.flatnonzero(kinds == 0),
        bin_starts=starts,
        bin_codes=np.flatnonzero(kinds == 1),
        low=table[:, 0].copy(),
        high=table[:, 1].copy(),
        weight=table[:, 2].copy(),
        first=np.append(0, np.cumsum([len(s[2]) for s in symbols])).astype(np.int64),
        hidden=hidden,
    )


def _is_atom(counts: np.ndarray, n_rows: int, protection: Protection) -> np.ndarray:
    enough = counts >= max(_ATOM_SHARE * n_rows, _ATOM_ROWS)
    if len(counts) <= _FEW_VALUES:
        enough = np.ones(len(counts), dtype=bool)
    return enough & (counts >= protection.rare_rows)


def _room(distinct: np.ndarray, atom: np.ndarray, column: Quantity, shrink: float) -> tuple[float, float]:
    """Give the range that no bin may leave: the column's limits, and the atoms where they are outermost."""
    low, high = limits(column)
    if len(distinct):
        low = max(low, distinct[0]) if atom[0] else low
        high = min(high, distinct[-1]) if atom[-1] else high
    return low * shrink, high * shrink


def _outermost(distinct: np.ndarray, counts: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the ``m`` lowest and highest values of all rows, ascending: a few stragglers would reach too far."""
    head = np.repeat(distinct[:m], np.minimum(counts[:m], m))[:m]
    tail = np.repeat(distinct[-m:], np.minimum(counts[-m:], m))[-m:]
    return head, tail


@dataclass(frozen=True, slots=True)
class _Rest:
    """The values that are no atoms, and their rows.

    ``shared`` says how many hold each value, ``held`` the same without counting anybody twice. ``room`` is the range
    that they may not leave; ``outermost`` are the lowest and the highest rows of the column, with its atoms.
    """

    values: np.ndarray
    counts: np.ndarray
    shared: np.ndarray
    held: np.ndarray
    protection: Protection
    step: float
    room: tuple[float, float]
    outermost: tuple[np.ndarray, np.ndarray]

    def edges(self) -> np.ndarray:
        """Cut the values into bins of about equally many rows; a value is never in two bins."""
        if not len(self.counts):
            return np.zeros(1, dtype=int)
        rows, held = int(self.counts.sum()), np.append(0, np.cumsum(self.held))
        # A short table has finer bins, down to one stretch each.
        few = min(_FEW_BINS, rows // self.protection.extreme_rows)
        n_bins = int(np.clip(max(rows // _ROWS_PER_BIN, few), 1, _BINS))
        ends = np.cumsum(self.counts)
        cuts = np.searchsorted(ends, np.arange(1, n_bins) * rows / n_bins, side="left") + 1
        kept = [0]
        for cut in np.unique(cuts):
            enough = min(held[cut] - held[kept[-1]], held[-1] - held[cut]) >= self.protection.extreme_rows
            if enough and self.parts(cut):
                kept.append(int(cut))
        return np.array([*kept, len(self.counts)])

    def parts(self, cut: int) -> bool:
        """Tell whether a number lies strictly between the values on both sides of a cut."""
        return bool(self.values[cut - 1] < self.between(cut) < self.values[cut])

    def between(self, cut: int) -> float:
        """Give the middle between the values on both sides of a cut."""
        return float(self.values[cut - 1] / 2 + self.values[cut] / 2)

    def starts(self, edges: np.ndarray) -> np.ndarray:
        """Give where each bin begins."""
        if len(edges) < 2:  # noqa: PLR2004 - two edges make one bin
            return np.empty(0)
        return np.array([self.ends()[0], *(self.between(cut) for cut in edges[1:-1])])

    def segments(self, a: int, b: int) -> np.ndarray:
        """Give rows (low, high, weight): points for values of enough rows, stretches for all the others."""
        shown = self.shared[a:b] >= self.protection.rare_rows
        points = self.values[a:b][shown]
        table = [np.column_stack([points, points, self.counts[a:b][shown]])]
        if not shown.all():
            low = self.between(a) if a > 0 else self.ends()[0]
            high = self.between(b) if b < len(self.values) else self.ends()[1]
            table.append(self._stretches(a + np.flatnonzero(~shown), low, high))
        return np.concatenate(table)

    def _stretches(self, places: np.ndarray, low: float, high: float) -> np.ndarray:
        """Cut [low, high] into stretches of at least ``extreme_rows`` rows each, between the values at ``places``."""
        values, rows, sums = self.values[places], np.cumsum(self.counts[places]), np.cumsum(self.held[places])
        n_parts = max(1, int(sums[-1]) // (self.protection.extreme_rows + self.protection.rare_rows))
        cuts = np.unique(np.searchsorted(sums, np.arange(1, n_parts) * sums[-1] / n_parts, side="left") + 1)
        cuts = cuts[cuts < len(values)]
        knots = values[cuts - 1] / 2 + values[cuts] / 2
        parted = (values[cuts - 1] < knots) & (knots < values[cuts]) & (knots > low) & (knots < high)
        cuts, knots = cuts[parted], np.concatenate([[low], knots[parted], [high]])
        weights = np.diff(np.concatenate([[0], rows[cuts - 1], rows[-1:]]))
        return np.column_stack([knots[:-1], knots[1:], weights])

    def ends(self) -> tuple[float, float]:
        """Give the ends of the range, half a step beyond the outermost points of a grid.

        A protected end lies twice as far from the inner rows as the median of the outermost rows does: half of them
        have to move for it to move, so no single row decides it. It never crosses zero where no value does.
        """
        low, high = self._bare_ends()
        low, high = max(low, self.room[0]), min(high, self.room[1])
        if self.step and abs(low) < self.step / np.finfo(float).eps and self.protection.extremes == "protected":
            return (np.rint(low / self.step) - 0.5) * self.step, (np.rint(high / self.step) + 0.5) * self.step
        return low, max(low, high)

    def _bare_ends(self) -> tuple[float, float]:
        if not len(self.values):
            return 0.0, 0.0
        low, high = float(self.values[0]), float(self.values[-1])
        rare = self.protection.rare_rows
        if self.protection.extremes == "exact" or rare == 1:
            return low, high
        if self.held.sum() < rare:
            return _coarse(low, high)
        head, tail = self.outermost
        if self.shared[0] < rare:
            low = self._aside(float(head[-1] - 2 * np.median(head[-1] - head)), 1)
        if self.shared[-1] < rare:
            high = self._aside(float(tail[0] + 2 * np.median(tail - tail[0])), -1)
        low = max(low, 0.0) if self.values[0] >= 0 else low
        high = min(high, 0.0) if self.values[-1] <= 0 else high
        return low, max(low, high)

    def _aside(self, end: float, inward: int) -> float:
        """Move an end that happens to be a training value half way to the next one."""
        place = int(np.searchsorted(self.values, end))
        if place < len(self.values) and self.values[place] == end:
            beyond = min(max(place + inward, 0), len(self.values) - 1)
            return end / 2 + float(self.values[beyond]) / 2
        return end


def _coarse(low: float, high: float) -> tuple[float, float]:
    """Give a range around a few values that says their order of magnitude only."""
    extent = high - low or abs(high)
    if not extent:
        return low, high
    unit = max(10.0 ** np.floor(np.log10(extent)), 1 / _HUGE)
    return (np.floor(low / unit) - 0.5) * unit, (np.ceil(high / unit) + 0.5) * unit
