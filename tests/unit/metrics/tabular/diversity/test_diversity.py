"""Diversity agrees with closed forms and public definitions, and falls where something is lost."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from sdmetrics.single_column import CategoryCoverage
from sdmetrics.single_column import RangeCoverage as PublicRangeCoverage

from understudy.context import Run
from understudy.errors import NotApplicable
from understudy.metrics.tabular.diversity.effective_rows import EffectiveRows
from understudy.metrics.tabular.diversity.range_coverage import RangeCoverage
from understudy.metrics.tabular.diversity.rare_combinations import RareCombinations
from understudy.metrics.tabular.diversity.simpson import Simpson
from understudy.metrics.tabular.fidelity.trivariate import Trivariate
from understudy.schema.column import Categorical, Identifier, Numerical

X, K, PAIR = {"x": Numerical()}, {"k": Categorical()}, {"a": Categorical(), "b": Categorical()}


@pytest.mark.parametrize("metric", [EffectiveRows, RangeCoverage, Simpson])
def test_equal_tables_are_perfect(mixed, run, metric):
    assert metric()(mixed(1, missing=0.1), mixed(1, missing=0.1), None, run).value == pytest.approx(1)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_coverage_is_the_public_one(mixed, frame, run, missing):
    real, synthetic = mixed(1, missing=missing), mixed(2, 30, missing=missing)
    x, y = frame(real), frame(synthetic)
    for row in RangeCoverage()(real, synthetic, None, run).details.iter_rows(named=True):
        name = row["column"]
        if row["measure"] == "range":
            assert row["score"] == pytest.approx(PublicRangeCoverage.compute(x[name], y[name]), abs=1e-6)
        else:
            known = [v[name].dropna() for v in (x, y)]
            assert row["score"] == pytest.approx(CategoryCoverage.compute(*known), abs=1e-6)


def test_ceiling_of_coverage_is_what_as_many_draws_of_the_real_rows_cover(make, run):
    rng = np.random.default_rng(0)
    columns = {**X, **K}
    x, k = rng.exponential(size=50), rng.choice(list("abcdefgh"), 50, p=np.arange(1, 9) / 36)
    real = make(columns, {"x": x, "k": k.tolist()})
    found = []
    for _ in range(400):
        rows = rng.integers(0, 50, 20)
        found.append(RangeCoverage()(real, make(columns, {"x": x[rows], "k": k[rows].tolist()}), None, run))
    mean = np.mean([score.value for score in found])
    assert mean == pytest.approx(found[0].ceiling, abs=4 * np.std([s.value for s in found]) / 20)


def test_coverage_of_nothing_is_zero_and_of_constants_no_question(make, run):
    assert RangeCoverage()(make(X, {"x": [1, 2]}), make(X, {"x": [None, None]}), None, run).value == 0
    assert RangeCoverage()(make(X, {"x": [1, 2]}), make(X, {"x": [5, 6]}), None, run).value == 0
    with pytest.raises(NotApplicable, match="range or levels"):
        RangeCoverage()(make(X, {"x": [1, 1]}), make(X, {"x": [5, 6]}), None, run)


def pairs(make, counts):
    rows = [pair for pair, n in counts.items() for _ in range(n)]
    return make(PAIR, {"a": [r[0] for r in rows], "b": [r[1] for r in rows]})


def test_rare_combinations_by_hand(make, run):
    real = pairs(make, {"pu": 970, "pv": 8, "qu": 8, "qv": 10, "rw": 4})
    synthetic = pairs(make, {"pu": 980, "pv": 4, "qu": 16})
    score = RareCombinations(rare=0.0095)(real, synthetic, None, run)
    # Rare are pv and qu; qv is too frequent, and rw are four persons.
    assert score.details.row(0, named=True) == {
        "first": "a",
        "second": "b",
        "rare": 2,
        "present": 1.0,
        "relative_error": pytest.approx((0.5 + 1) / 2),
        "score": pytest.approx((4 + 8) / 16),
        "real_rows": 1000,
        "synthetic_rows": 1000,
    }


def test_rare_combinations_fall_when_rows_come_apart(mixed, make, run):
    rng = np.random.default_rng(1)

    def draw(n, tied):
        a = rng.choice(list("abcdefghij"), n)
        b = np.where(rng.random(n) < tied, a, rng.choice(list("abcdefghij"), n))
        return make(PAIR, {"a": a.tolist(), "b": b.tolist()})

    real = draw(5000, 0.95)
    values = [RareCombinations()(real, draw(5000, tied), None, run).value for tied in (0.95, 0.97, 0.99, 1.0)]
    assert values == sorted(values, reverse=True)
    assert values[3] == 0
    with pytest.raises(NotApplicable, match="No combination"):
        RareCombinations()(mixed(1, 100), mixed(2, 100), None, run)


def test_simpson_and_entropy_by_hand(make, run):
    real, synthetic = make(K, {"k": ["a"] * 5 + ["b"] * 5}), make(K, {"k": ["a"] * 9 + ["b"]})
    simpson, entropy = Simpson()(real, synthetic, None, run).details.iter_rows(named=True)
    assert (simpson["real"], simpson["synthetic"]) == pytest.approx((90 / 40, 90 / 72))
    assert simpson["score"] == pytest.approx(40 / 72)
    shannon = -0.9 * np.log(0.9) - 0.1 * np.log(0.1)
    assert (entropy["real"], entropy["synthetic"]) == pytest.approx(
        (2 * np.exp(1 / 20), np.exp(shannon) * np.exp(1 / 20))
    )


def test_effective_numbers_do_not_hang_on_the_number_of_rows(mixed, run):
    many = Simpson()(mixed(1, 300), mixed(2, 6000), None, run).details
    few = [Simpson()(mixed(1, 300), mixed(i, 60), None, run).details["synthetic"] for i in range(3, 23)]
    assert abs((sum(few) / 20 / many["synthetic"]).median() - 1) < 0.03


def test_segments_are_the_cells_of_two_columns(make, run):
    table = pairs(make, {"pu": 40, "qv": 40})
    apart = pairs(make, {"pu": 20, "pv": 20, "qu": 20, "qv": 20})
    details = Simpson()(table, apart, None, run).details
    segment = details.filter(second="b", measure="simpson").row(0, named=True)
    assert (segment["real"], segment["synthetic"]) == pytest.approx((2, 4), rel=0.05)
    assert details.filter(pl.col("second").is_null())["score"].to_list() == pytest.approx([1] * 4)


def test_rare_combinations_and_triples_take_no_more_rows_than_the_holdout_has(mixed, run):
    """So that real rows fall short by chance as far: fresh rows score like the holdout, however short it is."""
    for metric, kind in ((RareCombinations(rare=0.1), "present"), (Trivariate(), "third")):
        scores = []
        for i in range(8):
            real, synthetic, holdout = mixed(3 * i, 2000), mixed(3 * i + 1, 2000), mixed(3 * i + 2, 150)
            value = metric(real, synthetic, holdout, run)
            assert kind in value.details.columns
            scores.append((value.value, metric(real, holdout, holdout, run).value))
        apart = np.array(scores) @ [1, -1]
        assert abs(apart.mean()) < 3 * apart.std(ddof=1) / np.sqrt(8)
        assert metric(real, synthetic, None, run).value > value.value + 0.02


@pytest.mark.parametrize("metric", [Simpson, RareCombinations])
def test_intervals_are_as_wide_as_repeated_samples_spread(make, run, metric):
    scores = []
    for i in range(60):
        rng = np.random.default_rng(i)

        def draw(n, p, rng=rng):
            levels = rng.choice(list("abcdef"), (2, n), p=p)
            return make(PAIR, {"a": levels[0].tolist(), "b": levels[1].tolist()})

        # Every rare share differs by much, and so does every diversity.
        real = draw(4000, [0.8, 0.1, 0.06, 0.02, 0.01, 0.01])
        scores.append(metric()(real, draw(3000, [0.5, 0.4, 0.03, 0.04, 0.015, 0.015]), None, run))
    spread = np.std([s.value for s in scores], ddof=1)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in scores])
    assert claimed == pytest.approx(spread, rel=0.35)


def test_effective_rows_are_one_over_the_share_of_near_pairs(mixed, run):
    real, synthetic = mixed(1, 200), mixed(2, 200)
    found = EffectiveRows(near=0.05)(real, synthetic, None, run)
    ranges = {n: real.rows[n].to_physical() for n in ("age", "income", "joined")}

    def distances(table):
        rows = [table.rows[n].to_physical().to_list() for n in table.rows.columns]
        for i, j in combinations(range(200), 2):
            yield sum(
                min(1, abs(v[i] - v[j]) / (ranges[n].max() - ranges[n].min())) if n in ranges else float(v[i] != v[j])
                for n, v in zip(table.rows.columns, rows, strict=True)
            )

    a, b = np.array([*distances(real)]), np.array([*distances(synthetic)])
    reach = np.sort(a)[int(0.05 * len(a))]
    row = found.details.row(0, named=True)
    assert (row["real"], row["synthetic"]) == pytest.approx(
        (1 / np.mean(a <= reach), 1 / np.mean(b <= reach)), rel=0.01
    )


@pytest.mark.parametrize(("kinds", "most"), [(5, 5), (40, 40)])
def test_collapse_to_a_few_kinds_of_rows_is_seen(mixed, make, run, kinds, most):
    real = mixed(1, 2000)
    rows = np.random.default_rng(0).integers(0, kinds, 2000)
    collapsed = make(real.schema.columns, {n: real.rows[n].gather(rows).to_list() for n in real.rows.columns})
    score = EffectiveRows()(real, collapsed, None, run)
    assert score.details.row(0, named=True)["synthetic"] <= most + 1
    assert score.value < 0.3
    assert score.details.row(1, named=True)["synthetic"] == kinds
    assert EffectiveRows()(real, mixed(2, 2000), None, run).value > 0.8


def test_interval_of_effective_rows_covers_the_spread_of_repeated_samples(mixed):
    values = [EffectiveRows()(mixed(2 * i, 400), mixed(2 * i + 1, 400, shift=0.5), None, Run(i)) for i in range(40)]
    spread = np.std([s.value for s in values], ddof=1)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in values])
    assert 0.7 * spread < claimed < 1.8 * spread


def test_few_rows_and_no_columns_decline(mixed, make, run):
    with pytest.raises(NotApplicable, match="only 5 rows"):
        EffectiveRows()(mixed(1), mixed(2, 5), None, run)
    ids = make({"id": Identifier()}, {"id": ["a", "b"]})
    for metric in (Simpson, RareCombinations, RangeCoverage):
        with pytest.raises(NotApplicable):
            metric()(ids, ids, None, run)
