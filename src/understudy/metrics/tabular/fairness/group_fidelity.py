"""Whether the group that is imitated worst is imitated well."""

from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import FloatArray, IntArray
from understudy.metrics.tabular._intervals import around
from understudy.metrics.tabular._pairs import Codes, Sides, joint_codes, quantile_codes
from understudy.metrics.tabular.fairness._groups import groups_of
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["GroupFidelity"]


class GroupFidelity(Spec):
    """Similarity of that group of a protected column whose synthetic rows are least like its real ones, in [0, 1].

    Within each group: the mean of one minus the total variation distance of the columns, and the same of the pairs of
    columns; of both, the mean. Quantities are cut at the deciles of all real rows, missing values are a level. A group
    that has no synthetic row scores 0. Small groups differ more by chance; the ceiling, of unseen real rows scaled to
    as many as there are synthetic ones, has the same groups of the same sizes.

    ``details`` has every group, and how far it is behind all rows together. The interval follows from the influence of
    each row of the group, with the sets of levels of greatest difference held fixed.

    References
    ----------
    Bhanot et al., *The problem of fairness in synthetic healthcare data*, Entropy 23 (2021): resemblance by subgroup.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Worst-imitated group"
    needs: ClassVar[frozenset[str]] = frozenset({"protected"})
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False

    protected: tuple[str, ...] = ()
    """Columns whose groups are compared."""
    max_rows: int = Field(default=50_000, ge=10)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=300, ge=1)
    """Pairs of columns that are compared at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Compare each group; ``details`` has one row per group."""
        protected = groups_of(self.protected, real, run)
        sides = Sides.of(real, synthetic, self.max_rows, run)
        codes = sides.codes(quantile_codes)
        pairs = sides.pairs(self.max_pairs, run)
        overall, _ = _alike(codes, pairs, None, None)
        rows: list[dict[str, str | float | None]] = []
        for groups in protected:
            mine, theirs = groups.codes(sides.real), groups.codes(sides.synthetic)
            kept = {name: pair for name, pair in codes.items() if name not in groups.columns}
            inside = [pair for pair in pairs if not {*pair} & {*groups.columns}]
            for g, name in enumerate(groups.names):
                value, error = _alike(kept, inside, mine == g, theirs == g)
                low, high = around(value, error)
                rows.append({"column": groups.column, "group": name, "similarity": value, "low": low, "high": high})
                rows[-1] |= {"behind_all": overall - value, "real_rows": float((mine == g).sum())}
                rows[-1] |= {"synthetic_rows": float((theirs == g).sum())}
        details = pl.DataFrame(rows).sort("similarity", maintain_order=True)
        details = details.with_columns(pl.col("real_rows", "synthetic_rows").cast(pl.Int64))
        worst = details.row(0, named=True)
        return Score(worst["similarity"], interval=(worst["low"], worst["high"]), details=details)


def _alike(
    codes: dict[str, Codes], pairs: list[tuple[str, str]], mine: np.ndarray | None, theirs: np.ndarray | None
) -> tuple[float, float]:
    """Give the similarity of some rows of both tables, and its standard error."""
    some = {n: (x if mine is None else x[mine], y if theirs is None else y[theirs]) for n, (x, y) in codes.items()}
    sizes = [len(side) for side in next(iter(some.values()), ((), ()))]
    if not all(sizes):
        return 0.0, 0.0
    parts: list[float] = []
    on_mine, on_theirs = np.zeros(sizes[0]), np.zeros(sizes[1])
    columns = [(x, y, 1 + max(int(x.max()), int(y.max()))) for x, y in some.values()]
    for cells in (columns, [joint_codes(some[a], some[b]) for a, b in pairs]):
        if cells:
            found = [_apart(*cell) for cell in cells]
            parts.append(1 - float(np.mean([distance for distance, _, _ in found])))
            on_mine += np.mean([influence for _, influence, _ in found], axis=0)
            on_theirs += np.mean([influence for _, _, influence in found], axis=0)
    spread = on_mine.var() / sizes[0] + on_theirs.var() / sizes[1]
    return float(np.mean(parts)), float(np.sqrt(spread)) / len(parts)


def _apart(x: IntArray, y: IntArray, k: int) -> tuple[float, FloatArray, FloatArray]:
    """Give the total variation distance of two samples of codes below ``k``, and the influence of each on it."""
    more = np.bincount(x, minlength=k) * len(y) > np.bincount(y, minlength=k) * len(x)
    inside_x, inside_y = more[x].astype(np.float64), more[y].astype(np.float64)
    p, q = float(inside_x.mean()), float(inside_y.mean())
    return p - q, inside_x - p, q - inside_y
