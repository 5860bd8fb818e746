import numpy as np
import pytest

from understudy.synthesizers.tabular.tree._sort import appended, ascending, places


@pytest.mark.parametrize("n", [0, 1, 2, 3, 15, 16, 17, 33, 100, 1023])
def test_the_order_is_that_of_a_stable_sort(n):
    rng = np.random.default_rng(n)
    key = np.round(rng.normal(size=n + 3), 1)  # with ties
    order, spare = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    ascending(key, order, spare)
    np.testing.assert_array_equal(order, np.argsort(key[:n], kind="stable"))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 255, 1000])
@pytest.mark.parametrize("decimals", [1, 9])
def test_places_are_those_of_numpy(n, decimals):
    rng = np.random.default_rng(n)
    edges = np.sort(np.round(rng.normal(size=n), decimals))  # with ties
    values = np.concatenate([rng.normal(size=500), edges, np.nextafter(edges, 9), [-np.inf, np.inf]])
    found = places(edges, values)
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, np.searchsorted(edges, values))


def test_no_values_have_no_places():
    assert places(np.arange(3.0), np.empty(0)).shape == (0,)


def test_what_is_appended_stays_as_the_store_grows():
    rng = np.random.default_rng(0)
    parts = [rng.random(k) < 0.5 for k in (0, 3, 5, 0, 100, 1)]
    store, n = np.zeros(4, dtype=bool), 0
    for part in parts:
        store = appended(store, n, part)
        n += len(part)
    np.testing.assert_array_equal(store[:n], np.concatenate(parts))
