"""The forest through its public door: odd tables, conditions, and the same rows for the same seed."""

import hashlib
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import ConditionError
from understudy.execution.local import Local
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema
from understudy.store.artifact import read, write
from understudy.synthesizers.tabular.tree._grow import leaves
from understudy.synthesizers.tabular.tree._score import add_trees
from understudy.synthesizers.tabular.tree.forest import Forest


def mixed(n, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    c = rng.choice(list("abcd"), size=n, p=[0.5, 0.3, 0.15, 0.05])
    return {
        "x": x,
        "y": np.where(rng.random(n) < 0.2, 0.0, np.round(x + rng.normal(size=n), 2)),
        "c": c,
        "k": rng.integers(0, 9, n),
        "m": [None if v < -0.8 else float(v) for v in x + 0.3 * rng.normal(size=n)],
        "b": x + rng.normal(size=n) + (c == "a") > 0,
    }


ODD = {
    "one column": {"x": np.arange(60) % 7 / 2},
    "one category": {"c": ["a", "b", "b"] * 20},
    "one constant": {"x": [1.5] * 40},
    "constants among others": {**mixed(80), "one": ["z"] * 80, "two": [3] * 80},
    "all missing": {"x": [None] * 50, "y": [None] * 50},
    "a missing column among others": {**mixed(80), "none": [None] * 80},
    "300 columns": {f"c{j}": np.random.default_rng(j).normal(size=60).round(1 + j % 3) for j in range(300)},
    **{f"{n} rows": mixed(n) for n in (1, 2, 3, 4, 5, 20, 39, 200, 400)},
}


@pytest.mark.parametrize(
    ("name", "target"),
    [(name, target) for name in ODD for target in (None, "first", "last") if target is None or name != "300 columns"],
)
def test_every_shape_of_table_is_learned(name, target, as_table):
    table = as_table(ODD[name])
    names = table.rows.columns
    goal = {None: None, "first": names[0], "last": names[-1]}[target]
    generator = Forest(target=goal, boosting_rounds=30).fit(table, Run(3))
    for n in (0, 1, 2, 25):
        made = generator.sample(n, Run(4)).rows
        assert made.height == n
        assert made.schema == table.rows.schema
    constant = [c for c in names if table.rows[c].n_unique() == 1 and table.rows.height > 1]
    assert all(made[c].n_unique() == 1 for c in constant)


def test_a_category_of_ten_thousand_levels_is_learned(as_table):
    rng = np.random.default_rng(0)
    level = rng.integers(0, 10_000, 40_000)
    high = np.where(rng.random(40_000) < 0.9, level > 5_000, rng.random(40_000) < 0.5)
    table = as_table({"u": [f"u{v:05}" for v in level], "b": high})
    generator = Forest(governor=False, trees=2, boosting_rounds=30).fit(table, Run(1))
    made = generator.sample(4_000, Run(2)).rows
    assert set(made["u"]) <= set(table.rows["u"])
    high = made["u"].str.slice(1).cast(pl.Int64) > 5_000
    assert made.filter(high)["b"].mean() > made.filter(~high)["b"].mean() + 0.1


@pytest.mark.parametrize("target", ["dependent", "determinant", "constant", "no such column"])
def test_a_target_without_a_model_of_its_own_is_drawn_all_the_same(target, as_table):
    rng = np.random.default_rng(1)
    columns = mixed(500)
    fixed = {"a": "left", "b": "left", "c": "right", "d": "right"}
    columns |= {"dependent": [fixed[v] for v in columns["c"]], "constant": ["k"] * 500}
    columns |= {"determinant": columns.pop("c"), "z": rng.normal(size=500)}
    generator = Forest(target=target, governor=False, boosting_rounds=30).fit(as_table(columns), Run(1))
    made = generator.sample(300, Run(2)).rows
    assert all(fixed[a] == b for a, b in made.select("determinant", "dependent").iter_rows())
    wanted = generator.sample(20, Run(2), given={"dependent": "right"}).rows
    assert set(wanted["dependent"]) == {"right"}
    assert set(wanted["determinant"]) <= {"c", "d"}


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(2)
    n = 6_000
    a = rng.choice(["p", "q", "r"], n, p=[0.6, 0.3, 0.1])
    x = rng.normal(size=n) + 2 * (a == "q") - 2 * (a == "r")
    b = np.where(rng.random(n) < 0.8, a, rng.choice(["p", "q", "r"], n))
    y = x * 2 + rng.normal(size=n)
    z = rng.random(n) < 1 / (1 + np.exp(-x))
    rows = pl.DataFrame({"a": a, "x": x, "b": b, "y": y, "z": z})
    schema = {"a": Categorical(), "x": Numerical(), "b": Categorical(), "y": Numerical(), "z": Boolean()}
    table = Table.of(rows, TableSchema(columns=schema))
    generator = Forest(governor=False, min_leaf=30, boosting_rounds=60).fit(table, Run(5))
    return generator, generator.sample(200_000, Run(6)).rows


def total_variation(p, q):
    levels = sorted({*p, *q})
    return sum(abs((p == v).mean() - (q == v).mean()) for v in levels) / 2


@pytest.mark.parametrize(
    "given",
    [{"b": "r"}, {"a": "p"}, {"z": True}, {"b": "q", "z": False}, {"a": "q", "z": True}],
    ids=["middle", "first", "last", "two", "first and last"],
)
def test_given_categories_give_what_rejection_gives(fitted, given):
    generator, many = fitted
    kept = many.filter(pl.all_horizontal(pl.col(k) == v for k, v in given.items()))
    made = generator.sample(4_000, Run(7), given=given).rows
    assert made.select(pl.all_horizontal((pl.col(k) == v).all() for k, v in given.items())).item()
    # Particles: 32,000 candidates, of which at least one in six agrees; 0.03 is three standard errors of 2,500 rows.
    for name in ("a", "b", "z"):
        assert total_variation(made[name].to_numpy(), kept[name].to_numpy()) < 0.03
    for name in ("x", "y"):
        spread = kept[name].std()
        assert abs(made[name].mean() - kept[name].mean()) < 0.08 * spread
        assert made[name].std() == pytest.approx(spread, rel=0.06)


@pytest.mark.parametrize("given", [{"y": 2.0}, {"x": 1.0, "b": "p"}], ids=["number", "number and category"])
def test_given_numbers_give_what_rejection_gives(fitted, given):
    generator, many = fitted
    made = generator.sample(4_000, Run(8), given=given).rows
    name, value = next(iter(given.items()))
    assert (made[name] == value).all()
    kept = many.filter((pl.col(name) - value).abs() < 0.06)
    if "b" in given:
        kept = kept.filter(pl.col("b") == given["b"])
    for other in {"a", "b", "z"} - set(given):
        assert total_variation(made[other].to_numpy(), kept[other].to_numpy()) < 0.07
    for other in {"x", "y"} - set(given):
        assert abs(made[other].mean() - kept[other].mean()) < 0.2 * kept[other].std()


def test_a_condition_of_one_row_in_ten_thousand_is_met_in_bounded_time(as_table):
    rng = np.random.default_rng(3)
    n = 20_000
    x = rng.normal(size=n)
    rare = np.zeros(n, dtype=bool)
    rare[np.argsort(x)[-6:]] = True
    table = as_table({"x": x, "w": rng.normal(size=n), "rare": np.where(rare, "yes", "no")})
    generator = Forest(governor=False, min_leaf=30, boosting_rounds=30).fit(table, Run(1))
    for n in (1, 50):
        made = generator.sample(n, Run(2), given={"rare": "yes"}).rows
        assert made["rare"].to_list() == ["yes"] * n
    assert made["x"].mean() > 1.0


@pytest.fixture(scope="module")
def seldom():
    """Fit a table of which one row in 500 says yes; ``w`` has nothing to do with it, and is drawn before it."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=20_000)
    says = np.where(np.argsort(np.argsort(-x)) < 40, "yes", "no")
    rows = pl.DataFrame({"x": x, "w": rng.normal(size=len(x)), "says": says})
    schema = TableSchema(columns={"x": Numerical(), "w": Numerical(), "says": Categorical()})
    return Forest(governor=False, min_leaf=20, boosting_rounds=30).fit(Table.of(rows, schema), Run(1))


def test_rare_conditions_get_candidates_until_the_other_columns_vary_as_they_should(seldom):
    run = Run(2)
    made = seldom.sample(2_000, run, given={"says": "yes"}).rows
    assert (made["says"] == "yes").all()
    assert len(np.unique(seldom.codec.encoder.encoders["w"].encode(made["w"]))) > 200  # of 256; 32 candidates had 60
    assert abs(made["w"].mean()) < 0.13  # four standard errors of 1,000 rows
    assert run.findings.all() == []


def test_too_few_candidates_are_told(seldom, monkeypatch):
    monkeypatch.setattr("understudy.synthesizers.tabular.tree._model._MOST_PARTICLES", 4_000)
    run = Run(2)
    made = seldom.sample(2_000, run.child("sample"), given={"says": "yes"}).rows
    assert (made["says"] == "yes").all()
    (finding,) = run.findings.all()
    assert (finding.code, finding.severity) == ("given.rare", "degraded")
    assert "2,000 rows vary as little as" in finding.text


def test_no_rows_and_one_row_can_be_given_something(fitted):
    generator, _ = fitted
    assert generator.sample(0, Run(1), given={"z": True}).rows.height == 0
    assert generator.sample(1, Run(1), given={"a": "r", "z": False}).rows.select("a", "z").row(0) == ("r", False)


def test_what_cannot_occur_is_refused(fitted):
    generator, _ = fitted
    with pytest.raises(ConditionError):
        generator.sample(5, Run(1), given={"a": "never seen"})


def digest(rows):
    return hashlib.sha256(rows.write_csv().encode()).hexdigest()


FIT = """
import hashlib, sys
import numpy as np, polars as pl
from understudy.data.table import Table
from understudy.execution.local import Local
from understudy.context import Run
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular.tree.forest import Forest
rng = np.random.default_rng(1)
x = rng.normal(size=900)
rows = pl.DataFrame({"x": x, "c": rng.choice(list("abc"), 900), "b": x + rng.normal(size=900) > 0, "y": x * 2})
schema = {"x": Numerical(), "c": Categorical(), "b": Boolean(), "y": Numerical()}
table = Table.of(rows, TableSchema(columns=schema))
run = Run(int(sys.argv[1]), Local(int(sys.argv[2])))
generator = Forest(boosting_rounds=60).fit(table, run)
made = [generator.sample(300, run.child("s")).rows, generator.sample(30, run.child("g"), given={"b": True}).rows]
print(hashlib.sha256("".join(m.write_csv() for m in made).encode()).hexdigest())
"""


def test_the_same_seed_gives_the_same_bytes_in_other_processes_and_with_more_workers():
    def outcome(seed, workers):
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", FIT, str(seed), str(workers)], capture_output=True, text=True, check=True
        )
        return done.stdout

    first = outcome(7, 1)
    assert outcome(7, 2) == first
    assert outcome(8, 1) != first


def test_workers_do_not_change_a_row(as_table):
    table = as_table(mixed(700))
    made = [Forest(target="b", boosting_rounds=60).fit(table, Run(5, Local(w))).sample(200, Run(6)) for w in (1, 2)]
    assert digest(made[0].rows) == digest(made[1].rows)


def test_a_stored_forest_makes_the_same_rows(as_table, tmp_path):
    generator = Forest(target="b", boosting_rounds=60).fit(as_table(mixed(700)), Run(5))
    write(tmp_path / "m", "forest", {}, generator.state())
    compiled = len(add_trees.signatures), len(leaves.signatures)
    again = Forest.restore(read(tmp_path / "m")[1])
    for given in ({}, {"c": "a"}, {"b": True, "k": 3}):
        assert digest(again.sample(90, Run(6), given).rows) == digest(generator.sample(90, Run(6), given).rows)
    assert again.describe() == generator.describe()
    # Arrays that come back in another layout would be compiled for anew: seconds, for nothing.
    assert (len(add_trees.signatures), len(leaves.signatures)) == compiled
