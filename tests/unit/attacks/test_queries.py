"""Questions about isolated records: counted by hand, and where they are remembered or not."""

import numpy as np
import polars as pl
import pytest

from understudy.attacks.curve import Curve
from understudy.attacks.game import Game, deal
from understudy.attacks.ladder import copied
from understudy.attacks.membership.queries import RECORDS, query_answers, questions_of
from understudy.attacks.membership.queries import _counts as counts
from understudy.attacks.membership.shadow import fit_shadows
from understudy.context import Run
from understudy.data.table import Table


def remembers(rows, n, run):
    """Make rows of which nine cells in ten are copied from a row fitted on."""
    return Table.of(copied(rows.rows, 0.1, min(n, rows.n_rows), run.child("copied")), rows.schema)


@pytest.fixture
def game_of(people, run):
    real, holdout = people(1, 1500), people(2, 900)
    roles = deal(real, holdout, 300, 1000, run)

    def game_of(make):
        seen = Table.of(pl.concat([roles.members, roles.reference]), real.schema)
        return Game(real, roles, make(seen, 1300, run.child("made")).rows, run)

    return game_of


def test_isolated_records_that_are_remembered_are_found(game_of):
    game = game_of(remembers)
    guesses = query_answers(game, fit_shadows(game, remembers, 32))
    assert np.isfinite(guesses).sum() == RECORDS
    assert Curve.of(guesses, game.n).interval[0] > 0.7


def test_rows_that_remember_nothing_are_guessed_at(people, game_of):
    def fresh(_rows, n, at):
        return people(int(at.rng.integers(1_000_000)), n)

    game = game_of(fresh)
    low, high = Curve.of(query_answers(game, fit_shadows(game, fresh, 32)), game.n).interval
    assert low < 0.5 < high


def test_answers_are_those_that_are_counted_by_hand(run):
    rng = np.random.default_rng(1)
    categorical = np.array([True, False, False, True, False])
    table = np.column_stack(
        [rng.integers(3, size=400), rng.normal(size=(400, 2)), rng.integers(4, size=400), rng.normal(size=400)]
    )
    table[rng.random(table.shape) < 0.1] = np.nan
    record = table[7].copy()
    record[2] = np.nan

    def fits(row, c, side):
        if np.isnan(record[c]):
            return np.isnan(row[c])
        return {0: row[c] == record[c], -1: row[c] <= record[c], 1: row[c] >= record[c]}[side]

    questions = questions_of(categorical, run)
    by_hand = [sum(all(fits(row, c, side) for c, side in question) for row in table) for question in questions]
    assert counts(table, record, questions) == by_hand
    assert {len(question) for question in questions} == {1, 2, 3, 4}
    assert all((side == 0) == categorical[c] for question in questions for c, side in question)


def test_who_is_isolated_does_not_depend_on_the_side(people, run):
    real, holdout = people(1, 1500), people(2, 900)
    roles = deal(real, holdout, 300, 1000, run)
    swapped = type(roles)(roles.others, roles.members, roles.reference, roles.spare, roles.unique)
    made = people(3, 1000)
    found = []
    for dealt in (roles, swapped):
        game = Game(real, dealt, made.rows, run)
        guesses = query_answers(game, fit_shadows(game, lambda _rows, n, _run: people(9, n), 4))
        found.append(game.targets.filter(pl.Series(np.isfinite(guesses))).sort("income", "spent"))
    assert found[0].equals(found[1])


def test_the_same_run_asks_the_same():
    categorical = np.array([True, False, True])
    assert questions_of(categorical, Run(1)) == questions_of(categorical, Run(1)) != questions_of(categorical, Run(2))
