"""Whether any three columns behave together as in the real rows."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._means import Means
from understudy.metrics.tabular._pairs import Sides, joint_codes, quantile_codes
from understudy.protocols import Better, Score, StandIn
from understudy.schema.spec import Spec

__all__ = ["Trivariate"]


class Trivariate(Spec):
    """Mean similarity of the joint distributions of three columns, in [0, 1].

    A triple counts one minus the total variation distance of its cells. Quantities are cut at the deciles of the real
    table; missing is a level of its own. Two samples of one law fall short of 1 by far where cells hold few rows, so no
    more rows of either table are compared than the holdout has: it falls short as far. The interval follows from the
    influence of each row on the mean, with the cells that the real table has more of held fixed.

    References
    ----------
    mostlyai-qa, *trivariate accuracy*, with other bins; in its own form see ``mostlyai_accuracy``.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Triples of columns"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=50_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""
    max_triples: int = Field(default=500, ge=1)
    """Triples that are compared at most; more are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Compare each triple; ``details`` has one row per triple."""
        most = self.max_rows if holdout is None else min(self.max_rows, holdout.n_rows)
        sides = Sides.of(real, synthetic, most, run, fewest=3)
        codes = sides.codes(quantile_codes)
        means = Means((sides.real.height, sides.synthetic.height))
        for first, second, third in sides.triples(self.max_triples, run):
            pair = joint_codes(codes[first], codes[second])[:2]
            x, y, k = joint_codes(pair, codes[third])
            p, q = np.bincount(x, minlength=k) / len(x), np.bincount(y, minlength=k) / len(y)
            more = (p > q).astype(np.float64)
            part = {"first": first, "second": second, "third": third}
            means.add(part, 1 - float((p - q) @ more), -more[x], more[y])
        return means.score("No triple of columns can be compared.")
