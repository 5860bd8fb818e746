"""Values give way to coarser ones: column by column, or until every row has k - 1 others like it."""

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.anonymize.columns import as_numbers, is_quantity, with_numbers
from understudy.context import Run
from understudy.data.table import Table
from understudy.schema.column import ColumnType

__all__ = ["generalise", "make_alike"]


def generalise(table: Table, run: Run, bins: int = 8) -> Table:
    """Put quantities at the medians of ``bins`` quantile bins; of categories, the ``bins`` - 1 most frequent are kept.

    Other categories become the most frequent one among them.

    Parameters
    ----------
    table : Table
        Rows.
    run : Run
        Not drawn from.
    bins : int
        Values that each column keeps.
    """
    del run
    columns: dict[str, pl.Series] = {}
    for name, column in table.schema.columns.items():
        values = table.rows[name]
        if is_quantity(column):
            numbers = as_numbers(values)
            known = numbers[~np.isnan(numbers)]
            cuts = np.unique(np.quantile(known, np.arange(1, bins) / bins)) if len(known) else known
            group = np.where(np.isnan(numbers), len(cuts) + 1, np.searchsorted(cuts, numbers, "right"))
            columns[name] = with_numbers(values, column, _middles(numbers, group))
        else:
            codes, levels = _levels(values)
            often = np.argsort(-np.bincount(codes, minlength=len(levels)), kind="stable")
            kept, rest = often[: bins - 1], often[bins - 1 :]
            new = np.arange(len(levels))
            new[rest] = rest[0] if len(rest) else 0
            columns[name] = levels.gather(new[codes]).alias(name) if len(kept) else values
    return Table.of(pl.DataFrame(columns), table.schema)


def make_alike(table: Table, run: Run, k: int = 5) -> Table:
    """Make every row one of at least ``k`` that are alike: k-anonymity, all columns counted as known to an attacker.

    Rows are halved at the median of the column that is spread the most among them, as long as both halves have ``k``
    rows; in each part quantities become their median, other values the most frequent one.

    Parameters
    ----------
    table : Table
        Rows.
    run : Run
        Not drawn from.
    k : int
        Rows that are alike at least.

    References
    ----------
    LeFevre, DeWitt, Ramakrishnan, *Mondrian multidimensional k-anonymity* (2006).
    """
    del run
    kinds = table.schema.columns
    ranks = np.column_stack([_ranks(table.rows[name], kinds[name]) for name in kinds])
    group = np.zeros(table.n_rows, dtype=np.int64)
    todo, made = [np.arange(table.n_rows)], 0
    while todo:
        rows = todo.pop()
        halves = _halved(ranks, rows, k)
        if halves is None:
            group[rows] = made
            made += 1
        else:
            todo += halves
    columns: dict[str, pl.Series] = {}
    for name, column in kinds.items():
        values = table.rows[name]
        if is_quantity(column):
            columns[name] = with_numbers(values, column, _middles(as_numbers(values), group))
        else:
            codes, levels = _levels(values)
            counts = np.zeros((made, len(levels)), dtype=np.int64)
            np.add.at(counts, (group, codes), 1)
            columns[name] = levels.gather(counts.argmax(axis=1)[group]).alias(name)
    return Table.of(pl.DataFrame(columns), table.schema)


def _halved(ranks: npt.NDArray[np.float64], rows: npt.NDArray[np.int64], k: int) -> list[npt.NDArray[np.int64]] | None:
    part = ranks[rows]
    for column in np.argsort(part.min(axis=0) - part.max(axis=0), kind="stable"):
        low = part[:, column] <= np.median(part[:, column])
        if k <= low.sum() <= len(rows) - k:
            return [rows[low], rows[~low]]
        low = part[:, column] < np.median(part[:, column])
        if k <= low.sum() <= len(rows) - k:
            return [rows[low], rows[~low]]
    return None


def _ranks(values: pl.Series, column: ColumnType) -> npt.NDArray[np.float64]:
    """Give ranks in [0, 1]; missing is below all others."""
    numbers = as_numbers(values) if is_quantity(column) else _levels(values)[0].astype(np.float64)
    _, codes = np.unique(np.where(np.isnan(numbers), -np.inf, numbers), return_inverse=True)
    return codes / max(int(codes.max(initial=0)), 1)


def _levels(values: pl.Series) -> tuple[npt.NDArray[np.int64], pl.Series]:
    """Give the code of each value among the distinct ones, of which missing is one."""
    levels = values.unique().sort(nulls_last=False)
    codes = values.to_frame("v").join(
        levels.to_frame("v").with_row_index("i"), on="v", how="left", nulls_equal=True, maintain_order="left"
    )
    return codes["i"].cast(pl.Int64).to_numpy(), levels


def _middles(numbers: npt.NDArray[np.float64], group: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Give each number the median of its group's; a group with more missing than not becomes missing."""
    frame = pl.DataFrame({"x": pl.Series(numbers, nan_to_null=True), "g": group})
    middle = pl.when(pl.col("x").null_count() * 2 > pl.len()).then(None).otherwise(pl.col("x").median()).over("g")
    return frame.select(middle.alias("m"))["m"].fill_null(float("nan")).to_numpy()
