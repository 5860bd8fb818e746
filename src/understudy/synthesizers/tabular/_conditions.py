"""Given values made into what an engine and the way back to rows need: evidence, and values that are set afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from understudy.constraints.conclude import conclude, left
from understudy.constraints.constraint import Constraint
from understudy.constraints.linear import LinearIdentity
from understudy.data.table import row_dtype
from understudy.errors import ConditionError
from understudy.protocols import Given
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular._masks import Masks
from understudy.synthesizers.tabular._spans import Spans, outside
from understudy.transforms.table import TableEncoder

__all__ = ["Conditions"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known of every row.

    Parameters
    ----------
    given : mapping of str to object
        The values that were asked for, in the types of the rows.
    known : mapping of str to object
        Those and all that follow from them.
    left : mapping of str to polars.Series
        The values that other columns have left.
    masks : mapping of str to array of shape (n_symbols,), bool
        The symbols that the columns of the engine have left.
    sums : tuple of (LinearIdentity, str)
        Sums whose total is known or has few values left, with the term that is set to reach it.
    spans : Spans
        What is left to the gaps between columns.
    encoder : TableEncoder
        Encoder of the columns of the engine.
    """

    given: Mapping[str, object]
    known: Mapping[str, object]
    left: Mapping[str, pl.Series]
    masks: Mapping[str, np.ndarray]
    sums: tuple[tuple[LinearIdentity, str], ...]
    spans: Spans
    encoder: TableEncoder

    @classmethod
    def of(
        cls, given: Given, schema: TableSchema, constraints: Sequence[Constraint], encoder: TableEncoder
    ) -> "Conditions":
        """Work out what follows from ``given``.

        Raises
        ------
        ConditionError
            If no row can have the values.
        """
        typed = {name: _typed(name, value, schema) for name, value in given.items()}
        known = conclude(_with_missing_term(typed, constraints, encoder), constraints)
        remaining = left(known, constraints)
        masks = Masks(encoder, _evidence(typed, known, encoder))
        for name, values in remaining.items():
            if name in encoder.encoders:
                found = [encoder.encoders[name].allowed(v) for v in values.to_list()]  # pyright: ignore[reportAttributeAccessIssue] - a determinant is no key or text
                masks.narrow(name, np.any(found, axis=0), known)
        sums = tuple(
            (c, c.second if c.second not in remaining else c.first)
            for c in constraints
            if isinstance(c, LinearIdentity)
            and (known.get(c.total) is not None or c.total in remaining)
            and not {c.first, c.second} & known.keys()
        )
        for constraint in constraints:
            masks.obey(constraint, known)
        spans = Spans.of(known, remaining, constraints, schema, masks)
        return cls(typed, known, remaining, masks.found, sums, spans, encoder)

    def impose(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
        """Give rows with the known values, and which of them cannot have them after all."""
        fixed = {name: value for name, value in self.known.items() if name in rows.columns}
        rows = rows.with_columns(
            pl.lit(pl.Series([value], dtype=rows.schema[name])).first().alias(name) for name, value in fixed.items()
        )
        for name, values in self.left.items():
            if name in rows.columns:
                rows = rows.with_columns(_nearest(rows[name], values).alias(name))
        off = np.zeros(rows.height, dtype=bool)
        for identity, term in self.sums:
            if identity.total in self.known:
                goal = pl.Series([self.known[identity.total]]).new_from_index(0, rows.height)
            else:
                total = identity.from_free(rows)[identity.total]
                goal = _nearest(total, self.left[identity.total])
            rows = identity.solved(rows, goal, term)
            off |= outside(rows[term], self.encoder.encoders[term])
        rows, beyond = self.spans.impose(rows, self.encoder)
        return rows, off | beyond

    def obeyed(self, rows: pl.DataFrame) -> np.ndarray:
        """Tell which rows have the given values."""
        tests = [
            pl.col(name).is_null()
            if value is None
            else pl.col(name).eq_missing(pl.lit(pl.Series([value], dtype=rows.schema[name])).first())
            for name, value in self.given.items()
            if name in rows.columns  # keys and texts are made later; their evidence is enough
        ]
        if not tests:
            return np.ones(rows.height, dtype=bool)
        return rows.select(pl.all_horizontal(tests).alias("")).to_series().to_numpy()

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value!r}" for name, value in self.given.items())


def _evidence(given: Given, known: Mapping[str, object], encoder: TableEncoder) -> dict[str, np.ndarray]:
    masks = encoder.evidence({name: value for name, value in given.items() if name in encoder.encoders})
    for name, value in known.items():
        if name in given or name not in encoder.encoders:
            continue
        try:
            masks |= encoder.evidence({name: value})
        except ConditionError as error:
            values = ", ".join(f"{k} = {v!r}" for k, v in given.items())
            msg = f"No row can have {values}: then {name} would be {value!r}, which no row can have. Give other values."
            raise ConditionError(msg) from error
    return masks


def _with_missing_term(given: Given, constraints: Sequence[Constraint], encoder: TableEncoder) -> dict[str, object]:
    """Add a missing term where a sum shall be missing and no term is given as such."""
    known = dict(given)
    for constraint in constraints:
        if not isinstance(constraint, LinearIdentity) or known.get(constraint.total, 0) is not None:
            continue
        terms = (constraint.second, constraint.first)
        if all(known.get(name, 0) is not None for name in terms):
            free = [n for n in terms if n not in known and getattr(encoder.encoders.get(n), "missing", False)]
            if free:
                known[free[0]] = None
    return known


def _typed(name: str, value: object, schema: TableSchema) -> object:
    """Give a value in the type of the column's rows."""
    if name not in schema.columns:
        msg = f"There is no column {name!r} to be given; the columns are {list(schema.columns)}."
        raise ConditionError(msg)
    dtype = row_dtype(schema.columns[name])
    if isinstance(value, float) and dtype == pl.Int64() and value.is_integer():
        value = int(value)
    try:
        held = pl.Series([value], dtype=dtype, strict=True)[0]
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        msg = f"Column {name!r} is {schema.columns[name].kind} and cannot be {value!r}. Give a value as its rows have."
        raise ConditionError(msg) from error
    if isinstance(held, float) and not np.isfinite(held):
        msg = f"Column {name!r} cannot be {value!r}. Give a finite number, or None for missing."
        raise ConditionError(msg)
    return held


def _nearest(values: pl.Series, wanted: pl.Series) -> pl.Series:
    """Give the nearest of the ``wanted`` numbers or moments for each value; levels and missing values stay."""
    known = wanted.drop_nulls().unique().sort()
    if not (values.dtype.is_numeric() or values.dtype.is_temporal()) or not known.len():
        return values
    points = known.to_physical().cast(pl.Float64).to_numpy()
    numbers = values.to_physical().cast(pl.Float64).fill_null(0.0).to_numpy()
    place = pl.Series(np.searchsorted(points[:-1] / 2 + points[1:] / 2, numbers))
    chosen = known.cast(values.dtype).gather(place)
    return chosen.zip_with(values.is_not_null(), values)
