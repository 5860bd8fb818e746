"""Molds: texts that can be counted, made of parts side by side."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import polars as pl

from understudy.transforms._mixing import MOST, Draws

__all__ = ["Mold", "Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text: one of some words, or some characters of an alphabet."""

    words: tuple[str, ...] = ()
    letters: str = ""
    low: int = 0
    high: int = 0

    @property
    def capacity(self) -> int:
        """How many texts it can be."""
        return len(self.words) or sum(len(self.letters) ** k for k in range(self.low, self.high + 1))

    def spell(self, numbers: np.ndarray) -> pl.Series:
        """Give the texts with these numbers, each below the capacity."""
        if self.words:
            return pl.Series(self.words, dtype=pl.String).gather(numbers)
        base = len(self.letters)
        rest, lengths = numbers.copy(), np.full(len(numbers), self.low)
        for length in range(self.low, self.high):
            over = (lengths == length) & (rest >= base**length)
            rest[over] -= base**length
            lengths[over] += 1
        out = np.zeros((len(numbers), max(self.high, 1)), dtype=np.uint8)
        alphabet = np.frombuffer(self.letters.encode("ascii"), dtype=np.uint8)
        for place in range(self.high):
            there = place < lengths
            out[there, place] = alphabet[(rest[there] % base).astype(np.int64)]
            rest //= base
        return pl.Series(out.view(f"S{max(self.high, 1)}").ravel().astype(str), dtype=pl.String)

    def draw(self, draws: Draws) -> pl.Series:
        """Give a text for each place, for parts with more texts than can be numbered."""
        if self.words or self.capacity <= MOST:
            return self.spell(draws.below(self.capacity))
        half = self.high // 2
        first = Part(letters=self.letters, low=half, high=half)
        last = Part(letters=self.letters, low=max(self.low - half, 0), high=self.high - half)
        return first.draw(draws) + last.draw(draws)


@dataclass(frozen=True, slots=True)
class Mold:
    """What texts are made of.

    Parameters
    ----------
    parts : tuple of Part
        Parts side by side.
    finish : function, optional
        Puts check digits into texts, in places which are the same in all of them: it keeps different ones different.
    """

    parts: tuple[Part, ...]
    finish: Callable[[pl.Series], pl.Series] | None = None

    @property
    def capacity(self) -> int:
        """How many texts it can make."""
        return prod(part.capacity for part in self.parts)

    def spell(self, numbers: np.ndarray) -> pl.Series:
        """Give the texts with these numbers, each below the capacity, which must be below 2**60."""
        texts: list[pl.Series] = []
        rest = numbers.astype(np.int64)
        for part in self.parts:
            texts.append(part.spell(rest % part.capacity))
            rest //= part.capacity
        return self._joined(texts)

    def draw(self, draws: Draws) -> pl.Series:
        """Give a text for each place, for molds with more texts than can be numbered."""
        return self._joined([part.draw(draws) for part in self.parts])

    def _joined(self, texts: list[pl.Series]) -> pl.Series:
        whole = pl.select(pl.concat_str([pl.lit(t) for t in texts])).to_series()
        return whole if self.finish is None else self.finish(whole)

    def longer(self, digits: int) -> "Mold":
        """Give the mold of longer texts, for when the texts of this one are used up."""
        last = max((i for i, part in enumerate(self.parts) if part.letters), default=None)
        if last is None and self.capacity == 1:
            # All of it is fixed: numbers tell the texts apart.
            return replace(self, parts=(*self.parts, Part(letters="0123456789", low=digits, high=digits)))
        if last is None:
            # A double name.
            return replace(
                self, parts=(*self.parts, Part(words=("-",)), max(self.parts, key=lambda part: part.capacity))
            )
        part = self.parts[last]
        grown = Part(letters=part.letters, low=part.high + digits, high=part.high + digits)
        return replace(self, parts=(*self.parts[:last], grown, *self.parts[last + 1 :]))
