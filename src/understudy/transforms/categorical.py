"""Levels: categories and booleans. Rare levels share one symbol; codes that are whole numbers keep their order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.errors import listed
from understudy.protocols import State
from understudy.schema.column import Boolean, Categorical, Identifier
from understudy.store.trust import array, expect
from understudy.transforms.encoder import MAX_SYMBOLS
from understudy.transforms.identifier import IdentifierEncoder
from understudy.transforms.protection import Protection

__all__ = ["CategoricalEncoder"]

_FEWEST_CODES = 6  # with fewer levels, their order has little to tell
_MOST = 0.5  # where rare levels make up more than this share, what is left of the column tells little
_STAND_INS = 20


@dataclass(frozen=True, slots=True)
class CategoricalEncoder:
    """Symbols: missing (where some are), the kept levels, the pool of rare levels (where some are).

    Levels come by falling frequency; codes (whole numbers, such as hours or grades) in their order, because neighbours
    are often alike, and where they are not, a tree can still tell them apart.

    Parameters
    ----------
    levels : tuple of str
        Kept levels, in the order of their symbols.
    weights : array of shape (len(levels),)
        Training rows of each.
    missing : bool
        Whether symbol 0 stands for missing.
    rare : bool
        Whether the last symbol stands for the rare levels; it is decoded to a kept level, drawn by weight. Where no
        level may be shown, rows count as missing if some are, else made-up levels are drawn.
    boolean : bool
        Whether the column is boolean; its levels are spelled ``true`` and ``false`` here.
    ordered : bool
        Whether the levels have an order: that of codes, or of a number that they fix.
    """

    levels: tuple[str, ...]
    weights: np.ndarray
    missing: bool
    rare: bool
    boolean: bool
    ordered: bool = False

    @classmethod
    def fit(
        cls,
        values: pl.Series,
        column: Categorical | Boolean,
        protection: Protection,
        run: Run,
        who: np.ndarray | None = None,
    ) -> "CategoricalEncoder":
        """Learn the levels of ``values`` that may be shown: those that enough of ``who`` the rows belong to have."""
        boolean = isinstance(column, Boolean)
        counts = _counted(values, who)
        kept = counts if boolean else _protected(counts, values, protection, run)
        kept = kept.head(MAX_SYMBOLS - 2)
        missing = values.null_count() > 0
        if counts.height and not kept.height and not missing:
            kept = _stand_ins(counts["level"], run)
        codes = kept["level"].str.to_integer(strict=False, dtype=pl.Int64)
        ordered = not boolean and kept.height >= _FEWEST_CODES and codes.null_count() == 0
        if ordered:
            kept = kept.with_columns(code=codes).sort("code", "level")
        return cls(
            levels=tuple(kept["level"].to_list()),
            weights=kept["len"].to_numpy().astype(np.float64),
            missing=missing,
            rare=kept.height > 0 and not counts["level"].is_in(kept["level"].implode()).all(),
            boolean=boolean,
            ordered=ordered,
        )

    def arranged(self, place: Mapping[str, float]) -> "CategoricalEncoder":
        """Give the encoder with its levels in the order of a number that each has; itself where one has none."""
        if len(self.levels) < _FEWEST_CODES or not all(level in place for level in self.levels):
            return self
        order = sorted(range(len(self.levels)), key=lambda k: place[self.levels[k]])
        return replace(self, levels=tuple(self.levels[k] for k in order), weights=self.weights[order], ordered=True)

    @property
    def n_symbols(self) -> int:
        """Number of symbols."""
        return max(1, self.missing + len(self.levels) + self.rare)

    def encode(self, values: pl.Series) -> np.ndarray:
        """Give the symbols of ``values``; one never seen is among the rare, or the most frequent where none was."""
        table = pl.DataFrame({"level": self.levels, "code": range(self.missing, self.missing + len(self.levels))})
        spelled = pl.DataFrame({"level": values.cast(pl.String)})
        schema = {"level": pl.String, "code": pl.Int64}
        codes = spelled.join(table.cast(cast("Any", schema)), on="level", how="left", maintain_order="left")["code"]
        frequent = int(np.argmax(self.weights)) if len(self.weights) else 0
        other = self.missing + (len(self.levels) if self.rare else frequent)
        codes = codes.fill_null(min(other, self.n_symbols - 1)).to_numpy().astype(np.uint16)
        if self.missing:
            codes[values.is_null().to_numpy()] = 0
        return codes

    def decode(self, codes: np.ndarray, rng: np.random.Generator) -> pl.Series:
        """Give the level of each symbol; the pool of rare levels becomes a kept level drawn by weight."""
        places = codes.astype(np.int64) - self.missing
        pooled = places >= len(self.levels)
        if pooled.any() and self.levels:
            share = self.weights / self.weights.sum()
            places[pooled] = rng.choice(len(self.levels), int(pooled.sum()), p=share)
        absent = places < 0 if self.levels else np.ones(len(codes), dtype=bool)
        names = pl.Series(self.levels, dtype=pl.String)
        if self.boolean:
            names = names == "true"
        taken = names.gather(pl.Series(np.where(absent, 0, places), dtype=pl.UInt32)) if self.levels else None
        if taken is None:
            return pl.Series([None] * len(codes), dtype=pl.Boolean if self.boolean else pl.String)
        return pl.select(pl.when(pl.lit(pl.Series(~absent))).then(pl.lit(taken))).to_series()

    def allowed(self, value: object) -> np.ndarray:
        """Tell which symbol ``value`` has."""
        mask = np.zeros(self.n_symbols, dtype=bool)
        if value is None:
            mask[0] = self.missing
        else:
            spelled = str(value).lower() if self.boolean else str(value)
            if spelled in self.levels:
                mask[self.missing + self.levels.index(spelled)] = True
        return mask

    def choices(self, wrong: object) -> str:
        """Say which levels there are, first those that a slip of the pen could have made into what was ``wrong``."""
        if not self.levels:
            return "nothing else than missing"
        near = get_close_matches(str(wrong), self.levels, n=3)
        return f"one of {listed(dict.fromkeys((*near, *self.levels)))}"

    def state(self) -> State:
        """Give everything needed to build this encoder again."""
        return {
            "levels": list(self.levels),
            "weights": self.weights,
            "missing": self.missing,
            "rare": self.rare,
            "boolean": self.boolean,
            "ordered": self.ordered,
        }

    @classmethod
    def restore(cls, state: State) -> "CategoricalEncoder":
        """Build the encoder that gave ``state``.

        Raises
        ------
        ValueError
            If values could not be drawn from it.
        """
        fields = cast("dict[str, Any]", state)
        weights = array(fields["weights"], "weights", np.float64, (len(fields["levels"]),), low=0, high=2**63)
        expect(weights.sum() > 0 or not len(weights), "levels have no weight")
        expect(len(weights) <= MAX_SYMBOLS - 2, "there are more levels than symbols")
        flags = (bool(fields[name]) for name in ("missing", "rare", "boolean", "ordered"))
        return cls(tuple(fields["levels"]), weights, *flags)


def _counted(values: pl.Series, who: np.ndarray | None) -> pl.DataFrame:
    """Give each level with its rows, and how many hold it, most frequent first."""
    rows = pl.DataFrame({"level": values.cast(pl.String)})
    held = pl.col("len")
    if who is None:
        counts = rows.drop_nulls().group_by("level").len()
    else:
        rows = rows.with_columns(pl.Series("who", who)).drop_nulls("level")
        counts = rows.group_by("level").agg(pl.len(), pl.col("who").n_unique())
        held = pl.col("who")
    counts = counts.select("level", "len", held=held)
    return counts.sort(["len", "level"], descending=[True, False])


def _protected(counts: pl.DataFrame, values: pl.Series, protection: Protection, run: Run) -> pl.DataFrame:
    """Keep the levels that are frequent enough."""
    kept = counts.filter(pl.col("held") >= protection.rare_rows)
    if kept.height == counts.height:
        return counts
    unit = "rows" if counts["held"].equals(counts["len"]) else "entities"
    what = (
        f"{counts.height - kept.height:,} of {counts.height:,} levels of column {values.name!r} occur in fewer than "
        f"{protection.rare_rows} {unit} and are never generated"
    )
    if int(kept["len"].sum()) >= _MOST * int(counts["len"].sum()):
        run.find("categories.rare", f"{what}.")
        return kept
    instead = "the others stand" if kept.height else "gaps stand" if values.null_count() else "made-up ones stand"
    run.find(
        "categories.mostly_rare",
        f"{what}; {instead} in for them, in most rows. Declare the column text or identifier, drop it, or, if single "
        "rows are no secret, lower protection.rare_rows.",
        "degraded",
    )
    return kept


def _stand_ins(levels: pl.Series, run: Run) -> pl.DataFrame:
    """Make levels up, all equally frequent, that look like those which may not be shown."""
    column = Identifier(unique=True)
    made = IdentifierEncoder.fit(levels, column, run.child("made up"))
    n = min(levels.len(), _STAND_INS)
    texts = made.decode(np.zeros(n, dtype=np.uint16), run.child("made up").rng)
    return pl.DataFrame({"level": texts, "len": np.ones(n, dtype=np.uint32)})
