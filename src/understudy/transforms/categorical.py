"""Levels without order: categories and booleans. Rare levels share one symbol."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.protocols import State
from understudy.run import Run
from understudy.schema.column import Boolean, Categorical
from understudy.transforms.encoder import MAX_SYMBOLS
from understudy.transforms.protection import Protection

__all__ = ["CategoricalEncoder"]

_ENOUGH = 0.5  # where rare levels make up more than this share, hiding them would leave nothing to learn


@dataclass(frozen=True, slots=True)
class CategoricalEncoder:
    """Symbols: missing (where some are), the kept levels by falling frequency, the pool of rare levels (likewise).

    Parameters
    ----------
    levels : tuple of str
        Kept levels, in the order of their symbols.
    weights : array of shape (len(levels),)
        Training rows of each.
    missing : bool
        Whether symbol 0 stands for missing.
    rare : bool
        Whether the last symbol stands for the rare levels; it is decoded to a kept level, drawn by weight.
    boolean : bool
        Whether the column is boolean; its levels are spelled ``true`` and ``false`` here.
    """

    levels: tuple[str, ...]
    weights: np.ndarray
    missing: bool
    rare: bool
    boolean: bool

    @classmethod
    def fit(
        cls, values: pl.Series, column: Categorical | Boolean, protection: Protection, run: Run
    ) -> "CategoricalEncoder":
        """Learn the levels of ``values`` that may be shown."""
        boolean = isinstance(column, Boolean)
        counts = (
            pl.DataFrame({"level": values.cast(pl.String)})
            .drop_nulls()
            .group_by("level")
            .len()
            .sort(["len", "level"], descending=[True, False])
        )
        kept = counts if boolean else _protected(counts, values.name, protection, run)
        kept = kept.head(MAX_SYMBOLS - 2)
        return cls(
            levels=tuple(kept["level"].to_list()),
            weights=kept["len"].to_numpy().astype(np.float64),
            missing=values.null_count() > 0,
            rare=kept.height < counts.height,
            boolean=boolean,
        )

    @property
    def n_symbols(self) -> int:
        """Number of symbols."""
        return max(1, self.missing + len(self.levels) + self.rare)

    @property
    def ordered(self) -> bool:
        """Levels have no order."""
        return False

    def encode(self, values: pl.Series) -> np.ndarray:
        """Give the symbols of ``values``; one never seen is among the rare, or the most frequent where none was."""
        table = pl.DataFrame({"level": self.levels, "code": range(self.missing, self.missing + len(self.levels))})
        spelled = pl.DataFrame({"level": values.cast(pl.String)})
        schema = {"level": pl.String, "code": pl.Int64}
        codes = spelled.join(table.cast(cast("Any", schema)), on="level", how="left", maintain_order="left")["code"]
        other = self.missing + len(self.levels) if self.rare else int(self.missing)
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

    def state(self) -> State:
        """Give everything needed to build this encoder again."""
        return {
            "levels": list(self.levels),
            "weights": self.weights,
            "missing": self.missing,
            "rare": self.rare,
            "boolean": self.boolean,
        }

    @classmethod
    def restore(cls, state: State) -> "CategoricalEncoder":
        """Build the encoder that gave ``state``."""
        fields = cast("dict[str, Any]", state)
        return cls(
            tuple(fields["levels"]), np.asarray(fields["weights"]), fields["missing"], fields["rare"], fields["boolean"]
        )


def _protected(counts: pl.DataFrame, name: str, protection: Protection, run: Run) -> pl.DataFrame:
    """Keep the levels that are frequent enough, or all of them where that would leave too little."""
    kept = counts.filter(pl.col("len") >= protection.rare_rows)
    if kept.height == counts.height:
        return counts
    rare = counts.height - kept.height
    if int(kept["len"].sum()) < _ENOUGH * int(counts["len"].sum()):
        run.find(
            "categories.unprotected",
            f"{rare:,} of {counts.height:,} levels of column {name!r} occur in fewer than {protection.rare_rows} rows; "
            "they make up most of it and were kept. Declare the column text or identifier if its values are sensitive.",
            "degraded",
        )
        return counts
    run.find(
        "categories.rare",
        f"{rare:,} of {counts.height:,} levels of column {name!r} occur in fewer than {protection.rare_rows} rows and "
        "are never generated.",
    )
    return kept
