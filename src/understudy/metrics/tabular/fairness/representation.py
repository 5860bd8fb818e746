"""Whether groups are represented as they are in the population that the user names."""

from math import sqrt
from typing import Annotated, ClassVar

import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import is_category
from understudy.metrics.tabular._intervals import around
from understudy.metrics.tabular.fairness._groups import spelled
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Representation"]


class Representation(Spec):
    """Distance of the synthetic shares of groups from those that the user names, in [0, 1].

    For each column, half the sum of the absolute differences of the shares (total variation distance), over the rows
    that have a value; levels that are not named count as a share of 0 there. The score is that of the column that is
    farthest off. 0: just as named. The ceiling is the same distance of real rows: synthetic rows may be nearer.

    The interval is about other synthetic rows, with the set of levels that are too frequent held fixed.

    References
    ----------
    Levin, Peres, Wilmer, *Markov Chains and Mixing Times*, 2nd ed., prop. 4.2.
    """

    better: ClassVar[Better] = "lower"
    title: ClassVar[str] = "Groups represented as named"
    needs: ClassVar[frozenset[str]] = frozenset({"representation"})
    stand_in: ClassVar[StandIn] = "real"
    thorough: ClassVar[bool] = False

    representation: dict[str, dict[str, Annotated[float, Field(ge=0)]]] = Field(default_factory=dict)
    """For each column, the share of each group in the population; shares are divided by their sum."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare shares; ``details`` has one row per column and named group."""
        if not self.representation:
            raise NotApplicable("No shares of groups are named to compare with.")
        rows: list[dict[str, str | float]] = []
        scores: list[tuple[float, float]] = []
        for name, wanted in self.representation.items():
            column = real.schema.columns.get(name)
            if column is None or not is_category(column):
                msg = f"Shares are named for {name!r}, which is no column of categories."
                raise NotApplicable(msg)
            total = sum(wanted.values())
            if not total > 0:
                msg = f"The shares that are named for {name!r} add up to nothing."
                raise NotApplicable(msg)
            shares = {level: share / total for level, share in wanted.items()}
            mine, theirs = (spelled(table.rows[name].drop_nulls(), column) for table in (real, synthetic))
            if not len(theirs):
                msg = f"Column {name!r} has no value in the synthetic rows."
                raise NotApplicable(msg)
            scores.append(_apart(theirs, shares))
            for level, share in shares.items():
                held = [float((v == level).mean() or 0.0) if len(v) else 0.0 for v in (mine, theirs)]  # pyright: ignore[reportArgumentType] - a number
                rows.append({"column": name, "group": level, "named": share, "real": held[0], "synthetic": held[1]})
        value, error = max(scores)
        return Score(value, interval=around(value, error), details=pl.DataFrame(rows))


def _apart(values: pl.Series, shares: dict[str, float]) -> tuple[float, float]:
    """Give the distance of the values from the shares, and its standard error."""
    counts = dict(values.alias("level").value_counts(name="n").iter_rows())
    n = len(values)
    known = {level: counts.get(level, 0) / n for level in {**counts, **shares}}
    too_many = {level for level, share in known.items() if share > shares.get(level, 0.0)}
    p = sum(known[level] for level in too_many)
    return p - sum(shares.get(level, 0.0) for level in too_many), sqrt(max(p * (1 - p), 0.0) / n)
