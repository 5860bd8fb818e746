"""Fresh texts by number: molds that count the texts they can make, made in a secret order.

Row ``i`` of a sample gets the texts ``i``, ``i + m``, ``i + 2m`` ... of the secret order to choose from, and takes the
first that is not a real one. No two rows share a candidate, so that all are different, whatever the size of the chunks
in which the sample is drawn, and none needs to know of the others. Where there are few texts for each real one, row
``i`` takes the i-th text that is none instead.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from understudy.transforms._mixing import Draws, permuted
from understudy.transforms._molds import Mold

__all__ = ["Avoid", "fresh"]

TRIES = 32  # the filter of real values lets half of all texts pass: 2**-32 of the rows find no text
CROWDED = 320  # with fewer texts than this for each real one, none may be wasted: tries would take ten times as many
SCANNED = 4_096
LARGEST = 1 << 60


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
        texts = mold.spell(permuted(np.where(fits, numbers, 0), mold.capacity, key))
        good = avoid.passes(texts) & fits
        out[mine[good]] = texts.filter(pl.Series(good)).to_list()
        mine, spots = mine[~good], spots[~good]
    return out


def _counted(mold: Mold, avoid: Avoid, places: np.ndarray, key: int) -> np.ndarray:
    """Give the place ``i`` the i-th of all texts that are not real ones; None where there are fewer.

    Takes time for every text before, but wastes none: where real values fill much of what there is, the texts of their
    own length would else run out.
    """
    before = _passing_before(mold, avoid.bits.tobytes(), avoid.salt, key)
    lowest, wanted = int(places.min()), int(places.max()) + 1
    block = bisect_right(range(len(before)), lowest, key=before.__getitem__) - 1
    first = n_found = before[block]
    found: list[str] = []
    while n_found < wanted and block * SCANNED < mold.capacity:
        numbers = np.arange(block * SCANNED, min((block + 1) * SCANNED, mold.capacity))
        texts = mold.spell(permuted(numbers, mold.capacity, key))
        found += texts.filter(pl.Series(avoid.passes(texts))).to_list()
        block, n_found = block + 1, first + len(found)
        before[block] = n_found
    return np.array([found[i - first] if i < n_found else None for i in places.tolist()], dtype=object)


@lru_cache(maxsize=16)
def _passing_before(mold: Mold, bits: bytes, salt: bytes, key: int) -> dict[int, int]:
    """Remember how many texts before each block of :data:`SCANNED` pass, as far as the chunks of a sample have come."""
    del mold, bits, salt, key
    return {0: 0}


def _from_many(mold: Mold, avoid: Avoid, places: np.ndarray, key: int) -> pl.Series:
    """Draw each place's text at random where there are so many that two places never meet."""
    draws = Draws(key, places)
    out = mold.draw(draws)
    bad = np.flatnonzero(~avoid.passes(out))
    while len(bad):
        draws = Draws(key, places[bad], draws.drawn)
        again = mold.draw(draws)
        out = out.scatter(bad, again)
        bad = bad[~avoid.passes(again)]
    return out
