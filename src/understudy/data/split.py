"""Training and holdout rows, by row or by entity."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from understudy.data.table import Table
from understudy.errors import InputError

__all__ = ["FEWEST_FOR_HOLDOUT", "Split", "draw", "split"]

FEWEST_FOR_HOLDOUT = 20
"""Below this number of rows a holdout would hold fewer than 4, on which nothing can be measured."""
_FEWEST = 2
_FEWEST_ENTITIES = 2


@dataclass(frozen=True, slots=True)
class Split:
    """What a model may see, and what judges it.

    Parameters
    ----------
    training : Table
        Rows to fit on.
    holdout : Table or None
        Rows that no model sees; None where the table is too short to give any away.
    """

    training: Table
    holdout: Table | None


def split(table: Table, rng: np.random.Generator, share: float = 0.2) -> Split:
    """Set ``share`` of the rows of ``table`` aside; rows of one entity stay together.

    Parameters
    ----------
    table : Table
        All real rows. Partitions on disk give partitions on disk, in the same folder.
    rng : numpy.random.Generator
        Decides which rows.
    share : float
        Part of the rows to set aside, in (0, 1).

    Returns
    -------
    Split
        Both parts in the order of ``table``. Without a holdout below FEWEST_FOR_HOLDOUT rows.

    Raises
    ------
    InputError
        If there are fewer than two rows, or all rows belong to one entity.
    """
    n = table.n_rows
    if n < _FEWEST:
        msg = f"The table has {n} row{'s' * (n != 1)}, but learning takes at least {_FEWEST}. Give more rows."
        raise InputError(msg)
    if n < FEWEST_FOR_HOLDOUT:
        return Split(table, None)
    held = _by_row(n, rng, share) if table.schema.entity is None else _by_entity(table, table.schema.entity, rng, share)
    return Split(_keep(table, ~held, "training"), _keep(table, held, "holdout"))


def _by_row(n: int, rng: np.random.Generator, share: float) -> np.ndarray:
    held = np.zeros(n, dtype=bool)
    held[rng.permutation(n)[: round(n * share)]] = True
    return held


def _by_entity(table: Table, entity: str, rng: np.random.Generator, share: float) -> np.ndarray:
    """Mark whole entities, in random order, until the share is reached; a row without entity is one of its own."""
    names = pl.concat([_column(part, entity) for part in table.partitions])
    ids = names.rank("dense").fill_null(0).to_numpy().astype(np.int64)  # 1..k; 0 where missing
    missing = np.flatnonzero(ids == 0)
    ids[missing] = ids.max() + 1 + np.arange(len(missing))
    _, ids, sizes = np.unique(ids, return_inverse=True, return_counts=True)
    if len(sizes) < _FEWEST_ENTITIES:
        msg = (
            f"All rows have the same {entity!r}, so none can be held out. Set another `entity` in the schema, or none."
        )
        raise InputError(msg)
    order = rng.permutation(len(sizes))
    reached = np.cumsum(sizes[order])
    # Nearest to the share; at least one entity on each side.
    count = int(np.clip(np.argmin(np.abs(reached - share * len(ids))) + 1, 1, len(sizes) - 1))
    held = np.zeros(len(sizes), dtype=bool)
    held[order[:count]] = True
    return held[ids]


def _column(part: pl.DataFrame | Path, name: str) -> pl.Series:
    return pl.read_parquet(part, columns=[name])[name] if isinstance(part, Path) else part[name]


def _keep(table: Table, mask: np.ndarray, suffix: str) -> Table:
    return Table(tuple(_kept(table, mask, suffix)), table.schema)


def _kept(table: Table, mask: np.ndarray, suffix: str) -> Iterator[pl.DataFrame | Path]:
    start = 0
    for part, rows in zip(table.partitions, table.frames(), strict=True):
        kept = rows.filter(pl.Series(mask[start : start + rows.height]))
        start += rows.height
        if isinstance(part, Path):
            path = part.with_name(f"{part.stem}.{suffix}.parquet")
            kept.write_parquet(path)
            yield path
        else:
            yield kept


def draw(table: Table, n: int, rng: np.random.Generator) -> Table:
    """Draw ``n`` of the rows of ``table`` without replacement, in their order; all where it has no more."""
    total = table.n_rows
    if total <= n:
        return table
    mask = np.zeros(total, dtype=bool)
    mask[rng.choice(total, size=n, replace=False, shuffle=False)] = True
    # With a number of its own: two draws of one size may be in use at a time.
    return _keep(table, mask, f"drawn-{n}-{int(rng.integers(1 << 32)):08x}")
