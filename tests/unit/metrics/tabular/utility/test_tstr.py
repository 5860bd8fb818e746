import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    mean_squared_error,
    precision_score,
    r2_score,
    recall_score,
    roc_auc_score,
)

from understudy.errors import NotApplicable
from understudy.metrics.tabular.utility._measures import of_classes, of_quantities
from understudy.metrics.tabular.utility.tstr import TrainOnSynthetic
from understudy.schema.column import Categorical, Duration, Identifier, Numerical


def measures(score):
    return {row["measure"]: row["value"] for row in score.details.iter_rows(named=True)}


def linear(make, seed, n=1500, noise=0.5):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = x + rng.normal(0, noise, n)
    k = np.select([y > 0.8, y < -0.8], ["high", "low"], "mid")
    columns = {"x": Numerical(), "y": Numerical(), "k": Categorical(), "flag": Categorical()}
    values = {"x": x.tolist(), "y": y.tolist(), "k": k.tolist(), "flag": np.where(y > 0.8, "yes", "no").tolist()}
    return make(columns, values)


@pytest.mark.parametrize(("target", "least"), [("y", 0.7), ("k", 0.8), ("flag", 0.9)])
def test_synthetic_rows_of_the_same_law_are_as_useful_as_real_ones(make, run, target, least):
    real, synthetic, holdout = (linear(make, seed) for seed in (1, 2, 3))
    metric = TrainOnSynthetic(target=target)
    score, reference = metric(real, synthetic, holdout, run), metric(real, real, holdout, run)
    assert score.value > least
    assert score.value == pytest.approx(reference.value, abs=0.03)
    assert score.interval[0] <= score.value <= score.interval[1]


def test_kind_of_target_decides_the_measures(make, run):
    tables = [linear(make, seed, 300) for seed in (1, 2, 3)]
    assert list(measures(TrainOnSynthetic(target="y")(*tables, run))) == ["r2", "rmse", "mae"]
    found = TrainOnSynthetic(target="flag")(*tables, run)
    assert list(measures(found)) == ["auc", "pr_auc", "accuracy", "precision", "recall", "f1"]
    assert found.details["note"][0] == "for 'yes'"  # the rarer of the two


def test_target_of_two_numbers_is_classified(make, run):
    columns = {"x": Numerical(), "y": Numerical(decimals=0)}
    table = make(columns, {"x": [1.0, 2.0, 3.0, 4.0] * 20, "y": [0, 0, 0, 1] * 20})
    assert measures(TrainOnSynthetic(target="y")(table, table, table, run))["auc"] == 1


def test_measures_of_classes_are_those_of_the_library():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 400)
    proba = rng.dirichlet([1, 1, 1], 400) + np.eye(3)[truth] * 0.3
    proba = np.round(proba / proba.sum(axis=1, keepdims=True), 1)  # with ties
    found = {m.name: m.of(np.ones(400)) for m in of_classes(truth, proba, [0, 1, 2], "")}
    said = proba.argmax(axis=1)
    areas = [roc_auc_score(truth == c, proba[:, c]) for c in range(3)]
    assert found["auc"] == pytest.approx(np.mean(areas))
    areas = [average_precision_score(truth == c, proba[:, c]) for c in range(3)]
    assert found["pr_auc"] == pytest.approx(np.mean(areas))
    assert found["accuracy"] == pytest.approx((said == truth).mean())
    assert found["precision"] == pytest.approx(precision_score(truth, said, average="macro"))
    assert found["recall"] == pytest.approx(recall_score(truth, said, average="macro"))
    assert found["f1"] == pytest.approx(f1_score(truth, said, average="macro"))


def test_measures_of_quantities_are_those_of_the_library_and_weights_are_repetitions():
    rng = np.random.default_rng(0)
    truth, said = rng.normal(size=50), rng.normal(size=50)
    weights = rng.integers(0, 4, 50)
    a, b = np.repeat(truth, weights), np.repeat(said, weights)
    found = {m.name: m.of(weights.astype(float)) for m in of_quantities(truth / 10, said / 10, 10.0)}
    assert found["r2"] == pytest.approx(r2_score(a, b))
    assert found["rmse"] == pytest.approx(np.sqrt(mean_squared_error(a, b)))
    assert found["mae"] == pytest.approx(np.abs(a - b).mean())


def test_weights_are_repetitions_to_the_area_of_precision_too():
    rng = np.random.default_rng(1)
    truth, score, weights = rng.integers(0, 2, 60), np.round(rng.random(60), 1), rng.integers(0, 4, 60)
    area = of_classes(truth, np.column_stack([1 - score, score]), [1], "")[1]
    again = average_precision_score(np.repeat(truth, weights), np.repeat(score, weights))
    assert area.of(weights.astype(float)) == pytest.approx(again)
    assert area.interval[0] < area.of(np.ones(60)) < area.interval[1]


def test_lengths_of_time_can_be_predicted(make, run):
    columns = {"x": Numerical(), "took": Duration()}
    x = np.random.default_rng(1).normal(size=400)
    table = make(columns, {"x": x.tolist(), "took": (x * 10**9).astype(int).tolist()})
    assert TrainOnSynthetic(target="took")(table, table, table, run).value > 0.9


def test_one_class_of_synthetic_rows_teaches_nothing(make, run):
    real = linear(make, 1, 300)
    only = make(real.schema.columns, {**real.rows.to_dict(as_series=False), "flag": ["no"] * 300})
    assert TrainOnSynthetic(target="flag")(real, only, linear(make, 2, 300), run).value == 0.5


def test_many_classes_are_the_most_frequent_and_one_for_the_rest(make, run):
    rng = np.random.default_rng(2)
    columns = {"x": Numerical(), "k": Categorical()}

    def draw(n=600):
        k = rng.integers(0, 200, n)
        return make(columns, {"x": k.astype(float).tolist(), "k": [f"v{i}" for i in k]})

    score = TrainOnSynthetic(target="k")(draw(), draw(), draw(), run)
    assert "mean over 21 classes" in score.details["note"][0]


@pytest.mark.parametrize(
    ("target", "says"),
    [(None, "No target"), ("id", "identifier"), ("nope", "not a column"), ("one", "a single value in the real")],
)
def test_targets_that_cannot_be_predicted_decline(make, run, target, says):
    columns = {"x": Numerical(), "id": Identifier(), "one": Categorical()}
    table = make(columns, {"x": [1.0, 2.0], "id": ["a", "b"], "one": ["c", "c"]})
    with pytest.raises(NotApplicable, match=says):
        TrainOnSynthetic(target=target)(table, table, table, run)


def test_single_class_in_the_holdout_declines(make, run):
    columns = {"x": Numerical(), "k": Categorical()}
    table = make(columns, {"x": [1.0, 2.0], "k": ["a", "b"]})
    with pytest.raises(NotApplicable, match="single class in the holdout"):
        TrainOnSynthetic(target="k")(table, table, make(columns, {"x": [1.0], "k": ["a"]}), run)
