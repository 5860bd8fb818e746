"""Advice is taken from unseen real rows: what helps is recommended, what does not is not."""

import json

import numpy as np
import polars as pl
import pytest

from understudy.errors import InputError, NotApplicable, UnknownName
from understudy.pipeline import mixtures
from understudy.pipeline.advise import advise_data
from understudy.pipeline.library import Options


def rare(n=1500, seed=1):
    """One in ten is of the class that is looked for, and hard to tell: at one half, few are found."""
    rng = np.random.default_rng(seed)
    sick = rng.random(n) < 0.1
    x = rng.normal(1.2 * sick[:, None], 1, size=(n, 2))
    return pl.DataFrame({"x": x[:, 0], "z": x[:, 1], "sick": np.where(sick, "yes", "no")})


def line(n=300, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return pl.DataFrame({"x": x, "z": rng.normal(size=n), "y": x + rng.normal(0, 0.5, n)})


def told(target, synthesizer="gaussian_copula", **more):
    return Options(target=target, synthesizer=synthesizer, seed=3, **more)


def test_rows_that_teach_nothing_are_not_recommended():
    advice = advise_data(rare(), rare(3000, 2), told("sick", "independent"), "linear")
    assert advice.use == "real"
    assert advice.sentence.startswith("Use the real rows alone")
    synthetic = advice.options[1]
    assert synthetic.name == "synthetic"
    assert synthetic.interval[1] < 0
    assert "worse than the real ones" in advice.instead


def test_balanced_classes_find_more_of_the_rare_one_and_are_recommended_for_that():
    advice = advise_data(rare(), rare(3000, 2), told("sick"), "linear", "recall")
    options = {option.name: option for option in advice.options}
    assert advice.use == "real_balanced"
    assert options["real_balanced"].interval[0] > 0.1
    assert options["real_balanced"].value == pytest.approx(options["smote"].value, abs=0.08)
    assert "Use the real rows with synthetic ones of the rarer classes" in advice.sentence
    assert "The price: the precision goes from" in advice.sentence


def test_differences_are_what_the_values_say_and_lie_in_their_intervals():
    advice = advise_data(rare(), rare(600, 2), told("sick"), "linear")
    alone, *others = advice.options
    assert (alone.name, alone.difference, alone.interval) == ("real", None, None)
    assert [o.name for o in others] == [
        *("synthetic", "real_and_0.5", "real_and_1", "real_and_2"),
        *("real_balanced", "smote"),
    ]
    assert [(o.real_rows, o.other_rows) for o in advice.options[:5]] == [
        *((1500, 0), (0, 1500)),
        *((1500, 750), (1500, 1500), (1500, 3000)),
    ]
    for option in others:
        assert option.difference == pytest.approx(option.value - alone.value)
        assert option.interval[0] < option.difference < option.interval[1]
        assert set(option.measures) == {"auc", "pr_auc", "accuracy", "precision", "recall", "f1"}


def test_quantities_have_no_classes_to_balance_and_less_error_is_better():
    advice = advise_data(line(), line(500, 2), told("y", "independent"), "linear", "rmse")
    assert set(advice.skipped) == {"real_balanced", "smote"}
    assert advice.options[0].value == pytest.approx(0.5, abs=0.05)
    assert advice.use == "real"
    assert advice.options[1].difference > 0.2
    assert "worse than" in advice.instead


def test_without_a_holdout_a_fifth_is_set_aside():
    advice = advise_data(rare(400), None, told("sick"), "linear")
    assert advice.holdout_rows == 80
    assert advice.options[0].real_rows == 320


def test_workers_change_nothing():
    one, two = (advise_data(rare(300), None, told("sick", workers=w), "linear").to_json() for w in (1, 2))
    assert one == two
    assert json.loads(one)["options"][0]["name"] == "real"


def test_smote_is_left_out_with_the_reason_where_it_is_not_installed(monkeypatch):
    monkeypatch.setattr(mixtures, "find_spec", lambda _: None)
    advice = advise_data(rare(300), None, told("sick"), "linear")
    assert "pip install imbalanced-learn" in advice.skipped["smote"]
    assert all(option.name != "smote" for option in advice.options)


def test_missing_values_and_categories_go_through_every_mixture():
    rows = rare(400).with_columns(k=pl.Series(["a", "b", None, "c"] * 100), x=pl.Series([None, *rare(400)["x"][1:]]))
    advice = advise_data(rows, None, told("sick"), "boosted")
    assert "smote" in {option.name for option in advice.options}


@pytest.mark.parametrize(
    ("target", "learner", "measure", "error", "says"),
    [
        (None, "linear", None, InputError, "No target is named"),
        ("sicc", "linear", None, InputError, "Did you mean 'sick'"),
        ("sick", "linar", None, UnknownName, "Did you mean 'linear'"),
        ("sick", "linear", "r2", InputError, "does not measure the prediction of classes"),
        ("x", "linear", "auc", InputError, "does not measure the prediction of a quantity"),
        ("one", "linear", None, NotApplicable, "a single value"),
    ],
)
def test_what_cannot_be_advised_on_is_refused(target, learner, measure, error, says):
    rows = rare(100).with_columns(one=pl.lit("same"))
    with pytest.raises(error, match=says):
        advise_data(rows, None, told(target, "independent"), learner, measure)
