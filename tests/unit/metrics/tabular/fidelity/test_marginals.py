import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fidelity.marginals import Marginals
from understudy.schema.column import Boolean, Categorical, Identifier, Numerical

BOTH = {"x": Numerical(decimals=0), "k": Categorical()}


def test_equal_tables_score_one(mixed, run):
    assert Marginals()(mixed(1), mixed(1), None, run).value == 1


def test_tables_without_a_common_value_score_zero(make, run):
    real = make(BOTH, {"x": [1, 2], "k": ["a", "b"]})
    assert Marginals()(real, make(BOTH, {"x": [5, 6], "k": ["c", "d"]}), None, run).value == 0


def test_known_distances_come_out(make, run):
    real = make(BOTH, {"x": [1, 2, 3, 4], "k": ["a", "a", "b", "b"]})
    score = Marginals()(real, make(BOTH, {"x": [1, 2, 2, 2], "k": ["a", "a", "a", "c"]}), None, run)
    assert dict(score.details.select("column", "score").rows()) == {"x": 0.5, "k": 0.5}


def test_missing_values_are_left_out_and_their_rates_shown(make, run):
    real = make(BOTH, {"x": [1, 2, None, None], "k": ["a", "b", None, None]})
    score = Marginals()(real, make(BOTH, {"x": [1, 2, 1, 2], "k": ["a", "b", "a", "b"]}), None, run)
    assert score.value == 1
    assert score.details.select("missing_real", "missing_synthetic").rows() == [(0.5, 0.0), (0.5, 0.0)]


def test_synthetic_column_without_values_scores_zero_and_real_one_is_left_out(make, run):
    real = make(BOTH, {"x": [1, 2], "k": [None, None]})
    score = Marginals()(real, make(BOTH, {"x": [None, None], "k": ["a", "b"]}), None, run)
    assert score.details["score"].to_list() == [0.0, None]
    assert score.value == 0


def test_interval_covers_the_score_of_ever_larger_samples(make, run):
    rng = np.random.default_rng(5)

    def draw(n, shift):
        flags = rng.random(n) < 0.4 + shift
        values = {"x": (rng.normal(size=n) + 2 * shift).tolist(), "k": flags.tolist()}
        return make({"x": Numerical(), "k": Boolean()}, values)

    # Large distances against small ones: the upward bias of the distance is then far below its spread.
    truth = Marginals()(draw(200_000, 0.3), draw(200_000, 0.0), None, run).value
    hits = 0
    for _ in range(200):
        low, high = Marginals()(draw(500, 0.3), draw(400, 0.0), None, run).interval
        hits += low <= truth <= high
    # Of 200 intervals of 95 %, fewer than 178 cover with a chance below one in ten thousand (binomial).
    assert hits >= 178


def test_nothing_to_compare_declines(make, run):
    table = make({"id": Identifier()}, {"id": ["a"]})
    with pytest.raises(NotApplicable, match="no column to compare"):
        Marginals()(table, table, None, run)
    table = make({"x": Numerical()}, {"x": [None]})
    with pytest.raises(NotApplicable, match="has a value"):
        Marginals()(table, table, None, run)


def test_rows_above_the_cap_are_sampled(mixed, run):
    a = Marginals(max_rows=100)(mixed(1), mixed(2), None, run)
    assert a.value != Marginals()(mixed(1), mixed(2), None, run).value
    assert a.value == Marginals(max_rows=100)(mixed(1), mixed(2), None, run).value
