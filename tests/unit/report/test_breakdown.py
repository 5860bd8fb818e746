import json
import re

import polars as pl
import pytest

from understudy.data.table import Table
from understudy.metrics.evaluate import Evaluation
from understudy.metrics.groups import GroupScores
from understudy.protocols import Score
from understudy.report.breakdown import breakdown, falls
from understudy.report.build import About, build


def where(level):
    shape = {"measure": "region", "auc_fall": None, "least_fall": None, "begins": None, "ends": None, "level": None}
    numbers = {"auc": 0.9, "auc_low": 0.8, "auc_high": 0.95, "real_rows": 90, "synthetic_rows": 80}
    column = dict.fromkeys((*shape, *numbers)) | {"measure": "column"}
    return pl.DataFrame(
        [
            column | {"column": "pay", "auc_fall": 0.21, "least_fall": 0.2},
            column | {"column": "age", "auc_fall": 0.05, "least_fall": -0.01},
            shape | numbers | {"column": "city", "level": level},
            shape | numbers | {"column": "pay", "begins": 0.2, "ends": 0.4},
        ],
        infer_schema_length=None,
    )


def groups():
    return pl.DataFrame(
        {
            "column": ["city"] * 3,
            "group": ["Lima", "Rareville", "Oslo"],
            "similarity": [0.8, 0.5, 0.95],
            "low": [0.7, 0.2, 0.94],
            "high": [0.9, 0.8, 0.96],
            "behind_all": [0.1, 0.4, -0.05],
            "real_rows": [100, 4, 200],
            "synthetic_rows": [90, 5, 210],
        }
    )


@pytest.fixture
def made(table, evaluation):
    def make(name, details):
        base = table(400, 1)
        few = pl.int_range(pl.len()) < 4
        rows = base.rows.with_columns(city=pl.when(few).then(pl.lit("Rareville")).otherwise("city"))
        scores = type(evaluation)({name: Score(0.5, 0.1, 0.9, details=details)})
        return build(Table.of(rows, base.schema), table(400, 2), None, scores, [])

    return make


def test_what_gives_the_data_away_is_drawn_and_told(made):
    report = made("detection_where", where("Oslo"))
    page, told = report.to_html(), report.to_markdown()
    assert "What gives the data away" in page
    assert 'class="fig falls"' in page
    for said in (page, told):
        assert "Oslo" in said
        assert re.search(r"real rows from 20.0\s%? ?to|real rows from 20.0\u202f% to 40.0\u202f%", said)
    assert "pay: 0.210" in told


def test_bars_are_as_long_as_what_they_show(made):
    (score,) = made("detection_where", where("Oslo")).questions[0].scores
    drawn = falls(breakdown(score))
    first, second = (float(w) for w in re.findall(r'class="syn-bar"[^>]*width="([\d.]+)"', drawn))
    assert first / second == pytest.approx(0.21 / 0.05, rel=0.01)


def test_a_level_of_few_rows_is_not_named_where_the_data_is_told_apart(made):
    report = made("detection_where", where("Rareville"))
    for content in (report.to_html(), report.to_markdown(), report.to_json()):
        assert "Rareville" not in content
    assert "too rare to name" in report.to_html()


def test_groups_come_worst_first_and_small_ones_without_a_name(made):
    report = made("group_fidelity", groups())
    page = report.to_html()
    rows = page[page.index('id="parts-group_fidelity"') :]
    assert rows.index("a group of fewer than five rows") < rows.index(">Lima<") < rows.index(">Oslo<")
    for content in (page, report.to_markdown(), report.to_json()):
        assert "Rareville" not in content
    assert "| city | Lima | 0.800 (0.700 to 0.900) | 0.100 | 100 | 90 |" in report.to_markdown()
    assert [
        d["real_rows"]
        for d in json.loads(report.to_json())["questions"]["fairness"]["scores"]["group_fidelity"]["details"]
    ]


def test_other_scores_have_no_parts_to_show(report):
    assert all(breakdown(score) is None for question in report.questions for score in question.scores)


def test_every_score_of_every_group_is_in_the_page(table):
    real, made = table(900, 1), table(900, 2)
    scores = {"marginals": Score(0.9, 0.8, 0.99, (0.88, 0.92)), "spearman": Score(0.97, 0.1, 0.98, (0.96, 0.98))}
    common = str(real.rows["city"].mode()[0])
    groups = (
        GroupScores("city", common, (400, 380, 90), scores, {}),
        GroupScores("city", "a village", (30, 0, 9), {}, {"fidelity": "No synthetic row is of this group."}),
    )
    fairness = Evaluation({"group_fidelity": Score(0.9)})
    report = build(real, made, None, fairness, (), About(groups=groups))
    assert report.groups[0].scores[0].standing == "weak"
    page, text = report.to_html(), report.to_markdown()
    for said in (page, text):
        assert "Every score, group by group" in said
        assert "0.900 (0.990) weak" in said
        assert "not measured" in said
    assert json.loads(report.to_json())["groups"][1]["skipped"] == {"fidelity": "No synthetic row is of this group."}


def test_a_group_of_fewer_than_five_is_not_named(table):
    real = table(900, 1)
    few = real.rows.with_columns(city=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("Atlantis")).otherwise("city"))
    real = Table.of(few, real.schema)
    groups = (GroupScores("city", "Atlantis", (3, 3, 0), {"marginals": Score(0.9)}, {}),)
    report = build(real, real, None, Evaluation({"group_fidelity": Score(0.9)}), (), About(groups=groups))
    assert report.groups[0].group is None
    assert "Atlantis" not in report.to_html() + report.to_markdown() + report.to_json()


def test_answers_to_a_question_of_ones_own_are_in_the_page(table):
    details = pl.DataFrame(
        {"measure": ["mean", "mean"], "column": ["city"] * 2, "group": [None, None], "real": [1234.0, None],
         "synthetic": [1240.0, 3.0], "error": [0.005, 1.0]},
        schema_overrides={"group": pl.String},
    )  # fmt: skip
    asked = Evaluation({"mean <b>by</b> city": Score(0.5, details=details)})
    report = build(table(50, 1), table(50, 2), None, asked, ())
    page = report.to_html()
    assert "Answers: mean &lt;b&gt;by&lt;/b&gt; city" in page
    assert "<b>by" not in page + report.to_markdown()
    assert '<td class="num">1,234</td>' in page
    assert "none" in page


def detected(falls):
    return Evaluation({"boosted_detection": Score(0.8, 0.1, 0.99, details=pl.DataFrame(falls))})


def test_columns_that_give_the_data_away_are_drawn_without_asking_where(table):
    found = detected({"column": ["age", "pay"], "auc_fall": [0.01, 0.08]})
    report = build(table(50, 1), table(50, 2), None, found, ())
    page, text = report.to_html(), report.to_markdown()
    assert "Columns that give the data away: pay 0.080, age 0.010" in re.sub(r", by how much[^:]*", "", page)
    assert "least of three trials" not in page
    assert "pay: 0.080" in text


def test_where_nothing_gives_the_data_away_no_column_is_named(table):
    found = detected({"column": ["age", "pay"], "auc_fall": [0.001, -0.001]})
    assert "give the data away" not in build(table(50, 1), table(50, 2), None, found, ()).to_html()
