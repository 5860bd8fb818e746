import json
from pathlib import Path

import polars as pl
import pytest

from understudy.context import Finding
from understudy.data.table import Table
from understudy.errors import OutputError
from understudy.metrics.evaluate import Evaluation
from understudy.protocols import Score
from understudy.report.build import About, build
from understudy.report.report import Gate
from understudy.schema.column import Categorical, Identifier, Numerical
from understudy.schema.table import TableSchema


def passing():
    return [Gate("valid_rows", passed=True, value=1.0, limit=1.0, text="Fine.")]


def of(values, /, **columns):
    return Table.of(pl.DataFrame(values), TableSchema(columns=columns))


def scores_of(report, question):
    return {score.name: score for q in report.questions if q.name == question for score in q.scores}


def test_a_failed_gate_decides_the_verdict_and_says_by_how_much(report):
    assert report.verdict == "failed"
    assert "1 of 2 checks failed" in report.reason
    assert "0.610" in report.reason
    assert "0.530" in report.reason


def test_scores_stand_under_their_question_in_the_order_of_the_page(report):
    assert [question.name for question in report.questions] == ["fidelity", "privacy", "other"]
    assert list(scores_of(report, "fidelity")) == ["marginals", "pairs"]
    assert list(scores_of(report, "other")) == ["someone_elses"]


def test_a_score_stands_between_its_references(report):
    fidelity, privacy = scores_of(report, "fidelity"), scores_of(report, "privacy")
    assert fidelity["marginals"].standing == "good"
    assert fidelity["pairs"].standing == "weak"
    assert privacy["closeness"].standing == "good"
    assert privacy["membership"].standing == "weak"
    assert scores_of(report, "other")["someone_elses"].standing == "open"


def test_the_gravest_finding_comes_first(report):
    assert [finding.severity for finding in report.findings] == ["degraded", "note", "note"]


def test_passing_every_gate_passes(table, evaluation):
    assert build(table(200, 1), table(200, 2), None, evaluation, passing()).verdict == "passed"


def test_a_degraded_step_shows_in_the_verdict_though_the_gate_holds(table, evaluation):
    about = About(findings=[Finding("x.y", "degraded", "Time ran out.")])
    report = build(table(200, 1), table(200, 2), None, evaluation, passing(), about)
    assert report.verdict == "degraded"
    assert "Time ran out." in report.reason


def test_nothing_judged_is_never_a_pass(table, evaluation):
    unjudged = [Gate("tstr_ratio", passed=None, value=None, limit=0.9, text="Not judged.")]
    for gates in ([], unjudged):
        assert build(table(200, 1), table(200, 2), None, evaluation, gates).verdict == "degraded"


def test_groups_are_named_only_where_five_real_rows_hold_them():
    columns = {"sex": Categorical(), "age": Numerical()}
    real = of({"sex": ["f"] * 5 + ["m"] * 5 + ["x"] * 4, "age": [float(i) for i in range(14)]}, **columns)
    details = pl.DataFrame(
        {
            "column": ["sex", "sex", "sex", "age", "age", "else"],
            "group": ["f", "x", "unheard of", "lowest quarter", "3.0", "f"],
            "value": [1, 2, 3, 4, 5, 6],
        }
    )
    evaluation = Evaluation({"group_fidelity": Score(0.5, details=details)})
    (score,) = scores_of(build(real, real, None, evaluation, passing()), "fairness").values()
    assert [row["group"] for row in score.details] == ["f", None, "unheard of", "lowest quarter", None, None]
    alone = Evaluation({"group_fidelity": Score(0.5, details=details.drop("column"))})
    (score,) = scores_of(build(real, real, None, alone, passing()), "fairness").values()
    assert all(set(row) == {"value"} for row in score.details)


def test_groups_are_counted_by_entity_where_there_is_one():
    schema = TableSchema(columns={"sex": Categorical(), "who": Identifier(unique=False)}, entity="who")
    rows = {"sex": ["f"] * 6 + ["m"] * 6, "who": [*"abcdef", *"gggggg"]}
    real = Table.of(pl.DataFrame(rows), schema)
    evaluation = Evaluation(
        {"group_fidelity": Score(0.5, details=pl.DataFrame({"column": ["sex", "sex"], "group": ["f", "m"]}))}
    )
    (score,) = scores_of(build(real, real, None, evaluation, passing()), "fairness").values()
    assert [row["group"] for row in score.details] == ["f", None]


def test_the_json_holds_every_number_of_the_report_under_stable_keys(report):
    content = json.loads(report.to_json())
    assert list(content) == [
        "format", "title", "verdict", "reason", "sizes", "gates", "questions", "skipped", "findings", "relations",
        "rules", "columns", "plots", "settings", "governor", "provenance", "seconds", "changes", "groups",
    ]  # fmt: skip
    assert content["questions"]["privacy"]["scores"]["membership"]["interval"] == [0.59, 0.63]
    assert content["gates"][1] == {
        "name": "membership_auc_max",
        "passed": False,
        "value": 0.61,
        "limit": 0.53,
        "text": "An attacker can tell.",
        "underpowered": False,
        "least": False,
    }
    assert content["provenance"]["seed"] == "7"


def test_numbers_that_json_lacks_become_null(table, evaluation, gates):
    broken = type(evaluation)({"marginals": Score(float("nan"), float("inf"), None)})
    content = json.loads(build(table(50, 1), table(50, 2), None, broken, gates).to_json())
    score = content["questions"]["fidelity"]["scores"]["marginals"]
    assert score["value"] is None
    assert score["floor"] is None


def test_details_keep_names_of_columns_but_no_level(table, evaluation):
    details = pl.DataFrame({"column": ["city", "city"], "level": ["Oslo", "Lima"], "score": [0.9, 0.8]})
    one = type(evaluation)({"marginals": Score(0.9, details=details)})
    report = build(table(50, 1), table(50, 2), None, one, passing())
    assert scores_of(report, "fidelity")["marginals"].details == (
        {"column": "city", "score": 0.9},
        {"column": "city", "score": 0.8},
    )


def test_the_same_tables_give_the_same_bytes(table, evaluation, gates):
    pages = [build(table(400, 1), table(400, 2), None, evaluation, gates).to_html() for _ in range(2)]
    assert pages[0] == pages[1]


def test_every_odd_table_gets_a_report(evaluation, gates):
    odd = [
        of({"x": pl.Series([1, 2], dtype=pl.Int64)}, x=Numerical(decimals=0)),
        of({"x": pl.Series([None] * 30, dtype=pl.String)}, x=Categorical()),
        of({"x": pl.Series([None] * 30, dtype=pl.Float64)}, x=Numerical()),
        of({"x": [5.0] * 300, "y": [1.0, 2.0, 3.0] * 100}, x=Numerical(), y=Numerical()),
        of({"x": [1e308, -1e308, float("inf")] * 100, "y": [1.0, 2.0, 3.0] * 100}, x=Numerical(), y=Numerical()),
        of({"x": [1e16, 1e16 + 2] * 100}, x=Numerical(decimals=2)),
        of({"rows": ["a", "b"] * 50, "level": ["a", None] * 50}, rows=Categorical(), level=Categorical()),
        of({"x": [f"level {k}" for k in range(500)]}, x=Categorical()),
    ]
    for table in odd:
        report = build(table, table, None, evaluation, gates)
        assert report.to_html()
        assert json.loads(report.to_json())


def test_moments_far_from_today_are_drawn(evaluation, gates, table):
    shifted = table(300, 1)
    rows = shifted.rows.with_columns(pl.col("since").dt.offset_by("12000y"))
    assert build(Table.of(rows, shifted.schema), shifted, None, evaluation, gates).to_html()


def test_partitions_on_disk_give_the_same_plots(table, evaluation, gates, tmp_path):
    whole = table(900, 1)
    paths = []
    for k in range(3):
        paths.append(tmp_path / f"{k}.parquet")
        whole.rows.slice(300 * k, 300).write_parquet(paths[-1])
    parts = Table(tuple(paths), whole.schema)
    first, second = (build(real, table(900, 2), None, evaluation, gates) for real in (whole, parts))
    assert first.plots == second.plots


def test_a_place_that_cannot_be_written_is_one_clear_sentence(report, tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        report.to_html(tmp_path / "absent" / "report.html")


def test_what_is_written_is_what_is_returned(report, tmp_path):
    place = Path(tmp_path / "report.html")
    assert report.to_html(place) == place.read_text(encoding="utf-8")
