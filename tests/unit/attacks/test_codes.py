from itertools import product

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from understudy.attacks.codes import Cells, log_share, mutual_information, tree_of
from understudy.metrics.tabular._coding import Coding


def test_information_is_that_of_scikit_learn_less_what_chance_makes():
    rng = np.random.default_rng(1)
    a = rng.integers(0, 4, 500)
    codes = np.column_stack([a, (a + rng.integers(0, 2, 500)) % 4, rng.integers(0, 3, 500)])
    found = mutual_information(codes, np.array([4, 4, 3]))
    assert found[0, 1] == pytest.approx(mutual_info_score(codes[:, 0], codes[:, 1]) - 9 / 1000)
    assert found[0, 1] == found[1, 0]
    assert found[0, 2] == pytest.approx(max(mutual_info_score(codes[:, 0], codes[:, 2]) - 6 / 1000, 0))


def test_the_tree_follows_the_strongest_links():
    # A chain 0 - 2 - 1 - 3.
    links = np.zeros((4, 4))
    for a, b, weight in ((0, 2, 3.0), (2, 1, 2.0), (1, 3, 1.0), (0, 3, 0.5)):
        links[a, b] = links[b, a] = weight
    assert sorted(tree_of(links)) == [(1, 2), (2, 0), (3, 1)]
    assert tree_of(np.zeros((1, 1))) == []


def test_shares_of_all_cells_sum_to_one():
    rng = np.random.default_rng(2)
    rows = np.column_stack([rng.integers(0, 3, 40), rng.integers(0, 2, 40)])
    cells = np.array(list(product(range(3), range(2))))
    shares = np.exp(log_share(cells, rows, [0, 1], np.array([3, 2]), 0.5))
    assert shares.sum() == pytest.approx(1)
    assert shares[0] == pytest.approx(((rows == [0, 0]).all(axis=1).sum() + 0.5) / (40 + 3))


def test_cells_are_cut_without_the_targets(people):
    targets, reference, made = people(1, 50), people(2, 400), people(3, 300)
    coding = Coding.of(targets.schema, targets.rows, reference.rows, made.rows)
    far = targets.rows.with_columns(income=targets.rows["income"] * 1e6)
    one, other = (Cells.of(coding, rows, reference.rows, made.rows) for rows in (targets.rows, far))
    assert (one.reference == other.reference).all()
    assert (one.synthetic == other.synthetic).all()
    assert (other.targets[:, 1] == one.reference[:, 1].max()).all()
