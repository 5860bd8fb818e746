import numpy as np
import pytest
from scipy.stats import spearmanr
from sdmetrics.column_pairs import CorrelationSimilarity

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fidelity.spearman import Spearman
from understudy.schema.column import Numerical

BOTH = {"x": Numerical(), "y": Numerical()}


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_rank_correlations_are_the_public_ones(mixed, frame, run, missing):
    real, synthetic = mixed(1, missing=missing), mixed(2, 400, missing=missing, shift=0.3)
    details = Spearman()(real, synthetic, None, run).details
    assert details.height == 3
    for row in details.iter_rows(named=True):
        pair = [row["first"], row["second"]]
        x, y = frame(real)[pair], frame(synthetic)[pair]
        assert row["score"] == pytest.approx(CorrelationSimilarity.compute(x, y, coefficient="Spearman"), abs=1e-9)
        assert row["real"] == pytest.approx(spearmanr(x.dropna()).statistic, abs=1e-9)


def test_a_relation_turned_round_scores_zero_and_an_outlier_changes_little(make, run):
    up = make(BOTH, {"x": range(100), "y": [v**3 for v in range(100)]})
    down = make(BOTH, {"x": range(100), "y": [-v for v in range(100)]})
    wild = make(BOTH, {"x": range(100), "y": [1e12, *range(1, 100)]})
    assert Spearman()(up, down, None, run).value == pytest.approx(0)
    assert Spearman()(up, wild, None, run).value > 0.95


def test_a_constant_synthetic_column_counts_as_uncorrelated_and_a_real_one_not_at_all(make, run):
    up, flat = make(BOTH, {"x": [1, 2, 3], "y": [1, 2, 3]}), make(BOTH, {"x": [1, 2, 3], "y": [2, 2, 2]})
    assert Spearman()(up, flat, None, run).value == pytest.approx(0.5)
    with pytest.raises(NotApplicable, match="Fewer than two columns"):
        Spearman()(flat, up, None, run)


@pytest.mark.parametrize("round_to", [3, 0])
def test_interval_is_as_wide_as_repeated_samples_spread(make, run, round_to):
    def draw(rng, n, rho):
        x = rng.normal(size=n)
        y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)
        return make(BOTH, {"x": np.round(x, round_to).tolist(), "y": np.round(np.exp(y), round_to).tolist()})

    scores = []
    for i in range(80):
        rng = np.random.default_rng(i)
        scores.append(Spearman()(draw(rng, 300, 0.8), draw(rng, 200, 0.1), None, run))
    spread = np.std([s.value for s in scores], ddof=1)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in scores])
    assert claimed == pytest.approx(spread, rel=0.25)
