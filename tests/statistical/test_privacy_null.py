"""Where no row leaks, the privacy metrics say so as often as they claim."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular.privacy.closeness import Closeness
from understudy.metrics.tabular.privacy.membership import Membership
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(columns={"x": Numerical(decimals=1), "y": Numerical(), "k": Categorical()})
REPEATS = 200


def fresh(rng: np.random.Generator, n: int) -> Table:
    x = rng.normal(size=n).round(1)
    rows = {"x": x, "y": x + rng.normal(size=n), "k": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])}
    return Table.of(pl.DataFrame(rows), SCHEMA)


@pytest.fixture(scope="module")
def nulls() -> dict[str, list]:
    """Score fresh rows, which no model has made from the training rows, many times."""
    rng = np.random.default_rng(20)
    found = {"closeness": [], "membership": []}
    for i in range(REPEATS):
        real, synthetic, holdout = fresh(rng, 700), fresh(rng, 500), fresh(rng, 250)
        found["closeness"].append(Closeness()(real, synthetic, holdout, Run(i)))
        found["membership"].append(Membership()(real, synthetic, holdout, Run(i)))
    return found


def test_closeness_is_a_half_and_its_interval_covers_it(nulls):
    values = np.array([s.value for s in nulls["closeness"]])
    assert values.mean() == pytest.approx(0.5, abs=4 * values.std() / np.sqrt(REPEATS))
    covered = sum(s.interval[0] <= 0.5 <= s.interval[1] for s in nulls["closeness"])
    # Binomial(200, 0.95): below 178 with a chance of one in ten thousand.
    assert covered >= 178


@pytest.mark.parametrize("attack", [0, 1])
def test_each_attack_is_a_half_and_its_interval_covers_it(nulls, attack):
    rows = [s.details.row(attack, named=True) for s in nulls["membership"]]
    values = np.array([r["auc"] for r in rows])
    assert values.mean() == pytest.approx(0.5, abs=4 * values.std() / np.sqrt(REPEATS))
    assert sum(r["low"] <= 0.5 <= r["high"] for r in rows) >= 178


def test_membership_rarely_accuses_without_a_leak(nulls):
    # The lower bound of the stronger attack lies above a half in at most 2.5 % of the tables: more than 14 of 200 come
    # with a chance below one in a thousand.
    assert sum(s.interval[0] > 0.5 for s in nulls["membership"]) <= 14
