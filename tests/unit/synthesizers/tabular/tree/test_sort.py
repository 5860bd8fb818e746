import numpy as np
import pytest

from understudy.synthesizers.tabular.tree._sort import ascending


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 8, 9, 100, 1023])
def test_the_order_is_that_of_a_stable_sort(n):
    rng = np.random.default_rng(n)
    key = np.round(rng.normal(size=n + 3), 1)  # with ties
    order, spare = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    ascending(key, order, spare)
    np.testing.assert_array_equal(order, np.argsort(key[:n], kind="stable"))
