"""The scores of single columns agree with public definitions, and fall when columns get worse."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fidelity.adherence import Adherence
from understudy.metrics.tabular.fidelity.jensen_shannon import JensenShannon
from understudy.metrics.tabular.fidelity.missing import Missing
from understudy.metrics.tabular.fidelity.tails import Tails
from understudy.metrics.tabular.fidelity.wasserstein import Wasserstein
from understudy.schema.column import Boolean, Categorical, Datetime, Duration, Numerical

X = {"x": Numerical()}
ALL = [Wasserstein, JensenShannon, Tails, Missing, Adherence]
DAY = 86_400_000_000


def one(make, run, metric, real, synthetic, column=None):
    columns = {"x": column or Numerical()}
    return metric(make(columns, {"x": list(real)}), make(columns, {"x": list(synthetic)}), None, run)


@pytest.mark.parametrize("metric", ALL)
def test_equal_tables_are_perfect(mixed, run, metric):
    score = metric()(mixed(1, missing=0.1), mixed(1, missing=0.1), None, run)
    assert score.value == pytest.approx(1)
    assert score.interval is not None
    assert score.interval[1] == pytest.approx(1)


@pytest.mark.parametrize("metric", [Wasserstein, JensenShannon, Tails])
def test_scores_fall_the_farther_a_column_is_off(mixed, run, metric):
    real = mixed(1)
    values = [metric()(real, mixed(2, shift=shift), None, run).value for shift in (0.0, 0.2, 0.5, 1.5)]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[3] + 0.05


def test_distance_of_values_is_the_public_one_in_units_of_the_distance_to_the_median(make, run):
    rng = np.random.default_rng(1)
    x, y = np.round(rng.normal(size=500), 1), np.round(rng.gamma(2, size=300), 1)
    score = one(make, run, Wasserstein(), x, y)
    assert score.details["distance"][0] == pytest.approx(
        wasserstein_distance(x, y) / np.abs(x - np.median(x)).mean(), abs=1e-12
    )
    assert score.value == max(0, 1 - score.details["distance"][0])


def test_the_median_alone_repeated_scores_zero(make, run):
    assert one(make, run, Wasserstein(), [1, 2, 4, 9, 30], [4] * 7).value == pytest.approx(0)


def test_a_constant_column_scores_one_if_it_stays(make, run):
    assert one(make, run, Wasserstein(), [3, 3], [3, 3, None]).value == 1
    assert one(make, run, Wasserstein(), [3, 3], [3, 4]).value == 0


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_jensen_shannon_is_the_public_distance(mixed, run, missing):
    real, synthetic = mixed(1, missing=missing), mixed(2, 300, missing=missing / 2)
    details = dict(JensenShannon()(real, synthetic, None, run).details.select("column", "score").rows())
    for name in ("city", "plan", "member"):
        levels = real.rows[name].unique().to_list()
        p, q = ([sum(v == level for v in t.rows[name].to_list()) for level in levels] for t in (real, synthetic))
        assert details[name] == pytest.approx(1 - jensenshannon(p, q, base=2), abs=1e-9)


def test_jensen_shannon_of_strangers_is_zero(make, run):
    assert one(make, run, JensenShannon(), ["a", "b"], ["c", "d"], Categorical()).value == 0


@pytest.mark.parametrize("metric", [Wasserstein(), JensenShannon(), Tails(), Missing()])
def test_intervals_are_as_wide_as_repeated_samples_spread(make, run, metric):
    """With tables that do differ: next to perfection a distance has no spread to speak of."""
    scores = []
    for i in range(60):
        rng = np.random.default_rng(i)
        x, y = rng.normal(size=600), rng.normal(0.5, 1.3, 500)
        gaps_x, gaps_y = rng.random(600) < 0.1, rng.random(500) < 0.3
        scores.append(one(make, run, metric, np.where(gaps_x, np.nan, x), np.where(gaps_y, np.nan, y)))
    spread = np.std([s.value for s in scores], ddof=1)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in scores])
    # The standard deviation of 60 draws is itself off by 9 % (one standard error).
    assert claimed == pytest.approx(spread, rel=0.35)


def test_tails_by_hand(make, run):
    x = [float(i) for i in range(1, 201)]
    y = [min(v, 190.0) for v in x]
    lower, upper = one(make, run, Tails(), x, y).details.iter_rows(named=True)
    assert lower["score"] == 1
    # Quantiles 2 and 198, width 196; beyond 198 the real rows exceed by 1 and 2, the synthetic ones by nothing.
    assert upper["quantile_apart"] == pytest.approx(8 / 196)
    assert upper["excess_real"] == pytest.approx(3 / 196 / 200)
    assert (upper["beyond_real"], upper["beyond_synthetic"]) == (0.01, 0.0)
    lost = min(1, 3 / 196 / 200 / max(3 / 196 / 200, 1e-4))
    assert upper["score"] == pytest.approx((1 - 8 / 196) / 2 + (1 - lost) / 2)


def test_cut_and_doubled_tails_score_less_and_one_wild_value_changes_little(make, run):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=20_000), rng.normal(size=20_000)
    good = one(make, run, Tails(), x, y).value
    cut = one(make, run, Tails(), x, np.clip(y, -2, 2)).value
    heavy = one(make, run, Tails(), x, np.where(np.abs(y) > 2, 1.5 * y, y)).value
    assert good > 0.9
    assert max(cut, heavy) < 0.7
    assert one(make, run, Tails(), x, [*y, 1e12]).value > good - 0.05


def test_tails_need_a_column_that_varies(make, run):
    with pytest.raises(NotApplicable, match="more than one real value"):
        one(make, run, Tails(), [1.0, 1.0], [1.0, 2.0])
    assert one(make, run, Tails(), [1.0, 2.0], [None, None]).value == 0


def test_missing_rates_and_patterns_by_hand(make, run):
    columns = {"x": Numerical(), "k": Categorical(), "full": Boolean()}
    both = {"x": [None] * 10 + [1.0] * 10, "k": [None] * 10 + ["a"] * 10, "full": [True] * 20}
    apart = {"x": [None] * 10 + [1.0] * 10, "k": ["a"] * 10 + [None] * 10, "full": [True] * 20}
    score = Missing()(make(columns, both), make(columns, apart), None, run)
    # The rates agree; the rows lack either column where the real ones lack both or none.
    assert dict(zip(score.details["measure"], score.details["score"], strict=True)) == {"rate": 1.0, "patterns": 0.0}
    assert score.value == 0.5
    assert score.details["column"].to_list() == ["x", "k", None]


def test_patterns_of_few_rows_are_one(make, run):
    columns = {name: Boolean() for name in "abc"}
    real = {"a": [None] * 4 + [True] * 20, "b": [True] * 4 + [None] * 4 + [True] * 16, "c": [True] * 24}
    other = {"a": [True] * 24, "b": [True] * 24, "c": [None] * 8 + [True] * 16}
    score = Missing()(make(columns, real), make(columns, other), None, run)
    assert score.details.row(-1, named=True)["score"] == 1.0
    assert score.value < 1


def test_nothing_missing_declines(mixed, run):
    with pytest.raises(NotApplicable, match="No value is missing"):
        Missing()(mixed(1), mixed(2), None, run)


def test_adherence_to_range_levels_and_grid(make, run):
    columns = {"x": Numerical(step=5), "k": Categorical(), "d": Datetime(resolution="day")}
    real = {"x": [0, 10, 20, 35], "k": ["a", "b", "a", None], "d": [0, DAY, 2 * DAY, 9 * DAY]}
    made = {"x": [5, 7, 40, None], "k": ["a", "c", "b", "b"], "d": [DAY, DAY // 2, 10 * DAY, DAY // 4]}
    score = Adherence()(make(columns, real), make(columns, made), None, run)
    assert {(c, m): s for c, m, s in score.details.select("column", "measure", "score").rows()} == {
        ("x", "range"): pytest.approx(2 / 3),
        ("x", "grid"): pytest.approx(2 / 3),
        ("k", "levels"): 0.75,
        ("d", "range"): 0.75,
        ("d", "grid"): 0.5,
    }


@pytest.mark.parametrize(
    ("resolution", "days"), [("week", [0, 7, 700]), ("month", [0, 31, 59]), ("quarter", [0, 90]), ("year", [0, 365])]
)
def test_adherence_to_the_calendar(make, run, resolution, days):
    column = Datetime(resolution=resolution)
    real = [DAY * d for d in days]
    assert one(make, run, Adherence(), real, real, column).value == 1
    assert one(make, run, Adherence(), real, [d + DAY for d in real[:-1]], column).details["score"].to_list() == [1, 0]


def test_a_grid_that_not_all_real_values_keep_to_asks_for_no_more(make, run):
    score = one(make, run, Adherence(), [0, 10, 20, 33], [10, 10, 10, 33], Numerical(step=10))
    assert score.value == 1


@pytest.mark.parametrize("metric", [Wasserstein, Tails])
def test_without_quantities_it_declines(make, run, metric):
    table = make({"k": Categorical()}, {"k": ["a", "b"]})
    with pytest.raises(NotApplicable, match="no column of quantities"):
        metric()(table, table, None, run)


def test_lengths_of_time_are_quantities(make, run):
    assert one(make, run, Wasserstein(), [DAY, 2 * DAY], [DAY, 2 * DAY], Duration()).value == 1
