"""Finds the columns that count the time between two moments."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import polars as pl

from understudy.constraints._clock import DAY, zone_of
from understudy.constraints._gaps import Gaps
from understudy.constraints.elapsed import Elapsed, How
from understudy.constraints.gap import Gap
from understudy.schema.column import UNIT_US, Datetime, Duration, Numerical
from understudy.schema.table import TableSchema

__all__ = ["elapsed"]

_MOST_MOMENTS = 12  # columns of moments between which lengths of time are looked for
_SOME_ROWS = 2_000
_UNITS = tuple(UNIT_US[name] for name in ("day", "hour", "minute", "second"))


def elapsed(gaps: Gaps, names: Sequence[str], limit: float) -> Iterator[Elapsed]:
    """Find columns of ``names`` that are the time between two moments; those two are learnt as a gap.

    Parameters
    ----------
    gaps : Gaps
        Takes the gaps.
    names : sequence of str
        Columns.
    limit : float
        Log of the chance that may be left to each that independent columns make it.
    """
    rows, columns = gaps.rows, gaps.schema.columns
    moments = [name for name in names if isinstance(columns[name], Datetime)][:_MOST_MOMENTS]
    totals = [name for name in names if isinstance(columns[name], Numerical | Duration)]
    some = rows[np.linspace(0, rows.height - 1, min(_SOME_ROWS, rows.height)).astype(np.int64)]
    for total in totals:
        found = (
            relation
            for low, high in permutations(moments, 2)
            if rows.schema[low] == rows.schema[high] and _is_near(some, total, low, high)
            for relation in _ways(total, low, high, gaps.schema)
            if not relation.violations(rows).any() and _chance(relation, rows) < limit
        )
        for relation in found:
            pair = gaps.between(relation.low, relation.high) or gaps.take(relation.low, relation.high, always=True)
            if pair is not None:
                yield _told(relation, pair, some)
                break


def _is_near(some: pl.DataFrame, total: str, low: str, high: str) -> bool:
    """Tell whether a total is within a day, or one of its units, of the time between two moments in some rows."""
    names = (total, low, high)
    counted, first, last = (some[name].to_physical().cast(pl.Float64).to_numpy() for name in names)
    units = np.array([1, *_UNITS])[:, None]
    with np.errstate(over="ignore", invalid="ignore"):
        off = np.abs(counted * units - (last - first))
    return bool((~(off > units)).all(axis=1).any())


def _ways(total: str, low: str, high: str, schema: TableSchema) -> Iterator[Elapsed]:
    columns = schema.columns
    first, second, kind = columns[low], columns[high], columns[total]
    if isinstance(kind, Duration):
        yield Elapsed(total, low, high, UNIT_US["second"], "length", None)
        return
    if not isinstance(kind, Numerical) or not (isinstance(first, Datetime) and isinstance(second, Datetime)):
        return
    for unit in _UNITS:
        kinds: tuple[How, ...] = ("rounded", "floored") if kind.decimals == 0 else ("rounded",)
        for how in kinds:
            yield Elapsed(total, low, high, unit, how, kind.decimals)
    if kind.decimals == 0:
        yield Elapsed(total, low, high, DAY, "calendar", 0, zone_of(second))


def _told(relation: Elapsed, gap: Gap, rows: pl.DataFrame) -> Elapsed:
    """Give the relation that knows whether the gap says all of it."""
    apart, unit = gap.apart(rows), gap.unit or 1
    if unit < 0:
        return replace(relation, loose=True)
    values = rows.select(pl.col(relation.total).alias("total"), apart.alias("gap")).drop_nulls().unique()
    ends = ((relation.span(total, unit), count) for total, count in values.iter_rows())
    return replace(relation, loose=not all(low <= count <= high for (low, high), count in ends))


def _chance(relation: Elapsed, rows: pl.DataFrame) -> float:
    """Give the log of the chance that it holds in all rows if the total has nothing to do with the two."""
    n = rows.height
    shuffled = pl.Series(np.roll(np.arange(n), n // 2 + 1))
    broken = relation.violations(rows.with_columns(rows[relation.total].gather(shuffled).alias(relation.total)))
    return n * float(np.log(max(1.0 - float(broken.to_numpy().mean()), 1e-300)))
