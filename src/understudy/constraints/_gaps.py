"""Decides which columns are learnt as their distance from another one.

A column is replaced by its gap where that makes the easier law to learn: where the gap is spread much less than the
column itself, and repeats its values no less. So bins of the column's whole range need not tell a day from the next.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from understudy.constraints._clock import DAY, ticks, unit_of, zone_of
from understudy.constraints.equality import Equality
from understudy.constraints.gap import Gap
from understudy.constraints.inequality import Inequality
from understudy.data.table import row_dtype
from understudy.schema.column import UNIT_US, Datetime, Numerical
from understudy.schema.table import TableSchema

__all__ = ["Gaps", "by_day"]

_NARROW = 0.25  # of the column's own spread
_REPEATS = 0.5  # of the column's own share of pairs of rows with one value
_MIDDLE = (0.05, 0.95)  # quantiles between which a spread is measured
_FARTHEST = 1 << 52  # numbers beyond this have no exact differences in float64
_ENOUGH = 20  # different gaps, for a grid that is coarser than their unit
_LENGTHS_S = (86_400, 3_600, 1_800, 900, 600, 300, 60, 30, 15, 10, 5, 1)
_SOME_ROWS = 2_000


@dataclass(slots=True)
class Gaps:
    """Collects gaps: each column is computed from one other, and none from itself in the end."""

    rows: pl.DataFrame
    schema: TableSchema
    chosen: dict[str, Gap] = field(default_factory=dict)

    @property
    def ordered(self) -> list[Gap]:
        """The gaps, those of columns first from which no other is computed: so they are taken out."""
        return sorted(self.chosen.values(), key=lambda gap: -self._depth(gap.column))

    def take(self, low: str, high: str, barred: Collection[str] = (), *, always: bool = False) -> Gap | None:
        """Learn one of two columns as its gap to the other if it can be, and if it pays or shall be ``always``.

        Columns that are ``barred`` stay as they are.
        """
        if f"{high} - {low}" in self.schema.columns:
            return None
        options = [gap for gap in self._options(low, high) if gap.column not in barred and self._acyclic(gap)]
        for gap in options:
            made = self._measured(gap, always=always)
            if made is not None:
                self.chosen[gap.column] = made
                return made
        return None

    def settle(
        self, orders: Sequence[Inequality], derived: Collection[str], terms: Collection[str], equal: Sequence[Equality]
    ) -> list[Inequality]:
        """Take the pairs that pay, those of the narrowest gaps first; give the orders that are left.

        Columns that are ``derived`` are not there to be learnt; ``terms`` of sums, and columns that are ``equal`` to
        another one in a share of rows, are not computed.
        """
        alike = {(e.original, e.copy) for e in equal}
        some = self.rows[np.linspace(0, self.rows.height - 1, min(_SOME_ROWS, self.rows.height)).astype(np.int64)]
        left = [order for order in orders if self.between(order.low, order.high) is None]
        narrow = {(order.low, order.high): self._narrowness(some, order) for order in left}
        kept = [order for order in left if narrow[order.low, order.high] > 2 * _NARROW]  # far from what pays
        rest = [order for order in left if order not in kept]
        for order in sorted(rest, key=lambda order: narrow[order.low, order.high]):
            pair = order.low, order.high
            barred = {*terms, *(name for two in alike if {*two} != {*pair} for name in two)}
            if {*pair} & {*derived} or self.take(*pair, barred) is None:
                kept.append(order)
        return [order for order in left if order in kept]

    def without(self, equal: Sequence[Equality]) -> list[Equality]:
        """Give the equalities of columns that are all learnt as they are: a gap of nothing says the same."""
        return [e for e in equal if not {e.original, e.copy} & self.chosen.keys()]

    def between(self, low: str, high: str) -> Gap | None:
        """Give the gap between two columns, if it was taken."""
        return next((gap for gap in self.chosen.values() if (gap.low, gap.high) == (low, high)), None)

    def _narrowness(self, some: pl.DataFrame, order: Inequality) -> float:
        low, high = (some[name].to_physical().cast(pl.Float64) for name in (order.low, order.high))
        return _spread(high - low) / max(_spread(low), _spread(high), 1e-300)

    def _depth(self, name: str) -> int:
        return 1 + self._depth(self.chosen[name].base) if name in self.chosen else 0

    def _acyclic(self, gap: Gap) -> bool:
        name = gap.base
        while name in self.chosen:
            name = self.chosen[name].base
        return gap.column not in self.chosen and name != gap.column

    def _options(self, low: str, high: str) -> list[Gap]:
        """Give the ways to replace one of the two: first of all the column of the coarser unit, or else the higher."""
        columns = self.schema.columns
        match columns[low], columns[high]:
            case (Datetime() as first, Datetime() as second):
                return self._of_moments(low, high, first, second)
            case (Numerical() as first, Numerical() as second) if row_dtype(first) == row_dtype(second):
                ends = (first, second), (second, first)
                return [
                    Gap(low, high, lower, decimals=column.decimals, step=column.step)
                    for lower, (base, column) in zip((False, True), ends, strict=True)
                    if _fits(base, column)
                ]
            case _:
                return []

    def _of_moments(self, low: str, high: str, first: Datetime, second: Datetime) -> list[Gap]:
        if row_dtype(first) != row_dtype(second):
            return []
        found: list[tuple[float, Gap]] = []
        raw = not (self.rows[low] > self.rows[high]).any()
        for lower, base, column in ((False, first, second), (True, second, first)):
            own, other = unit_of(column), unit_of(base)
            if own is None or other is None:
                continue
            days = own < 0 or own == DAY
            finer = _size(own) < _size(other)
            upward = raw and not lower and not finer and own != other
            gap = Gap(low, high, lower, own, zone_of(column) if days else None, upward)
            if raw or not finer:
                found.append((-_size(own), gap))
        return [gap for _, gap in sorted(found, key=lambda item: item[0])]

    def _measured(self, gap: Gap, *, always: bool) -> Gap | None:
        """Give the gap with what its rows say of it; None if it cannot be, or does not pay."""
        column, base = self.rows[gap.column], self.rows[gap.base]
        if (column.is_not_null() & base.is_null()).any() or not (_is_exact(column) and _is_exact(base)):
            return None
        apart = gap.apart(self.rows)
        known = apart.drop_nulls()
        if not known.len():
            return None
        if not always:
            wide = _spread(column.to_physical().cast(pl.Float64)) / _size(gap.unit or 1)
            if wide <= 0 or not _spread(apart.cast(pl.Float64)) <= _NARROW * wide:
                return None
            if _repeats(known) < _REPEATS * _repeats(column.drop_nulls()):
                return None
        low = known.min()
        step = _step(known, gap.unit) if gap.unit is not None else gap.step
        return replace(gap, ordered=low >= 0, strict=low > 0, step=step)  # pyright: ignore[reportOperatorIssue] - a number


def by_day(
    rows: pl.DataFrame, schema: TableSchema, names: Sequence[str]
) -> Iterator[tuple[Inequality, pl.Series, pl.Series]]:
    """Give the orders that hold between days only, as that of an hour before a date, with the days of both."""
    moments = {name: column for name in names if isinstance(column := schema.columns[name], Datetime)}
    for low, first in moments.items():
        if unit_of(first) not in range(1, DAY):
            continue
        for high, second in moments.items():
            if second.resolution != "day" or row_dtype(first) != row_dtype(second):
                continue
            zone = zone_of(second)
            day, other = (ticks(rows[name], DAY, zone) for name in (low, high))
            if (rows[low] > rows[high]).any() and not (day > other).any():
                grids = (float(unit_of(first) or 1), float(DAY))
                yield Inequality(low, high, grids, strict=False, by_day=True, zone=zone), day, other


def _fits(base: Numerical, column: Numerical) -> bool:
    """Tell whether a number of the column's grid is left where a gap of its grid is added to one of the base."""
    if column.decimals is not None and (base.decimals is None or base.decimals > column.decimals):
        return False
    if column.step is None:
        return True
    if base.step is None:
        return False
    times = base.step / column.step
    return abs(times - round(times)) < 1e-9 * times and round(times) > 0


def _size(unit: int) -> int:
    return unit if unit > 0 else -unit * 30 * DAY


def _is_exact(values: pl.Series) -> bool:
    """Tell whether all differences of numbers are numbers, and exact where the numbers are whole."""
    if values.dtype.is_float():
        return not values.is_infinite().any()
    return values.dtype.is_temporal() or not (values.abs() > _FARTHEST).any()


def _spread(values: pl.Series) -> float:
    known = values.drop_nulls().to_numpy()
    return float(np.subtract(*np.quantile(known, _MIDDLE[::-1]))) if len(known) else 0.0


def _repeats(values: pl.Series) -> float:
    """Give the share of pairs of rows that have one value, less what a single pair could make of it."""
    n, counts = values.len(), values.value_counts()["count"].cast(pl.Float64).to_numpy()
    return max(float((counts * (counts - 1)).sum()) - 2 * n**0.5, 0.0) / max(n * (n - 1), 1)


def _step(known: pl.Series, unit: int | None) -> float | None:
    """Give the longest usual length of time that all gaps are multiples of, in their unit."""
    if unit is None or unit < 0 or known.n_unique() < _ENOUGH:
        return None
    lengths = (seconds * UNIT_US["second"] // unit for seconds in _LENGTHS_S if seconds * UNIT_US["second"] > unit)
    return next((float(k) for k in lengths if (known % k == 0).all()), None)
