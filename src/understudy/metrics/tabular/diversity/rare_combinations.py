"""Whether rare combinations of categories still occur, and as often."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from understudy.context import Run
from understudy.data.split import draw
from understudy.data.table import Table
from understudy.metrics.tabular._means import Means
from understudy.metrics.tabular._pairs import Codes, Sides, joint_codes, quantile_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["RareCombinations"]


class RareCombinations(Spec):
    """Mean share of the rare combinations of two categories that the synthetic rows hold, in proportion, in [0, 1].

    Rare is a pair of levels that less than 1 % of the real rows hold, but at least five. Each pair of columns counts
    ``sum(min(p, q)) / sum(p)`` over them, of their real shares ``p`` and synthetic ones ``q``: a combination that is
    absent counts nothing, one that is half as frequent counts half, one that is too frequent counts whole. Missing is a
    level of its own. As the shares of few rows are off by chance, no more synthetic rows are counted than the holdout
    has: its shares are off as far.

    ``details`` has one row per pair of columns: how many combinations are rare, the share of them that occurs, and the
    mean relative error of their shares. Combinations are not named. The interval follows from the influence of each row
    on the mean, with the combinations held fixed.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Rare combinations"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    rare: float = Field(default=0.01, gt=0, le=1)
    """Share of the real rows below which a combination is rare."""
    fewest: int = Field(default=5, ge=1)
    """Real rows that a combination needs to be looked for: those of fewer point at persons."""
    max_rows: int = Field(default=200_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_pairs: int = Field(default=1_000, ge=1)
    """Pairs of columns that are looked at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Look at each pair of categorical columns."""
        most = self.max_rows if holdout is None else min(self.max_rows, holdout.n_rows)
        sides = Sides.of(real, draw(synthetic, most, run.child("as_many").rng), self.max_rows, run)
        means = Means((sides.real.height, sides.synthetic.height))
        categories = sides.coding.categories
        codes = sides.codes(quantile_codes)
        for first, second in sides.pairs(self.max_pairs, run, among=categories):
            self._compare(first, second, codes, means)
        return means.score(
            f"No combination of two categories is held by at least {self.fewest} rows and less than {self.rare:.2%} of "
            "them."
        )

    def _compare(self, first: str, second: str, codes: dict[str, Codes], means: Means) -> None:
        x, y, k = joint_codes(codes[first], codes[second])
        held = np.bincount(x, minlength=k)
        rare = (held >= self.fewest) & (held < self.rare * len(x))
        if not rare.any():
            return
        p, q = held / len(x), np.bincount(y, minlength=k) / len(y)
        whole = float(p[rare].sum())
        score = float(np.minimum(p, q)[rare].sum()) / whole
        part = {
            "first": first,
            "second": second,
            "rare": int(rare.sum()),
            "present": float((q[rare] > 0).mean()),
            "relative_error": float(np.abs(q[rare] / p[rare] - 1).mean()),
        }
        on_real = (rare & (p <= q)) / whole - score * rare / whole
        on_synthetic = (rare & (q < p)) / whole
        means.add(part, score, on_real[x], on_synthetic[y])
