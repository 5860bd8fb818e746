"""Systematic draws."""

import numpy as np
import pytest

from understudy.transforms.encoder import stratified


@pytest.mark.parametrize("seed", range(5))
def test_each_equal_part_of_a_group_holds_one_draw(seed):
    groups = np.random.default_rng(seed).integers(-2, 6, 400)
    draws = stratified(groups, np.random.default_rng(seed))
    assert ((draws >= 0) & (draws < 1)).all()
    for group in np.unique(groups):
        inside = draws[groups == group]
        assert sorted(np.floor(inside * len(inside)).astype(int)) == list(range(len(inside)))


def test_each_draw_alone_is_uniform_and_their_order_is_random():
    first = np.array([stratified(np.zeros(4, dtype=int), np.random.default_rng(s))[0] for s in range(4000)])
    # Dvoretzky-Kiefer-Wolfowitz: a false alarm in one of 10^6 runs.
    assert np.abs(np.sort(first) - np.linspace(0, 1, 4000)).max() < np.sqrt(np.log(2e6) / 8000)


def test_no_rows_give_no_draws():
    assert stratified(np.zeros(0, dtype=int), np.random.default_rng(0)).shape == (0,)


def test_the_same_generator_gives_the_same_draws():
    groups = np.arange(50) % 3
    assert (stratified(groups, np.random.default_rng(1)) == stratified(groups, np.random.default_rng(1))).all()


def test_wide_and_narrow_numbers_of_the_same_groups_give_the_same_draws():
    groups = np.random.default_rng(0).integers(0, 300, 5_000)
    plain, narrow, shifted = (
        stratified(g, np.random.default_rng(1)) for g in (groups, groups.astype(np.uint16), groups + 70_000)
    )
    np.testing.assert_array_equal(plain, narrow)
    np.testing.assert_array_equal(plain, shifted)
