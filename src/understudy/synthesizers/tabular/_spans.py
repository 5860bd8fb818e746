"""Given values of columns that are learnt as gaps: what they leave to other columns, and how they are reached.

A given column is reached by moving the other one: the gap is drawn as the engine has it, within what can be reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from understudy.constraints.constraint import Constraint
from understudy.constraints.elapsed import Elapsed
from understudy.constraints.gap import Gap
from understudy.data.table import row_dtype
from understudy.errors import ConditionError
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular._masks import Masks
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.table import AnyEncoder, TableEncoder

__all__ = ["Spans", "outside"]


@dataclass(frozen=True, slots=True)
class Spans:
    """What is known of the gaps.

    Parameters
    ----------
    gaps : tuple of Gap
        All of them, in the order in which they are taken out.
    columns : mapping of str to polars.Series
        The values of one row of those columns that are computed from gaps and known.
    solved : frozenset of str
        Those columns whose other column is moved to reach them.
    ranges : mapping of str to tuple of int
        Least and greatest number of gaps that are clipped to it.
    """

    gaps: tuple[Gap, ...]
    columns: Mapping[str, pl.Series]
    solved: frozenset[str]
    ranges: Mapping[str, tuple[int, int]]

    @classmethod
    def of(
        cls,
        known: Mapping[str, object],
        remaining: Mapping[str, pl.Series],
        constraints: Sequence[Constraint],
        schema: TableSchema,
        masks: Masks,
    ) -> "Spans":
        """Take away from ``masks`` what the known values do not leave.

        Raises
        ------
        ConditionError
            If they leave nothing.
        """
        gaps = tuple(c for c in constraints if isinstance(c, Gap))
        columns = {
            gap.column: pl.Series(gap.column, [known[gap.column]], dtype=row_dtype(schema.columns[gap.column]))
            for gap in gaps
            if gap.column in known
        }
        for gap in gaps:
            if known.get(gap.column) is not None and gap.refuses(known[gap.column]):
                raise _refusal(gap, known[gap.column], columns[gap.column].dtype)
        ranges: dict[str, tuple[int, int]] = {}
        for total in constraints:
            if isinstance(total, Elapsed):
                _leave_lengths(total, {gap.name: gap for gap in gaps}, (known, remaining), masks, ranges)
        reach = {name: values.sort() for name, values in remaining.items()} | columns
        for gap in gaps:
            if gap.column in reach and gap.base not in known and reach[gap.column].drop_nulls().len():
                reach[gap.base] = _leave(gap, reach[gap.column].drop_nulls(), known, masks)
        solved: set[str] = set()
        for gap in gaps:
            if (known.get(gap.column) is not None or gap.column in solved) and gap.base not in known:
                solved |= {gap.column, gap.base}
        return cls(gaps, columns, frozenset(solved), ranges)

    def impose(self, rows: pl.DataFrame, encoder: TableEncoder) -> tuple[pl.DataFrame, np.ndarray]:
        """Give rows in which the known columns are reached, and which of them cannot reach them after all."""
        rows = rows.with_columns(pl.col(name).clip(*ends) for name, ends in self.ranges.items())
        rows = rows.with_columns(values.new_from_index(0, rows.height) for values in self.columns.values())
        off = np.zeros(rows.height, dtype=bool)
        for gap in reversed(self.gaps):
            if gap.column in self.solved:
                rows = gap.fill(rows)
        for gap in self.gaps:
            if gap.column in self.solved and gap.base in self.solved:
                rows = rows.with_columns(gap.solved(rows).alias(gap.base))
                if gap.base in encoder.encoders:
                    off |= outside(rows[gap.base], encoder.encoders[gap.base])
        return rows, off


def outside(values: pl.Series, encoder: AnyEncoder) -> np.ndarray:
    """Tell which values are missing, or beyond the range that an encoder draws from."""
    if not isinstance(encoder, QuantityEncoder) or not len(encoder.low):
        return np.ones(values.len(), dtype=bool)
    numbers = encoder.numbers(values)
    return ~((numbers >= encoder.low.min()) & (numbers <= encoder.high.max()))


def _leave_lengths(
    total: Elapsed,
    gaps: Mapping[str, Gap],
    left: tuple[Mapping[str, object], Mapping[str, pl.Series]],
    masks: Masks,
    ranges: dict[str, tuple[int, int]],
) -> None:
    """Leave a gap what goes with a length of time that is known, or has few values left."""
    known, remaining = left
    gap, encoder = gaps.get(total.gap), masks.encoder.encoders.get(total.gap)
    if gap is None or not isinstance(encoder, QuantityEncoder):
        return
    values = [known[total.total]] if total.total in known else remaining.get(total.total, pl.Series()).to_list()
    spans = [total.span(value, gap.unit or 1) for value in values if value is not None]
    if not spans:
        return
    masks.narrow(total.gap, np.any([_within(encoder, *span) for span in spans], axis=0), known)
    if len(spans) == 1 and not total.loose:
        ranges[total.gap] = int(spans[0][0]), int(spans[0][1])


def _leave(gap: Gap, column: pl.Series, known: Mapping[str, object], masks: Masks) -> pl.Series:
    """Leave the other column, and the gap, what reaches ``column``, ascending; give the ends of the former."""
    spread, base = (masks.encoder.encoders.get(name) for name in (gap.name, gap.base))
    ends = pl.Series([column[0], column[-1]], dtype=column.dtype)
    if not isinstance(spread, QuantityEncoder):
        return ends
    low, high = -np.inf, np.inf
    if isinstance(base, QuantityEncoder) and len(base.low):
        reached = gap.apart(pl.DataFrame({gap.column: ends, gap.base: base.ends().reverse()}))
        low, high = (float(number) for number in reached.sort())
    masks.narrow(gap.name, _within(spread, low - 1, high + 1), known)
    segments = np.repeat(masks.found[gap.name], np.diff(spread.first))
    low, high = np.floor(spread.low[segments].min()) - 1, np.ceil(spread.high[segments].max()) + 1
    far = pl.Series([low, high] if gap.lower else [high, low], dtype=pl.Float64)
    ends = gap.reaching(ends, far.cast(pl.Int64) if gap.decimals == 0 else far)
    if isinstance(base, QuantityEncoder):
        masks.narrow(gap.base, base.within(*(base.number(end) for end in ends)), known)
    return ends


def _within(encoder: QuantityEncoder, low: float, high: float) -> np.ndarray:
    return encoder.within(low - encoder.origin, high - encoder.origin)


def _refusal(gap: Gap, value: object, dtype: pl.DataType) -> ConditionError:
    bounds = pl.Series(gap.bounds or (), dtype=dtype if dtype.is_numeric() else pl.Int64).cast(dtype)
    values = f" from {bounds[0]} to {bounds[1]}" if bounds.len() else ""
    msg = (
        f"No row can have {gap.column} = {value!r}: the training rows hold no such value. Give one{values} on its grid."
    )
    return ConditionError(msg)
