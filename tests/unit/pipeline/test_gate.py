import polars as pl
import pytest

from understudy import catalog
from understudy.metrics.evaluate import Evaluation
from understudy.pipeline.gate import Gate, judge
from understudy.protocols import Score


def judged(gate=None, skipped=None, **scores):
    return {j.name: j for j in judge(gate or Gate(), Evaluation(scores, skipped or {"tstr": "There is no target."}))}


def test_good_scores_pass_every_limit():
    made = judged(
        valid_rows=Score(1.0),
        mutual_information=Score(0.01, floor=0.3, ceiling=0.004, interval=(0.008, 0.012)),
        tstr=Score(0.90, ceiling=0.92, interval=(0.87, 0.93)),
        membership=Score(0.51, interval=(0.49, 0.53)),
        closeness=Score(0.5, interval=(0.48, 0.52)),
        copies=Score(0.001, ceiling=0.002, interval=(0.0, 0.002)),
    )
    assert {name: j.passed for name, j in made.items()} == dict.fromkeys(Gate().all, True)
    assert not any(j.underpowered for j in made.values())


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ({"valid_rows": Score(0.999)}, "valid_rows"),
        ({"mutual_information": Score(0.3, floor=0.3, ceiling=0.01, interval=(0.29, 0.31))}, "dependence"),
        ({"mutual_information": Score(0.2, floor=0.3, ceiling=0.01, interval=(0.19, 0.21))}, "dependence"),
        ({"tstr": Score(0.70, ceiling=0.92)}, "tstr_ratio"),
        ({"tstr": Score(0.70, ceiling=0.92, interval=(0.65, 0.75))}, "tstr_ratio"),
        ({"tstr": Score(0.30, ceiling=0.92, interval=(0.0, 0.6))}, "tstr_ratio"),
        ({"membership": Score(0.6, interval=(0.55, 0.65))}, "membership_auc_max"),
        ({"membership": Score(0.6)}, "membership_auc_max"),
        ({"membership": Score(0.54, interval=(0.52, 0.56))}, "membership_auc_max"),
        ({"closeness": Score(0.6, interval=(0.56, 0.64))}, "closer_max"),
        ({"copies": Score(0.02, ceiling=0.001, interval=(0.01, 0.03))}, "copies_excess_max"),
        ({"copies": Score(0.02, ceiling=0.0, interval=(0.01, 0.03))}, "copies_excess_max"),
    ],
)
def test_each_limit_fails_by_itself(scores, name):
    made = judged(**scores)[name]
    assert made.passed is False
    assert not made.underpowered


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ({"membership": Score(0.56, interval=(0.48, 0.64))}, "membership_auc_max"),
        ({"closeness": Score(0.568, interval=(0.502, 0.634))}, "closer_max"),
        ({"tstr": Score(0.78, ceiling=0.92, interval=(0.6, 0.9))}, "tstr_ratio"),
        (
            {"copies": Score(0.01, ceiling=0.0, interval=(0.002, 0.05), ceiling_interval=(0.0, 0.16))},
            "copies_excess_max",
        ),
    ],
)
def test_a_short_table_neither_fails_by_bad_luck_nor_passes_by_it(scores, name):
    made = judged(**scores)[name]
    assert made.passed is None
    assert made.underpowered
    assert "with so few rows, chance could explain that it is beyond the limit" in made.text


def test_a_short_table_fails_where_its_whole_interval_lies_beyond_the_limit():
    assert judged(membership=Score(0.7, interval=(0.56, 0.84)))["membership_auc_max"].passed is False


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ({"membership": Score(0.5, interval=(0.42, 0.58))}, "membership_auc_max"),
        ({"closeness": Score(0.49, interval=(0.4, 0.58))}, "closer_max"),
        ({"tstr": Score(0.91, ceiling=0.92, interval=(0.7, 1.05))}, "tstr_ratio"),
    ],
)
def test_passing_on_few_rows_is_no_bare_pass(scores, name):
    made = judged(**scores)[name]
    assert made.passed is True
    assert made.underpowered
    assert "could pass unnoticed" in made.text
    assert "times as many rows would tell" in made.text


def test_a_table_without_a_copy_has_none_however_short_it_is():
    made = judged(copies=Score(0.0, ceiling=0.0, interval=(0.0, 0.2), ceiling_interval=(0.0, 0.5)))
    assert made["copies_excess_max"].passed
    assert not made["copies_excess_max"].underpowered


def test_fewer_copies_than_by_nature_are_no_negative_excess():
    made = judged(copies=Score(3e-5, ceiling=0.0009, interval=(5e-6, 0.0002), ceiling_interval=(0.0004, 0.002)))
    assert made["copies_excess_max"].value == 0.0


def test_a_limit_on_the_wrong_side_of_what_real_rows_give_still_judges_the_value():
    made = judged(Gate(membership_auc_max=0.45, tstr_ratio=1.0), membership=Score(0.47), tstr=Score(0.8, ceiling=0.9))
    assert made["membership_auc_max"].passed is False
    assert made["tstr_ratio"].passed is False
    made = judged(Gate(membership_auc_max=0.45, tstr_ratio=1.0), membership=Score(0.44), tstr=Score(0.95, ceiling=0.9))
    assert made["membership_auc_max"].passed is True
    assert made["tstr_ratio"].passed is True


def test_invalid_rows_are_named_with_their_columns_and_first_values():
    details = pl.DataFrame(
        {
            "column": ["age", "city", "pay", "zip", "x"],
            "invalid": [3, 0, 1, 7, 2],
            "first_invalid": ["999, -4", None, "1e9", "abc", "?"],
        }
    )
    text = judged(valid_rows=Score(0.9, details=details))["valid_rows"].text
    assert text.endswith("Not so: 'zip' in 7 (abc), 'age' in 3 (999, -4), 'x' in 2 (?), and 1 more columns.")


@pytest.mark.parametrize("ceiling", [None, 0.0, -0.1])
def test_a_target_that_nothing_predicts_is_not_judged(ceiling):
    assert judged(tstr=Score(0.1, ceiling=ceiling))["tstr_ratio"].passed is None


@pytest.mark.parametrize(
    ("floor", "ceiling", "says"), [(0.02, 0.01, "hardly any columns"), (0.3, None, "no unseen real rows")]
)
def test_dependence_is_not_judged_where_there_is_none_or_nothing_to_compare_with(floor, ceiling, says):
    made = judged(mutual_information=Score(0.01, floor=floor, ceiling=ceiling))["dependence"]
    assert made.passed is None
    assert not made.underpowered
    assert says in made.text


def test_a_class_that_real_rows_only_guess_is_not_judged():
    assert judged(tstr=Score(0.52, ceiling=0.476, chance=0.5))["tstr_ratio"].passed is None
    assert judged(tstr=Score(0.7, ceiling=0.71, chance=0.5))["tstr_ratio"].passed is True


def test_rows_that_teach_no_more_than_guessing_do_not_pass_where_real_rows_teach_little():
    assert judged(tstr=Score(0.5, ceiling=0.555, chance=0.5))["tstr_ratio"].value == pytest.approx(0)
    assert judged(tstr=Score(0.5, ceiling=0.555, chance=0.5))["tstr_ratio"].passed is False


def test_what_was_not_measured_is_not_judged_and_says_why():
    made = judged()
    assert {j.passed for j in made.values()} == {None}
    assert "There is no target." in made["tstr_ratio"].text


def test_privacy_that_could_not_be_judged_for_want_of_rows_is_no_pass_but_what_was_not_asked_for_is_a_choice():
    made = judged(skipped={"closeness": "Only 9 rows stand on one side.", "tstr": "No target column is named."})
    assert made["closer_max"].underpowered
    assert not made["membership_auc_max"].underpowered
    assert not made["tstr_ratio"].underpowered


def test_a_limit_set_to_nothing_is_left_out():
    assert judge(Gate(tstr_ratio=None, closer_max=None), Evaluation({}))[0].name == "valid_rows"
    assert len(judge(Gate(tstr_ratio=None, closer_max=None), Evaluation({}))) == 4


def limited(name, limit, **found):
    asked = {name: catalog.load("metrics", name)()}
    made = judge(Gate(limits={name: limit}), Evaluation(metrics=asked, **found))
    return made[-1]


def test_a_limit_of_the_users_own_fails_only_where_the_whole_interval_lies_beyond_it():
    score = {"spearman": Score(0.90, interval=(0.86, 0.94))}
    assert limited("spearman", 0.89, scores=score).passed is True
    unsure = limited("spearman", 0.93, scores=score)
    assert (unsure.passed, unsure.underpowered) == (None, True)
    assert limited("spearman", 0.95, scores=score).passed is False
    assert limited("spearman", 0.95, scores={"spearman": Score(0.949)}).passed is False  # no interval: the value


def test_a_limit_is_the_greatest_score_where_less_is_better():
    score = {"queries": Score(0.10, interval=(0.08, 0.12))}
    assert limited("queries", 0.11, scores=score).passed is True
    assert limited("queries", 0.09, scores=score).passed is None
    assert limited("queries", 0.07, scores=score).passed is False


def test_a_limit_on_what_was_not_measured_leaves_a_doubt():
    made = limited("spearman", 0.9, scores={}, skipped={"spearman": "There are no two quantities."})
    assert (made.passed, made.underpowered) == (None, True)
    assert "no two quantities" in made.text
