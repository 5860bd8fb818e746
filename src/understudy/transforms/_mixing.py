"""Numbers that look random and depend on a key and a place only, whatever else is drawn."""

from dataclasses import dataclass

import numpy as np

__all__ = ["MOST", "Draws", "mixed", "permuted"]

MOST = 1 << 32
"""Most numbers that a draw can be one of: then each is as likely as any other up to one in 2**32."""

ROUNDS = 4
GOLDEN = 0x9E3779B97F4A7C15
WORD = (1 << 64) - 1


@dataclass(slots=True)
class Draws:
    """Draws for places of a sample, one after the other: splitmix64, counted by place (Steele et al. 2014).

    Parameters
    ----------
    key : int
        The secret.
    places : array of shape (n,), int
        Places, from 0. Equal places draw equal numbers.
    drawn : int
        How many numbers each place has drawn.
    """

    key: int
    places: np.ndarray
    drawn: int = 0

    def below(self, n: int) -> np.ndarray:
        """Draw a number below ``n``, at most :data:`MOST`, for each place."""
        self.drawn += 1
        stream = mixed(np.array([self.key & WORD, (self.drawn * GOLDEN) & WORD], dtype=np.uint64))
        words = mixed(mixed(self.places.astype(np.uint64) * np.uint64(GOLDEN) + stream[0]) ^ stream[1])
        return ((words >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)


def permuted(numbers: np.ndarray, n: int, key: int) -> np.ndarray:
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
            left, right = right, left ^ (mixed(right ^ each) & mask)
        out[todo] = (left << half) | right
        todo &= out >= np.uint64(n)
    return out.astype(np.int64)


def mixed(x: np.ndarray) -> np.ndarray:
    """Mix the bits of 64-bit words (the finisher of splitmix64, Steele et al. 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
