import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.utility.importance import Importance
from understudy.schema.column import Boolean, Numerical

NAMES = ("a", "b", "c", "d", "e")


def draw(make, seed, weights, n=2000):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(NAMES)))
    y = x @ weights + rng.normal(0, 0.3, n)
    columns = {**dict.fromkeys(NAMES, Numerical()), "y": Numerical(), "flag": Boolean()}
    values = {**dict(zip(NAMES, x.T.tolist(), strict=True)), "y": y.tolist(), "flag": (y > 1).tolist()}
    return make(columns, values)


WEIGHTS = np.array([3.0, 2.0, 1.2, 0.7, 0.0])


def test_order_of_what_matters_is_that_of_the_law(make, run):
    tables = [draw(make, seed, WEIGHTS) for seed in (1, 2, 3)]
    tables = [make({n: t.schema.columns[n] for n in (*NAMES, "y")}, t.rows.to_dict(as_series=False)) for t in tables]
    score = Importance(target="y")(*tables, run)
    assert score.details["column"].to_list() == list(NAMES)
    assert score.value == score.ceiling == 1
    assert score.interval == (1, 1)


def test_another_order_in_the_synthetic_rows_is_told(make, run):
    real, holdout = draw(make, 1, WEIGHTS), draw(make, 3, WEIGHTS)
    columns = {n: real.schema.columns[n] for n in (*NAMES, "flag")}
    real, holdout, alike, turned = (
        make(columns, t.rows.to_dict(as_series=False))
        for t in (real, holdout, draw(make, 2, WEIGHTS), draw(make, 2, WEIGHTS[::-1]))
    )
    good, bad = (Importance(target="flag")(real, made, holdout, run) for made in (alike, turned))
    assert good.value > 0.8
    assert bad.value < 0.5
    assert bad.interval[1] < good.value
    assert good.ceiling == bad.ceiling


def test_fewer_than_three_columns_have_no_ranks(make, run):
    columns = {"a": Numerical(), "flag": Boolean()}
    table = make(columns, {"a": list(range(40)), "flag": [False, True] * 20})
    with pytest.raises(NotApplicable, match="Fewer than 3 columns"):
        Importance(target="flag")(table, table, table, run)
