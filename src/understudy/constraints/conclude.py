"""What given values entail: the other values that they fix, and the values that a column may have left."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from understudy.constraints.constraint import Constraint
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.gap import Gap
from understudy.constraints.inequality import Inequality
from understudy.errors import ConditionError
from understudy.protocols import Given

__all__ = ["conclude", "left"]


def conclude(given: Given, constraints: Sequence[Constraint]) -> dict[str, object]:
    """Give the given values and all that follow from them.

    Raises
    ------
    ConditionError
        If they contradict a relation.
    """
    known = dict(given)
    changed = True
    while changed:
        changed = False
        for constraint in constraints:
            for name, value in constraint.conclude(known).items():
                if name not in known:
                    known[name] = value
                    changed = True
                elif not _same(known[name], value):
                    raise _contradiction(given, constraint)
            if isinstance(constraint, Inequality | Gap) and _reversed(constraint, known):
                raise _contradiction(given, constraint)
    return known


def left(known: Mapping[str, object], constraints: Sequence[Constraint]) -> dict[str, pl.Series]:
    """Give the values that columns which fix a known column may have, by column.

    Raises
    ------
    ConditionError
        If one may have none.
    """
    found: dict[str, pl.Series] = {}
    for constraint in constraints:
        if not isinstance(constraint, FunctionalDependency):
            continue
        name = constraint.determinant
        if constraint.dependent in known:
            values = constraint.determinants([known[constraint.dependent]])
        elif constraint.dependent in found:
            values = constraint.determinants(found[constraint.dependent].to_list())
        else:
            continue
        if name in known:  # how it fits the dependent was seen to already
            continue
        if name in found:
            values = values.filter(values.is_in(found[name].implode(), nulls_equal=True))
        if not values.len():
            raise _contradiction(known, constraint)
        found[name] = values
    return found


def _reversed(constraint: Inequality | Gap, known: Mapping[str, object]) -> bool:
    low, high = known.get(constraint.low), known.get(constraint.high)
    if low is None or high is None:
        return False
    row = pl.DataFrame({constraint.low: [low], constraint.high: [high]})
    return bool(constraint.violations(row)[0])


def _same(a: object, b: object) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return bool(np.isclose(a, b, rtol=1e-12, atol=1e-9))
    return a == b


def _contradiction(given: Mapping[str, object], constraint: Constraint) -> ConditionError:
    values = ", ".join(f"{k} = {v!r}" for k, v in given.items())
    return ConditionError(
        f"No row can have {values}: in the training rows {constraint.text}. Leave out one of the values, or change it."
    )
