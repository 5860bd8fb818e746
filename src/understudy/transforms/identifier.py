"""Identifiers carry no statistics: only whether one is missing is modelled, and fresh ones are made for every row."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.sequences import Sequence
from understudy.data.shapes import expression_of, learn
from understudy.protocols import State
from understudy.schema.column import Identifier
from understudy.store.trust import array, expect
from understudy.transforms._checks import checked
from understudy.transforms._fakes import mold_of, mold_of_pattern
from understudy.transforms._fresh import Avoid, fresh
from understudy.transforms._mixing import Draws
from understudy.transforms._molds import Mold

__all__ = ["IdentifierEncoder"]

ENOUGH = 5
SAFE = 1e9
ROOM = 3  # where real values take up more than a third of what fits the pattern, no others would be left to draw
LONGEST_NUMBER = 18  # digits
FULLEST = 0.9  # share of the marks of a filter, in a model file; it should be about one half


@dataclass(frozen=True, slots=True)
class IdentifierEncoder:
    """Symbols are 0 for missing and 1 for present where some are missing, else only 0.

    Parameters
    ----------
    pattern, semantic, unique
        As in :class:`~understudy.schema.column.Identifier`.
    missing : bool
        Whether some are missing.
    n_distinct : int
        How many different values there were.
    sequence : Sequence or None
        The sequence, where the values count the rows.
    avoid : Avoid
        Holds back the real values.
    """

    pattern: str | None
    semantic: str | None
    unique: bool
    missing: bool
    n_distinct: int
    sequence: Sequence | None
    avoid: Avoid

    ordered: ClassVar[bool] = False

    @property
    def n_symbols(self) -> int:
        """Number of symbols."""
        return 2 if self.missing else 1

    @classmethod
    def fit(cls, values: pl.Series, column: Identifier, run: Run, who: np.ndarray | None = None) -> "IdentifierEncoder":
        """Learn the pattern, and a filter that no real value passes; no real value is kept.

        Where real values are a third of all that fit the pattern, as with codes of two digits, there is no filter: what
        is drawn is no more real than any other value.

        Parameters
        ----------
        values : polars.Series
            String, null where missing.
        column : Identifier
            Its type.
        run : Run
            Gives the salt of the filter.
        who : array of int, optional
            Whom each row belongs to: what only a few of them share is not in the pattern.
        """
        known = values.drop_nulls().unique(maintain_order=True)
        shared = who is None or len(np.unique(who[values.is_not_null().to_numpy()])) >= ENOUGH
        sequence = Sequence.of(known) if column.semantic is None and column.unique and shared else None
        pattern = column.pattern
        if sequence is not None and pattern is not None and not _goes_on(sequence, pattern, known.len()):
            sequence = None
        if pattern is None and column.semantic is None and known.len():
            pattern = learn(known, counted=sequence is not None, shared=shared)
        missing = values.null_count() > 0
        salt = run.rng.bytes(16)
        avoid = Avoid(np.zeros(0, dtype=np.uint8), salt)
        made = cls(pattern, column.semantic, column.unique, missing, known.len(), sequence, avoid)
        capacity = made.mold().capacity
        full = known.len() >= ENOUGH and capacity < ROOM * known.len()
        if sequence is not None or full or capacity > SAFE * max(known.len(), 1):
            return made
        avoid = Avoid.of(known, salt)
        return cls(pattern, column.semantic, column.unique, missing, known.len(), sequence, avoid)

    def mold(self) -> Mold:
        """Give the mold of fresh values."""
        if self.semantic is not None:
            return checked(mold_of(self.semantic, self.pattern), self.semantic)
        return mold_of_pattern(self.pattern or "[A-Z0-9]{8}")

    def encode(self, values: pl.Series) -> np.ndarray:
        """Give 1 where a value is present and some may be missing, else 0."""
        return values.is_not_null().to_numpy().astype(np.uint16) if self.missing else np.zeros(values.len(), np.uint16)

    def decode(self, codes: np.ndarray, rng: np.random.Generator, first: int = 0) -> pl.Series:
        """Make fresh values.

        Parameters
        ----------
        codes : array of uint16
            Symbols.
        rng : numpy.random.Generator
            Gives the secret order of the values. The chunks of one sample must bring generators in one state for their
            values to be different from each other's.
        first : int
            How many rows of the sample came before.

        Returns
        -------
        polars.Series
            String.
        """
        key = int(rng.integers(1 << 62))
        rows = np.arange(first, first + len(codes))
        if self.sequence is not None:
            texts = self.sequence.spell(rows)
        else:
            if not self.unique:
                rows = Draws(key, rows).below(max(self.n_distinct, 1))
            texts = fresh(self.mold(), self.avoid, rows, key)
        if not self.missing:
            return texts
        return pl.select(pl.when(pl.lit(pl.Series(codes > 0))).then(pl.lit(texts))).to_series()

    def state(self) -> State:
        """Give what it takes to restore it."""
        sequence: Any = None
        if self.sequence is not None:
            s = self.sequence
            sequence = [s.prefix, s.start, s.width, s.suffix]
        return {
            "pattern": self.pattern,
            "semantic": self.semantic,
            "unique": self.unique,
            "missing": self.missing,
            "n_distinct": self.n_distinct,
            "sequence": sequence,
            "avoid": self.avoid.bits,
            "salt": self.avoid.salt.hex(),
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "IdentifierEncoder":
        """Build the encoder that gave ``state``.

        Raises
        ------
        ValueError
            If values could not be made with it.
        """
        sequence = None
        if state["sequence"] is not None:
            sequence = Sequence(*state["sequence"])
            expect(0 <= sequence.width <= LONGEST_NUMBER, "the numbers of a sequence are too long")
            expect(0 <= sequence.start < 10**LONGEST_NUMBER, "a sequence starts too late")
        avoid = Avoid(array(state["avoid"], "avoid", np.uint8, (None,)), bytes.fromhex(state["salt"]))
        expect(np.unpackbits(avoid.bits).mean() <= FULLEST if len(avoid.bits) else True, "avoid lets no value pass")
        names = ("pattern", "semantic", "unique", "missing", "n_distinct")
        made = cls(**{name: state[name] for name in names}, sequence=sequence, avoid=avoid)
        expect(made.mold().capacity > 0, "no value has the pattern")
        return made


def _goes_on(sequence: Sequence, pattern: str, n: int) -> bool:
    """Tell whether the next ``n`` keys of a sequence have the declared pattern."""
    return bool(sequence.spell(np.array([0, n])).str.contains(expression_of(pattern)).all())
