"""Distances of synthetic rows: against the slow obvious ones, where rows are copied, and where they are not."""

import numpy as np
import pytest

from understudy.attacks.game import Game, deal
from understudy.attacks.ladder import copied
from understudy.attacks.limits import Limits
from understudy.attacks.lines import of_nearness
from understudy.attacks.nearness import look_around
from understudy.context import Run


@pytest.fixture
def look(people, run):
    real, holdout = people(1, 2000), people(2, 1000)
    roles = deal(real, holdout, 400, 1000, run)

    def look(rows, groups=2, at=run):
        return look_around(Game(real, roles, rows, at), real, holdout, groups)

    return look


def test_fresh_rows_are_as_near_to_unseen_rows(look, people):
    found = look(people(3, 2000).rows)
    assert [one.kind for one in found] == ["all", "random", "random", "correlated", "correlated"]
    assert all(low < 0.5 < high for low, high in (one.interval for one in found))
    ratio, (low, high) = found[0].ratios[0.05]
    assert low < 1 < high
    assert ratio == pytest.approx(1, abs=0.2)
    to_seen, to_unseen = found[0].second[0.05]
    assert to_seen == pytest.approx(to_unseen, abs=0.1)
    assert not any(line.leak for line in of_nearness(found, Limits()))


def test_copied_rows_are_nearer(look, people):
    copies = copied(people(1, 2000).rows, 0.2, 2000, Run(9))
    whole = look(copies)[0]
    assert whole.interval[0] > 0.55
    assert whole.ratios[0.05][1][1] < 0.9
    assert whole.second[0.05][0] < whole.second[0.05][1]
    lines = {line.name: line for line in of_nearness([whole], Limits())}
    assert lines["closer"].leak
    assert not lines["distance"].leak  # no proof of anything by itself
    assert lines["distance"].details["too_close"]


def test_a_leak_in_few_columns_shows_over_them(look, people, run):
    """Three columns are copied from one row, the others from others."""
    real, rng = people(1, 2000).rows, run.rng
    rows = real.with_columns(*(real[name].shuffle(seed=k) for k, name in enumerate(("city", "job", "plan"))))
    found = look(rows[rng.integers(2000, size=2000)], groups=3)
    worst = max(found[1:], key=lambda one: one.closer)
    assert worst.closer > found[0].closer
    assert len({*worst.columns} & {"age", "income", "spent"}) >= 2


def test_numbers_are_those_of_all_pairs(look, people):
    """Real rows fit in memory as all pairs; closeness and quantiles are counted by hand."""
    rows = people(3, 60).rows
    found = look(rows, groups=0)[0]
    real, holdout = people(1, 2000), people(2, 1000)
    run = Run(5)
    roles = deal(real, holdout, 400, 1000, run)
    game = Game(real, roles, rows, run)
    drawn = np.sort(run.child("nearness", "training").rng.choice(2000, 1000, replace=False))
    to_seen = game.space.apart(game.made, game.space.points(real.rows[drawn]))
    to_unseen = game.space.apart(game.made, game.space.points(holdout.rows))
    near, far = np.sort(to_seen, axis=1), np.sort(to_unseen, axis=1)
    assert found.rows == 1000
    assert found.closer == pytest.approx(np.mean((near[:, 0] < far[:, 0]) + 0.5 * (near[:, 0] == far[:, 0])))
    assert found.second[0.05][0] == pytest.approx(np.quantile(near[:, 0] / near[:, 1], 0.05), abs=1e-5)
    assert found.second[0.01][1] == pytest.approx(np.quantile(far[:, 0] / far[:, 1], 0.01), abs=1e-5)


def test_the_same_seed_gives_the_same_numbers(look, people):
    rows = people(3, 300).rows
    assert look(rows, at=Run(7)) == look(rows, at=Run(7))
    assert [one.columns for one in look(rows, at=Run(7))] != [one.columns for one in look(rows, at=Run(8))]
