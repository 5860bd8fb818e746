"""Groups of people by a protected column, and the rows of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray, IntArray, is_category, is_number, numbers
from understudy.schema.column import Boolean, ColumnType

__all__ = ["FEWEST", "Groups", "apart_from", "columns_of", "groups", "groups_of", "spelled"]

FEWEST = 30
"""Real rows of a group below which nothing is said about it: chance would decide, and single people would show."""

_QUARTERS = ("lowest quarter", "second quarter", "third quarter", "highest quarter")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one protected column, or of several together.

    Parameters
    ----------
    column : str
        The column; of several, their names with a star between, such as ``sex*race``.
    names : tuple of str
        Levels of a category; of a quantity, its quarters by the real rows; of several columns, theirs in a row.
    parts : tuple of _Part
        The columns.
    kept : array of shape (names,)
        Number of the combination of the parts' groups that each group is.
    """

    column: str
    names: tuple[str, ...]
    parts: tuple["_Part", ...]
    kept: IntArray

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that make the groups."""
        return tuple(part.column for part in self.parts)

    def codes(self, rows: pl.DataFrame) -> IntArray:
        """Give the group of each row; -1 where it is missing, or in a group that is not judged."""
        if not self.names:
            return np.full(rows.height, -1, dtype=np.int64)
        joint, known = _joint(self.parts, rows)
        order = np.argsort(self.kept)
        place = order[np.minimum(np.searchsorted(self.kept[order], joint), len(order) - 1)]
        return np.where(known & (self.kept[place] == joint), place, -1)


@dataclass(frozen=True, slots=True)
class _Part:
    """The groups of a column by itself: its levels, or the quarters of a quantity, that end at ``cuts``."""

    column: str
    names: tuple[str, ...]
    kind: ColumnType
    cuts: FloatArray

    def codes(self, rows: pl.DataFrame) -> IntArray:
        values = rows[self.column]
        if is_number(self.kind):
            held = numbers(values)
            return np.where(np.isnan(held), -1, np.searchsorted(self.cuts, held, "left"))
        known = spelled(values, self.kind).cast(pl.Enum(self.names), strict=False).to_physical()
        return known.cast(pl.Int64).fill_null(-1).to_numpy()


def _joint(parts: Sequence[_Part], rows: pl.DataFrame) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Give the combination of groups that each row has, and whether it has one in every part."""
    joint, known = np.zeros(rows.height, dtype=np.int64), np.ones(rows.height, dtype=bool)
    for part in parts:
        codes = part.codes(rows)
        known &= codes >= 0
        joint = joint * len(part.names) + np.maximum(codes, 0)
    return joint, known


def columns_of(name: str, columns: Collection[str]) -> tuple[str, ...]:
    """Give the columns that a protected name stands for: itself, or those that stars part, as in ``sex*race``."""
    return (name,) if name in columns else tuple(part.strip() for part in name.split("*"))


def spelled(values: pl.Series, column: ColumnType) -> pl.Series:
    """Give levels as the source spells them; other values as text."""
    if isinstance(column, Boolean):
        words = {True: column.true, False: column.false}
        return values.replace_strict(words, return_dtype=pl.String)
    # Lengths of time have no spelling in polars; their microseconds do.
    return (values.to_physical() if values.dtype == pl.Duration else values).cast(pl.String)


def apart_from(target: str, protected: Sequence[str], real: Table) -> list[str]:
    """Give the protected names that the target has no part in."""
    return [name for name in protected if target not in columns_of(name, real.schema.columns)]


def groups_of(protected: Sequence[str], real: Table, run: Run, least: int = 1) -> list[Groups]:
    """Give the groups of each protected column that have rows enough; a finding counts those that have not.

    Parameters
    ----------
    protected : sequence of str
        The columns.
    real : Table
        Rows that decide which groups there are.
    run : Run
        The job.
    least : int
        Groups that a column must have.

    Raises
    ------
    NotApplicable
        If no column is named, or none of them has enough groups.
    """
    if not protected:
        raise NotApplicable("No protected column is named.")
    out: list[Groups] = []
    for name in protected:
        for part in columns_of(name, real.schema.columns):
            if part not in real.schema.columns:
                msg = f"The protected column {part!r} is not a column of the table."
                raise NotApplicable(msg)
        found, few = groups(name, real)
        if few:
            text = f"Column {name!r}: {few} group{'s' * (few != 1)} of fewer than {FEWEST} real rows cannot be judged."
            run.find("fairness.few_rows", text)
        if len(found.names) >= least:
            out.append(found)
    if not out:
        many = "a group" if least == 1 else f"{least} groups"
        msg = f"No protected column has {many} of at least {FEWEST} real rows."
        raise NotApplicable(msg)
    return out


def groups(name: str, real: Table) -> tuple[Groups, int]:
    """Give the groups of a protected name that have rows enough, and how many others there are."""
    parts = tuple(_part(column, real) for column in columns_of(name, real.schema.columns))
    if prod(len(part.names) for part in parts) > np.iinfo(np.int64).max:
        msg = f"The protected columns {name!r} have too many combinations of levels. Name fewer together."
        raise NotApplicable(msg)
    joint, known = _joint(parts, real.rows)
    held, counts = np.unique(joint[known], return_counts=True)
    # The greatest first; quarters in their own order.
    order = np.arange(len(held)) if is_number(parts[0].kind) else np.argsort(-counts, kind="stable")
    kept = held[order][counts[order] >= FEWEST]
    return Groups(name, tuple(_name(parts, int(g)) for g in kept), parts, kept), int((counts < FEWEST).sum())


def _name(parts: Sequence[_Part], joint: int) -> str:
    """Give the name of a combination of groups, by its number."""
    names: list[str] = []
    for part in reversed(parts):
        joint, own = divmod(joint, len(part.names))
        names.append(part.names[own])
    return " / ".join(reversed(names))


def _part(name: str, real: Table) -> _Part:
    column, values = real.schema.columns[name], real.column(name)
    if is_category(column):
        levels = spelled(values, column).drop_nulls().unique().sort()
        return _Part(name, tuple(levels.to_list()), column, np.zeros(0))
    if is_number(column):
        known = numbers(values)
        known = known[~np.isnan(known)]
        if not len(known):
            return _Part(name, (), column, np.zeros(0))
        cuts = np.unique(np.quantile(known, (0.25, 0.5, 0.75), method="inverted_cdf"))
        cuts = cuts[cuts < known.max()]
        n = len(cuts) + 1
        names = _QUARTERS if n == len(_QUARTERS) else tuple(f"part {i} of {n}, ascending" for i in range(1, n + 1))
        return _Part(name, names, column, cuts)
    msg = f"The protected column {name!r} holds {column.kind} values, which form no groups."
    raise NotApplicable(msg)
