"""From a table to free symbols and back: what every tabular engine shares.

The exact relations of the rows are taken out, the columns that are left become symbols, and the engine learns those. On
the way back symbols become values, given values are set, and the relations are put back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import polars as pl

from understudy.constraints.constraint import Constraint, restore, stored
from understudy.constraints.discover import discover
from understudy.constraints.elapsed import Elapsed
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.gap import Gap
from understudy.constraints.implication import Implication, said
from understudy.constraints.repair import put_back
from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.errors import ConditionError
from understudy.protocols import Given, State
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular._conditions import Conditions
from understudy.transforms.numerical import Quantity, QuantityEncoder
from understudy.transforms.protection import Protection
from understudy.transforms.table import TableEncoder

__all__ = ["Codec", "Draw", "Evidence"]

Evidence = Mapping[int, np.ndarray]
"""For each conditioned column, by its place: which of its symbols are allowed."""

Draw = Callable[[int, Evidence, Run], np.ndarray]
"""Draws symbols of shape (d, n) that obey the evidence."""

_ROUNDS = 25  # of redrawing rows that break a relation or a given value
_HOPELESS = 4  # rounds after which not one good row means that there are none
_FEWEST_REDRAWN, _MOST_REDRAWN = 256, 4_096


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
        columns, who = run.child("columns"), table.holders()
        constraints = tuple(_bounded(c, table, protection, columns, who) for c in constraints)
        encoder = TableEncoder.fit(_free(table, constraints), protection, columns, who)
        return cls(table.schema, constraints, encoder.arranged(_places(constraints, table.schema)))

    def encode(self, table: Table) -> np.ndarray:
        """Give the symbols of all rows, shape (d, n), uint16."""
        return self.encoder.encode(_free(table, self.constraints))

    def sample(self, n: int, draw: Draw, run: Run, given: Given | None = None, first: int = 0) -> Table:
        """Make ``n`` rows from what ``draw`` gives, each with the ``given`` values.

        A row that still breaks a relation or a given value once all are put back is drawn again, a bounded number of
        times.

        Raises
        ------
        ConditionError
            If a value cannot occur, or the values cannot occur together.
        """
        conditions = Conditions.of(given or {}, self.schema, self.constraints, self.encoder)
        if not n:
            empty = {name: row_dtype(column) for name, column in self.schema.columns.items()}
            return Table.of(pl.DataFrame(schema=empty), self.schema)
        made = self._made(n, draw, conditions, run)
        lost = made.redraw(lambda m, place: self._made(m, draw, conditions, place), run)
        if lost and not conditions.obeyed(made.rows).all():
            msg = (
                f"No row, or hardly one, can have {conditions} as well as the relations between the columns. Give less."
            )
            raise ConditionError(msg)
        if lost:
            run.find(
                "relations.broken",
                f"{lost:,} of {n:,} sampled rows break a relation between columns that the training rows obey.",
                "degraded",
            )
        fresh = self.encoder.decode(made.codes, run.child("values"), first, self.encoder.fresh)
        # As a dict: a list of series would rename a column without a name.
        rows = pl.DataFrame(made.rows.to_dict() | fresh.to_dict())
        return Table.of(rows.select(list(self.schema.columns)), self.schema)

    def _made(self, n: int, draw: Draw, conditions: Conditions, run: Run) -> "_Made":
        names = self.encoder.names
        codes = draw(n, {names.index(name): mask for name, mask in conditions.masks.items()}, run)
        modelled = [name for name in names if name not in self.encoder.fresh]
        rows = self.encoder.decode(codes, run.child("values"), names=modelled)
        rows, off = conditions.impose(rows)
        rows, broken = put_back(rows, self.constraints, conditions.known.keys())
        return _Made(codes, rows, ~off & ~broken & conditions.obeyed(rows) & self._inside(rows))

    def _inside(self, rows: pl.DataFrame) -> np.ndarray:
        """Tell which rows are within the bounds of the schema: what a relation computes may leave them."""
        tests = [
            pl.col(name).is_between(-np.inf if c.low is None else c.low, np.inf if c.high is None else c.high)
            for name, c in self.schema.columns.items()
            if isinstance(c, Numerical) and not (c.low is None and c.high is None)
        ]
        tests += [
            pl.col(c.column).to_physical().is_between(*c.bounds)
            for c in self.constraints
            if isinstance(c, Gap) and c.bounds is not None
        ]
        if not tests or not self.constraints:
            return np.ones(rows.height, dtype=bool)
        return rows.select(pl.all_horizontal(t.fill_null(value=True) for t in tests).alias("")).to_series().to_numpy()

    def stand_in(self, name: str | None) -> str | None:
        """Give the column of the engine that a column is computed from first of all: the gap in place of an end."""
        for constraint in self.constraints:
            match constraint:
                case Elapsed(total=column, gap=gap) | Gap(column=column, name=gap) if column == name:
                    name = gap
                case _:
                    pass
        return name

    def texts(self) -> list[str]:
        """Give a sentence for each relation; rules that differ in their condition's value only share one."""
        relations = [c.text for c in self.constraints if c.text and not isinstance(c, Implication)]
        return relations + [rule["text"] for rule in self.rules()]

    def rules(self) -> list[dict[str, Any]]:
        """Give the rules about single values, such that a report can weigh them by the rows."""
        grouped: dict[tuple[str, str, str], list[Implication]] = {}
        for rule in self.constraints:
            if isinstance(rule, Implication):
                grouped.setdefault((rule.condition, rule.column, said(rule.then)), []).append(rule)
        return [
            {
                "text": f"where {a} is {', '.join(said(rule.when) for rule in rules)}, {b} is {then}",
                "condition": a,
                "when": [rule.when for rule in rules],
                "column": b,
                "then": rules[0].then,
            }
            for (a, b, then), rules in grouped.items()
        ]

    def state(self) -> State:
        """Give everything needed to build this codec again."""
        return {
            "schema": self.schema.model_dump(mode="json"),
            "constraints": stored(self.constraints),
            "encoder": self.encoder.state(),
        }

    @classmethod
    def restore(cls, state: State) -> "Codec":
        """Build the codec that gave ``state``.

        Raises
        ------
        ValueError, polars.exceptions.PolarsError
            If rows of its schema could not be made with it.
        """
        parts = cast("dict[str, Any]", state)
        made = cls(
            TableSchema.model_validate(parts["schema"]),
            restore(parts["constraints"]),
            TableEncoder.restore(parts["encoder"]),
        )
        # Making no rows at all shows whether relations, encoders and schema go together.
        rows = made.encoder.decode(np.zeros((len(made.encoder.names), 0), dtype=np.uint16), Run(0))
        Table.of(put_back(rows, made.constraints)[0].select(list(made.schema.columns)), made.schema)
        return made


def _places(constraints: tuple[Constraint, ...], schema: TableSchema) -> dict[str, dict[str, float]]:
    """Give the numbers that categories fix: the column is taken out, but what it says of the levels is their order."""
    return {
        c.determinant: dict(c.pairs.drop_nulls().select(pl.col("determinant").cast(pl.String), "dependent").rows())
        for c in constraints
        if isinstance(c, FunctionalDependency)
        and isinstance(schema.columns[c.determinant], Categorical)
        and isinstance(schema.columns[c.dependent], Numerical)
    }


@dataclass(slots=True)
class _Made:
    """Rows with the symbols that they come from, and which of them are good."""

    codes: np.ndarray
    rows: pl.DataFrame
    good: np.ndarray

    def redraw(self, make: "Callable[[int, Run], _Made]", run: Run) -> int:
        """Put new rows in the place of those that are not good; give how many are left."""
        places = np.flatnonzero(~self.good)
        drawn, good = len(self.good), len(self.good) - len(places)
        for attempt in range(_ROUNDS):
            if not len(places) or (attempt >= _HOPELESS and not good):
                break
            m = int(np.clip(1.2 * len(places) * drawn / max(good, 1), _FEWEST_REDRAWN, max(_MOST_REDRAWN, drawn)))
            more = make(m, run.child("again", attempt))
            found = np.flatnonzero(more.good)
            drawn, good = drawn + m, good + len(found)
            self._take(places[: len(found)], more, found[: len(places)])
            places = places[len(found) :]
        return len(places)

    def _take(self, places: np.ndarray, more: "_Made", found: np.ndarray) -> None:
        order = np.arange(self.rows.height)
        order[places] = self.rows.height + found
        self.rows = pl.concat([self.rows, more.rows])[order]
        self.codes = self.codes.copy()
        self.codes[:, places] = more.codes[:, found]


def _bounded(
    constraint: Constraint, table: Table, protection: Protection, run: Run, who: np.ndarray | None
) -> Constraint:
    """Give a gap the protected range of the column that it stands for, as an encoder of the column would have it."""
    if not isinstance(constraint, Gap):
        return constraint
    name = constraint.column
    column = cast("Quantity", table.schema.columns[name])
    ends = QuantityEncoder.fit(table.column(name), column, protection, run.child(name), who).ends()
    return replace(constraint, bounds=tuple(ends.to_physical()) if ends.len() else None)


def _free(table: Table, constraints: tuple[Constraint, ...]) -> Table:
    schema = table.schema
    for constraint in constraints:
        schema = constraint.free_schema(schema)
    if not constraints:
        return table
    parts: list[pl.DataFrame] = []
    for rows in table.frames():
        free = rows
        for constraint in constraints:
            free = constraint.to_free(free)
        parts.append(free.select(list(schema.columns)))
    return Table(tuple(parts), schema)
