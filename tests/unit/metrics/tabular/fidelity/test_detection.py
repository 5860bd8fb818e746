import numpy as np
import pytest
from scipy.stats import norm
from sklearn.preprocessing import RobustScaler

from understudy.errors import NotApplicable
from understudy.metrics.tabular._intervals import area
from understudy.metrics.tabular.fidelity._detection import Areas
from understudy.metrics.tabular.fidelity.boosted_detection import BoostedDetection
from understudy.metrics.tabular.fidelity.logistic_detection import LogisticDetection, _scaled_levels
from understudy.schema.column import Categorical, Numerical

BOTH = [BoostedDetection, LogisticDetection]


def gaussians(make, seed, n, shift=0.0):
    rng = np.random.default_rng(seed)
    return make({"x": Numerical(), "y": Numerical()}, {"x": rng.normal(shift, 1, n), "y": rng.normal(0, 1, n)})


@pytest.mark.parametrize("metric", BOTH)
def test_detector_finds_the_known_area_of_two_shifted_gaussians(make, run, metric):
    score = metric()(gaussians(make, 1, 6000), gaussians(make, 2, 6000, shift=1.0), None, run)
    truth = norm.cdf(1 / np.sqrt(2))  # P(X < X + 1 + noise) of two unit normals
    tolerance = 0.012 if metric is LogisticDetection else 0.04  # boosted trees pay for the freedom they have
    assert 1 - score.value / 2 == pytest.approx(truth, abs=tolerance)


@pytest.mark.parametrize("metric", BOTH)
def test_detector_finds_nothing_where_nothing_is(make, run, metric):
    score = metric()(gaussians(make, 1, 4000), gaussians(make, 2, 4000), None, run)
    assert score.value > 0.95
    assert score.interval[0] <= score.value <= score.interval[1] == 1


def test_boosted_detector_names_the_column_that_gives_the_rows_away(make, run):
    score = BoostedDetection()(gaussians(make, 1, 2000), gaussians(make, 2, 2000, shift=2.0), None, run)
    assert score.details["column"][0] == "x"
    first, second = score.details["auc_fall"]
    assert first > 0.2
    assert abs(second) < 0.05


def test_boosted_detector_sees_a_relation_that_the_linear_one_cannot(make, run):
    rng = np.random.default_rng(4)
    columns = {"x": Numerical(), "y": Numerical()}
    x = rng.normal(size=3000)
    real = make(columns, {"x": x, "y": x})
    synthetic = make(columns, {"x": x, "y": rng.permutation(x)})
    assert BoostedDetection()(real, synthetic, None, run).value < 0.1
    assert LogisticDetection()(real, synthetic, None, run).value > 0.9


@pytest.mark.parametrize("metric", BOTH)
def test_few_rows_decline(make, run, metric):
    with pytest.raises(NotApplicable, match="only 9 rows"):
        metric()(gaussians(make, 1, 100), gaussians(make, 2, 9), None, run)


def test_levels_that_the_real_table_lacks_give_synthetic_rows_away(make, run):
    real = make({"k": Categorical()}, {"k": ["a", "b"] * 100})
    synthetic = make({"k": Categorical()}, {"k": ["zzz"] * 200})
    assert BoostedDetection()(real, synthetic, None, run).value == 0
    assert LogisticDetection()(real, synthetic, None, run).value < 0.8


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.74, 0.75, 0.9, 1.0])
@pytest.mark.parametrize("n", [3, 4, 5, 40, 41])
def test_sparse_scaling_is_the_dense_one(share, n):
    columns = np.where(np.arange(60) % n < share * n, 0, 1 + np.arange(60) % 3)
    columns[-1] = -1
    train = np.arange(n)
    dense = (columns[:, None] == np.arange(columns.max() + 1)).astype(float)
    want = RobustScaler().fit(dense[train]).transform(dense)
    np.testing.assert_allclose(_scaled_levels(columns, columns[train]).toarray(), want)


def test_score_is_one_minus_the_excess_of_each_fold_doubled():
    areas = Areas([0.7, 0.4, 0.6], 30, 30)
    assert areas.score == pytest.approx(1 - (0.4 + 0.0 + 0.2) / 3)
    assert areas.auc == pytest.approx(0.5667, abs=1e-4)


def test_area_counts_ties_half_and_its_interval_covers():
    assert area(np.array([1.0, 2.0]), np.array([1.0, 0.0]))[0] == pytest.approx(0.875)
    rng = np.random.default_rng(8)
    truth, hits = norm.cdf(0.5 / np.sqrt(2)), 0
    for _ in range(400):
        value, error = area(rng.normal(0.5, 1, 150), rng.normal(0, 1, 100))
        hits += abs(value - truth) <= 1.96 * error
    # Of 400 intervals of 95 %, fewer than 362 cover with a chance below one in a thousand.
    assert hits >= 362
