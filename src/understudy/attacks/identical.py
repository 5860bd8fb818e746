"""Synthetic rows that equal training rows, beside those that equal as many unseen rows."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import binomtest

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import Coding, capped

__all__ = ["Identical", "identical"]


@dataclass(frozen=True, slots=True)
class Identical:
    """How often synthetic rows equal real ones.

    Parameters
    ----------
    rows : int
        Training rows, and unseen rows, that were looked among.
    share, natural : float
        Share of synthetic rows that equal one of the training rows, and one of the unseen rows.
    matched, matched_unseen : int
        Distinct synthetic rows that equal rows of one side only.
    p : float
        Chance that the training side has so many of these, or more, if either side is as likely.
    """

    rows: int
    share: float
    natural: float
    matched: int
    matched_unseen: int
    p: float


def identical(real: Table, holdout: Table, synthetic: pl.DataFrame, run: Run) -> Identical:
    """Compare; identifiers and free text are left out.

    Distinct rows are counted, since a row that many people share would count many times; those on both sides say
    nothing.
    """
    names = list(Coding.of(real.schema, real.rows, holdout.rows, synthetic).names)
    n = min(real.n_rows, holdout.n_rows)
    made = synthetic.select(names)
    found: list[np.ndarray] = []
    for what, table in (("training", real), ("holdout", holdout)):
        known = capped(table, n, run.child(what)).select(names).unique(maintain_order=True)
        known = known.with_columns(pl.lit(value=True).alias(_HIT))
        found.append(made.join(known, on=names, how="left", nulls_equal=True)[_HIT].fill_null(value=False).to_numpy())
    first = made.to_struct().is_first_distinct().to_numpy()
    seen, unseen = (int((a & ~b & first).sum()) for a, b in (found, found[::-1]))
    p = binomtest(seen, seen + unseen, 0.5, "greater").pvalue if seen + unseen else 1.0
    return Identical(n, float(found[0].mean()), float(found[1].mean()), seen, unseen, float(p))


_HIT = "\0hit"  # a column name that no table has
