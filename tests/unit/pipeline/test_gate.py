import polars as pl
import pytest

from understudy.pipeline.gate import Gate, judge
from understudy.protocols import Score


def judged(**scores):
    return {j.name: j for j in judge(Gate(), scores, {"tstr": "There is no target."})}


def test_good_scores_pass_every_limit():
    made = judged(
        valid_rows=Score(1.0),
        tstr=Score(0.90, ceiling=0.92),
        membership=Score(0.51, interval=(0.49, 0.53)),
        closeness=Score(0.5, interval=(0.48, 0.52)),
        copies=Score(0.001, ceiling=0.002, interval=(0.0, 0.002)),
    )
    assert {name: j.passed for name, j in made.items()} == dict.fromkeys(Gate.model_fields, True)


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ({"valid_rows": Score(0.999)}, "valid_rows"),
        ({"tstr": Score(0.70, ceiling=0.92)}, "tstr_ratio"),
        ({"membership": Score(0.6, interval=(0.55, 0.65))}, "membership_auc_max"),
        ({"membership": Score(0.6)}, "membership_auc_max"),
        ({"closeness": Score(0.6, interval=(0.55, 0.65))}, "closer_max"),
        ({"copies": Score(0.02, ceiling=0.001, interval=(0.01, 0.03))}, "copies_excess_max"),
        ({"copies": Score(0.02, ceiling=0.0, interval=(0.01, 0.03))}, "copies_excess_max"),
    ],
)
def test_each_limit_fails_by_itself(scores, name):
    assert judged(**scores)[name].passed is False


def test_privacy_fails_on_evidence_not_on_chance():
    assert judged(membership=Score(0.56, interval=(0.48, 0.64)))["membership_auc_max"].passed


@pytest.mark.parametrize("ceiling", [None, 0.0, -0.1])
def test_a_target_that_nothing_predicts_is_not_judged(ceiling):
    assert judged(tstr=Score(0.1, ceiling=ceiling))["tstr_ratio"].passed is None


def test_a_class_that_real_rows_only_guess_is_not_judged():
    details = pl.DataFrame({"measure": ["auc", "f1"], "value": [0.5, 0.3]})
    assert judged(tstr=Score(0.52, ceiling=0.476, details=details))["tstr_ratio"].passed is None
    assert judged(tstr=Score(0.7, ceiling=0.71, details=details))["tstr_ratio"].passed is True


def test_what_was_not_measured_is_not_judged_and_says_why():
    made = judged()
    assert {j.passed for j in made.values()} == {None}
    assert "There is no target." in made["tstr_ratio"].text


def test_a_limit_set_to_nothing_is_left_out():
    assert judge(Gate(tstr_ratio=None, closer_max=None), {}, {})[0].name == "valid_rows"
    assert len(judge(Gate(tstr_ratio=None, closer_max=None), {}, {})) == 3
