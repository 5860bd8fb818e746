"""What keeps a page that is shown around from telling anything about one person.

Three rules hold for everything drawn from rows, and for the JSON beside the page:

- An axis ends at a round number near the median of the outermost rows: ten of them, or one in a hundred where that is
  more. As for the ends of a model's ranges, half of them have to move for it to move, so no single row decides it;
  where the schema names an entity, those are rows of ten entities.
- A level, or a value that many rows share, is named only if at least five entities have it; other levels are pooled.
- A count of rows is rounded to a multiple of five before it becomes a share or a distance: the synthetic rows are known
  to whoever reads the page, and would give the exact count back.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from understudy.data.levels import LEAST
from understudy.data.table import Table

__all__ = ["LEAST", "common_levels", "protected_range", "rounded", "sample_rows"]

_OUTERMOST = 10
_TAIL = 0.01


def sample_rows(table: Table, most: int) -> pl.DataFrame:
    """Give at most about ``most`` evenly spaced rows, with one partition in memory at a time.

    Evenly spaced rather than drawn: the page can be redrawn to the same bytes without a seed.
    """
    step = max(1, -(-table.n_rows // most))
    kept: list[pl.DataFrame] = []
    offset = 0
    for frame in table.frames():
        kept.append(frame.gather_every(step, -offset % step) if step > 1 else frame)
        offset += frame.height
    # In one piece: sums over pieces differ in their last digits, and a point next to an edge of a bin changes its bin.
    return pl.concat(kept, rechunk=True)


def protected_range(values: NDArray[np.float64], entities: pl.Series | None = None) -> tuple[float, float] | None:
    """Give the ends between which real values may be drawn, or None where too few entities share the column.

    Parameters
    ----------
    values : array of shape (n,)
        Finite values of real rows.
    entities : polars.Series of length n, optional
        Who each row belongs to.
    """
    if entities is None:
        lows = highs = values
    else:
        extremes = (
            pl.DataFrame({"who": entities, "value": values})
            .group_by("who")
            .agg(pl.col("value").min().alias("low"), pl.col("value").max().alias("high"))
        )
        lows, highs = extremes["low"].to_numpy(), extremes["high"].to_numpy()
    if len(lows) < 2 * _OUTERMOST:
        return None
    low = max(_outer_median(values, int(_TAIL * len(values))), _outer_median(lows, _OUTERMOST))
    high = min(-_outer_median(-values, int(_TAIL * len(values))), -_outer_median(-highs, _OUTERMOST))
    return (low, high) if low <= high else None


def _outer_median(values: NDArray[np.float64], rows: int) -> float:
    """Give the median of the lowest ``rows`` values, at least ten."""
    rows = max(rows, _OUTERMOST)
    return float(np.median(np.partition(values, rows - 1)[:rows]))


def common_levels(levels: pl.Series, entities: pl.Series | None = None) -> list[str]:
    """Give the levels that at least five entities have, most frequent first; ties in the order of their names."""
    who = pl.int_range(len(levels), eager=True) if entities is None else entities
    counts = (
        pl.DataFrame({"level": levels, "who": who})
        .drop_nulls("level")
        .group_by("level")
        .agg(pl.len().alias("rows"), pl.col("who").n_unique().alias("entities"))
        .filter(pl.col("entities") >= LEAST)
        .sort(["rows", "level"], descending=[True, False])
    )
    return counts["level"].to_list()


def rounded(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round counts to the nearest multiple of five, so that no single row can be seen in them."""
    return (counts + LEAST // 2) // LEAST * LEAST
