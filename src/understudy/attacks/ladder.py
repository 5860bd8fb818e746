"""The copy ladder: what share of cells copied from one training row would look as the synthetic rows do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.isotonic import IsotonicRegression

from understudy._compiled import compiled
from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import Coding, FloatArray, IntArray, capped
from understudy.metrics.tabular._intervals import Z95, Interval

__all__ = ["Ladder", "climb", "copied"]

RUNGS = tuple(round(0.1 * k, 1) for k in range(11))
_WORK = 3e11
"""Comparisons of two values that a ladder may take, about twenty seconds on two cores."""

_EACH = 2 * (len(RUNGS) + 1)  # comparisons of a row with a training and an unseen row, for each rung and the table
_FEWEST = 500  # rows of each table, however many they are compared with
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Ladder:
    """Where the synthetic rows stand.

    Parameters
    ----------
    share : float
        Share of cells copied that looks alike, in [0, 1].
    interval : tuple of float
        95 % interval of it.
    resemblance : float
        Bits by which a synthetic row resembles one of the training rows more than any of as many unseen rows, in mean.
    rungs, resemblances : tuple of float
        Shares of cells that were copied, and what came out.
    """

    share: float
    interval: Interval
    resemblance: float
    rungs: tuple[float, ...]
    resemblances: tuple[float, ...]


def climb(real: Table, holdout: Table, synthetic: pl.DataFrame, rows: int, run: Run) -> Ladder:
    """Compare with tables of which each row is copied from one training row, but for a share of cells drawn anew.

    Cells count by their rarity: two rows that share a value of frequency p resemble one another by -log2 p bits.
    ``rows`` of each table are looked at, at most, and fewer where the nearest is sought among very many: of as many
    training as unseen rows.
    """
    coding = Coding.of(real.schema, real.rows, holdout.rows, synthetic)
    d = len(coding.names)
    n = int(min(real.n_rows, holdout.n_rows, _WORK / (_EACH * d * _FEWEST)))
    rows = int(min(rows, _WORK / (_EACH * d * n)))
    seen, unseen = capped(real, n, run.child("training")), capped(holdout, n, run.child("holdout"))
    made = synthetic[np.linspace(0, synthetic.height - 1, min(rows, synthetic.height)).astype(np.int64)]
    rungs = [copied(real.rows, 1 - q, min(rows, real.n_rows), run.child("rung", k)) for k, q in enumerate(RUNGS)]
    codes, bits = _coded(coding, real.rows, seen, unseen, made, *rungs)
    near, far = codes[0], codes[1]

    def resembles(some: IntArray) -> tuple[float, float]:
        weights = np.column_stack([bits[c][some[:, c]] for c in range(some.shape[1])]).astype(np.float32)
        apart = _closest(some, weights, near) - _closest(some, weights, far)
        return float(apart.mean()), float(apart.std() / np.sqrt(len(apart)))

    (value, error), *steps = run.executor.map(resembles, codes[2:])
    smooth = [float(v) for v in IsotonicRegression().fit_transform(RUNGS, [step for step, _ in steps])]
    error = float(np.hypot(error, max(spread for _, spread in steps)))  # the rungs are as uncertain as the rows
    low, share, high = (_height(value + z * error, smooth) for z in (-Z95, 0.0, Z95))
    return Ladder(share, (low, high), value, RUNGS, tuple(step for step, _ in steps))


def copied(rows: pl.DataFrame, renewed: float, n: int, run: Run) -> pl.DataFrame:
    """Give ``n`` of the rows, of whose cells a share is drawn anew from other rows, each column on its own."""
    rng = run.rng
    source = rng.choice(rows.height, n, replace=False)
    columns: dict[str, pl.Series] = {}
    for name in rows.columns:
        new = rows[name].gather(rng.integers(rows.height, size=n))
        columns[name] = new.zip_with(pl.Series(rng.random(n) < renewed), rows[name].gather(source))
    return pl.DataFrame(columns)


def _height(value: float, steps: Sequence[float]) -> float:
    """Give the share at which the ladder reaches ``value``: the lowest, where it is level."""
    if value <= steps[0]:
        return RUNGS[0]
    for k in range(1, len(steps)):
        if value <= steps[k]:
            part = (value - steps[k - 1]) / (steps[k] - steps[k - 1])
            return RUNGS[k - 1] + part * (RUNGS[k] - RUNGS[k - 1])
    return RUNGS[-1]


def _coded(coding: Coding, real: pl.DataFrame, *frames: pl.DataFrame) -> tuple[list[IntArray], list[FloatArray]]:
    """Give each frame's values as codes, shape (rows, columns), and the rarity in bits of each code by column."""
    out: list[list[IntArray]] = [[] for _ in frames]
    bits: list[FloatArray] = []
    for name in coding.names:
        sides = [coding.floats(rows, name) for rows in (real, *frames)]
        _, codes = np.unique(np.concatenate(sides), return_inverse=True, equal_nan=True)
        ends = np.cumsum([len(side) for side in sides])
        parts = np.split(codes, ends[:-1])
        share = (np.bincount(parts[0], minlength=int(codes.max()) + 1) + 0.5) / (len(parts[0]) + 1)
        bits.append(-np.log2(np.minimum(share, 1.0)))
        for k, part in enumerate(parts[1:]):
            out[k].append(part)
    return [np.ascontiguousarray(np.column_stack(columns)) for columns in out], bits


@compiled(fastmath={"nnan", "nsz"})
def _closest(rows: IntArray, weights: npt.NDArray[np.float32], others: IntArray) -> npt.NDArray[np.float32]:
    """Give the greatest resemblance of each row to any of the others, in bits."""
    n, d = rows.shape
    best = np.zeros(n, dtype=np.float32)
    alike = np.empty(_BLOCK, dtype=np.float32)
    columns = np.ascontiguousarray(others.T)
    zero = np.float32(0)
    for start in range(0, others.shape[0], _BLOCK):
        size = min(_BLOCK, others.shape[0] - start)
        for i in range(n):
            alike[:] = zero
            for c in range(d):
                code, weight, column = rows[i, c], weights[i, c], columns[c, start : start + size]
                for j in range(size):
                    alike[j] += weight if column[j] == code else zero
            for j in range(size):
                best[i] = max(best[i], alike[j])
    return best
