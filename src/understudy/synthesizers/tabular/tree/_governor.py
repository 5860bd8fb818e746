"""The privacy governor: how much may be learned before synthetic rows are closer to training rows than to unseen ones.

A pilot is fitted on one half of (at most some) training rows and judged against the other half, the protocol by which
closeness is reported. While its rows are measurably closer to the half it saw, or copy it more often than the unseen
half does by nature, leaves are made larger and laws smoother. The strength it ends on is used for the fit on all rows.

Source: the share of rows closer to training than to holdout as in Zhang et al., *TabSyn*, 2024, appendix; stopping by
it as the Q-delta test of Solatorio and Dupriez, *REaLTabFormer*, 2023.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl
from numba import njit

from understudy.data.table import Table
from understudy.run import Run
from understudy.synthesizers.tabular._codec import Codec
from understudy.synthesizers.tabular.tree._column import Strength
from understudy.synthesizers.tabular.tree._guide import Settings
from understudy.synthesizers.tabular.tree._model import ForestGenerator, draw_codes
from understudy.synthesizers.tabular.tree._sequence import Sequence, settled

__all__ = ["Trial", "closer_share", "govern", "smallest_allowed", "strength", "too_many"]

_LEAVES = (20, 60, 500)
"""Fewest rows of a leaf at which closeness is measured."""

_PILOT_ROWS = 8_000  # of each half
_DRAWN = 2  # synthetic rows per row of a half
_ALLOWED = 0.005  # more of the rows than laws without memory
_SHRINKAGE, _WITHIN = 2.0, 20.0  # rows of the parent's law
_FARTHER = 1.5  # factor on the leaves where rows are copied too often
_FAR = 2.0  # distance of two different categories; a number's is its distance in ranks, in [0, 1]


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured at one strength.

    Parameters
    ----------
    min_leaf : int
        Fewest rows of a leaf.
    share : float
        Synthetic rows closer to the half that was seen than to the other; ties count half.
    error : float
        Standard error of the share.
    """

    min_leaf: int
    share: float
    error: float


def govern(
    data: Table, codec: Codec, codes: np.ndarray, sequence: Sequence, plan: tuple[int, Settings], run: Run
) -> tuple[Strength, dict[str, Any]]:
    """Find the weakest strength at which rows are not measurably closer to the rows that were seen.

    Parameters
    ----------
    data, codes : Table, array of shape (d, n)
        Training rows, and their symbols.
    codec, sequence, plan
        What the fit uses: the codec, the sequence, and the trees of a bag with the settings of the guides.
    run : Run
        The job.

    Returns
    -------
    Strength
        What to fit with.
    dict
        What was measured, for the manifest.
    """
    halves = _Halves.of(codes, run)
    trees, boosting = plan
    grown = sequence.grow(halves.seen_codes, trees, boosting, _LEAVES[0], run.child("pilot"))
    positions = _positions(halves.seen_codes, sequence)

    def measure(min_leaf: int) -> Trial:
        columns, _ = settled(grown, strength(min_leaf))
        # The same place for every setting: what differs between them is then the setting, not the draw.
        drawn = draw_codes(sequence.order, columns, _DRAWN * halves.size, run.child("draw"))
        return Trial(min_leaf, *closer_share(drawn, halves.seen_codes, halves.unseen_codes, positions))

    def copied(min_leaf: int) -> tuple[float, float]:
        columns, _ = settled(grown, strength(min_leaf))
        made = ForestGenerator(codec, sequence.order, columns, {}).sample(halves.size, run.child("copies"))
        return _copies(made.rows, data.rows, halves.seen, halves.unseen)

    trials = [measure(min_leaf) for min_leaf in _LEAVES]
    chosen = smallest_allowed(trials)
    copies, natural = copied(chosen)
    while too_many(copies, natural, halves.size) and chosen < _LEAVES[-1]:
        chosen = min(int(_FARTHER * chosen), _LEAVES[-1])
        copies, natural = copied(chosen)
    # Rows without any dependence have no memory: what the halves give them is the zero of the scale.
    shuffled = run.child("independent").rng.permuted(halves.seen_codes, axis=1)
    independent, _ = closer_share(shuffled, halves.seen_codes, halves.unseen_codes, positions)
    _warn(trials[-1], independent, (copies, natural, halves.size), run)
    steps = [{"min_leaf": t.min_leaf, "share": round(t.share, 4), "error": round(t.error, 4)} for t in trials]
    told = {"copies": copies, "natural": natural, "independent": round(independent, 4), "steps": steps}
    return strength(chosen), {"governor": told}


@dataclass(frozen=True, slots=True)
class _Halves:
    """Places and symbols of the rows that the pilot sees, and of as many that it does not."""

    seen: np.ndarray
    unseen: np.ndarray
    seen_codes: np.ndarray
    unseen_codes: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, run: Run) -> "_Halves":
        rows = run.child("halves").rng.permutation(codes.shape[1])
        size = min(len(rows) // 2, _PILOT_ROWS)
        seen, unseen = np.sort(rows[:size]), np.sort(rows[size : 2 * size])
        seen_codes, unseen_codes = (np.ascontiguousarray(codes[:, half]) for half in (seen, unseen))
        return cls(seen, unseen, seen_codes, unseen_codes)

    @property
    def size(self) -> int:
        return len(self.seen)


def _warn(last: Trial, independent: float, copied: tuple[float, float, int], run: Run) -> None:
    """Tell where the strongest setting was not strong enough."""
    if last.share > max(independent, 0.5) + 2 * _ALLOWED + 3 * last.error:
        run.find(
            "governor.limit",
            f"At its strongest setting {last.share:.1%} of the rows were still closer to training rows than to unseen "
            "ones. Look at the closeness and membership scores before releasing them.",
            "degraded",
        )
    copies, natural, size = copied
    if too_many(copies, natural, size):
        run.find(
            "governor.copies",
            f"At its strongest setting {copies:.2%} of the rows were still copies of training rows; {natural:.2%} are "
            "natural. Look at the copies score before releasing them.",
            "degraded",
        )


def too_many(copies: float, natural: float, n: int) -> bool:
    """Tell whether a share of copies among ``n`` rows is measurably above the natural one."""
    return copies > natural + 2 * float(np.sqrt(max(natural, 1 / n) / n))


def strength(min_leaf: int) -> Strength:
    """Give the strength with leaves of at least ``min_leaf`` rows: larger leaves are pruned more strictly, too."""
    part = np.clip(np.log(min_leaf / 45) / np.log(330 / 45), 0, 1)
    return Strength(min_leaf, float(0.5 + 0.5 * part), _SHRINKAGE, _WITHIN)


def smallest_allowed(trials: list[Trial]) -> int:
    """Give the smallest leaves at which the share is within what is allowed.

    A draw that takes up one given row of its leaf does so with a chance of one in the leaf's rows, so the share exceeds
    that of laws without memory by a part that falls with 1 / ``min_leaf``. The trials are fitted by least squares with
    such a curve, because each alone is too noisy to decide; its asymptote is what the halves differ by anyway.

    Parameters
    ----------
    trials : list of Trial
        At least two, of different ``min_leaf``.

    Returns
    -------
    int
        Fewest rows of a leaf, in the range of the trials.
    """
    rate = np.array([1 / t.min_leaf for t in trials])
    share = np.array([t.share for t in trials])
    slope = float(((rate - rate.mean()) * (share - share.mean())).sum() / ((rate - rate.mean()) ** 2).sum())
    leaves = [t.min_leaf for t in trials]
    return int(np.clip(np.ceil(slope / _ALLOWED), min(leaves), max(leaves)))


def _positions(codes: np.ndarray, sequence: Sequence) -> list[np.ndarray | None]:
    """Give the middle rank of each symbol of the ordered columns, in [0, 1]."""
    positions: list[np.ndarray | None] = []
    for line, size, ordered in zip(codes, sequence.sizes, sequence.ordered, strict=True):
        counts = np.bincount(line, minlength=int(size))
        middle = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        positions.append(middle.astype(np.float32) if ordered else None)
    return positions


def _copies(rows: pl.DataFrame, data: pl.DataFrame, seen: np.ndarray, unseen: np.ndarray) -> tuple[float, float]:
    """Give the share of ``rows`` that equal a seen row, and of unseen rows that do."""
    hashes = data.hash_rows()
    known = hashes.gather(pl.Series(seen.astype(np.uint32))).implode()
    natural = hashes.gather(pl.Series(unseen.astype(np.uint32))).is_in(known).mean()
    share = rows.hash_rows().is_in(known).mean()
    return float(cast("float | None", share) or 0.0), float(cast("float | None", natural) or 0.0)


def closer_share(
    synthetic: np.ndarray, seen: np.ndarray, unseen: np.ndarray, positions: list[np.ndarray | None]
) -> tuple[float, float]:
    """Give the share of synthetic rows that are closer to seen rows than to unseen ones, and its standard error.

    Parameters
    ----------
    synthetic, seen, unseen : array of shape (d, n), uint16
        Symbols; ``seen`` and ``unseen`` have equally many rows.
    positions : list of array or None
        For an ordered column the place of each symbol in [0, 1]; None for categories.

    Returns
    -------
    tuple of float
        The share, where ties count half; and its standard error.
    """
    numbers = [j for j, p in enumerate(positions) if p is not None]
    levels = [j for j, p in enumerate(positions) if p is None]
    placed = [_placed(part, positions, numbers) for part in (synthetic, seen, unseen)]
    coded = [np.ascontiguousarray(part[levels].T) for part in (synthetic, seen, unseen)]
    near_seen = _nearest(placed[0], coded[0], np.ascontiguousarray(placed[1].T), np.ascontiguousarray(coded[1].T))
    near_unseen = _nearest(placed[0], coded[0], np.ascontiguousarray(placed[2].T), np.ascontiguousarray(coded[2].T))
    closer = (near_seen < near_unseen) + 0.5 * (near_seen == near_unseen)
    return float(closer.mean()), float(closer.std() / np.sqrt(len(closer)))


def _placed(part: np.ndarray, positions: list[np.ndarray | None], numbers: list[int]) -> np.ndarray:
    columns = [positions[j][part[j]] for j in numbers]  # pyright: ignore[reportOptionalSubscript] - numbers have places
    return np.ascontiguousarray(np.array(columns, dtype=np.float32).reshape(len(numbers), part.shape[1]).T)


@njit(cache=True, nogil=True, fastmath=True)
def _nearest(numbers: np.ndarray, levels: np.ndarray, all_numbers: np.ndarray, all_levels: np.ndarray) -> np.ndarray:
    """Give the L1 distance of each row to the nearest of ``all_*`` (one contiguous line per column)."""
    n = numbers.shape[0]
    m = max(all_numbers.shape[1], all_levels.shape[1])
    nearest = np.empty(n, np.float32)
    distance = np.empty(m, np.float32)
    different = np.empty(m, np.uint16)
    for i in range(n):
        different[:] = 0
        for k in range(levels.shape[1]):
            own = levels[i, k]
            line = all_levels[k]
            for j in range(m):
                different[j] += line[j] != own
        for j in range(m):
            distance[j] = np.float32(_FAR) * different[j]
        for k in range(numbers.shape[1]):
            place = numbers[i, k]
            row = all_numbers[k]
            for j in range(m):
                distance[j] += abs(row[j] - place)
        best = distance[0]
        for j in range(1, m):
            best = min(best, distance[j])
        nearest[i] = best
    return nearest
