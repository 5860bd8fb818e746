"""Puts several relations back at once: mending one may break another, so it goes round until all of them hold."""

from collections.abc import Collection, Sequence

import numpy as np
import polars as pl

from understudy.constraints.constraint import Constraint
from understudy.constraints.elapsed import Elapsed
from understudy.constraints.equality import Equality
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.gap import Gap
from understudy.constraints.implication import Implication, mend
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity

__all__ = ["computed", "put_back"]

_ROUNDS = 12  # a chain of orders is sorted by as many rounds as it is long


def computed(constraint: Constraint) -> str | None:
    """Give the column that a relation takes out of the rows and computes again; None where it takes none."""
    match constraint:
        case FunctionalDependency(dependent=name) | LinearIdentity(total=name) | Elapsed(total=name):
            return name
        case Equality(copy=name) if constraint.always:
            return name
        case _:
            return None


def put_back(
    rows: pl.DataFrame, constraints: Sequence[Constraint], held: Collection[str] = ()
) -> tuple[pl.DataFrame, np.ndarray]:
    """Give rows that obey the relations, as far as that can be had without a change to the columns ``held``.

    Parameters
    ----------
    rows : polars.DataFrame
        Rows from which the relations are taken out.
    constraints : sequence of Constraint
        The relations, in the order in which they were taken out.
    held : collection of str
        Columns whose values stay as they are.

    Returns
    -------
    polars.DataFrame
        Rows.
    array of shape (n,), bool
        Which of them still break a relation.
    """
    kept = {*held, *filter(None, map(computed, constraints))}
    rows = _copied(rows, constraints, kept)
    gaps = [c for c in constraints if isinstance(c, Gap)]
    for gap in reversed(gaps):
        rows = gap.fill(rows)
    rows = _compute(rows, constraints)
    broken = _broken(rows, constraints)
    places = np.flatnonzero(broken)
    if len(places):
        part, still = rows[places], broken[places]
        for _ in range(_ROUNDS):
            part = _compute(_mended(part, constraints, kept), constraints)
            still = _broken(part, constraints)
            if not still.any():
                break
        order = np.arange(rows.height)
        order[places] = rows.height + np.arange(len(places))
        rows = pl.concat([rows, part])[order]
        broken[places] = still
    flags = [c.flag for c in constraints if isinstance(c, Equality) and not c.always]
    return rows.drop([*flags, *(gap.name for gap in gaps)]), broken


def _copied(rows: pl.DataFrame, constraints: Sequence[Constraint], held: Collection[str]) -> pl.DataFrame:
    for constraint in reversed(constraints):
        if isinstance(constraint, Equality) and not constraint.always:
            rows = constraint.mend(rows, held)
    return rows


def _compute(rows: pl.DataFrame, constraints: Sequence[Constraint]) -> pl.DataFrame:
    for constraint in reversed(constraints):
        if computed(constraint) is not None:
            rows = constraint.from_free(rows)
    return rows


def _mended(rows: pl.DataFrame, constraints: Sequence[Constraint], held: Collection[str]) -> pl.DataFrame:
    rows = _copied(rows, constraints, held)
    for constraint in reversed(constraints):
        if isinstance(constraint, Gap):
            rows = constraint.mend(rows, held)
    for constraint in constraints:
        if isinstance(constraint, Inequality):
            rows = constraint.mend(rows, held)
    return mend(rows, [c for c in constraints if isinstance(c, Implication)], held)


def _broken(rows: pl.DataFrame, constraints: Sequence[Constraint]) -> np.ndarray:
    tests = [
        c.broken.fill_null(value=False)
        for c in constraints
        if isinstance(c, Implication | Inequality) or (isinstance(c, Equality) and not c.always)
    ]
    broken = np.zeros(rows.height, dtype=bool)
    if tests:
        broken |= rows.select(pl.any_horizontal(tests).alias("")).to_series().to_numpy()
    for gap in constraints:
        if isinstance(gap, Gap):
            broken |= gap.broken(rows).to_numpy()
    return broken
