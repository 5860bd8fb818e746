"""Fresh texts by number: molds that count the texts they can make, made in a secret order.

Row ``i`` of a sample gets the texts ``i``, ``i + m``, ``i + 2m`` ... of the secret order to choose from, and takes the
first that is not a real one. No two rows share a candidate, so that all are different, whatever the size of the chunks
in which the sample is drawn, and none needs to know of the others. Where there are few texts for each real one, row
``i`` takes the i-th text that is none instead.
"""

import hashlib
from dataclasses import dataclass
from math import prod

import numpy as np
import polars as pl

__all__ = ["Avoid", "Mold", "fresh"]


TRIES = 32  # the filter of real values lets half of all texts pass: 2**-32 of the rows find no text
CROWDED = 320  # with fewer texts than this for each real one, none may be wasted: tries would take ten times as many
SCANNED = 4_096
ROUNDS = 4
LARGEST = 1 << 60


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

    def draw(self, n: int, rng: np.random.Generator) -> pl.Series:
        """Give ``n`` texts at random, for parts with more texts than can be numbered."""
        if self.words or self.capacity < LARGEST:
            return self.spell(rng.integers(0, self.capacity, n))
        half = self.high // 2
        low = max(self.low - half, 0)
        first, last = (
            Part(letters=self.letters, low=half, high=half),
            Part(letters=self.letters, low=low, high=self.high - half),
        )
        return first.draw(n, rng) + last.draw(n, rng)


@dataclass(frozen=True, slots=True)
class Mold:
    """What texts are made of: parts side by side."""

    parts: tuple[Part, ...]

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
        return _joined(texts)

    def draw(self, n: int, rng: np.random.Generator) -> pl.Series:
        """Give ``n`` texts at random."""
        return _joined([part.draw(n, rng) for part in self.parts])

    def longer(self, digits: int) -> "Mold":
        """Give the mold of longer texts, for when the texts of this one are used up."""
        last = max((i for i, part in enumerate(self.parts) if part.letters), default=None)
        if last is None and self.capacity == 1:
            # All of it is fixed: numbers tell the texts apart.
            return Mold((*self.parts, Part(letters="0123456789", low=digits, high=digits)))
        if last is None:
            # A double name.
            return Mold((*self.parts, Part(words=("-",)), max(self.parts, key=lambda part: part.capacity)))
        part = self.parts[last]
        grown = Part(letters=part.letters, low=part.high + digits, high=part.high + digits)
        return Mold((*self.parts[:last], grown, *self.parts[last + 1 :]))


def _joined(texts: list[pl.Series]) -> pl.Series:
    return pl.select(pl.concat_str([pl.lit(t) for t in texts])).to_series()


@dataclass(frozen=True, slots=True)
class Avoid:
    """A filter that no real value passes, and that does not tell which are real: half of all others do not pass either.

    Parameters
    ----------
    bits : array of uint8
        One hash function's bitmap, half full; empty lets everything pass.
    salt : bytes
        Key of the hash.
    """

    bits: np.ndarray
    salt: bytes

    @classmethod
    def of(cls, values: pl.Series, salt: bytes) -> "Avoid":
        """Make the filter of the distinct ``values``."""
        # After n throws into m places the share of empty ones is exp(-n/m); it is one half for m = n / ln 2.
        places = max(int(values.len() / np.log(2)), 64)
        places += -places % 8
        marks = np.zeros(places, dtype=np.uint8)
        marks[_hashes(values, salt) % np.uint64(places)] = 1
        return cls(np.packbits(marks), salt)

    @property
    def n_real(self) -> float:
        """About how many real values there are."""
        return len(self.bits) * 8 * float(np.log(2))

    def passes(self, texts: pl.Series) -> np.ndarray:
        """Tell which texts are none of the real ones for sure."""
        if not len(self.bits):
            return np.ones(texts.len(), dtype=bool)
        places = _hashes(texts, self.salt) % np.uint64(len(self.bits) * 8)
        return (
            self.bits[(places >> np.uint64(3)).astype(np.int64)] >> (7 - (places & np.uint64(7)).astype(np.uint8))
        ) & 1 == 0


def _hashes(texts: pl.Series, salt: bytes) -> np.ndarray:
    keyed = hashlib.blake2b(digest_size=8, key=salt)
    out = bytearray()
    for text in texts.to_list():
        each = keyed.copy()
        each.update(text.encode())
        out += each.digest()
    return np.frombuffer(bytes(out), dtype="<u8")


def fresh(mold: Mold, avoid: Avoid, rows: np.ndarray, key: int) -> pl.Series:
    """Give the texts of rows, by their places in the whole sample: equal places get equal texts, others different ones.

    Parameters
    ----------
    mold : Mold
        Makes the texts.
    avoid : Avoid
        Holds back the real ones.
    rows : array of int
        Places, from 0.
    key : int
        The secret order. Chunks of one sample must share it.
    """
    if mold.capacity >= LARGEST:
        return _from_many(mold, avoid, rows, key)
    out = np.full(len(rows), None, dtype=object)
    todo, places, level = np.arange(len(rows)), rows.astype(np.int64), 0
    while len(todo):
        crowded = mold.capacity < CROWDED * avoid.n_real
        texts = (_counted if crowded else _tried)(mold, avoid, places, key + level)
        out[todo] = texts
        # Whoever found nothing goes on with longer texts, at the same place: no other row can have it there.
        lost = np.array([text is None for text in texts], dtype=bool)
        todo, places = todo[lost], places[lost]
        level += 1
        mold = mold.longer(1)
    return pl.Series(out.tolist(), dtype=pl.String)


def _tried(mold: Mold, avoid: Avoid, places: np.ndarray, key: int) -> np.ndarray:
    """Give each place the first of its own texts that is not a real one; None where there is none."""
    out = np.full(len(places), None, dtype=object)
    tries = TRIES if len(avoid.bits) else 1
    shift = max(mold.capacity // tries, 1)
    mine = np.flatnonzero(places < shift)
    spots = places[mine]
    for attempt in range(tries):
        if not len(mine):
            break
        numbers = spots + attempt * shift
        fits = numbers < mold.capacity
        texts = mold.spell(_permuted(np.where(fits, numbers, 0), mold.capacity, key))
        good = avoid.passes(texts) & fits
        out[mine[good]] = texts.filter(pl.Series(good)).to_list()
        mine, spots = mine[~good], spots[~good]
    return out


def _counted(mold: Mold, avoid: Avoid, places: np.ndarray, key: int) -> np.ndarray:
    """Give the place ``i`` the i-th of all texts that are not real ones; None where there are fewer.

    Takes time for every text before, but wastes none: where real values fill much of what there is, the texts of their
    own length would else run out.
    """
    found: list[str] = []
    wanted = int(places.max()) + 1
    for start in range(0, mold.capacity, SCANNED):
        if len(found) >= wanted:
            break
        numbers = np.arange(start, min(start + SCANNED, mold.capacity))
        texts = mold.spell(_permuted(numbers, mold.capacity, key))
        found += texts.filter(pl.Series(avoid.passes(texts))).to_list()
    return np.array([found[i] if i < len(found) else None for i in places.tolist()], dtype=object)


def _from_many(mold: Mold, avoid: Avoid, rows: np.ndarray, key: int) -> pl.Series:
    """Draw at random where there are so many texts that two rows never meet."""
    first = int(rows[0]) if len(rows) else 0
    distinct, back = np.unique(rows, return_inverse=True)
    if len(distinct) < len(rows):
        # Repeated values: the same for every chunk.
        texts = mold.draw(int(distinct[-1]) + 1, np.random.default_rng([key, 0]))
        return texts.gather(rows)
    rng = np.random.default_rng([key, first])
    texts = mold.draw(len(rows), rng)
    bad = ~avoid.passes(texts)
    while bad.any():
        again = mold.draw(int(bad.sum()), rng)
        texts = texts.scatter(np.flatnonzero(bad), again)
        bad[np.flatnonzero(bad)] = ~avoid.passes(again)
    return texts.gather(back) if len(distinct) < len(rows) else texts


def _permuted(numbers: np.ndarray, n: int, key: int) -> np.ndarray:
    """Shuffle the numbers below ``n``: a Feistel network on the next even number of bits, cycle-walked.

    Black and Rogaway, *Ciphers with arbitrary finite domains*, CT-RSA 2002, sections 3 and 4.
    """
    half = np.uint64(max(((n - 1).bit_length() + 1) // 2, 1))
    mask = np.uint64((1 << int(half)) - 1)
    keys = np.random.default_rng(key).integers(1, 1 << 63, ROUNDS, dtype=np.uint64)
    out = numbers.astype(np.uint64)
    todo = np.ones(len(out), dtype=bool)
    while todo.any():
        left, right = out[todo] >> half, out[todo] & mask
        for each in keys:
            left, right = right, left ^ (_mixed(right ^ each) & mask)
        out[todo] = (left << half) | right
        todo &= out >= np.uint64(n)
    return out.astype(np.int64)


def _mixed(x: np.ndarray) -> np.ndarray:
    """Mix the bits of 64-bit words (the finisher of splitmix64, Steele et al. 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
