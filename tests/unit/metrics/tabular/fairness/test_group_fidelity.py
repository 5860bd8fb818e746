import numpy as np
import polars as pl
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fairness.group_fidelity import GroupFidelity
from understudy.schema.column import Boolean, Categorical, Identifier, Numerical

COLUMNS = {"sex": Categorical(), "x": Numerical(), "k": Categorical()}


def draw(make, seed, n=1200, *, wrong="none"):
    """Two groups, a quarter of the rows women; in the ``wrong`` group the columns are independent and shifted."""
    rng = np.random.default_rng(seed)
    sex = np.where(rng.random(n) < 0.25, "f", "m")
    x = rng.normal(size=n)
    k = np.where(x + rng.normal(0, 0.3, n) > 0, "a", "b")
    bad = sex == wrong
    x[bad] = rng.permutation(x[bad]) + 0.5
    return make(COLUMNS, {"sex": sex.tolist(), "x": x.tolist(), "k": k.tolist()})


@pytest.mark.parametrize("wrong", ["f", "m"])
def test_the_group_that_is_imitated_worst_is_found(make, run, wrong):
    metric = GroupFidelity(protected=("sex",))
    good, bad = (metric(draw(make, 1), draw(make, 2, wrong=w), None, run) for w in ("none", wrong))
    assert bad.details["group"][0] == wrong
    assert bad.interval[1] < good.interval[0]
    assert bad.interval[0] <= bad.value <= bad.interval[1]


def test_a_table_is_like_itself_in_every_group(make, run):
    real = draw(make, 1)
    score = GroupFidelity(protected=("sex",))(real, real, None, run)
    assert score.value == 1
    assert score.details["behind_all"].to_list() == pytest.approx([0, 0])


def test_similarity_is_one_minus_the_mean_distance(make, run):
    """In the one group, k is 50:50 and 75:25, and so is the pair with a constant."""
    columns = {"sex": Categorical(), "k": Boolean(), "c": Boolean()}
    real = make(columns, {"sex": ["f"] * 80, "k": [True, False] * 40, "c": [True] * 80})
    made = make(columns, {"sex": ["f"] * 80, "k": [True, True, True, False] * 20, "c": [True] * 80})
    score = GroupFidelity(protected=("sex",))(real, made, None, run)
    assert score.value == pytest.approx(((1 - 0.25 / 2) + (1 - 0.25)) / 2)


def test_a_group_that_is_gone_scores_nothing(make, run):
    real = draw(make, 1)
    rows = draw(make, 2).rows
    made = make(COLUMNS, {**rows.to_dict(as_series=False), "sex": ["m"] * rows.height})
    assert GroupFidelity(protected=("sex",))(real, made, None, run).value == 0


def test_small_groups_are_counted_and_not_named(make, run):
    real = draw(make, 1)
    sex = ["rare"] * 5 + real.rows["sex"].to_list()[5:]
    real = make(COLUMNS, {**real.rows.to_dict(as_series=False), "sex": sex})
    score = GroupFidelity(protected=("sex",))(real, draw(make, 2), None, run)
    assert set(score.details["group"]) == {"f", "m"}
    (finding,) = run.findings.all()
    assert finding.code == "fairness.few_rows"
    assert "1 group of fewer than 30" in finding.text
    assert "rare" not in finding.text


def test_quantities_are_cut_into_quarters(make, run):
    score = GroupFidelity(protected=("x",))(draw(make, 1), draw(make, 2), None, run)
    assert set(score.details["group"]) == {"lowest quarter", "second quarter", "third quarter", "highest quarter"}
    assert score.details["real_rows"].to_list() == [300] * 4


@pytest.mark.parametrize(
    ("protected", "says"),
    [
        ((), "No protected column is named"),
        (("id",), "form no groups"),
        (("nope",), "not a column"),
        (("k",), "30 real"),
    ],
)
def test_what_forms_no_groups_declines(make, run, protected, says):
    columns = {"id": Identifier(), "k": Categorical(), "x": Numerical()}
    table = make(columns, {"id": ["a", "b"], "k": ["c", "d"], "x": [1.0, 2.0]})
    with pytest.raises(NotApplicable, match=says):
        GroupFidelity(protected=protected)(table, table, None, run)


def test_columns_with_stars_between_make_joint_groups(make, run):
    columns = {"sex": Categorical(), "race": Categorical(), "age": Numerical(), "x": Numerical()}

    def drawn(seed, shift):
        rng = np.random.default_rng(seed)
        sex, race = rng.choice(["f", "m"], 2000), rng.choice(["a", "b"], 2000)
        x = rng.normal(size=2000) + shift * ((sex == "f") & (race == "b"))
        rows = {"sex": sex.tolist(), "race": race.tolist(), "age": rng.integers(0, 80, 2000).tolist(), "x": x.tolist()}
        return make(columns, rows)

    real, rows = drawn(1, 0.0), drawn(2, 2.0)
    details = GroupFidelity(protected=("sex*race", "sex * age", "sex"))(real, rows, None, run).details
    worst = details.row(0, named=True)
    assert (worst["column"], worst["group"]) == ("sex*race", "f / b")
    held = real.rows.filter((pl.col("sex") == "f") & (pl.col("race") == "b")).height
    assert worst["real_rows"] == held
    assert details.filter(pl.col("column") == "sex * age").height == 8
    assert details["real_rows"].sum() == 3 * 2000


def test_a_column_whose_name_has_a_star_is_itself(make, run):
    real = make({"a*b": Categorical(), "x": Numerical()}, {"a*b": ["u", "v"] * 50, "x": list(range(100))})
    details = GroupFidelity(protected=("a*b",))(real, real, None, run).details
    assert set(details["group"]) == {"u", "v"}


def test_joint_groups_of_unknown_columns_decline(make, run):
    real = make({"a": Categorical(), "x": Numerical()}, {"a": ["u", "v"] * 50, "x": list(range(100))})
    with pytest.raises(NotApplicable, match="'b' is not a column"):
        GroupFidelity(protected=("a*b",))(real, real, None, run)
