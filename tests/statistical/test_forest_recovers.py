"""The forest gives back the structure of tables whose law is known.

Tolerances are at least three standard errors of the sample sizes, plus what binning and shrinkage may cost. Seeds are
fixed, so a pass or failure repeats.
"""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular.tree.forest import Forest

N = 20_000


def fitted(columns, **types):
    rows = pl.DataFrame(columns)
    schema = TableSchema(columns={name: types.get(name, Numerical()) for name in rows.columns})
    return rows, Forest(boosting_rounds=90).fit(Table.of(rows, schema), Run(11))


def test_a_correlation_is_kept():
    rng = np.random.default_rng(1)
    x, y = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 10_000).T
    _, generator = fitted({"x": x, "y": y})
    made = generator.sample(N, Run(1)).rows
    assert np.corrcoef(made["x"], made["y"])[0, 1] == pytest.approx(0.8, abs=0.03)


def test_the_conditional_probabilities_of_a_bayesian_network_are_kept():
    rng = np.random.default_rng(2)
    n = 12_000
    a = rng.random(n) < 0.4
    b = np.where(rng.random(n) < np.where(a, 0.8, 0.2), "yes", "no")
    c = np.array([rng.choice(["u", "v", "w"], p=[0.7, 0.2, 0.1] if v else [0.1, 0.3, 0.6]) for v in a])
    d = rng.random(n) < np.where((b == "yes") & (c == "u"), 0.9, np.where(c == "w", 0.5, 0.1))  # no main effects alone
    kinds = {"a": Boolean(), "b": Categorical(), "c": Categorical(), "d": Boolean()}
    _, generator = fitted({"a": a, "b": b, "c": c, "d": d}, **kinds)
    made = generator.sample(N, Run(2)).rows
    for value, (yes, u) in {True: (0.8, 0.7), False: (0.2, 0.1)}.items():
        part = made.filter(pl.col("a") == value)
        assert (part["b"] == "yes").mean() == pytest.approx(yes, abs=0.03)
        assert (part["c"] == "u").mean() == pytest.approx(u, abs=0.03)
    for b_, c_, wanted in (("yes", "u", 0.9), ("no", "u", 0.1), ("yes", "w", 0.5), ("no", "w", 0.5), ("no", "v", 0.1)):
        part = made.filter((pl.col("b") == b_) & (pl.col("c") == c_))
        assert part["d"].mean() == pytest.approx(wanted, abs=0.05)


def test_the_spread_around_a_curve_is_kept():
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 6, 10_000)
    _, generator = fitted({"x": x, "y": np.sin(x) + 0.3 * rng.normal(size=10_000)})
    made = generator.sample(N, Run(3)).rows
    left = made["y"].to_numpy() - np.sin(made["x"].to_numpy())
    assert left.std() == pytest.approx(0.3, rel=0.1)
    for lower in range(6):
        part = left[(made["x"] >= lower) & (made["x"] < lower + 1)]
        assert abs(part.mean()) < 0.06


def test_what_is_missing_depends_on_what_it_depended_on():
    rng = np.random.default_rng(4)
    x = rng.normal(size=10_000)
    absent = rng.random(10_000) < np.where(x > 0, 0.6, 0.05)
    _, generator = fitted({"x": x, "y": [None if gone else float(v) for gone, v in zip(absent, x + 1, strict=True)]})
    made = generator.sample(N, Run(4)).rows
    assert made.filter(pl.col("x") > 0)["y"].is_null().mean() == pytest.approx(0.6, abs=0.03)
    assert made.filter(pl.col("x") <= 0)["y"].is_null().mean() == pytest.approx(0.05, abs=0.02)


def test_a_spike_keeps_its_share_in_every_group():
    rng = np.random.default_rng(5)
    group = rng.choice(["a", "b", "c"], 10_000)
    share = {"a": 0.9, "b": 0.4, "c": 0.02}
    spiked = rng.random(10_000) < np.array([share[g] for g in group])
    pay = np.where(spiked, 0.0, np.round(rng.lognormal(3, 1, 10_000), 2))
    _, generator = fitted({"group": group, "pay": pay}, group=Categorical(), pay=Numerical(decimals=2))
    made = generator.sample(N, Run(5)).rows
    for name, wanted in share.items():
        part = made.filter(pl.col("group") == name)["pay"]
        assert (part == 0).mean() == pytest.approx(wanted, abs=0.025)


@pytest.fixture(scope="module")
def ruled():
    """Rules without exception: a city has one country, parts make a total, the start is first, no visit no spend."""
    rng = np.random.default_rng(6)
    n = 6_000
    city = rng.choice([f"city{j}" for j in range(12)], n)
    country = [f"land{int(c[4:]) // 3}" for c in city]
    a, b = rng.integers(0, 500, n), rng.integers(0, 300, n)
    start = rng.integers(0, 1_000, n)
    visits = np.where(rng.random(n) < 0.3, 0, rng.integers(1, 9, n))
    spend = np.where(visits == 0, 0, rng.integers(1, 400, n))
    whole = Numerical(decimals=0)
    return fitted(
        {
            "city": city,
            "country": country,
            "a": a,
            "b": b,
            "total": a + b,
            "start": start,
            "end": start + rng.geometric(0.02, n),
            "visits": visits,
            "spend": spend,
        },
        city=Categorical(),
        country=Categorical(),
        **dict.fromkeys(["a", "b", "total", "start", "end", "visits", "spend"], whole),
    )


def test_rules_without_exception_are_never_broken(ruled):
    rows, generator = ruled
    made = generator.sample(20_000, Run(6)).rows
    countries = dict(rows.select("city", "country").unique().iter_rows())
    assert all(countries[c] == land for c, land in made.select("city", "country").iter_rows())
    assert (made["a"] + made["b"] == made["total"]).all()
    assert (made["start"] <= made["end"]).all()
    assert (made.filter(pl.col("visits") == 0)["spend"] == 0).all()
    assert (made.filter(pl.col("visits") > 0)["spend"] > 0).all()


def test_rules_hold_under_a_condition_too(ruled):
    rows, generator = ruled
    made = generator.sample(500, Run(7), given={"country": "land2", "visits": 0}).rows
    assert set(made["city"]) <= set(rows.filter(pl.col("country") == "land2")["city"])
    assert (made["spend"] == 0).all()
    assert (made["a"] + made["b"] == made["total"]).all()


def test_training_rows_are_not_copied_more_often_than_unseen_rows_repeat_them():
    rng = np.random.default_rng(8)

    def draw(n):
        c, k = rng.choice(list("abcde"), n, p=[0.5, 0.2, 0.15, 0.1, 0.05]), rng.poisson(3, n)
        return pl.DataFrame({"c": c, "k": k, "x": np.round(k + rng.normal(size=n), 1), "b": rng.random(n) < k / 8})

    kinds = {"c": Categorical(), "k": Numerical(decimals=0), "x": Numerical(decimals=1), "b": Boolean()}
    rows, generator = fitted(draw(4_000), **kinds)
    made, unseen = generator.sample(N, Run(8)).rows, draw(N)
    known = rows.unique()
    copies, natural = (part.join(known, on=rows.columns, how="semi").height / N for part in (made, unseen))
    # Both are shares of 20,000 rows near a half: 0.011 is three standard errors of their difference.
    assert copies <= natural + 0.015
