"""Whether the relations between columns that all real rows obey are kept."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.constraints.constraint import Constraint
from understudy.constraints.discover import discover
from understudy.constraints.elapsed import Elapsed
from understudy.constraints.equality import Equality
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.gap import Gap
from understudy.constraints.implication import Implication
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity
from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import capped
from understudy.metrics.tabular._means import Means, within_part
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Relations"]


class Relations(Spec):
    """Mean share of the rows that keep the relations found among the real ones, in [0, 1].

    Looked for are columns that fix others, sums and differences, orders, values of one column that come with one value
    of another only, lengths of time between two columns, and pairs of columns that are equal. A relation counts the
    share of synthetic rows that keep it, of those that it speaks of: an order speaks of rows with both values, a rule
    about one value of those that hold it. Equality in a share of the rows counts one minus the difference of the
    shares. Relations are found in the real rows alone, and only where independent columns would have broken them; a
    column that fixes another one says nothing of rows whose value is new, or held by fewer than five real rows.

    ``details`` names the columns of each relation, those most often broken first. The interval follows from the
    influence of each row on the mean.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Relations kept"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are looked at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Find the relations, and count the rows that break them; ``details`` has one row per relation."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        means = Means((a.height, b.height))
        for relation in discover(Table.of(a, real.schema)):
            first, second = _columns(relation)
            part = {"measure": relation.kind, "first": first, "second": second}
            if isinstance(relation, Equality) and not relation.always:
                x, y = (_equal(rows, relation) for rows in (a, b))
                sign = float(np.sign(x.mean() - y.mean()))
                spoken = {"rows": b.height, "broken": None}
                means.add(part | spoken, 1 - abs(float(x.mean() - y.mean())), -sign * x, sign * y)
                continue
            spoken = _speaks_of(relation, b)
            broken = relation.violations(b).fill_null(value=False).to_numpy() & spoken
            counts = {"rows": int(spoken.sum()), "broken": int(broken.sum())}
            score = None if not spoken.any() else 1 - float(broken.sum() / spoken.sum())
            means.add(part | counts, score, None, -within_part(broken[spoken].astype(np.float64), spoken))
        means.parts.sort(key=lambda part: 1.0 if part["score"] is None else float(part["score"]))
        return means.score("The real rows obey no relation between columns that the synthetic rows speak of.")


def _columns(relation: Constraint) -> tuple[str, str]:
    """Give the column that says something, and the one that it says it of."""
    match relation:
        case Equality(original=first, copy=second) | FunctionalDependency(determinant=first, dependent=second):
            return first, second
        case Implication(condition=first, column=second):
            return first, second
        case Inequality(low=first, high=second) | Gap(low=first, high=second):
            return first, second
        case LinearIdentity(first=first, total=second) | Elapsed(low=first, total=second):
            return first, second
        case _:
            return "", ""


def _speaks_of(relation: Constraint, rows: pl.DataFrame) -> np.ndarray:
    """Mark the rows that could break it."""
    match relation:
        case Implication():
            return rows.select(relation.hit.fill_null(value=False).alias("")).to_series().to_numpy()
        case FunctionalDependency(determinant=name, pairs=pairs):
            return rows[name].is_in(pairs["determinant"].implode(), nulls_equal=True).fill_null(value=False).to_numpy()
        case Inequality(low=low, high=high):
            return (rows[low].is_not_null() & rows[high].is_not_null()).to_numpy()
        case _:
            return np.ones(rows.height, dtype=bool)


def _equal(rows: pl.DataFrame, relation: Equality) -> np.ndarray:
    return (rows[relation.original] == rows[relation.copy]).fill_null(value=False).to_numpy().astype(np.float64)
