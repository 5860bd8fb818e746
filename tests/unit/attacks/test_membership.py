import numpy as np
import polars as pl
import pytest

from understudy.attacks.curve import Curve
from understudy.attacks.game import Game, deal
from understudy.attacks.ladder import copied
from understudy.attacks.membership.shadow import fit_shadows, shadow_ratios
from understudy.attacks.suite import ATTACKS, attack, subgroups
from understudy.data.table import Table
from understudy.errors import NotApplicable


@pytest.fixture
def play(people, run):
    """Give a function that sets up a game with given synthetic rows, by default copies with a tenth drawn anew."""
    real, holdout = people(1, 1500), people(2, 700)
    roles = deal(real, holdout, 400, 2000, run)

    def play(synthetic=None):
        rows = copied(real.rows, 0.1, 1500, run.child("copied")) if synthetic is None else synthetic.rows
        return Game(real, roles, rows, run.child("game"))

    return play


def test_no_row_plays_two_parts(people, run):
    real, holdout = people(1, 900), people(2, 500)
    roles = deal(real, holdout, 300, 250, run)
    assert roles.members.height == roles.others.height == 300
    assert roles.reference.height == 250
    seen = pl.concat([roles.members, roles.reference, roles.spare])
    assert seen.height == 900
    assert seen.sort(seen.columns).equals(real.rows.sort(real.rows.columns))
    assert roles.unique


def test_rows_that_recur_are_not_attacked(people, run):
    real, holdout = people(1, 900), people(2, 500)
    both = Table.of(pl.concat([holdout.rows.head(450), real.rows.head(50)]), real.schema)
    roles = deal(real, both, 400, 250, run)
    assert roles.unique
    attacked = pl.concat([roles.members, roles.others])
    assert attacked.is_unique().all()
    assert not attacked.join(real.rows.head(50), on=real.rows.columns, how="semi").height


def test_where_most_rows_recur_they_are_attacked_all_the_same(people, run):
    few = people(1, 40).rows
    real, holdout = (Table.of(pl.concat([few] * n), people(1, 1).schema) for n in (20, 10))
    roles = deal(real, holdout, 200, 250, run)
    assert not roles.unique
    assert roles.members.height == 200


def test_too_few_rows_are_refused(people, run):
    with pytest.raises(NotApplicable, match="Only 40 training and unseen rows"):
        deal(people(1, 300), people(2, 40), 100, 100, run)


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_finds_who_was_copied(play, name):
    game = play()
    curve = Curve.of(ATTACKS[name](game), game.n)
    assert curve.auc > (0.8 if name == "nearest" else 0.54)
    assert curve.p < 0.01


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_guesses_where_nothing_leaks(play, people, name):
    areas = [Curve.of(ATTACKS[name](play(people(seed, 1500))), 400).auc for seed in (11, 12, 13)]
    assert np.mean(areas) == pytest.approx(0.5, abs=0.04)


def test_all_attacks_together_are_no_weaker_than_the_best(play):
    game = play()
    attacked = attack(game)
    assert set(attacked.curves) == {*ATTACKS, "ensemble"}
    assert attacked.curves["ensemble"].auc > attacked.curves[attacked.worst].auc - 0.03
    assert attacked.curves[attacked.worst].auc > 0.75


def test_an_attacker_who_was_told_of_half_is_judged_by_the_other(play):
    game = play()
    guesses = attack(game).guesses["ensemble"]
    for side in (guesses[: game.n], guesses[game.n :]):
        assert np.isnan(side).sum() == game.n // 2
    assert attack(game).curves["ensemble"].n == game.n - game.n // 2


def test_chance_spreads_all_attacks_together_as_their_interval_says(play, people):
    spread = [attack(play(people(seed, 800))).curves["ensemble"] for seed in range(40, 65)]
    z = np.array([(curve.auc - 0.5) / curve.error for curve in spread])
    assert 0.6 < z.std() < 1.35
    assert abs(z.mean()) < 0.6


def test_subgroups_are_those_of_the_reference(play):
    game = play()
    groups = subgroups(game, attack(game))
    # 5 % of 800 targets are no group of 40 on either side, and no category here is rare.
    assert groups == {}


def test_isolated_records_are_a_group_of_their_own(people, run):
    real, holdout = people(1, 4000), people(2, 1600)
    odd = pl.Series(np.arange(4000) % 100 == 0)
    city = real.rows["city"].zip_with(~odd, pl.Series(["ghost"] * 4000))
    real = Table.of(real.rows.with_columns(city=city), real.schema)
    roles = deal(real, holdout, 1500, 2000, run)
    game = Game(real, roles, copied(real.rows, 0.2, 4000, run), run)
    groups = subgroups(game, attack(game))
    assert set(groups) == {"isolated records"}
    curve = groups["isolated records"]["nearest_calibrated"]
    assert curve.n > 40
    assert curve.auc > 0.6


def test_shadow_models_find_a_model_that_remembers(play, people, run):
    def remembers(rows, n, place):
        return Table.of(copied(rows.rows, 0.3, min(n, rows.n_rows), place), rows.schema)

    game = play()
    game = game.on(copied(pl.concat([game.roles.members, game.roles.reference]), 0.3, 900, run), "shadowed")
    curve = Curve.of(shadow_ratios(game, fit_shadows(game, remembers, 6)), game.n)
    assert curve.auc > 0.57
    blind = game.on(people(77, 900).rows, "blind")
    assert (
        Curve.of(shadow_ratios(blind, fit_shadows(blind, lambda rows, n, _: people(n, rows.n_rows), 4)), game.n).auc
        < 0.57
    )
