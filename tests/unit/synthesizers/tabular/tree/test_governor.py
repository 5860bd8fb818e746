import numpy as np
import pytest

from understudy.context import Run
from understudy.schema.column import Identifier
from understudy.synthesizers.tabular.tree._governor import (
    Trial,
    _warn,
    closer_share,
    smallest_allowed,
    strength,
    too_many,
)
from understudy.synthesizers.tabular.tree.forest import Forest


@pytest.mark.parametrize("kinds", [[True, False, True, False], [True] * 4, [False] * 4])
def test_the_share_of_closer_rows_is_that_of_all_distances(kinds):
    rng = np.random.default_rng(1)
    synthetic, seen, unseen = (rng.integers(0, 6, (4, n)).astype(np.uint16) for n in (80, 60, 60))
    positions = [np.linspace(0, 1, 6).astype(np.float32) if number else None for number in kinds]

    def nearest(row, others):
        distance = 0
        for j, place in enumerate(positions):
            a, b = row[j], others[j]
            distance = distance + (2.0 * (a != b) if place is None else np.abs(place[a] - place[b]).astype(float))
        return distance.min()

    near = np.array([(nearest(row, seen), nearest(row, unseen)) for row in synthetic.T])
    closer = np.where(np.abs(near[:, 0] - near[:, 1]) < 1e-5, 0.5, near[:, 0] < near[:, 1])
    share, error = closer_share(synthetic, seen, unseen, positions)
    assert share == pytest.approx(closer.mean(), abs=0.5 / 80 + 1e-9 if any(kinds) else 1e-9)
    assert error == pytest.approx(closer.std() / np.sqrt(80), abs=0.01)


def test_copies_of_seen_rows_are_closer_to_them():
    rng = np.random.default_rng(2)
    seen, unseen = (rng.integers(0, 50, (6, 300)).astype(np.uint16) for _ in range(2))
    assert closer_share(seen, seen, unseen, [None] * 6)[0] > 0.99
    assert closer_share(unseen, seen, unseen, [None] * 6)[0] < 0.01


@pytest.mark.parametrize("leaf", [35, 60, 140, 400])
def test_the_curve_of_shares_tells_the_leaf_at_which_enough_is_lost(leaf):
    trials = [Trial(n, 0.5 + 0.015 * (leaf / n) ** 0.7, 0.003) for n in (30, 80, 500)]
    assert smallest_allowed(trials, 0.515) in {leaf, leaf + 1}
    assert smallest_allowed(trials, 0.53) < leaf
    assert smallest_allowed(trials, 0.5) == 500


@pytest.mark.parametrize(("slope", "leaf"), [(0.0, 30), (-1.0, 30), (9.0, 500)])
def test_it_stays_inside_what_was_tried(slope, leaf):
    assert smallest_allowed([Trial(n, 0.5 + slope / n, 0.003) for n in (30, 80, 500)], 0.515) == leaf


def test_what_two_halves_differ_by_cancels_out_of_the_mean():
    both = Trial.mean([Trial(30, 0.56, 0.003), Trial(30, 0.48, 0.004)])
    assert (both.min_leaf, both.share, both.error) == (30, pytest.approx(0.52), pytest.approx(0.0025))


def test_seeds_end_on_leaves_of_about_the_same_size(as_table):
    """Where one half alone was judged, they ended anywhere from 20 to 445."""
    rng = np.random.default_rng(100)
    x = rng.normal(size=4_000)
    table = as_table({f"c{j}": x * (1 + j) + rng.normal(size=4_000) for j in range(5)})
    leaves = [Forest().fit(table, Run(seed)).describe()["settings"]["min_leaf"] for seed in range(3)]
    assert max(leaves) < 3 * min(leaves)


def test_more_allowed_closeness_gives_finer_leaves(as_table, structured):
    loose, strict = (
        Forest(closer_max=share).fit(as_table(structured), Run(5)).describe()["settings"]["min_leaf"]
        for share in (0.53, 0.51)
    )
    assert loose < strict


def test_larger_leaves_are_pruned_more_strictly():
    kept = [strength(n).kept for n in (2, 20, 60, 150, 330, 500)]
    assert kept == sorted(kept)
    assert kept[0] == 0.5
    assert kept[-1] == 1.0


def test_a_single_copy_is_not_too_many_and_many_are():
    assert not too_many(1 / 1_000, 0.0, 1_000)
    assert too_many(10 / 1_000, 0.0, 1_000)
    assert not too_many(0.21, 0.2, 1_000)


@pytest.fixture(scope="module")
def structured():
    rng = np.random.default_rng(3)
    x = rng.normal(size=1_600)
    return {f"c{j}": x * (1 + j) + rng.normal(size=1_600) for j in range(5)}


def test_a_table_whose_small_leaves_give_rows_away_ends_on_larger_ones(as_table, structured):
    rng = np.random.default_rng(4)
    independent = {f"c{j}": rng.normal(size=1_600) for j in range(5)}
    telling, silent = (
        Forest().fit(as_table(columns), Run(5)).describe()["settings"]["min_leaf"]
        for columns in (structured, independent)
    )
    assert telling > silent


def test_random_categories_are_hardly_learned(as_table):
    rng = np.random.default_rng(4)
    noise = {f"c{j}": [f"k{v}" for v in rng.integers(0, 100, 1_600)] for j in range(4)}
    told = Forest().fit(as_table(noise), Run(5)).describe()
    assert np.mean(list(told["leaves"].values())) < 4  # of the up to 40 that 800 rows allow
    assert told["governor"]["copies"] <= told["governor"]["natural"] + 2 / 800


def test_what_the_pilot_measured_is_told(as_table, structured):
    told = Forest().fit(as_table(structured), Run(5)).describe()
    steps = told["governor"]["steps"]
    assert [step["min_leaf"] for step in steps] == sorted(step["min_leaf"] for step in steps)
    assert all(0.3 < step["share"] < 0.8 and step["error"] > 0 for step in steps)
    assert {"copies", "natural", "independent"} <= set(told["governor"])
    assert told["order"] == list(structured)
    assert set(told["leaves"]) == set(structured)
    assert told["settings"]["min_leaf"] >= steps[0]["min_leaf"]


def test_a_set_leaf_is_obeyed_without_a_pilot(as_table, structured):
    told = Forest(min_leaf=33).fit(as_table(structured), Run(5)).describe()
    assert told["settings"]["min_leaf"] == 33
    assert "governor" not in told


@pytest.mark.parametrize(
    ("share", "copies", "codes"),
    [
        (0.51, 0.0, []),
        (0.6, 0.0, ["governor.limit"]),
        (0.51, 0.05, ["governor.copies"]),
        (0.6, 0.05, ["governor.copies", "governor.limit"]),
    ],
)
def test_a_limit_that_was_not_enough_is_reported_as_degraded(share, copies, codes):
    run = Run(1)
    _warn(Trial(500, share, 0.003), 0.515, (copies, 0.001, 1_000), run)
    found = run.findings.all()
    assert [f.code for f in found] == codes
    assert all(f.severity == "degraded" and f.text.endswith(".") for f in found)


def test_a_key_does_not_hide_that_all_the_rest_of_a_row_is_copied(as_table):
    schema = {"id": Identifier(pattern="[0-9]{4}")}
    rows = {"id": [f"{k:04}" for k in range(800)], "a": ["x", "y"] * 400, "b": ["u", "v"] * 400}
    told = Forest(relations=False).fit(as_table(rows, schema), Run(3)).describe()["governor"]
    assert told["natural"] == 1
    assert told["copies"] > 0.9


def test_a_table_of_keys_alone_has_no_copies(as_table):
    rows = {"id": [f"{k:04}" for k in range(800)]}
    table = as_table(rows, {"id": Identifier(pattern="[0-9]{4}")})
    assert Forest().fit(table, Run(3)).describe()["governor"]["copies"] == 0
