"""From a table to free symbols and back: what every tabular engine shares.

The exact relations of the rows are taken out, the columns that are left become symbols, and the engine learns those. On the
way back symbols become values, given values are set, and the relations are put back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.constraints.constraint import Constraint, restore, stored
from understudy.constraints.discover import discover
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.implication import Implication
from understudy.data.table import Table
from understudy.errors import ConditionError
from understudy.protocols import Given, State
from understudy.run import Run
from understudy.schema.table import TableSchema
from understudy.transforms.protection import Protection
from understudy.transforms.table import TableEncoder

__all__ = ["Codec", "Draw", "Evidence"]

Evidence = Mapping[int, np.ndarray]
"""For each conditioned column, by its place: which of its symbols are allowed."""

Draw = Callable[[int, Evidence, Run], np.ndarray]
"""Draws symbols of shape (d, n) that obey the evidence."""

_ROUNDS = 25  # of redrawing rows that a relation took away from a given value


@dataclass(frozen=True, slots=True)
class Codec:
    """How the rows of one table become symbols.

    Parameters
    ----------
    schema : TableSchema
        Schema of the rows.
    constraints : tuple of Constraint
        Relations, in the order in which they are taken out.
    encoder : TableEncoder
        Symbols of what is left.
    """

    schema: TableSchema
    constraints: tuple[Constraint, ...]
    encoder: TableEncoder

    @classmethod
    def fit(cls, table: Table, protection: Protection, run: Run, *, relations: bool = True) -> "Codec":
        """Find the relations of ``table`` and learn its symbols."""
        constraints = discover(table, protection.rare_rows) if relations else ()
        free = _free(table, constraints)
        return cls(table.schema, constraints, TableEncoder.fit(free, protection, run.child("columns")))

    def encode(self, table: Table) -> np.ndarray:
        """Give the symbols of all rows, shape (d, n), uint16."""
        return self.encoder.encode(_free(table, self.constraints))

    def sample(self, n: int, draw: Draw, run: Run, given: Given | None = None, first: int = 0) -> Table:
        """Make ``n`` rows from what ``draw`` gives, each with the ``given`` values.

        Raises
        ------
        ConditionError
            If a value cannot occur, or the values cannot occur together.
        """
        given = dict(given or {})
        evidence = self._evidence(given)
        rows = self._rows(draw(n, evidence, run), run, given, first)
        if not given:
            return Table.of(rows, self.schema)
        kept = rows.filter(self._obey(rows, given))
        for attempt in range(_ROUNDS):
            if kept.height >= n:
                break
            place = run.child("again", attempt)
            more = self._rows(draw(n, evidence, place), place, given, first)
            kept = pl.concat([kept, more.filter(self._obey(more, given))])
        if kept.height < n:
            values = ", ".join(f"{k} = {v!r}" for k, v in given.items())
            msg = f"Rows with {values} contradict a relation of the training rows. Leave one of the values out."
            raise ConditionError(msg)
        return Table.of(kept.head(n), self.schema)

    def texts(self) -> list[str]:
        """Give a sentence for each relation; rules that differ in their condition's value only share one."""
        grouped: dict[tuple[str, str, str], list[str]] = {}
        sentences: list[str] = []
        for constraint in self.constraints:
            if isinstance(constraint, Implication):
                start, _, end = constraint.text.removeprefix(f"where {constraint.condition} is ").rpartition(
                    f", {constraint.column} is "
                )
                grouped.setdefault((constraint.condition, constraint.column, end), []).append(start)
            else:
                sentences.append(constraint.text)
        sentences += [f"where {a} is {', '.join(values)}, {b} is {then}" for (a, b, then), values in grouped.items()]
        return sentences

    def _rows(self, codes: np.ndarray, run: Run, given: Given, first: int) -> pl.DataFrame:
        rows = self.encoder.decode(codes, run.child("values"), first)
        fixed = {name: value for name, value in given.items() if name in rows.columns and value is not None}
        rows = rows.with_columns(pl.lit(v).cast(rows.schema[name]).alias(name) for name, v in fixed.items())
        for constraint in reversed(self.constraints):
            rows = constraint.from_free(rows)
        return rows.select(list(self.schema.columns))

    def _obey(self, rows: pl.DataFrame, given: Given) -> pl.Series:
        tests = [
            pl.col(name).is_null() if value is None else pl.col(name).eq_missing(pl.lit(value).cast(rows.schema[name]))
            for name, value in given.items()
        ]
        return rows.select(pl.all_horizontal(tests)).to_series()

    def _evidence(self, given: Given) -> Evidence:
        """Translate given values into allowed symbols; one of a column that another fixes is a condition on that one."""
        free = {name: value for name, value in given.items() if name in self.encoder.encoders}
        masks = self.encoder.evidence(free)
        for constraint in self.constraints:
            if isinstance(constraint, FunctionalDependency) and constraint.dependent in given:
                mask = self._determining(constraint, given[constraint.dependent])
                name = constraint.determinant
                masks[name] = masks.get(name, mask) & mask
                if not masks[name].any():
                    msg = (
                        f"No row can have {constraint.dependent} = {given[constraint.dependent]!r}: {constraint.text}."
                    )
                    raise ConditionError(msg)
        names = self.encoder.names
        return {names.index(name): mask for name, mask in masks.items()}

    def _determining(self, constraint: FunctionalDependency, value: object) -> np.ndarray:
        encoder = self.encoder.encoders[constraint.determinant]
        mask = np.zeros(encoder.n_symbols, dtype=bool)
        for determinant, dependent in constraint.pairs.iter_rows():
            if dependent == value:
                mask |= self.encoder.evidence({constraint.determinant: determinant})[constraint.determinant]
        return mask

    def state(self) -> State:
        """Give everything needed to build this codec again."""
        return {
            "schema": self.schema.model_dump(mode="json"),
            "constraints": stored(self.constraints),
            "encoder": self.encoder.state(),
        }

    @classmethod
    def restore(cls, state: State) -> "Codec":
        """Build the codec that gave ``state``."""
        parts = cast("dict[str, Any]", state)
        return cls(
            TableSchema.model_validate(parts["schema"]),
            restore(parts["constraints"]),
            TableEncoder.restore(parts["encoder"]),
        )


def _free(table: Table, constraints: tuple[Constraint, ...]) -> Table:
    schema = table.schema
    for constraint in constraints:
        schema = constraint.free_schema(schema)
    if not constraints:
        return table
    parts: list[pl.DataFrame] = []
    for frame in table.frames():
        rows = frame.clone()
        for constraint in constraints:
            rows = constraint.to_free(rows)
        parts.append(rows.select(list(schema.columns)))
    return Table(tuple(parts), schema)
