"""Whether every synthetic value is one that its column may hold."""

from typing import ClassVar

import numpy as np
import polars as pl

from understudy.context import Run
from understudy.data.shapes import expression_of
from understudy.data.table import Table
from understudy.metrics.tabular._coding import numbers
from understudy.protocols import Better, Score, StandIn
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
    Text,
)
from understudy.schema.spec import Spec

__all__ = ["ValidRows"]

_OUTERMOST = 10  # rows whose reach says how far beyond them a value may lie
_SHOWN = 3  # invalid values of a column


class ValidRows(Spec):
    """Share of synthetic rows whose every value is valid, in [0, 1].

    A value is invalid that the schema of the real rows cannot hold. A category is valid if it is one of the declared
    levels, else of those in the real rows; an identifier if it has the declared pattern and, where it shall be unique,
    occurs once; a missing value if the real column has some (unseen rows count), and is not the primary key.

    A quantity is valid if it is finite, on the declared grid of decimals, and between the declared bounds. Where none
    is declared, the least and greatest real value are no bounds: they are single persons' values, which unseen rows
    exceed too, and protected ends of a range may. They may be exceeded by the most of: three times the distance from
    the outermost to the tenth outermost real value (a protected end exceeds by at most one), a tenth of the real range,
    one step of the grid. Zero is not crossed where no real value lies beyond it, and a constant stays constant. The
    rule catches what cannot be, such as an age of 999, not every value that is unlikely.

    There is no interval: every row is looked at. The ceiling is below 1 where unseen real rows hold levels that the
    training rows do not.

    References
    ----------
    SDMetrics, *BoundaryAdherence*, *CategoryAdherence* and *KeyUniqueness*, taken row by row.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Valid rows"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Check each value; ``details`` has one row per column, with the first invalid values."""
        a, b = real.rows, synthetic.rows
        gaps = {name for t in (real, holdout) if t is not None for name in t.rows.columns if t.rows[name].null_count()}
        valid = pl.repeat(value=True, n=b.height, dtype=pl.Boolean, eager=True)
        parts: list[tuple[str, float, int, str | None]] = []
        for name, column in real.schema.columns.items():
            may_miss = name in gaps and name != real.schema.primary_key
            fits = _fits(column, a[name], b[name]).fill_null(value=may_miss)
            if name == real.schema.primary_key:
                fits &= b[name].is_unique()
            unfit = _unfit(synthetic, name)
            fits &= unfit.is_null()
            invalid = b.height - int(fits.sum())
            parts.append((name, 1 - invalid / b.height, invalid, _first(b[name].filter(~fits), unfit.filter(~fits))))
            valid &= fits
        dtypes = {"column": pl.String, "share": pl.Float64, "invalid": pl.Int64, "first_invalid": pl.String}
        details = pl.DataFrame(parts, schema=dtypes, orient="row")
        return Score(int(valid.sum()) / b.height, details=details)


def _unfit(table: Table, name: str) -> pl.Series:
    """Give the values of a column that the schema could not hold; null elsewhere."""
    if table.unfit is not None and name in table.unfit.columns:
        return table.unfit[name]
    return pl.repeat(None, table.n_rows, dtype=pl.String, eager=True)


def _first(wrong: pl.Series, unfit: pl.Series) -> str | None:
    """Spell the first few invalid values."""
    few = pl.DataFrame({"value": wrong, "unfit": unfit}).unique(maintain_order=True).head(_SHOWN)
    return ", ".join(text or ("missing" if value is None else str(value)) for value, text in few.iter_rows()) or None


def _fits(  # noqa: PLR0911 - one answer for each type
    column: ColumnType, real: pl.Series, synthetic: pl.Series
) -> pl.Series:
    """Give which values fit; null where the value is missing."""
    match column:
        case Categorical(levels=levels):
            known = real.drop_nulls().unique() if levels is None else pl.Series(levels, dtype=pl.String)
            return _known(synthetic, synthetic.is_in(known.implode()))
        case Identifier(pattern=pattern, unique=unique):
            fits = synthetic.is_not_null() if pattern is None else synthetic.str.contains(expression_of(pattern))
            return _known(synthetic, fits & synthetic.is_unique() if unique else fits)
        case Numerical(low=low, high=high, decimals=decimals):
            least, most = _reach(real, 0.0 if decimals is None else 10.0**-decimals, crossing=False)
            fits = _between(synthetic, least if low is None else low, most if high is None else high)
            return fits & _on_grid(synthetic, decimals) if decimals else fits
        case Duration():
            return _between(synthetic, *_reach(real, 0.0, crossing=False))
        case Datetime():
            return _between(synthetic, *_reach(real, 0.0, crossing=True))
        case Location(axis=axis):
            low, high = _reach(real, 0.0, crossing=True)
            # Some count longitudes from 0 to 360.
            edge = 90.0 if axis == "latitude" else 360.0
            return _between(synthetic, max(low, -edge), min(high, edge))
        case Boolean() | Text():
            return _known(synthetic, synthetic.is_not_null())


def _reach(real: pl.Series, step: float, *, crossing: bool) -> tuple[float, float]:
    """Give the ends that no value may exceed, by the rule in the docstring of the metric."""
    values = numbers(real)
    values = np.sort(values[~np.isnan(values)])
    if not len(values):
        return -np.inf, np.inf
    low, high = float(values[0]), float(values[-1])
    with np.errstate(over="ignore"):  # the range of values near the largest float is infinite, and so its ends
        span = high - low
        tenth = min(_OUTERMOST, len(values))
        spare = max(0.1 * span, step) if span > 0 else 0.0
        least = low - max(spare, 3 * float(values[tenth - 1] - low))
        most = high + max(spare, 3 * float(high - values[-tenth]))
    if not crossing:
        least = max(least, 0.0) if low >= 0 else least
        most = min(most, 0.0) if high <= 0 else most
    return least, most


def _known(values: pl.Series, fits: pl.Series) -> pl.Series:
    return pl.select(pl.when(values.is_not_null()).then(fits)).to_series()


def _between(values: pl.Series, low: float, high: float) -> pl.Series:
    held = values.to_physical().cast(pl.Float64)
    return held.is_finite() & (held >= low) & (held <= high)


def _on_grid(values: pl.Series, decimals: int) -> pl.Series:
    # A grid value is the float nearest to its decimal text: rounding gives it back up to a few of its last bits.
    return (values.round(decimals) - values).abs() <= 1e-9 * 10.0**-decimals + 1e-15 * values.abs()
