"""Every fidelity score for each group of people by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from understudy.context import Findings, Run, Silent
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.evaluate import evaluate
from understudy.metrics.tabular.fairness._groups import Groups, groups
from understudy.metrics.wanted import ALL, Wanted
from understudy.protocols import Score

__all__ = ["GroupScores", "score_groups"]

_ROWS = 3_000
_MOST_GROUPS = 40
_ASKS = {ALL, "fairness", "group_fidelity"}


@dataclass(frozen=True, slots=True)
class GroupScores:
    """How faithful the rows of one group are.

    Parameters
    ----------
    column, group : str
        The protected column, or several with stars between, and the group's name.
    rows : tuple of int
        Real, synthetic and unseen rows of the group; of each, at most 3,000 are compared.
    scores : dict of str to Score
        Every fidelity score that applies, with its references within the group.
    skipped : dict of str to str
        The reason of each that does not.
    """

    column: str
    group: str
    rows: tuple[int, int, int]
    scores: Mapping[str, Score]
    skipped: Mapping[str, str]


def score_groups(
    real: Table, synthetic: Table, holdout: Table | None, wanted: Wanted, run: Run
) -> tuple[GroupScores, ...]:
    """Put every fidelity question that is usual to each group of the protected columns, the greatest groups first.

    Parameters
    ----------
    real, synthetic, holdout : Table
        As for :func:`evaluate`; holdout may be None.
    wanted : Wanted
        Its protected columns are looked at, where it asks about fairness at all.
    run : Run
        Its findings receive what is left out.
    """
    if not wanted.protected or (wanted.names is not None and not _ASKS & {*wanted.names}):
        return ()
    found: list[GroupScores] = []
    for name in dict.fromkeys(wanted.protected):
        try:
            named, _ = groups(name, real)
        except NotApplicable as reason:
            run.find("fairness.no_groups", str(reason))
            continue
        more = len(named.names) - _MOST_GROUPS
        if more > 0:
            run.find(
                "fairness.many_groups",
                f"Column {name!r} has {more} more groups than the {_MOST_GROUPS} greatest, which alone are scored one "
                "by one.",
            )
        sides = [(table, named.codes(table.rows)) for table in (real, synthetic, holdout) if table is not None]
        judged = range(min(len(named.names), _MOST_GROUPS))
        found += [_scored(named, g, sides, run.child(name, g)) for g in judged]
    return tuple(found)


def _scored(named: Groups, g: int, sides: list[tuple[Table, np.ndarray]], run: Run) -> GroupScores:
    label = named.names[g]
    rows = [int((codes == g).sum()) for _, codes in sides]
    sizes = (rows[0], rows[1], rows[2] if len(rows) > len(("real", "synthetic")) else 0)
    if not rows[1]:
        reason = "No synthetic row is of this group."
        return GroupScores(named.column, label, sizes, {}, {"fidelity": reason})
    # What is left out of every group is said of the whole table already.
    quiet = replace(run, findings=Findings(), progress=Silent())
    tables = [_of_group(table, codes == g, quiet.child(what)) for what, (table, codes) in enumerate(sides)]
    unseen = tables[2] if sizes[2] else None
    made = evaluate(tables[0], tables[1], unseen, Wanted(names=["fidelity"]), quiet)
    return GroupScores(named.column, label, sizes, made.scores, made.skipped)


def _of_group(table: Table, held: np.ndarray, run: Run) -> Table:
    places = np.flatnonzero(held)
    if len(places) > _ROWS:
        places = np.sort(run.rng.choice(places, _ROWS, replace=False))
    unfit = None if table.unfit is None else table.unfit[places]
    return Table((table.rows[places],), table.schema, unfit)
