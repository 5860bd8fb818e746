"""The evaluation puts every question, gives each answer its references, and says what it left out."""

import numpy as np
import polars as pl
import pytest

from understudy import catalog
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import InputError, SchemaError, UnknownName
from understudy.execution.local import Local
from understudy.metrics import evaluate as module
from understudy.metrics.evaluate import evaluate
from understudy.metrics.wanted import Wanted
from understudy.schema.column import Categorical, Identifier, Numerical
from understudy.schema.table import TableSchema


def test_good_scores_lie_between_floor_and_ceiling_and_bad_ones_at_the_floor(mixed, run):
    real, holdout = mixed(1, 1500), mixed(2, 1500)
    good = evaluate(real, mixed(3, 1500), holdout, Wanted("member"), run)
    shuffled = pl.DataFrame([holdout.rows[c].shuffle(seed=i) for i, c in enumerate(holdout.rows.columns)])
    bad = evaluate(real, Table.of(shuffled, real.schema), holdout, Wanted("member"), run)
    for name in ("pairs", "boosted_detection", "tstr"):
        score = good.scores[name]
        assert score.floor < score.value - 0.02
        assert score.value == pytest.approx(score.ceiling, abs=0.15)
        assert bad.scores[name].value == pytest.approx(bad.scores[name].floor, abs=0.1)
    assert good.scores["mutual_information"].floor > good.scores["mutual_information"].value
    assert good.scores["copies"].ceiling == 0
    assert good.scores["closeness"].ceiling == pytest.approx(0.5, abs=0.1)
    assert all(score.seconds > 0 for score in good.scores.values())


def test_ceiling_of_utility_is_a_model_trained_on_the_real_rows(mixed, run):
    real, holdout = mixed(1), mixed(2)
    score = evaluate(real, real, holdout, Wanted("plan", ["tstr"]), run).scores["tstr"]
    assert score.value == score.ceiling


def test_few_synthetic_rows_are_held_against_as_few_real_ones(mixed, run):
    real, holdout, few = mixed(1, 2000), mixed(2, 1000), mixed(3, 60)
    score = evaluate(real, few, holdout, Wanted("member", ["tstr"]), run).scores["tstr"]
    whole = catalog.load("metrics", "tstr")(target="member")(real, real, holdout, run)
    assert score.ceiling < whole.value - 0.005
    assert score.value == pytest.approx(score.ceiling, abs=0.1)


def test_ceiling_of_copies_is_the_natural_rate_of_the_whole_holdout(make, run):
    columns = {"x": Numerical(decimals=0)}
    real, holdout = make(columns, {"x": [1, 2, 3, 4]}), make(columns, {"x": [1, 9, 9, 9]})
    score = evaluate(real, real, holdout, Wanted(None, ["copies"]), run).scores["copies"]
    assert (score.value, score.ceiling) == (1.0, 0.25)


@pytest.mark.parametrize("name", ["marginals", "pairs", "mutual_information"])
def test_ceiling_is_what_as_many_real_rows_as_synthetic_ones_would_score(mixed, run, name):
    """A holdout a tenth as long would seem worse than it is, and synthetic rows beside it better."""
    kind = catalog.load("metrics", name)
    scaled, measured, small = [], [], []
    for i in range(12):
        real, holdout, synthetic = mixed(3 * i, 2000), mixed(3 * i + 1, 200), mixed(3 * i + 2, 2000)
        scaled.append(evaluate(real, synthetic, holdout, Wanted(None, [name]), run).scores[name].ceiling)
        measured.append(kind()(real, synthetic, None, run).value)
        small.append(kind()(real, holdout, None, run).value)
    perfect = 1.0 if kind.better == "higher" else 0.0
    short, true, raw = (abs(perfect - np.mean(values)) for values in (scaled, measured, small))
    assert short == pytest.approx(true, rel=0.4)
    assert raw > 1.7 * true


def test_ceiling_has_an_interval_that_is_wider_for_a_shorter_holdout(mixed, run):
    real, synthetic = mixed(1, 1500), mixed(2, 1500)
    widths = []
    for n in (100, 1000):
        score = evaluate(real, synthetic, mixed(3, n), Wanted(None, ["closeness"]), run).scores["closeness"]
        assert score.ceiling_interval[0] <= score.ceiling <= score.ceiling_interval[1]
        widths.append(score.ceiling_interval[1] - score.ceiling_interval[0])
    assert widths[0] > 2 * widths[1]


def test_ceiling_of_rare_categories_is_what_as_many_fresh_rows_would_hold(make, run):
    columns = {"k": Categorical()}
    real = make(columns, {"k": ["a"] * 997 + ["b", "c", "d"]})
    synthetic = make(columns, {"k": ["a"] * 999 + ["b"]})
    score = evaluate(real, synthetic, real, Wanted(None, ["categories_coverage"]), run).scores["categories_coverage"]
    assert score.value == pytest.approx(1 / 3)
    assert score.ceiling == pytest.approx(1 - 0.999**1000)


def test_missing_references_are_a_finding(mixed, run):
    found = evaluate(mixed(1), mixed(2), None, Wanted(None, ["marginals"]), run)
    assert found.scores["marginals"].ceiling is None
    assert [f.code for f in run.findings.all()] == ["metrics.no_reference"]


def test_skipped_metrics_carry_their_reason(mixed, run):
    found = evaluate(mixed(1), mixed(2), None, Wanted(), run)
    assert {"tstr", "closeness", "membership"} <= set(found.skipped)
    assert not set(found.skipped) & set(found.scores)
    assert "holdout" in found.skipped["closeness"]


def test_identifiers_left_out_are_a_finding(make, run):
    columns = {"id": Identifier(), "x": Numerical(decimals=0)}
    table = make(columns, {"id": ["a", "b"], "x": [1, 2]})
    evaluate(table, table, None, Wanted(None, ["marginals"]), run)
    assert any(f.code == "metrics.left_out" and "'id'" in f.text for f in run.findings.all())


def test_larger_tables_are_sampled_and_a_finding_says_so(mixed, run, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 100)
    found = evaluate(mixed(1, 300), mixed(2, 90), None, Wanted(None, ["valid_rows", "logistic_detection"]), run)
    details = found.scores["logistic_detection"].details
    assert details.row(0, named=True)["real_rows"] == 100
    assert [f.code for f in run.findings.all()].count("metrics.sampled") == 1


def test_a_question_selects_its_metrics(mixed, run):
    found = evaluate(mixed(1), mixed(2), mixed(3), Wanted(None, ["privacy"]), run)
    assert set(found.scores) == {"closeness", "copies", "membership"}


def test_thorough_metrics_wait_until_they_are_asked_for(monkeypatch):
    usual, privacy = list(Wanted().metrics), list(Wanted(names=["privacy"]).metrics)
    monkeypatch.setattr(catalog.load("metrics", "closeness"), "thorough", True)
    assert list(Wanted().metrics) == [name for name in usual if name != "closeness"]
    assert list(Wanted(names=["privacy"]).metrics) == [name for name in privacy if name != "closeness"]
    assert list(Wanted(names=["all"]).metrics) == list(catalog.entries("metrics"))
    assert list(Wanted(names=["closeness", "diversity"]).metrics)[-1] == "closeness"


def test_progress_counts_every_score(mixed):
    seen = []

    class Steps:
        def step(self, where, total, unit):
            seen.append((where, total, unit))
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def advance(self, amount=1):
            seen.append(amount)

    run = Run(1, executor=Local(2), progress=Steps()).child("evaluate")
    evaluate(mixed(1), mixed(2), mixed(3), Wanted(None, ["marginals", "pairs"]), run)
    assert seen == [("evaluate", 6, "scores"), 1, 1, 1, 1, 1, 1]


def test_unknown_metric_is_refused_with_the_nearest_name(mixed, run):
    with pytest.raises(UnknownName, match="Did you mean 'marginals'"):
        evaluate(mixed(1), mixed(2), None, Wanted(None, ["marginal"]), run)


def test_unknown_target_is_refused(mixed, run):
    with pytest.raises(UnknownName, match="Did you mean 'plan'"):
        evaluate(mixed(1), mixed(2), None, Wanted("plam"), run)


def test_empty_table_is_refused(mixed, run):
    real = mixed(1)
    with pytest.raises(InputError, match="synthetic table has no rows"):
        evaluate(real, Table.of(real.rows.clear(), real.schema), None, Wanted(), run)


def test_other_columns_are_refused(mixed, make, run):
    with pytest.raises(SchemaError, match="holdout table has"):
        evaluate(mixed(1), mixed(2), make({"x": Numerical()}, {"x": [1.0]}), Wanted(), run)


def test_other_types_are_refused(make, run):
    as_number, as_level = make({"x": Numerical()}, {"x": [1.0]}), make({"x": Categorical()}, {"x": ["1"]})
    with pytest.raises(SchemaError, match="'x' is Float64 in the real table but String in the synthetic"):
        evaluate(as_number, as_level, None, Wanted(), run)


def test_tables_in_partitions_are_judged_as_one(mixed, run, tmp_path):
    real, synthetic = mixed(1), mixed(2)
    path = tmp_path / "part.parquet"
    synthetic.rows[300:].write_parquet(path)
    split = Table((synthetic.rows[:300], path), TableSchema(columns=synthetic.schema.columns))
    one, two = (evaluate(real, t, None, Wanted(None, ["pairs"]), run).scores["pairs"].value for t in (synthetic, split))
    assert one == two
