"""Rules that the training rows obey without exception, and the share of synthetic rows that break one."""

from itertools import permutations

import numpy as np

from judging.case import Case

__all__ = ["rules"]

_MOST_VALUES = 100
_FEWEST_ROWS_PER_VALUE = 5


def _fixes(case: Case, first: str, second: str, sizes: dict[str, int]) -> bool:
    """Each value of ``first`` goes with one value of ``second``, and often enough to be no accident."""
    most = min(_MOST_VALUES, len(case.train) / _FEWEST_ROWS_PER_VALUE)
    if not 1 < sizes[second] <= sizes[first] <= most:
        return False
    return len(case.train[[first, second]].drop_duplicates()) == sizes[first]


def _zero_makes_zero(case: Case, first: str, second: str) -> bool:
    if first in case.texts or second in case.texts:
        return False
    zero = case.train[first] == 0
    holds = 0.05 < zero.mean() < 0.95 and (case.train.loc[zero, second] == 0).all()  # noqa: PLR2004
    return bool(holds and (case.train[second] == 0).mean() < 0.999)  # noqa: PLR2004  not if all are zero anyway


def rules(case: Case) -> dict[str, object]:
    """Count the rules, the share of rows that break any, and the share for each."""
    sizes = {name: case.train[name].nunique() for name in case.types}
    broken: dict[str, float] = {}
    bad = np.zeros(len(case.synthetic), bool)
    for first, second in permutations(case.types, 2):
        if _fixes(case, first, second, sizes):
            law = case.train[[first, second]].drop_duplicates().set_index(first)[second]
            due = case.synthetic[first].map(law)
            wrong = (due.notna() & (due != case.synthetic[second])).to_numpy()
            broken[f"{first} fixes {second}"] = float(wrong.mean())
        elif _zero_makes_zero(case, first, second):
            wrong = ((case.synthetic[first] == 0) & (case.synthetic[second] != 0)).to_numpy()
            broken[f"{first} = 0 makes {second} = 0"] = float(wrong.mean())
        else:
            continue
        bad |= wrong
    return {"rules": len(broken), "rules_broken": float(bad.mean()), "rules_each": broken}
