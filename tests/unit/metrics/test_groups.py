"""Every fidelity score for each group by itself."""

import numpy as np
import pytest

from understudy.context import Run
from understudy.metrics.evaluate import evaluate
from understudy.metrics.groups import score_groups
from understudy.metrics.wanted import Wanted
from understudy.schema.column import Categorical, Numerical, Text

RUN = Run(5)
COLUMNS = {"sex": Categorical(), "x": Numerical(), "y": Numerical(), "note": Text()}


@pytest.fixture
def draw(make):
    def draw(seed, n=900, wrong="none"):
        rng = np.random.default_rng(seed)
        sex = rng.choice(["f", "m"], n, p=[0.3, 0.7])
        x = rng.normal(size=n)
        y = x + rng.normal(0, 0.3, n)
        y[sex == wrong] = rng.permutation(y[sex == wrong])
        return make(COLUMNS, {"sex": sex.tolist(), "x": x.tolist(), "y": y.tolist(), "note": ["a b c"] * n})

    return draw


def test_the_scores_of_a_group_are_those_of_its_rows(draw, make):
    real, rows, holdout = draw(1), draw(2), draw(3)
    found = {g.group: g for g in score_groups(real, rows, holdout, Wanted(protected=["sex"]), RUN)}
    assert list(found) == ["m", "f"]  # the greater one first
    women = found["f"]
    assert women.rows == tuple((t.rows["sex"] == "f").sum() for t in (real, rows, holdout))
    alone = [make(COLUMNS, t.rows.filter(t.rows["sex"] == "f").to_dict(as_series=False)) for t in (real, rows, holdout)]
    same = evaluate(*alone, Wanted(names=["fidelity"]), RUN)
    assert set(women.scores) == set(same.scores)
    assert women.scores["marginals"].value == pytest.approx(same.scores["marginals"].value)
    assert women.scores["spearman"].ceiling == pytest.approx(same.scores["spearman"].ceiling, abs=0.02)


def test_a_group_that_is_imitated_worse_shows(draw):
    found = {
        g.group: g.scores for g in score_groups(draw(1), draw(2, wrong="f"), draw(3), Wanted(protected=["sex"]), RUN)
    }
    assert found["f"]["spearman"].value < 0.6
    assert found["m"]["spearman"].value > 0.95


def test_a_group_without_synthetic_rows_says_so(draw):
    real, rows = draw(1), draw(2)
    rows = type(rows).of(rows.rows.filter(rows.rows["sex"] == "m"), rows.schema)
    women = score_groups(real, rows, None, Wanted(protected=["sex"]), RUN)[1]
    assert women.scores == {}
    assert women.skipped == {"fidelity": "No synthetic row is of this group."}


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(names=["fidelity"], protected=["sex"])])
def test_who_does_not_ask_about_groups_gets_none(draw, wanted):
    assert score_groups(draw(1), draw(2), None, wanted, RUN) == ()


def test_columns_without_groups_are_a_finding(draw):
    run = Run(5)
    assert score_groups(draw(1), draw(2), None, Wanted(protected=["note"]), run) == ()
    assert [f.code for f in run.findings.all()] == ["fairness.no_groups"]


def test_only_the_greatest_of_many_groups_are_scored(make, monkeypatch):
    monkeypatch.setattr("understudy.metrics.groups._MOST_GROUPS", 2)
    columns = {"k": Categorical(), "x": Numerical()}
    rows = make(columns, {"k": ["a"] * 50 + ["b"] * 40 + ["c"] * 35, "x": list(range(125))})
    run = Run(5)
    found = score_groups(rows, rows, None, Wanted(protected=["k"]), run)
    assert [g.group for g in found] == ["a", "b"]
    assert [f.code for f in run.findings.all()] == ["fairness.many_groups"]
