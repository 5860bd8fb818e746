"""The game that every attack on membership plays: who is attacked, and what the attacker holds."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from understudy.attacks.codes import Cells
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding, capped
from understudy.metrics.tabular._neighbours import Neighbours, Points

__all__ = ["FEWEST", "Game", "Roles", "deal"]

FEWEST = 50
"""Members, and non-members, below which no attack says anything."""

_LEAST_UNIQUE = 0.5  # of either side, or rows that recur are attacked too


@dataclass(frozen=True, slots=True)
class Roles:
    """Real rows by the part that they play; no row plays two.

    Parameters
    ----------
    members : polars.DataFrame
        Training rows that are attacked.
    others : polars.DataFrame
        As many rows that the model never saw, attacked too.
    reference : polars.DataFrame
        Rows of the population that the attacker holds: training rows that are not attacked, which favours him.
    spare : polars.DataFrame
        Training rows of no part: ideal synthetic rows, of a null control.
    unique : bool
        Whether only rows are attacked that occur once among all real ones.
    """

    members: pl.DataFrame
    others: pl.DataFrame
    reference: pl.DataFrame
    spare: pl.DataFrame
    unique: bool


def deal(real: Table, holdout: Table, most_targets: int, most_rows: int, run: Run) -> Roles:
    """Deal the parts.

    Rows that occur more than once among all real rows are not attacked, as nobody can tell whether they were members:
    the rule looks at both sides alike, so that members and others stay exchangeable where nothing leaks.

    Parameters
    ----------
    real, holdout : Table
        Training rows, and rows that the model never saw.
    most_targets, most_rows : int
        Most members, and most rows of the reference.

    Raises
    ------
    NotApplicable
        If there are fewer than :data:`FEWEST` rows on a side.
    """
    names = list(Coding.of(real.schema, real.rows, holdout.rows).names)
    both = pl.concat([real.rows.select(names), holdout.rows.select(names)])
    once = both.is_unique().to_numpy()
    seen, unseen = np.flatnonzero(once[: real.n_rows]), np.flatnonzero(once[real.n_rows :])
    unique = len(seen) >= _LEAST_UNIQUE * real.n_rows and len(unseen) >= _LEAST_UNIQUE * holdout.n_rows
    if not unique:
        seen, unseen = np.arange(real.n_rows), np.arange(holdout.n_rows)
    # At least half of the training rows are left for the other parts.
    n = min(most_targets, len(unseen), len(seen), real.n_rows // 2)
    if n < FEWEST:
        msg = f"Only {n} training and unseen rows could be attacked; at least {FEWEST} of each are needed."
        raise NotApplicable(msg)
    members = np.sort(run.child("members").rng.choice(seen, n, replace=False))
    others = np.sort(run.child("others").rng.choice(unseen, n, replace=False))
    left = run.child("reference").rng.permutation(np.setdiff1d(np.arange(real.n_rows), members))
    middle = min(most_rows, (len(left) + 1) // 2)
    return Roles(
        members=real.rows[members],
        others=holdout.rows[others],
        reference=real.rows[np.sort(left[:middle])],
        spare=real.rows[left[middle:]],
        unique=unique,
    )


@dataclass(frozen=True)
class Game:
    """What one synthetic table lets an attacker see of the targets.

    Everything that is scaled or cut is scaled and cut by the reference and the synthetic rows, never by the targets.

    Parameters
    ----------
    real : Table
        For its schema.
    roles : Roles
        Who is attacked; the attacker's reference.
    synthetic : polars.DataFrame
        The rows that the attacker was given.
    run : Run
        For draws.
    """

    real: Table
    roles: Roles
    synthetic: pl.DataFrame
    run: Run

    @classmethod
    def of(cls, real: Table, roles: Roles, synthetic: Table, most_rows: int, run: Run) -> "Game":
        """Set a game up with at most ``most_rows`` synthetic rows."""
        return cls(real, roles, capped(synthetic, most_rows, run.child("synthetic")), run)

    def on(self, synthetic: pl.DataFrame, name: str) -> "Game":
        """Give the same game with other synthetic rows: a control."""
        return replace(self, synthetic=synthetic, run=self.run.child(name))

    @property
    def n(self) -> int:
        """Number of members, and of others."""
        return self.roles.members.height

    @cached_property
    def targets(self) -> pl.DataFrame:
        """Members, then others."""
        return pl.concat([self.roles.members, self.roles.others])

    @cached_property
    def space(self) -> Neighbours:
        """Distances, on the scale of the reference."""
        coding = Coding.of(self.real.schema, self.targets, self.roles.reference, self.synthetic)
        return Neighbours.of(coding, self.roles.reference)

    @cached_property
    def attacked(self) -> Points:
        """The targets as points."""
        return self.space.points(self.targets)

    @cached_property
    def made(self) -> Points:
        """The synthetic rows as points."""
        return self.space.points(self.synthetic)

    @cached_property
    def known(self) -> Points:
        """The reference as points."""
        return self.space.points(self.roles.reference)

    @cached_property
    def cells(self) -> Cells:
        """Targets, reference and synthetic rows in a few levels per column."""
        return Cells.of(self.space.coding, self.targets, self.roles.reference, self.synthetic)
