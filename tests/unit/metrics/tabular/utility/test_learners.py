import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.utility.learners import ThreeLearners
from understudy.schema.column import Categorical, Numerical

COLUMNS = {"x": Numerical(), "z": Numerical(), "k": Categorical(), "y": Numerical(), "flag": Categorical()}


def draw(make, seed, n=800, *, artefact=False, target="flag"):
    """Make a linear law; with an artefact, a column tells the target that tells nothing in real rows."""
    rng = np.random.default_rng(seed)
    x, k = rng.normal(size=n), rng.integers(0, 3, n)
    y = x + k + rng.normal(0, 0.5, n)
    values = {
        "x": x.tolist(),
        "z": (y * 3 if artefact else rng.normal(size=n)).tolist(),
        "k": [f"v{i}" for i in k],
        "y": y.tolist(),
        "flag": np.where(y > 2, "yes", "no").tolist(),
    }
    del values["flag" if target == "y" else "y"]
    return make({name: COLUMNS[name] for name in values}, values)


def rows_of(score, **wanted):
    return [row for row in score.details.to_dicts() if all(row[key] == value for key, value in wanted.items())]


def test_rows_of_the_same_law_teach_all_learners_what_real_ones_teach(make, run):
    score = ThreeLearners(target="flag")(*(draw(make, seed) for seed in (1, 2, 3)), run)
    assert score.value > 0.93
    assert score.value == pytest.approx(score.ceiling, abs=0.02)
    assert score.interval[0] <= score.value <= score.interval[1]
    assert score.ceiling_interval[0] <= score.ceiling <= score.ceiling_interval[1]
    for learner in ("linear", "boosted", "neural"):
        for trained in ("real", "synthetic"):
            for tested in ("real", "synthetic"):
                found = rows_of(score, learner=learner, trained_on=trained, tested_on=tested)
                names = [row["measure"] for row in found if row["measure"] != "regret"]
                assert names == ["auc", "pr_auc", "accuracy", "precision", "recall", "f1"]
        (gap,) = rows_of(score, learner=learner, tested_on="synthetic minus real")
        assert gap["low"] < 0 < gap["high"]
    (regret,) = rows_of(score, measure="regret")
    assert 0 <= regret["value"] < 0.03


def test_a_line_explains_what_there_is_of_a_linear_law(make, run):
    """The variances of x and k are 1 and 2/3, that of the noise 1/4."""
    score = ThreeLearners(target="y")(*(draw(make, seed, 2000, target="y") for seed in (1, 2, 3)), run)
    truth = 1 - 0.25 / (1 + 2 / 3 + 0.25)
    for trained in ("real", "synthetic"):
        (found,) = rows_of(score, learner="linear", trained_on=trained, tested_on="real", measure="r2")
        assert found["value"] == pytest.approx(truth, abs=0.02)
    assert {row["measure"] for row in rows_of(score, learner="neural")} == {"r2", "rmse", "mae"}


def test_what_holds_among_synthetic_rows_only_shows_as_a_gap(make, run):
    real, holdout = draw(make, 1), draw(make, 3)
    score = ThreeLearners(target="flag")(real, draw(make, 2, artefact=True), holdout, run)
    assert score.value < score.ceiling - 0.2
    gaps = rows_of(score, tested_on="synthetic minus real")
    assert all(gap["low"] > 0.1 for gap in gaps)


def test_too_few_rows_to_set_some_aside_decline(make, run):
    with pytest.raises(NotApplicable, match="Only 9 synthetic rows"):
        ThreeLearners(target="flag")(draw(make, 1), draw(make, 2, 9), draw(make, 3), run)
