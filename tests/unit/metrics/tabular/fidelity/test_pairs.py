import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular._pairs import Sides, joint_codes, quantile_codes
from understudy.metrics.tabular.fidelity.mutual_information import MutualInformation
from understudy.metrics.tabular.fidelity.pairs import Pairs
from understudy.metrics.tabular.fidelity.pairs_own_bins import PairsOwnBins
from understudy.metrics.tabular.fidelity.trivariate import Trivariate
from understudy.schema.column import Categorical, Numerical

ALL = [Pairs, PairsOwnBins, MutualInformation, Trivariate]


@pytest.mark.parametrize("metric", ALL)
def test_equal_tables_are_perfect(mixed, run, metric):
    score = metric()(mixed(1), mixed(1), None, run)
    assert score.value == pytest.approx(0 if metric.better == "lower" else 1)


@pytest.mark.parametrize("metric", ALL)
def test_one_column_has_no_pair(make, run, metric):
    table = make({"x": Numerical()}, {"x": [1.0, 2.0]})
    with pytest.raises(NotApplicable, match=r"no (pair|triple)"):
        metric()(table, table, None, run)


def test_opposite_correlations_score_zero(make, run):
    columns = {"x": Numerical(), "y": Numerical()}
    up = make(columns, {"x": [1, 2, 3], "y": [1, 2, 3]})
    assert Pairs()(up, make(columns, {"x": [1, 2, 3], "y": [3, 2, 1]}), None, run).value == pytest.approx(0)


def test_constant_synthetic_column_counts_as_uncorrelated_and_in_the_published_form_not_at_all(make, run):
    columns = {"x": Numerical(), "y": Numerical()}
    up = make(columns, {"x": [1, 2, 3], "y": [1, 2, 3]})
    flat = make(columns, {"x": [1, 2, 3], "y": [2, 2, 2]})
    assert Pairs()(up, flat, None, run).value == pytest.approx(0.5)
    with pytest.raises(NotApplicable, match="constant"):
        PairsOwnBins()(up, flat, None, run)


def test_an_outlier_moves_the_own_bins_but_not_the_common_ones(make, run):
    columns = {"x": Numerical(), "k": Categorical()}
    rng = np.random.default_rng(0)
    x, k = rng.random(1000), rng.choice(["a", "b"], 1000)
    real = make(columns, {"x": x.tolist(), "k": k.tolist()})
    x[0] = 1000.0
    synthetic = make(columns, {"x": x.tolist(), "k": k.tolist()})
    assert Pairs()(real, synthetic, None, run).value > 0.99
    assert PairsOwnBins()(real, synthetic, None, run).value < 0.2


def test_quantile_bins_follow_the_first_sample_and_keep_atoms_and_gaps_apart():
    x = np.array([0.0] * 8 + [5.0, np.nan])
    a, b = quantile_codes(x, np.array([0.0, 5.0, -1.0, np.nan]))
    assert len({a[0], a[8], a[9]}) == 3
    assert b.tolist() == [a[0], a[8], a[0], a[9]]


def test_sparse_cells_are_the_dense_ones():
    rng = np.random.default_rng(1)
    first, second = ((rng.integers(0, 500, 300), rng.integers(0, 500, 200)) for _ in range(2))
    x, y, k = joint_codes(first, second)
    assert k <= 500
    dense = [a * 1000 + b for a, b in zip(first, second, strict=True)]
    for i in (0, 7, 100):
        assert (x == x[i]).tolist() == (dense[0] == dense[0][i]).tolist()
        assert (y == x[i]).tolist() == (dense[1] == dense[0][i]).tolist()


def test_pairs_beyond_the_cap_are_a_seeded_sample(make, run):
    table = make({name: Numerical() for name in "abcdefgh"}, {name: [1.0, 2.0] for name in "abcdefgh"})
    sides = Sides.of(table, table, 10, run)
    assert len(sides.pairs(100, run)) == 28
    assert sides.pairs(5, run) == sides.pairs(5, run)
    assert len(set(sides.pairs(5, run))) == 5


def test_mutual_information_of_a_copy_is_one_and_of_independent_columns_zero(make, run):
    columns = {"x": Categorical(), "y": Categorical()}
    x = ["a", "a", "b", "b"] * 25
    same, apart = make(columns, {"x": x, "y": x}), make(columns, {"x": x, "y": ["a", "b", "a", "b"] * 25})
    details = MutualInformation()(same, apart, None, run).details
    assert details.row(0)[2:] == (pytest.approx(1), pytest.approx(0))


def test_the_published_form_has_no_interval_for_its_bins_move_with_the_extremes(mixed, run):
    assert PairsOwnBins()(mixed(1), mixed(2), None, run).interval is None


@pytest.mark.parametrize("metric", [Pairs, MutualInformation, Trivariate])
def test_intervals_are_as_wide_as_repeated_samples_spread(mixed, run, metric):
    scores = [metric()(mixed(2 * i), mixed(2 * i + 1, shift=0.4), None, run) for i in range(40)]
    spread = np.std([s.value for s in scores], ddof=1)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in scores])
    # The standard deviation of 40 draws is itself off by 11 % (one standard error).
    assert claimed == pytest.approx(spread, rel=0.4)


def test_triples_by_hand_and_sampled_ones_are_seeded(make, run):
    columns = {name: Categorical() for name in "abc"}
    real = make(columns, {"a": ["x", "x", "y", "y"], "b": ["u", "v", "u", "v"], "c": ["p", "q", "q", "p"]})
    other = make(columns, {"a": ["x", "x", "y", "y"], "b": ["u", "v", "u", "v"], "c": ["q", "p", "p", "p"]})
    # Every pair agrees in more cells than the triples, of which only the last one occurs in both.
    assert Trivariate()(real, other, None, run).value == pytest.approx(0.25)
    assert Pairs()(real, other, None, run).value > 0.25
    wide = make({name: Numerical() for name in "abcdefgh"}, {name: [1.0, 2.0] for name in "abcdefgh"})
    sides = Sides.of(wide, wide, 10, run)
    assert len(sides.triples(100, run)) == 56
    drawn = sides.triples(30, run)
    assert drawn == sides.triples(30, run)
    assert len(set(drawn)) == 30
    assert all(a < b < c for a, b, c in drawn)
    with pytest.raises(NotApplicable, match="no triple"):
        Trivariate()(*[make({"x": Numerical(), "y": Numerical()}, {"x": [1.0], "y": [1.0]})] * 2, None, run)
