"""Which latent normal variables stand behind the symbols of a table, and where they are cut."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from understudy.store.trust import array, expect

__all__ = ["Layout", "Margin"]


@dataclass(frozen=True)
class Margin:
    """A latent standard normal variable that is cut into symbols.

    Parameters
    ----------
    symbols : array of shape (k,)
        What it is cut into, from low to high.
    counts : array of shape (k,)
        Training rows of each.
    """

    symbols: np.ndarray
    counts: np.ndarray

    @cached_property
    def ends(self) -> np.ndarray:
        """Share of the rows up to and with each symbol, shape (k,); the last is 1."""
        ends = np.cumsum(self.counts) / self.counts.sum()
        ends[-1] = 1.0
        return ends

    @cached_property
    def cuts(self) -> np.ndarray:
        """Ends of the symbols' intervals, shape (k + 1,), from minus to plus infinity."""
        return np.concatenate([[-np.inf], ndtri(self.ends)])

    @cached_property
    def scores(self) -> np.ndarray:
        """Mean of the latent variable within each interval, shape (k,); 0 for an empty one."""
        density = np.exp(-0.5 * self.cuts**2) / np.sqrt(2 * np.pi)
        share = np.diff(self.ends, prepend=0.0)
        return np.divide(-np.diff(density), share, out=np.zeros_like(share), where=share > 0)

    def lookup(self, values: np.ndarray, n_symbols: int) -> np.ndarray:
        """Arrange ``values``, one per interval, by symbol; 0 for a symbol that is not this variable's."""
        table = np.zeros(n_symbols)
        table[self.symbols] = values
        return table

    def cut(self, latent: np.ndarray) -> np.ndarray:
        """Give the symbol of each value of the latent variable."""
        return self.symbols[np.searchsorted(self.cuts[1:-1], latent, side="right")]

    def dealt(self, latent: np.ndarray, start: float) -> np.ndarray:
        """Give symbols in the order of the latent values, as often as the margin says (systematic sampling).

        Parameters
        ----------
        latent : array of shape (n,)
            Draws of the latent variable; only their ranks count.
        start : float
            A number drawn from [0, 1); with it every row alone has the margin exactly.
        """
        last = np.ceil(self.ends * len(latent) - start).astype(np.int64)
        last[-1] = len(latent)
        symbols = np.empty(len(latent), dtype=self.symbols.dtype)
        symbols[np.argsort(latent)] = np.repeat(self.symbols, np.diff(np.clip(last, 0, None), prepend=0))
        return symbols


@dataclass(frozen=True, slots=True)
class Layout:
    """The latent variables of a table's columns.

    A column with missing values has a gate, which tells where one is missing: symbol 0. Columns that are missing in the
    same rows share a gate. A column with more than one other symbol has a variable for these, which is not used where
    the column is missing; it is taken to be uncorrelated with the column's own gate, since no row can tell.

    Parameters
    ----------
    margins : tuple of Margin
        The latent variables: gates first. Those of a gate are symbols 0 (missing) and 1 (present).
    gate, value : array of shape (d,)
        Place among ``margins`` of each column's variables; -1 for none.
    alone : array of shape (d,), uint16
        What a row of the column is where it is present and there is no variable: its only symbol.
    sizes : array of shape (d,)
        Number of symbols of each column.
    """

    margins: tuple[Margin, ...]
    gate: np.ndarray
    value: np.ndarray
    alone: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, sizes: np.ndarray, missing: np.ndarray) -> "Layout":
        """Lay out the columns of ``codes``, shape (d, n), with all symbols in their own order.

        Parameters
        ----------
        codes : array of shape (d, n)
            Symbols of the rows.
        sizes : array of shape (d,)
            Number of symbols of each column.
        missing : array of shape (d,), bool
            Whether symbol 0 stands for missing.
        """
        d, n = codes.shape
        gates: dict[bytes, int] = {}
        margins: list[Margin] = []
        gate, value, alone = np.full(d, -1), np.full(d, -1), np.zeros(d, dtype=np.uint16)
        counts = [np.bincount(codes[j], minlength=sizes[j]) for j in range(d)]
        for j in np.flatnonzero(missing):
            if 0 < counts[j][0] < n:
                pattern = np.packbits(codes[j] == 0).tobytes()
                gate[j] = gates.setdefault(pattern, len(margins))
                if gate[j] == len(margins):
                    margins.append(_margin(np.arange(2), np.array([counts[j][0], n - counts[j][0]])))
        for j in range(d):
            # A symbol of no row has no interval: it is never drawn, and evidence for it says nothing of other columns.
            seen = np.flatnonzero(counts[j])
            if missing[j] and len(seen) > 1:
                seen = seen[seen > 0]
            alone[j] = seen[0] if len(seen) else 0
            if len(seen) > 1:
                value[j] = len(margins)
                margins.append(_margin(seen, counts[j][seen]))
        return cls(tuple(margins), gate, value, alone, sizes)

    def ordered(self, order: dict[int, np.ndarray]) -> "Layout":
        """Give the layout in which some columns' symbols are in another order: for a column, places in its margin."""
        margins = list(self.margins)
        for j, places in order.items():
            old = margins[self.value[j]]
            margins[self.value[j]] = _margin(old.symbols[places], old.counts[places])
        return replace(self, margins=tuple(margins))

    def tables(self) -> tuple[list[int], np.ndarray, np.ndarray]:
        """Give how to score rows: for each variable its column, and by symbol the score and whether it is seen."""
        n_latent, most = len(self.margins), int(self.sizes.max(initial=1))
        column = [0] * n_latent
        scores, seen = np.zeros((n_latent, most)), np.zeros((n_latent, most))
        for j, size in enumerate(self.sizes):
            if (g := self.gate[j]) >= 0:
                column[g], seen[g] = j, 1.0
                scores[g, 1:size], scores[g, 0] = self.margins[g].scores[1], self.margins[g].scores[0]
            if (v := self.value[j]) >= 0:
                margin = self.margins[v]
                column[v] = j
                scores[v, :size] = margin.lookup(margin.scores, size)
                seen[v, :size] = margin.lookup(np.ones(len(margin.symbols)), size)
        return column, scores, seen

    def state(self) -> dict[str, np.ndarray]:
        """Give everything needed to build this layout again."""
        margins = self.margins
        return {
            "symbols": np.concatenate([m.symbols for m in margins]) if margins else np.empty(0, dtype=np.uint16),
            "counts": np.concatenate([m.counts for m in margins]) if margins else np.empty(0),
            "lengths": np.array([len(m.symbols) for m in margins], dtype=np.int64),
            "gate": self.gate,
            "value": self.value,
            "alone": self.alone,
            "sizes": self.sizes,
        }

    @classmethod
    def restore(cls, state: Mapping[str, object], sizes: np.ndarray) -> "Layout":
        """Build the layout that gave ``state``, of columns with ``sizes`` symbols.

        Raises
        ------
        ValueError
            If rows could not be cut by it.
        """
        lengths = array(state["lengths"], "lengths", np.int64, (None,), low=2)
        n_latent, total = len(lengths), int(lengths.sum())
        ends = np.cumsum(lengths)[:-1]
        symbols = array(state["symbols"], "symbols", np.uint16, (total,))
        counts = array(state["counts"], "counts", np.float64, (total,), low=0, high=2**63)
        parts = zip(np.split(symbols, ends), np.split(counts, ends), strict=True) if n_latent else ()
        margins = tuple(Margin(s, c) for s, c in parts)
        expect(all(m.counts.sum() > 0 for m in margins), "a variable has no rows")
        gate, value = (
            array(state[name], name, np.int64, sizes.shape, low=-1, high=n_latent - 1) for name in ("gate", "value")
        )
        alone = array(state["alone"], "alone", np.uint16, sizes.shape)
        expect((alone < sizes).all(), "a column's only symbol is none of its own")
        for g, v, size in zip(gate, value, sizes, strict=True):
            expect(g < 0 or list(margins[g].symbols) == [0, 1], "a gate is no yes or no")
            expect(v < 0 or margins[v].symbols.max() < size, "a column has symbols that are not its own")
        return cls(margins, gate, value, alone, array(state["sizes"], "sizes", "iu", sizes.shape))


def _margin(symbols: np.ndarray, counts: np.ndarray) -> Margin:
    return Margin(symbols.astype(np.uint16), counts.astype(np.float64))
