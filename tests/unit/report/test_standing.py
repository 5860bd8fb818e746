import pytest

from understudy.protocols import Score
from understudy.report.build import build
from understudy.report.standing import judge


def score(value, floor=None, ceiling=None, interval=None, ceiling_interval=None):
    return Score(value, floor, ceiling, interval, ceiling_interval=ceiling_interval)


@pytest.mark.parametrize(
    ("better", "made", "standing"),
    [
        ("higher", score(0.95, 0.0, 1.0), "good"),
        ("higher", score(0.7, 0.0, 1.0), "fair"),
        ("higher", score(0.5, 0.0, 1.0), "weak"),
        ("lower", score(0.0014, 0.0001, 0.0013, (0.001, 0.002)), "good"),
        ("lower", score(0.018, 0.0001, 0.0014, (0.016, 0.02)), "weak"),
        ("half", score(0.63, 0.5, 0.5, (0.62, 0.64)), "weak"),
        ("half", score(0.51, 0.5, 0.5, (0.495, 0.525)), "good"),
        ("half", score(0.43, 0.5, 0.5, (0.42, 0.44)), "good"),
        ("higher", score(0.9), "open"),
    ],
)
def test_a_score_stands_by_its_references(better, made, standing):
    assert judge(better, made)[0] == standing


def test_what_is_measurably_short_of_real_rows_says_so_however_close_it_is():
    adult = score(0.917, 0.015, 0.998, (0.904, 0.930), (0.985, 1.0))
    assert judge("higher", adult) == ("good", "short")
    assert judge("half", score(0.515, 0.5, 0.5, (0.506, 0.524))) == ("good", "short")


def test_a_gap_within_the_chance_of_both_sides_is_not_short():
    assert judge("higher", score(0.95, 0.0, 1.0, (0.9, 0.97), (0.94, 1.0))) == ("good", "")
    assert judge("lower", score(0.01, 0.0, 0.0, (0.004, 0.02), (0.0, 0.15)))[1] != "short"


def test_too_few_rows_to_tell_good_from_weak_are_unsure():
    assert judge("half", score(0.53, 0.5, 0.5, (0.44, 0.62))) == ("open", "unsure")
    assert judge("half", score(0.57, 0.5, 0.5, (0.50, 0.64))) == ("open", "unsure")


def test_a_leak_that_chance_does_not_explain_is_no_mere_doubt(table, evaluation):
    leak = {"closeness": score(0.568, 0.5, 0.5, (0.502, 0.634))}
    question = build(table(60, 1), table(60, 2), None, type(evaluation)(leak), []).questions[0]
    assert (question.standing, question.remark) == ("open", "short")
    assert "More is given away than chance explains" in question.answer
    assert "No leak" not in question.answer


def test_a_table_without_a_copy_has_none_however_short_it_is():
    assert judge("lower", score(0.0, 0.0, 0.0, (0.0, 0.2), (0.0, 0.3))) == ("good", "")


def test_as_good_as_real_rows_is_claimed_only_where_no_score_is_short(table, evaluation):
    short = {
        "marginals": score(0.997, 1.0, 0.995, (0.996, 0.999), (0.993, 0.997)),
        "boosted_detection": score(0.917, 0.015, 0.998, (0.904, 0.930), (0.985, 1.0)),
    }
    made = build(table(60, 1), table(60, 2), None, type(evaluation)(short), [])
    assert "measurably short" in made.questions[0].answer
    assert "0.917; real rows 0.998" in made.questions[0].answer
    made = build(table(60, 1), table(60, 2), None, type(evaluation)({"marginals": short["marginals"]}), [])
    assert made.questions[0].answer == "Not to be told from unseen real rows by any of these scores."


def test_weak_evidence_is_no_praise(table, evaluation):
    few = {"membership": score(0.53, 0.5, 0.5, (0.42, 0.64))}
    question = build(table(60, 1), table(60, 2), None, type(evaluation)(few), []).questions[0]
    assert (question.standing, question.remark) == ("open", "unsure")
    assert "so few rows could hide one" in question.answer


def test_a_finer_score_that_few_rows_leave_open_is_no_doubt_about_the_answer(table, evaluation):
    close, wide = Score(0.99, 0.5, 0.991, (0.98, 1.0)), Score(0.95, 0.5, 0.96, (0.5, 1.0), ceiling_interval=(0.6, 1.0))

    def fidelity(**scores):
        return build(table(60, 1), table(60, 2), None, type(evaluation)(scores), []).questions[0]

    assert fidelity(marginals=close, tails=close).standing == "good"
    assert fidelity(marginals=close, tails=wide).standing == "good"
    assert fidelity(marginals=wide, tails=close).remark == "unsure"
    assert fidelity(tails=wide).remark == "unsure"
    assert fidelity(marginals=close, tails=Score(0.5, 0.5, 0.99, (0.49, 0.51))).standing == "weak"


def test_the_published_form_of_pairs_is_shown_last_and_decides_nothing(table, evaluation):
    scores = {"pairs_own_bins": score(0.5, 0.4, 0.9), "pairs": score(0.9, 0.4, 0.9), "marginals": score(0.9, 1.0, 0.9)}
    question = build(table(60, 1), table(60, 2), None, type(evaluation)(scores), []).questions[0]
    assert [line.name for line in question.scores] == ["marginals", "pairs", "pairs_own_bins"]
    assert question.standing == "good"
