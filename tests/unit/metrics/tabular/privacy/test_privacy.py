import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular._intervals import share_interval
from understudy.metrics.tabular.privacy.closeness import Closeness
from understudy.metrics.tabular.privacy.copies import Copies
from understudy.metrics.tabular.privacy.membership import Membership
from understudy.schema.column import Categorical, Identifier, Numerical, Text

XY = {"x": Numerical(), "y": Numerical()}


def cloud(make, seed, n=1000):
    rng = np.random.default_rng(seed)
    return make(XY, {"x": rng.normal(size=n).tolist(), "y": rng.normal(size=n).tolist()})


def test_copies_of_training_rows_are_all_closer_and_all_copies(make, run):
    real, holdout = cloud(make, 1, 500), cloud(make, 2, 500)
    assert Closeness()(real, real, holdout, run).value == 1
    assert Copies()(real, real, holdout, run).value == 1
    assert Closeness()(real, holdout, holdout, run).value == 0


def test_leaked_share_shows_in_the_closeness(make, run):
    real, holdout, fresh = cloud(make, 1), cloud(make, 2), cloud(make, 3)
    rows = {c: real.rows[c][:400].to_list() + fresh.rows[c][:600].to_list() for c in XY}
    score = Closeness()(real, make(XY, rows), holdout, run)
    assert score.value == pytest.approx(0.4 + 0.6 / 2, abs=0.04)
    assert score.interval[0] > 0.6


def test_ties_count_half_and_for_the_holdout_in_the_published_form(make, run):
    table = make({"k": Categorical()}, {"k": ["a", "b"] * 50})
    score = Closeness()(table, table, table, run)
    assert score.value == 0.5
    assert score.details["value"][1] == 0


def test_larger_training_tables_are_sampled_to_the_holdout(make, run):
    score = Closeness()(cloud(make, 1, 4000), cloud(make, 3), cloud(make, 2, 400), run)
    assert score.interval[0] <= 0.5 <= score.interval[1]
    assert score.details["reference_rows"][0] == 400


def test_quantiles_stand_beside_those_of_unseen_rows(make, run):
    score = Closeness()(cloud(make, 1), cloud(make, 3), cloud(make, 2), run)
    quantiles = score.details.tail(3)
    assert quantiles["measure"].to_list() == [f"distance to training, {q}% quantile" for q in (1, 5, 50)]
    assert quantiles["value"].is_sorted()
    assert quantiles["value"][2] == pytest.approx(quantiles["unseen_real"][2], rel=0.2)


def test_copies_know_the_natural_rate_and_the_unique_rows(make, run):
    columns = {"x": Numerical(decimals=0), "id": Identifier(), "note": Text()}

    def table(values):
        n = len(values)
        return make(columns, {"x": values, "id": [f"{i}-{n}" for i in range(n)], "note": ["t"] * n})

    score = Copies()(table([1, 1, 2, None]), table([1, 2, None, 7, 8]), table([1, 9]), run)
    assert score.value == 0.6
    assert score.details.select("rows_of", "copies", "copies_of_unique").rows() == [
        ("synthetic", 0.6, 0.4),
        ("unseen real", 0.5, 0.0),
    ]


def test_planted_members_are_found(make, run):
    real, holdout, fresh = cloud(make, 1, 2000), cloud(make, 2), cloud(make, 3, 1000)
    rows = {c: real.rows[c][:1000].to_list() + fresh.rows[c].to_list() for c in XY}
    score = Membership()(real, make(XY, rows), holdout, run)
    # Half of the members have a copy, which no one else has: 0.5 * 1 + 0.5 * 0.5.
    assert score.value == pytest.approx(0.75, abs=0.04)
    assert score.interval[0] > 0.65
    assert score.details["caught_at_1_percent_false"].max() > 0.4


@pytest.mark.parametrize("metric", [Closeness, Membership])
def test_too_few_rows_decline(make, run, metric):
    with pytest.raises(NotApplicable, match="Only 10"):
        metric()(cloud(make, 1), cloud(make, 2), cloud(make, 3, 10), run)


def test_share_interval_is_sane_at_the_ends():
    assert share_interval(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-3))
    assert share_interval(10, 10)[1] == 1
    assert share_interval(0, 0) == (0, 1)
