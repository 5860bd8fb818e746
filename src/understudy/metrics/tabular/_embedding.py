"""Rows as points of the space that published metrics of point clouds use: quantities between 0 and 1, levels one-hot.

No column is written out: the squared distance of two rows adds up over their columns, with 2 for two different levels.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped
from understudy.metrics.tabular._intervals import GROUPS

__all__ = ["Cloud", "Embedding", "blocks", "clouds"]

_FEWEST = GROUPS

_FARTHEST = 1e3  # times the real range, where a value ends
_WORK = 6e7  # differences of single values in one matrix of distances


@dataclass(frozen=True, slots=True)
class Cloud:
    """Rows as points.

    Parameters
    ----------
    numbers : array of shape (rows, columns)
        Quantities by the real range; a missing one is the real mean, and has a column that says so.
    codes : array of shape (rows, columns)
        Levels; a missing one is a level of its own, and those that no real row holds are -1, without a dimension.
    """

    numbers: FloatArray
    codes: IntArray

    def squares(self, others: "Cloud") -> npt.NDArray[np.float32]:
        """Give the squared distance of each row to each of ``others``; of equal rows it is exactly 0."""
        out = np.zeros((len(self.numbers), len(others.numbers)), dtype=np.float32)
        step = np.empty_like(out)
        mine, theirs = self.numbers.astype(np.float32), others.numbers.astype(np.float32)
        for c in range(mine.shape[1]):
            np.subtract(mine[:, c, None], theirs[None, :, c], out=step)
            out += np.square(step, out=step)
        for c in range(self.codes.shape[1]):
            a, b = self.codes[:, c, None], others.codes[None, :, c]
            # A row without a dimension lies at the origin, 1 from any level.
            out += (a != b) * ((a >= 0).astype(np.float32) + (b >= 0).astype(np.float32))
        return out

    def from_centre(self, centre: "Cloud") -> FloatArray:
        """Give each row's distance to the mean of the rows of ``centre``."""
        out = ((self.numbers - centre.numbers.mean(axis=0)) ** 2).sum(axis=1)
        for c in range(self.codes.shape[1]):
            codes, others = self.codes[:, c], centre.codes[:, c]
            shares = np.bincount(others[others >= 0], minlength=max(1, int(codes.max()) + 1)) / len(others)
            out += (shares**2).sum() + np.where(codes >= 0, 1 - 2 * shares[np.maximum(codes, 0)], 0.0)
        return np.sqrt(np.maximum(out, 0.0))


@dataclass(frozen=True, slots=True)
class Embedding:
    """How rows become points.

    Parameters
    ----------
    coding : Coding
        Turns rows into numbers.
    scales : dict
        For each quantity its least real value, range and mean (as a share of the range).
    seen : dict
        For each category, which codes real rows hold.
    """

    coding: Coding
    scales: dict[str, tuple[float, float, float]]
    seen: dict[str, npt.NDArray[np.bool_]]

    @classmethod
    def of(cls, coding: Coding, real: pl.DataFrame) -> "Embedding":
        """Measure the real rows."""
        scales: dict[str, tuple[float, float, float]] = {}
        for name in coding.quantities:
            x = coding.floats(real, name)
            x = x[~np.isnan(x)]
            low, width = (float(x.min()) / 2, float(x.max()) / 2 - float(x.min()) / 2) if len(x) else (0.0, 0.0)
            scales[name] = low, width, float(_scaled(x, low, width).mean()) if len(x) else 0.0
        seen = {name: _held(_codes(coding, real, name), coding.n_levels(name) + 1) for name in coding.categories}
        return cls(coding, scales, seen)

    def cloud(self, frame: pl.DataFrame) -> Cloud:
        """Place rows."""
        numbers: list[FloatArray] = []
        for name, (low, width, mean) in self.scales.items():
            x = _scaled(self.coding.floats(frame, name), low, width)
            gaps = np.isnan(x)
            numbers += [np.where(gaps, mean, x), gaps.astype(np.float64)]
        codes = [_codes(self.coding, frame, name) for name in self.seen]
        codes = [np.where(held[c], c, -1) for c, held in zip(codes, self.seen.values(), strict=True)]
        n = frame.height
        return Cloud(np.array(numbers).reshape(len(numbers), n).T, np.array(codes, dtype=np.int64).reshape(-1, n).T)


def clouds(real: Table, synthetic: Table, most: int, run: Run) -> tuple[Cloud, Cloud]:
    """Give equally many rows of either table as points, in random order: so few that all can be compared with all.

    Raises
    ------
    NotApplicable
        If a table has fewer than ten.
    """
    columns = max(1, len(real.schema.columns))
    n = int(min(real.n_rows, synthetic.n_rows, most, max(100.0, np.sqrt(_WORK / columns))))
    if n < _FEWEST:
        msg = f"A table has only {n} row{'s' * (n != 1)}; at least {_FEWEST} of each are needed to look for near ones."
        raise NotApplicable(msg)
    a, b = (
        capped(table, n, run.child(name))[run.child(name, "order").rng.permutation(n)]
        for name, table in (("real", real), ("synthetic", synthetic))
    )
    space = Embedding.of(Coding.of(real.schema, real.rows, b), real.rows)
    return space.cloud(a), space.cloud(b)


def blocks(n: int) -> tuple[IntArray, list[slice]]:
    """Give ten groups of ``n`` rows that follow one another: the group of each row, and the rows of each group."""
    groups = np.arange(n) * GROUPS // n
    starts = [*np.flatnonzero(np.diff(groups, prepend=-1)).tolist(), n]
    return groups, [slice(start, end) for start, end in pairwise(starts)]


def _scaled(x: FloatArray, low: float, width: float) -> FloatArray:
    # Halved: the range of values near the largest float would overflow.
    scaled = (x / 2 - low) / width if width > 0 else np.where(np.isnan(x), np.nan, np.sign(x / 2 - low))
    return np.clip(scaled, -_FARTHEST, _FARTHEST)


def _codes(coding: Coding, frame: pl.DataFrame, name: str) -> IntArray:
    codes = coding.codes(frame, name)
    return np.where(codes < 0, coding.n_levels(name), codes)


def _held(codes: IntArray, n: int) -> npt.NDArray[np.bool_]:
    held = np.zeros(n, dtype=bool)
    held[codes] = True
    return held
