"""Gaps between groups: in the table itself, and of models that have learnt from it."""

import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fairness.bias_amplification import BiasAmplification
from understudy.metrics.tabular.fairness.downstream_parity import DownstreamParity
from understudy.metrics.tabular.fairness.representation import Representation
from understudy.schema.column import Boolean, Categorical, Numerical

COLUMNS = {"sex": Categorical(), "x": Numerical(), "paid": Boolean()}


def exact(make, women, men, n=100):
    """Of a hundred women and men each, so many are paid."""
    paid = [i < women for i in range(n)] + [i < men for i in range(n)]
    return make(COLUMNS, {"sex": ["f"] * n + ["m"] * n, "x": list(range(2 * n)), "paid": paid})


def drawn(make, seed, bias, n=3000):
    """Who is paid depends on x, and by ``bias`` on sex."""
    rng = np.random.default_rng(seed)
    sex, x = rng.random(n) < 0.5, rng.normal(size=n)
    paid = x + bias * sex + rng.normal(0, 0.5, n) > 0.8
    return make(COLUMNS, {"sex": np.where(sex, "m", "f").tolist(), "x": x.tolist(), "paid": paid.tolist()})


@pytest.mark.parametrize(("women", "men", "widened"), [(20, 50, 0.0), (10, 60, 0.2), (30, 40, -0.2), (50, 20, -0.6)])
def test_widening_is_the_difference_of_the_gaps(make, run, women, men, widened):
    score = BiasAmplification(target="paid", protected=("sex",))(
        exact(make, 20, 50), exact(make, women, men), None, run
    )
    assert score.value == pytest.approx(widened)
    assert score.interval[0] < score.value < score.interval[1]
    row = score.details.row(0, named=True)
    assert (row["group"], row["other_group"]) == ("m", "f")
    assert (row["real"], row["synthetic"]) == pytest.approx((0.3, 0.3 + widened))


def test_gaps_of_quantities_are_in_standard_deviations(make, run):
    columns = {"sex": Categorical(), "y": Numerical()}
    real = make(columns, {"sex": ["f"] * 50 + ["m"] * 50, "y": [0.0, 2.0] * 25 + [1.0, 3.0] * 25})
    made = make(columns, {"sex": ["f"] * 50 + ["m"] * 50, "y": [0.0, 2.0] * 25 + [2.0, 4.0] * 25})
    score = BiasAmplification(target="y", protected=("sex",))(real, made, None, run)
    assert score.value == pytest.approx(1 / np.sqrt(1.25))


def test_of_many_classes_the_one_that_is_farthest_apart_decides(make, run):
    columns = {"sex": Categorical(), "job": Categorical()}
    sex = ["f"] * 60 + ["m"] * 60
    real = make(columns, {"sex": sex, "job": ["a", "b", "c"] * 20 + ["a", "a", "c"] * 20})
    made = make(columns, {"sex": sex, "job": ["a", "b", "c"] * 20 + ["a", "a", "a"] * 20})
    row = BiasAmplification(target="job", protected=("sex",))(real, made, None, run).details.row(0, named=True)
    assert row["real"] == pytest.approx(1 / 3)
    assert abs(row["widened"]) == pytest.approx(1 / 3) or row["widened"] == 0


def test_a_gap_that_chance_explains_has_an_interval_around_none(make, run):
    score = BiasAmplification(target="paid", protected=("sex",))(drawn(make, 1, 0.5), drawn(make, 2, 0.5), None, run)
    assert score.interval[0] < 0 < score.interval[1]


def test_a_model_that_has_learnt_from_more_unequal_rows_errs_more_unequally(make, run):
    real, holdout = drawn(make, 1, 0.0), drawn(make, 3, 0.0)
    metric = DownstreamParity(target="paid", protected=("sex",))
    fair, unfair = (metric(real, drawn(make, 2, bias), holdout, run) for bias in (0.0, 1.0))
    assert unfair.value > fair.value + 0.2
    assert unfair.interval[0] > unfair.ceiling_interval[1]
    assert fair.value == pytest.approx(fair.ceiling, abs=0.08)
    rows = {row["measure"]: row for row in unfair.details.to_dicts()}
    assert list(rows) == ["equalised odds", "demographic parity", "calibration"]
    assert all(row["low"] > 0 for row in rows.values())
    assert all(row["difference"] == pytest.approx(row["synthetic"] - row["real"]) for row in rows.values())


def test_gaps_are_those_that_are_counted_by_hand(make, run):
    """The model sees sex alone, and so says of every man that he is paid and of no woman."""
    columns = {"sex": Categorical(), "paid": Boolean()}
    paid = [i < 20 for i in range(100)] + [i < 80 for i in range(100)]
    table = make(columns, {"sex": ["f"] * 100 + ["m"] * 100, "paid": paid})
    score = DownstreamParity(target="paid", protected=("sex",))(table, table, table, run)
    rows = {row["measure"]: row for row in score.details.to_dicts()}
    assert score.value == score.ceiling == 1
    assert rows["equalised odds"]["real"] == 1
    assert rows["demographic parity"]["synthetic"] == 1
    assert rows["calibration"]["synthetic"] == pytest.approx(0, abs=0.02)


def test_a_quantity_is_high_above_the_real_median(make, run):
    columns = {"sex": Categorical(), "x": Numerical(), "y": Numerical()}
    rng = np.random.default_rng(1)
    sex, x = rng.random(600) < 0.5, rng.normal(size=600)
    values = {"sex": np.where(sex, "m", "f").tolist(), "x": x.tolist(), "y": (x + sex).tolist()}
    table = make(columns, values)
    score = DownstreamParity(target="y", protected=("sex",))(table, table, table, run)
    parity = score.details.to_dicts()[1]
    assert parity["real"] == pytest.approx(
        np.mean((x + sex)[sex] > np.median(x + sex)) - np.mean((x + sex)[~sex] > np.median(x + sex)), abs=0.03
    )


def test_of_more_classes_the_widest_gap_counts(make, run):
    """Men get the best of three jobs by merit, women never do; the other two are dealt to both alike."""
    columns = {"sex": Categorical(), "x": Numerical(), "job": Categorical()}

    def drawn_jobs(seed, *, fair):
        rng = np.random.default_rng(seed)
        man, x = rng.random(900) < 0.5, rng.normal(size=900)
        best = (x > 1) & (man | fair)
        job = np.where(best, "best", np.where(x > 0, "good", "plain"))
        return make(columns, {"sex": np.where(man, "m", "f").tolist(), "x": x.tolist(), "job": job.tolist()})

    metric = DownstreamParity(target="job", protected=("sex",))
    real, holdout = drawn_jobs(1, fair=True), drawn_jobs(3, fair=True)
    fair, unfair = (metric(real, drawn_jobs(2, fair=fair), holdout, run) for fair in (True, False))
    assert unfair.value > 0.9  # no woman of the best is found
    assert fair.value < 0.15
    assert fair.ceiling == unfair.ceiling
    parity = {row["measure"]: row for row in unfair.details.to_dicts()}["demographic parity"]
    assert parity["synthetic"] == pytest.approx(0.16, abs=0.06)  # as many as lie beyond one standard deviation


def test_a_third_class_that_nobody_has_changes_little(make, run):
    tables = [drawn(make, seed, bias) for seed, bias in ((1, 0.0), (2, 1.0), (3, 0.0))]
    one = DownstreamParity(target="paid", protected=("sex",))(*tables, run)
    columns = {"sex": Categorical(), "x": Numerical(), "paid": Categorical()}
    values = [table.rows.to_dict(as_series=False) for table in tables]
    spelled = [row | {"paid": [str(v) for v in row["paid"]]} for row in values]
    spelled[0]["paid"][0] = "perhaps"
    three = DownstreamParity(target="paid", protected=("sex",))(*(make(columns, row) for row in spelled), run)
    assert three.value == pytest.approx(one.value, abs=0.03)


def test_a_target_is_no_group_of_itself(make, run):
    table = exact(make, 20, 50)
    with pytest.raises(NotApplicable, match="No protected column is named"):
        BiasAmplification(target="paid", protected=("paid",))(table, table, None, run)


@pytest.mark.parametrize(
    ("named", "distance"),
    [({"f": 0.5, "m": 0.5}, 0.0), ({"f": 3, "m": 1}, 0.25), ({"f": 1}, 0.5), ({"f": 0.5, "m": 0.3, "x": 0.2}, 0.2)],
)
def test_representation_is_the_total_variation_distance(make, run, named, distance):
    table = exact(make, 1, 2)
    score = Representation(representation={"sex": named})(table, table, None, run)
    assert score.value == pytest.approx(distance)
    assert score.interval[0] <= score.value + 1e-12
    assert score.details["named"].sum() == pytest.approx(1)


def test_flags_are_named_as_the_table_spells_them(make, run):
    columns = {"flag": Boolean(true="yes", false="no")}
    table = make(columns, {"flag": [True] * 30 + [False] * 70})
    score = Representation(representation={"flag": {"yes": 0.5, "no": 0.5}})(table, table, None, run)
    assert score.value == pytest.approx(0.2)
    assert score.details["real"].to_list() == [0.3, 0.7]


@pytest.mark.parametrize(
    ("named", "says"),
    [({}, "No shares"), ({"x": {"1": 1}}, "no column of categories"), ({"sex": {"f": 0}}, "add up to nothing")],
)
def test_shares_that_say_nothing_decline(make, run, named, says):
    table = exact(make, 1, 2)
    with pytest.raises(NotApplicable, match=says):
        Representation(representation=named)(table, table, None, run)
