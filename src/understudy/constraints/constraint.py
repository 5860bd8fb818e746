"""What a relation between columns can do, and the closed set of them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

import polars as pl

from understudy.constraints.elapsed import Elapsed
from understudy.constraints.equality import Equality
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.gap import Gap
from understudy.constraints.implication import Implication
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity
from understudy.protocols import State
from understudy.schema.table import TableSchema
from understudy.store.trust import expect

__all__ = ["Constraint", "restore", "stored"]


@runtime_checkable
class Constraint(Protocol):
    """A relation that rows obey: it can be taken out of the rows before learning, and put back after sampling."""

    kind: ClassVar[str]

    @property
    def text(self) -> str:
        """One sentence for a person."""
        ...

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it, as a boolean series."""
        ...

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give rows from which the relation is taken out; ``rows`` stay as they are."""
        ...

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema of such rows."""
        ...

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give rows that obey the relation."""
        ...

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the values that follow from those ``known`` of a row."""
        ...

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        ...


_KINDS = {c.kind: c for c in (Elapsed, Equality, FunctionalDependency, Gap, Implication, Inequality, LinearIdentity)}


_ROLES = frozenset(
    {
        *("original", "copy", "determinant", "dependent", "condition", "column"),
        *("low", "high", "total", "first", "second"),
    }
)
"""Under which names states hold names of columns."""


def stored(constraints: Sequence[Constraint]) -> State:
    """Give the state of ``constraints``, in order."""
    return {str(i): {"kind": c.kind, "state": c.state()} for i, c in enumerate(constraints)}


def restore(state: State) -> tuple[Constraint, ...]:
    """Build the constraints that gave ``state``.

    Raises
    ------
    ValueError
        If a column is named by anything but a text.
    """
    entries = cast("dict[str, dict[str, Any]]", state)
    for entry in entries.values():
        for role, name in entry["state"].items():
            expect(role not in _ROLES or isinstance(name, str), f"{role} of a relation is no name")
    return tuple(_KINDS[entry["kind"]].restore(entry["state"]) for _, entry in sorted(entries.items(), key=_place))


def _place(entry: tuple[str, object]) -> int:
    return int(entry[0])
