import numpy as np
import polars as pl
import pytest

from understudy.attacks.attribute import _Judge, guess_secret
from understudy.attacks.canaries import epsilon_bound, plant
from understudy.attacks.codes import Cells
from understudy.attacks.game import Game, deal
from understudy.attacks.identical import identical
from understudy.attacks.ladder import climb, copied
from understudy.attacks.linkability import link
from understudy.attacks.singling_out import single_out
from understudy.data.table import Table
from understudy.schema.table import TableSchema


@pytest.fixture
def sides(people):
    return people(1, 3000), people(2, 1200), people(3, 3000)


@pytest.fixture
def games(sides, run):
    real, holdout, made = sides
    roles = deal(real, holdout, 600, 2000, run)
    return Game(real, roles, made.rows, run), Game(real, roles, copied(real.rows, 0.2, 3000, run), run)


def test_copies_are_told_from_rows_that_are_alike_by_nature(sides, run):
    real, holdout, made = sides
    assert identical(real, holdout, made.rows, run).p > 0.05
    planted = identical(real, holdout, pl.concat([made.rows, real.rows.head(100)]), run)
    assert planted.matched > 20
    assert planted.matched_unseen == 0
    assert planted.p < 1e-3
    assert planted.share == pytest.approx(planted.matched / 3100)


def test_rows_on_both_sides_prove_nothing(sides, run):
    real, holdout, made = sides
    both = Table.of(pl.concat([holdout.rows, real.rows.head(300)]), real.schema)
    found = identical(
        Table.of(real.rows.head(1500), real.schema), both, pl.concat([made.rows, real.rows.head(300)]), run
    )
    assert found.natural > 0.05
    assert abs(found.matched - found.matched_unseen) < 60
    assert found.p > 1e-3


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.75, 1.0])
def test_the_ladder_recovers_the_share_that_was_copied(people, run, share):
    real, holdout = people(1, 6000), people(2, 3000)
    ladder = climb(real, holdout, copied(real.rows, 1 - share, 6000, run.child("made")), 6000, run.child("ladder"))
    assert ladder.share == pytest.approx(share, abs=0.05)
    assert ladder.interval[0] - 0.02 <= share <= ladder.interval[1] + 0.02


def test_fresh_rows_stand_at_the_foot_of_the_ladder(sides, run):
    real, holdout, made = sides
    assert climb(real, holdout, made.rows, 3000, run).share < 0.15


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_copied_draws_that_share_anew(sides, run, share):
    real = sides[0]
    rows = copied(real.rows.with_row_index("row").with_columns(row2="row"), share, 2000, run)
    assert (rows["row"] != rows["row2"]).mean() == pytest.approx(2 * share * (1 - share) + share**2, abs=0.05)


def test_secrets_leak_where_rows_are_copied_and_not_where_they_are_drawn(games):
    fresh, leaking = games
    for guess in guess_secret(fresh, "city") + guess_secret(fresh, "income"):
        low, high = guess.right.interval()
        assert low < 0.03
        assert high > -0.03
    nearest = [guess_secret(leaking, name)[1].right for name in ("city", "income")]
    assert all(right.interval(4)[0] > 0.02 for right in nearest)


def test_what_follows_from_other_columns_is_no_leak(games):
    model, *_ = guess_secret(games[0], "plan")
    assert model.right.members > 0.6
    assert model.right.others > 0.6
    assert model.prior < 0.6


def test_numbers_count_as_guessed_when_they_are_near(games):
    _, nearest, _ = guess_secret(games[1], "spent")
    assert nearest.right.n == 600
    assert 0 < nearest.right.others < nearest.right.members < 1


def test_descriptions_single_out_copied_rows(games):
    fresh, leaking = games
    assert all(single.fitting.interval(2)[0] < 0.02 for single in single_out(fresh, 300))
    univariate, multivariate = single_out(leaking, 300)
    assert (univariate.kind, multivariate.kind) == ("univariate", "multivariate")
    assert univariate.fitting.interval(2)[0] > 0.02
    assert univariate.fitting.n <= 300


def test_halves_link_copied_rows(games):
    fresh, leaking = games
    assert link(fresh).linked.interval()[0] < 0.02
    found = link(leaking)
    assert found.linked.interval()[0] > 0.1
    assert found.by_chance == pytest.approx(25 / 3000)


def test_a_single_column_has_no_halves(sides, run):
    schema = TableSchema(columns={"income": sides[0].schema.columns["income"]})
    real, holdout, made = (Table.of(table.rows.select("income"), schema) for table in sides)
    assert link(Game(real, deal(real, holdout, 100, 500, run), made.rows, run)) is None


@pytest.mark.parametrize(
    ("offered", "guesses", "right", "epsilon"),
    [(1000, 100, 100, 3.47), (1000, 1000, 600, 0.30), (500, 500, 350, 0.68), (5000, 5000, 2750, 0.154)],
)
def test_the_bound_is_that_of_the_literature(offered, guesses, right, epsilon):
    assert epsilon_bound(guesses, right, offered) == pytest.approx(epsilon, abs=0.011)


def test_guessing_bounds_nothing():
    assert epsilon_bound(200, 100, 1000) == 0.0
    assert epsilon_bound(200, 200, 1000) > 3


def test_planted_rows_are_found_in_a_model_that_remembers(games, people):
    def remembers(rows, _n, _run):
        return rows

    game = games[0]
    found = plant(game, remembers, 200)
    assert found.right / found.guesses > 0.9
    assert found.epsilon > 2
    assert plant(game, lambda _rows, n, _run: people(8, n), 200).epsilon < 0.8


def test_canaries_are_planted_by_the_toss_of_a_coin(games):
    found = plant(games[0], lambda rows, _n, _run: rows, 200)
    assert found.offered == 200
    assert 70 < found.planted < 130
    assert np.isfinite(found.epsilon)


def test_equal_rows_tell_what_follows_from_the_columns_and_copies_more(games):
    """What is told of unseen rows too is no leak; rows copied whole tell everything of training rows alone."""
    fresh, leaking = games
    _, _, plan = guess_secret(fresh, "plan")
    assert plan.attacker == "class"
    assert plan.right.members > plan.prior + 0.1
    assert plan.right.interval(1)[0] < 0.02
    whole = Game(leaking.real, leaking.roles, leaking.real.rows, leaking.run)
    for secret in ("city", "income"):
        right = guess_secret(whole, secret)[2].right
        assert right.interval(1)[0] > 0.3


def test_the_class_of_equal_rows_is_counted_by_hand():
    """The first column decides the secret nearly, the second hardly: it is let go where no row has both."""
    synthetic = np.array([[0, 0], [0, 0], [0, 1], [1, 0], [1, 1], [1, 1]] * 20)
    secret = np.array([5.0, 5.0, 7.0, 9.0, 9.0, 9.0] * 20)
    targets = np.array([[0, 0], [0, 1], [0, 2], [1, 2], [2, 0]])
    cells = Cells(targets, synthetic, synthetic, np.array([3, 3]))
    levels = _Judge(secret, np.zeros(5), None, 9.0, 1).alike(cells)
    assert levels.tolist() == [5, 7, 5, 9, 9]
    numbers = _Judge(np.where(secret == 7, 8.0, secret), np.zeros(5), np.full(5, 0.1), 9.0, 1).alike(cells)
    assert numbers.tolist() == [5, 8, 5, 9, 9]


def test_a_ladder_among_very_many_rows_looks_at_fewer(people, run, monkeypatch):
    real, holdout = people(1, 6000), people(2, 3000)
    rows = copied(real.rows, 0.5, 6000, run.child("made"))
    monkeypatch.setattr("understudy.attacks.ladder._WORK", 24 * 6 * 3000 * 900)
    few = climb(real, holdout, rows, 6000, run.child("ladder"))
    assert few.share == pytest.approx(0.5, abs=0.08)
    monkeypatch.undo()
    many = climb(real, holdout, rows, 6000, run.child("ladder"))
    assert few.interval[1] - few.interval[0] > 1.5 * (many.interval[1] - many.interval[0])
