import numpy as np
import pytest

from understudy.attacks.distances import SHELLS, nearest_k, shells
from understudy.metrics.tabular._coding import Coding
from understudy.metrics.tabular._neighbours import Neighbours


@pytest.fixture
def sides(people):
    a, b = people(1, 70), people(2, 1100)
    space = Neighbours.of(Coding.of(a.schema, a.rows, b.rows), b.rows)
    return space.points(a.rows), space.points(b.rows)


def by_hand(queries, others):
    numbers = np.minimum(np.abs(queries.numbers.T[:, None] - others.numbers.T[None]), 1).sum(axis=2)
    return numbers + (queries.codes.T[:, None] != others.codes.T[None]).sum(axis=2)


def test_the_nearest_rows_are_those_of_the_slow_way(sides):
    distance, index = nearest_k(*sides, 7)
    apart = by_hand(*sides)
    assert np.allclose(distance, np.sort(apart, axis=1)[:, :7], atol=1e-5)
    assert np.allclose(np.take_along_axis(apart, index, axis=1), distance, atol=1e-5)
    assert (np.diff(distance, axis=1) >= 0).all()


def test_more_neighbours_than_rows_are_infinitely_far(sides):
    queries, others = sides
    distance, _ = nearest_k(queries, others.take(np.arange(3)), 5)
    assert np.isfinite(distance[:, :3]).all()
    assert np.isinf(distance[:, 3:]).all()


def test_shells_count_every_row_at_its_distance(sides):
    counts, apart = shells(*sides), by_hand(*sides)
    assert (counts.sum(axis=1) == apart.shape[1]).all()
    for radius in (0.5, 1.7, 3.0):
        within = np.cumsum(counts, axis=1)[:, int(radius * SHELLS / 6)]
        step = 6 / SHELLS
        assert (within >= (apart <= radius - step).sum(axis=1)).all()
        assert (within <= (apart <= radius + step).sum(axis=1)).all()
