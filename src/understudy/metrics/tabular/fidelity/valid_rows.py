"""Whether every synthetic value is one that its column may hold."""

import re
from typing import ClassVar, Literal

import polars as pl

from understudy.data.table import Table
from understudy.metrics.tabular._coding import is_number
from understudy.metrics.tabular._intervals import share_interval
from understudy.protocols import Score
from understudy.run import Run
from understudy.schema.column import Boolean, Categorical, ColumnType, Identifier, Location, Numerical
from understudy.schema.spec import Spec

__all__ = ["ValidRows"]


class ValidRows(Spec):
    """Share of synthetic rows whose every value is valid, in [0, 1].

    A category is valid if it is one of the declared levels, else of those in the real rows; a quantity if it is finite,
    between the declared bounds, and on the declared grid of decimals; an identifier if it has the declared pattern and,
    where it shall be unique, occurs once; a missing value if the real column has some, and is not the primary key. The
    least and greatest real value are no bounds: they are single persons' values, which unseen rows exceed too. The
    ceiling is below 1 where unseen real rows hold levels that the training rows do not.

    References
    ----------
    SDMetrics, *BoundaryAdherence*, *CategoryAdherence* and *KeyUniqueness*, taken row by row.
    """

    better: ClassVar[Literal["higher", "lower", "half"]] = "higher"
    title: ClassVar[str] = "Valid rows"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[Literal["holdout", "real"]] = "holdout"

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Check each value; ``details`` has one row per column, with the first invalid value."""
        a, b = real.rows, synthetic.rows
        valid = pl.repeat(value=True, n=b.height, dtype=pl.Boolean, eager=True)
        parts: list[tuple[str, float, int, str | None]] = []
        for name, column in real.schema.columns.items():
            may_miss = a[name].null_count() > 0 and name != real.schema.primary_key
            fits = _fits(column, a[name], b[name]).fill_null(value=may_miss)
            if name == real.schema.primary_key:
                fits &= b[name].is_unique()
            wrong = b[name].filter(~fits)
            parts.append((name, int(fits.sum()) / b.height, len(wrong), None if fits.all() else str(wrong[0])))
            valid &= fits
        details = pl.DataFrame(parts, schema=["column", "share", "invalid", "first_invalid"], orient="row")
        hits = int(valid.sum())
        return Score(hits / b.height, interval=share_interval(hits, b.height), details=details)


def _fits(column: ColumnType, real: pl.Series, synthetic: pl.Series) -> pl.Series:
    """Give which values fit; null where the value is missing."""
    match column:
        case Categorical(levels=levels):
            known = real.drop_nulls().unique() if levels is None else pl.Series(levels, dtype=pl.String)
            return _known(synthetic, synthetic.is_in(known.implode()))
        case Identifier(pattern=pattern, unique=unique):
            fits = synthetic.is_not_null() if pattern is None else synthetic.str.contains(_expression(pattern))
            return _known(synthetic, fits & synthetic.is_unique() if unique else fits)
        case Numerical(low=low, high=high, decimals=decimals):
            fits = _between(synthetic, low, high)
            return fits & _on_grid(synthetic, decimals) if decimals else fits
        case Location(axis=axis):
            most = 90.0 if axis == "latitude" else 180.0
            return synthetic.is_between(-most, most)
        case _ if is_number(column):
            return _between(synthetic, None, None)
        case Boolean() | _:
            return _known(synthetic, synthetic.is_not_null())


def _known(values: pl.Series, fits: pl.Series) -> pl.Series:
    return pl.select(pl.when(values.is_not_null()).then(fits)).to_series()


def _between(values: pl.Series, low: float | None, high: float | None) -> pl.Series:
    fits = values.is_finite() if values.dtype.is_float() else _known(values, values.is_not_null())
    if low is not None:
        fits &= values >= low
    if high is not None:
        fits &= values <= high
    return fits


def _on_grid(values: pl.Series, decimals: int) -> pl.Series:
    # A grid value is the float nearest to its decimal text: rounding gives it back up to a few of its last bits.
    return (values.round(decimals) - values).abs() <= 1e-9 * 10.0**-decimals + 1e-15 * values.abs()


def _expression(pattern: str) -> str:
    """Turn a pattern, which is literal besides its classes such as ``[0-9]{8}``, into a regular expression."""
    pieces = re.split(r"(\[[^\]]+\](?:\{\d+(?:,\d+)?\})?)", pattern)
    return "^(?:" + "".join(p if i % 2 else re.escape(p) for i, p in enumerate(pieces)) + ")$"
