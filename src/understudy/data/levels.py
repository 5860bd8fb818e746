"""Lists of levels that dtypes carry along: they hold what rows do not, or hardly any row."""

from collections.abc import Collection, Sequence

import polars as pl

__all__ = ["LEAST", "shared_levels", "shown_levels"]

LEAST = 5
"""Rows (or entities, where they are known) that have to hold a value before it is shown or written anywhere: what fewer
hold may be somebody's own."""


def shared_levels(values: pl.Series) -> frozenset[str]:
    """Give the levels that several rows share."""
    counts = values.drop_nulls().cast(pl.String).rename("level").value_counts(name="rows")
    return frozenset(counts.filter(pl.col("rows") >= LEAST)["level"])


def shown_levels(levels: Sequence[str], shared: Collection[str], made: pl.Series) -> list[str]:
    """Give the levels of a column of generated rows: those it holds and shared ones in their order, then new ones."""
    held = made.drop_nulls().cast(pl.String).unique(maintain_order=True).to_list()
    listed = set(held) | set(shared)
    known = set(levels)
    return [*(level for level in levels if level in listed), *(level for level in held if level not in known)]
