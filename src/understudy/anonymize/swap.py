"""Values change places between rows that are alike in them."""

import numpy as np
import polars as pl

from understudy.anonymize.columns import is_quantity
from understudy.context import Run
from understudy.data.table import Table

__all__ = ["swap"]


def swap(table: Table, run: Run, share: float = 0.5, reach: float = 0.05) -> Table:
    """Swap a share of each column's values: quantities with one near in rank, other values with any.

    Single columns stay as they are.

    Parameters
    ----------
    table : Table
        Rows.
    run : Run
        For draws.
    share : float
        Share of the values that change places, in [0, 1].
    reach : float
        Ranks apart that quantities swap over at most, as a share of the rows.

    References
    ----------
    Dalenius, Reiss, *Data-swapping* (1982); rank swapping after Moore (1996).
    """
    n = table.n_rows
    columns: dict[str, pl.Series] = {}
    for name, column in table.schema.columns.items():
        values, rng = table.rows[name], run.child(name).rng
        place = np.arange(n)
        chosen = np.flatnonzero(rng.random(n) < share)
        order = values.arg_sort().to_numpy() if is_quantity(column) else rng.permutation(n)
        rank = np.empty(n, dtype=np.int64)
        rank[order] = np.arange(n)
        ranked = chosen[np.argsort(rank[chosen], kind="stable")]
        step = max(1, int(reach * len(ranked))) if is_quantity(column) else max(1, len(ranked))
        for start in range(0, len(ranked), step):
            group = ranked[start : start + step]
            place[group] = rng.permutation(group)
        columns[name] = values.gather(place)
    return Table.of(pl.DataFrame(columns), table.schema)
