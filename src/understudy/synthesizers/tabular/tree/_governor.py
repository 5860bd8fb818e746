"""The privacy governor: how much may be learned before synthetic rows are closer to training rows than to unseen ones.

Two pilots are fitted, each on one half of (at most some) training rows and judged against the other half, the protocol
by which closeness is reported; what the halves happen to differ by cancels out. Where their rows are closer to the half
they saw than is allowed, or copy it more often than the unseen half does by nature, leaves are made larger and laws
smoother. The strength it ends on is used for the fit on all rows.

Source: the share of rows closer to training than to holdout as in Zhang et al., *TabSyn*, 2024, appendix; stopping by
it as the Q-delta test of Solatorio and Dupriez, *REaLTabFormer*, 2023.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import polars as pl

from understudy._compiled import compiled
from understudy.context import Run
from understudy.data.table import Table
from understudy.synthesizers.tabular._codec import Codec
from understudy.synthesizers.tabular.tree._column import Column, Grown, Strength
from understudy.synthesizers.tabular.tree._guide import Settings
from understudy.synthesizers.tabular.tree._model import ForestGenerator, draw_codes
from understudy.synthesizers.tabular.tree._sequence import Sequence, settled

__all__ = ["Fitting", "Trial", "closer_share", "govern", "smallest_allowed", "strength", "too_many"]

_LEAVES = (30, 80, 500)
"""Fewest rows of a leaf at which closeness is measured."""

_PILOT_ROWS = 6_000  # of each half
_PILOT_TREES = 4  # memory does not depend on how many there are, only its noise
_FALL = 0.7  # power of the leaves' rows by which closeness falls: between leaves alone (1) and guides alone (0)
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

    @classmethod
    def mean(cls, trials: "list[Trial]") -> "Trial":
        """Give the mean of independent trials of one strength."""
        error = float(np.sqrt(sum(t.error**2 for t in trials))) / len(trials)
        return cls(trials[0].min_leaf, float(np.mean([t.share for t in trials])), error)


class Fitting(NamedTuple):
    """What a pilot is fitted with, the same as the fit on all rows.

    Parameters
    ----------
    codec : Codec
        Rows to symbols and back.
    sequence : Sequence
        The order of the columns and what each depends on.
    trees : int
        Trees of a bag.
    boosting : Settings
        How guides are boosted.
    """

    codec: Codec
    sequence: Sequence
    trees: int
    boosting: Settings


def govern(
    data: Table, codes: np.ndarray, fitting: Fitting, allowed: float, run: Run
) -> tuple[Strength, dict[str, Any]]:
    """Find the weakest strength at which no more than an ``allowed`` share of rows is closer to rows that were seen.

    Parameters
    ----------
    data, codes : Table, array of shape (d, n)
        Training rows, and their symbols.
    fitting : Fitting
        What the fit uses.
    allowed : float
        Share of rows closer to the half that was seen than to the other; one half where nothing is remembered.
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
    pilots = [
        _Pilot.fit(data, half, fitting, run.child(name))
        for name, half in (("one", halves), ("other", halves.swapped()))
    ]
    trials = [Trial.mean([pilot.measure(min_leaf) for pilot in pilots]) for min_leaf in _LEAVES]
    chosen = smallest_allowed(trials, allowed)
    copies, natural = pilots[0].copied(chosen)
    while too_many(copies, natural, halves.size) and chosen < _LEAVES[-1]:
        chosen = min(int(_FARTHER * chosen), _LEAVES[-1])
        copies, natural = pilots[0].copied(chosen)
    # Rows without any dependence have no memory: what the halves give them is the zero of the scale.
    independent = float(np.mean([pilot.independent() for pilot in pilots]))
    _warn(trials[-1], max(independent, allowed), (copies, natural, halves.size), run)
    steps = [{"min_leaf": t.min_leaf, "share": round(t.share, 4), "error": round(t.error, 4)} for t in trials]
    told = {"allowed": allowed, "copies": copies, "natural": natural, "independent": round(independent, 4)}
    return strength(chosen), {"governor": {**told, "steps": steps}}


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

    def swapped(self) -> "_Halves":
        """Give the halves with seen and unseen rows in each other's place."""
        return _Halves(self.unseen, self.seen, self.unseen_codes, self.seen_codes)


@dataclass(frozen=True, slots=True)
class _Pilot:
    """A forest grown on one half, not yet pruned."""

    data: Table
    halves: _Halves
    fitting: Fitting
    grown: "list[Grown | Column]"
    positions: list[np.ndarray | None]
    run: Run

    @classmethod
    def fit(cls, data: Table, halves: _Halves, fitting: Fitting, run: Run) -> "_Pilot":
        codes = halves.seen_codes
        grown = fitting.sequence.grow(
            codes, min(fitting.trees, _PILOT_TREES), fitting.boosting, _LEAVES[0], run.child("pilot")
        )
        return cls(data, halves, fitting, grown, _positions(codes, fitting.sequence), run)

    def measure(self, min_leaf: int) -> Trial:
        columns, _ = settled(self.grown, strength(min_leaf))
        # The same place for every setting: what differs between them is then the setting, not the draw.
        drawn = draw_codes(self.fitting.sequence.order, columns, self.halves.size, self.run.child("draw"))
        return Trial(min_leaf, *self._closer(drawn))

    def copied(self, min_leaf: int) -> tuple[float, float]:
        columns, _ = settled(self.grown, strength(min_leaf))
        generator = ForestGenerator(self.fitting.codec, self.fitting.sequence.order, columns, {})
        made = generator.sample(self.halves.size, self.run.child("copies"))
        # What is made afresh for every row, as a key, is never a copy, and would hide that all the rest of a row is.
        names = [name for name in self.data.schema.columns if name not in self.fitting.codec.encoder.fresh]
        return _copies(made.rows.select(names), self.data.rows.select(names), self.halves.seen, self.halves.unseen)

    def independent(self) -> float:
        shuffled = self.run.child("independent").rng.permuted(self.halves.seen_codes, axis=1)
        return self._closer(shuffled)[0]

    def _closer(self, drawn: np.ndarray) -> tuple[float, float]:
        return closer_share(drawn, self.halves.seen_codes, self.halves.unseen_codes, self.positions)


def _warn(last: Trial, allowed: float, copied: tuple[float, float, int], run: Run) -> None:
    """Tell where the strongest setting was not strong enough."""
    if last.share > allowed + 3 * last.error:
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


def smallest_allowed(trials: list[Trial], allowed: float) -> int:
    """Give the smallest leaves at which the share is within what is allowed.

    A draw that takes up one given row of its leaf does so with a chance of one in the leaf's rows; guides remember a
    little at any size of the leaves. The share's excess over one half is therefore taken to fall with a known power of
    ``min_leaf``, and fitted by least squares with one free factor, because each trial is too noisy to decide alone.

    Parameters
    ----------
    trials : list of Trial
        At least one, of different ``min_leaf``.
    allowed : float
        The largest share.

    Returns
    -------
    int
        Fewest rows of a leaf, in the range of the trials.
    """
    leaves = np.array([t.min_leaf for t in trials])
    excess = np.array([t.share - 0.5 for t in trials])
    memory = leaves**-_FALL
    factor = float((memory * excess).sum() / (memory**2).sum())
    if factor <= 0:
        return int(leaves.min())
    if allowed <= 0.5:  # noqa: PLR2004 - where nothing is remembered
        return int(leaves.max())
    return int(np.ceil(np.clip((factor / (allowed - 0.5)) ** (1 / _FALL), leaves.min(), leaves.max())))


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
    if not data.width:
        return 0.0, 0.0
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


@compiled(fastmath=True)
def _nearest(numbers: np.ndarray, levels: np.ndarray, all_numbers: np.ndarray, all_levels: np.ndarray) -> np.ndarray:
    """Give the L1 distance of each row to the nearest of ``all_*`` (one contiguous line per column).

    Metrics have a search of their own: what grades must not be what is graded.
    """
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
