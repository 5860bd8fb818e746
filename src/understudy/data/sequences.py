"""Keys that count the rows: a number that goes up, between texts that stay."""

import re
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import polars as pl

__all__ = ["Sequence"]

DENSE = 0.5  # a training part of 80 % of the rows of a sequence leaves gaps
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Sequence:
    """Keys that count the rows: ``prefix``, a number from ``start`` on padded to ``width`` digits, ``suffix``.

    Parameters
    ----------
    prefix, suffix : str
        What stays.
    start : int
        First number that is free.
    width : int
        Digits that numbers are padded to; 0: none.
    """

    prefix: str
    start: int
    width: int
    suffix: str

    @classmethod
    def of(cls, values: pl.Series) -> "Sequence | None":
        """Find the sequence that distinct values are from, most of which occur; None where they are from none.

        The sequence goes on after its last number, so that no key of a real row is used.
        """
        if values.len() < ENOUGH or not re.search("[0-9]", str(values[0])):
            return None
        before = re.sub(r"[0-9]+$", "", _shared(values))
        after = re.sub(r"^[0-9]+", "", _shared(values.str.reverse())[::-1])
        inner = values.str.strip_prefix(before).str.strip_suffix(after)
        if not inner.str.contains(r"^[0-9]{1,18}$").all():
            return None
        numbers = inner.cast(pl.Int64)
        low, high = int(numbers.min()), int(numbers.max())  # pyright: ignore[reportArgumentType] - integers, not empty
        if values.len() < DENSE * (high - low + 1):
            return None
        padded = inner.str.starts_with("0").any() and inner.str.len_bytes().n_unique() == 1
        width = int(inner.str.len_bytes()[0]) if padded else 0
        # Past the last one, at a round number: no real key comes again, and the last one is not told.
        unit = 10 ** max(len(str(high)) - 2, 0)
        return cls(before, (high // unit + 1) * unit, width, after)

    def spell(self, rows: np.ndarray) -> pl.Series:
        """Give the keys of rows by their places in the sample."""
        numbers = pl.Series(rows.astype(np.int64) + self.start).cast(pl.String).str.zfill(self.width)
        return pl.select(pl.lit(self.prefix) + pl.lit(numbers) + pl.lit(self.suffix)).to_series()


def _shared(values: pl.Series) -> str:
    """Give what all values begin with: what the first and the last of them in their order do."""
    first, last = str(values.min()), str(values.max())
    return first[: sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))]
