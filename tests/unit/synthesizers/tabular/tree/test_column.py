"""One column: its draws, and the cases in which its law comes from somewhere else than trees."""

import tracemalloc

import numpy as np
import pytest

from understudy.synthesizers.tabular.tree import _column
from understudy.synthesizers.tabular.tree._column import Column, Grown, Plan, Strength, groups
from understudy.synthesizers.tabular.tree._guide import Predictors, Settings
from understudy.synthesizers.tabular.tree._model import _restricted
from understudy.synthesizers.tabular.tree._sequence import _alone

STRENGTH = Strength(20, 0.7, 2.0, 20.0)


def settled(features, sizes, unordered, symbols, size, *, ordered=True, held_out=200):
    n = len(symbols)
    rows = np.random.default_rng(0).permutation(n).astype(np.int32)
    rest = rows[held_out:]
    plan = Plan((rest[: len(rest) // 2], rest[len(rest) // 2 :]), rows[:held_out], 4, Settings(most=60))
    predictors = Predictors(features, np.array(sizes, dtype=np.int32), np.array(unordered))
    inputs = np.arange(len(features))
    grown = Grown.fit(
        predictors, symbols.astype(np.uint16), (size, ordered), inputs, plan, 20, np.random.default_rng(1)
    )
    return grown.column(STRENGTH)[0]


@pytest.fixture(scope="module")
def direct():
    """A yes/no with a smooth probability, which a sum of small steps tells better than a few leaves."""
    rng = np.random.default_rng(2)
    features = rng.integers(0, 60, (6, 4_000)).astype(np.uint16)
    score = (features / 30 - 1).sum(axis=0)
    symbols = rng.random(4_000) < 1 / (1 + np.exp(-2 * score))
    column = settled(features, [60] * 6, [False] * 6, symbols, 2, ordered=False, held_out=400)
    return column, features, symbols


def test_a_smooth_yes_or_no_is_decided_by_the_guide_alone(direct):
    column, features, symbols = direct
    assert column.direct
    assert column.trees == ()
    drawn = column.draw(features, np.random.default_rng(3))
    assert abs(drawn.mean() - symbols.mean()) < 0.02
    likely = column.guide.probability(features) > 0.5
    assert drawn[likely].mean() - drawn[~likely].mean() > 0.4


def test_evidence_on_a_column_that_the_guide_decides_is_weighed_by_its_probability(direct):
    column, features, _ = direct
    symbols, weight = _restricted(column, features, np.array([False, True]), np.random.default_rng(0))
    assert set(symbols) == {1}
    np.testing.assert_allclose(weight, column.guide.probability(features), atol=1e-6)
    symbols, weight = _restricted(column, features, np.array([True, True]), np.random.default_rng(0))
    np.testing.assert_allclose(weight, 1, atol=1e-6)
    assert abs(symbols.mean() - column.guide.probability(features).mean()) < 0.02


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_rows_can_be_drawn_from_the_guide(direct, n):
    column, features, _ = direct
    assert column.draw(features[:, :n], np.random.default_rng(0)).shape == (n,)


def test_a_single_row_can_have_any_symbol_of_a_column_without_inputs():
    column = _alone(np.repeat(np.arange(5), 20).astype(np.uint16), 5)
    drawn = {int(column.draw(np.zeros((1, 1), np.uint16), np.random.default_rng(s))[0]) for s in range(100)}
    assert drawn == {0, 1, 2, 3, 4}


def test_as_many_rows_as_laws_are_drawn_from_the_laws():
    rng = np.random.default_rng(5)
    features = rng.integers(0, 40, (1, 3_000)).astype(np.uint16)
    symbols = np.minimum(features[0] // 4 + rng.integers(0, 3, 3_000), 9)
    column = settled(features, [40], [False], symbols, 10)
    drawn = column.draw(features[:, : len(column.laws)], np.random.default_rng(0))
    assert len(column.laws) > 8
    assert len(set(drawn.tolist())) > 2


def test_a_single_row_takes_any_of_the_trees():
    rng = np.random.default_rng(6)
    features = rng.integers(0, 40, (1, 3_000)).astype(np.uint16)
    column = settled(features, [40], [False], np.minimum(features[0] // 4, 9), 10)
    laws = [column.located(features[:, :1], np.random.default_rng(s))[1][0] for s in range(60)]
    taken = {int(np.searchsorted(column.starts, law, side="right")) for law in laws}
    assert taken == {1, 2, 3, 4}


def test_evidence_draws_only_what_is_allowed_in_proportion_to_the_law():
    laws = np.cumsum([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]], axis=1).astype(np.float32)

    class Fixed:
        def located(self, *_):
            return laws, np.repeat([0, 1], 50_000)

    mask = np.array([False, True, False, True])
    symbols, weight = _restricted(Fixed(), None, mask, np.random.default_rng(0))
    np.testing.assert_allclose(weight[[0, -1]], [0.6, 0.2], atol=1e-6)
    assert set(symbols) == {1, 3}
    # Four standard errors of a share of 50,000 draws.
    assert abs((symbols[:50_000] == 3).mean() - 2 / 3) < 0.009
    assert abs((symbols[50_000:] == 3).mean() - 1 / 2) < 0.009


def test_evidence_that_allows_thousands_of_symbols_needs_no_table_of_rows_by_symbols():
    laws = np.cumsum(np.full((3, 8_000), 1 / 8_000), axis=1).astype(np.float32)

    class Fixed:
        def located(self, *_):
            return laws, np.arange(200_000) % 3

    # As a table of float64 this would take 6.4 GB.
    tracemalloc.start()
    symbols, weight = _restricted(Fixed(), None, np.arange(8_000) >= 4_000, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert symbols.min() >= 4_000
    np.testing.assert_allclose(weight, 0.5, atol=1e-4)
    assert peak < 50e6


def test_a_number_next_to_one_draws_the_last_symbol_that_can_be(monkeypatch):
    monkeypatch.setattr(_column, "stratified", lambda law, _: np.full(len(law), np.nextafter(1.0, 0.0)))
    column = _alone(np.array([0, 1, 0, 1], dtype=np.uint16), 4)
    assert column.draw(np.zeros((1, 3), np.uint16), np.random.default_rng(0)).tolist() == [1, 1, 1]


def test_a_value_seen_in_held_out_rows_only_can_still_be_drawn_from():
    rng = np.random.default_rng(7)
    n = 2_000
    features = rng.integers(0, 30, (2, n)).astype(np.uint16)
    held = np.random.default_rng(0).permutation(n)[:200]
    for size, ordered in ((2, False), (5, False), (5, True)):
        symbols = np.zeros(n, dtype=np.uint16)
        symbols[held[:40]] = size - 1
        column = settled(features, [30, 30], [False, True], symbols, size, ordered=ordered)
        drawn = column.draw(features, np.random.default_rng(0))
        assert drawn.max() < size
        _, weight = _restricted(column, features, np.arange(size) == size - 1, np.random.default_rng(0))
        assert (weight > 0).all()


def test_a_settled_column_comes_back_from_its_state(direct):
    column, features, _ = direct
    again = Column.restore(column.state(), features.max(axis=1) + 1, 2)
    a, b = (c.draw(features, np.random.default_rng(9)) for c in (column, again))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("ordered", [True, False])
def test_groups_are_few_and_cover_every_symbol(ordered):
    counts = np.random.default_rng(8).pareto(1.0, 500) * 10
    place = groups(counts, 16, ordered=ordered)
    assert place.shape == (500,)
    assert place.min() == 0
    assert sorted(set(place.tolist())) == list(range(place.max() + 1))
    assert place.max() < 16 * 3
    if ordered:
        assert (np.diff(place) >= 0).all()
