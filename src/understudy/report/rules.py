"""Which of the rules about single values tell something, and which are likely coincidences."""

from collections.abc import Mapping, Sequence
from math import log2
from typing import Any

import numpy as np
import polars as pl

from understudy.report.protect import LEAST, rounded
from understudy.report.report import Rule

__all__ = ["weigh"]

_TELLING = 0.25
"""Share of all rows above which it is no news that those of a rule hold its conclusion."""


def weigh(
    rules: Sequence[Mapping[str, Any]], rows: pl.DataFrame, entities: pl.Series | None = None
) -> tuple[Rule, ...]:
    """Rank rules by the surprise that they save: how many rows they speak of, times how rare their conclusion is.

    Parameters
    ----------
    rules : sequence of mapping
        Each with its ``text``, and the values ``when`` of the column ``condition`` that come with the value ``then`` of
        ``column`` only; None is missing.
    rows : polars.DataFrame
        Training rows.
    entities : polars.Series, optional
        Who each row belongs to: rows of fewer than five count as none.
    """
    weighed: list[tuple[float, Rule]] = []
    for rule in rules:
        if not {rule["condition"], rule["column"]} <= set(rows.columns):
            continue
        share = _share(rows[rule["condition"]], rule["when"], entities)
        usual = _share(rows[rule["column"]], [rule["then"]], entities)
        surprise = -log2(usual) if usual > 0 else 0.0
        weighed.append((share * surprise, Rule(str(rule["text"]), share, usual, telling=0 < usual <= _TELLING)))
    return tuple(rule for _, rule in sorted(weighed, key=lambda item: (not item[1].telling, -item[0])))


def _share(values: pl.Series, levels: Sequence[object], entities: pl.Series | None) -> float:
    """Give the share of rows that hold one of the levels, in multiples of five rows."""
    wanted = pl.Series(levels, dtype=values.dtype, strict=False)
    hit = values.is_in(wanted.implode(), nulls_equal=True)
    if entities is not None and entities.filter(hit).n_unique() < LEAST:
        return 0.0
    count = int(hit.sum())
    return float(rounded(np.array(count))) / max(values.len(), 1)
