"""``evaluate --previous``: what changed since an earlier evaluation."""

import json

import polars as pl
import pytest

import understudy as us


@pytest.fixture
def files(people, tmp_path):
    rows = pl.read_csv(people(900, "all.csv"))
    parts = {"r.csv": rows[:300], "h.csv": rows[300:600], "good.csv": rows[600:]}
    shuffled = parts["good.csv"].with_columns(age=pl.col("age").shuffle(1))
    for name, part in (parts | {"bad.csv": shuffled.with_columns(city=pl.lit("Bonn"))}).items():
        part.write_csv(tmp_path / name)
    return ("evaluate", "--real", "r.csv", "--holdout", "h.csv", "--seed", "1", "--metrics", "marginals,pairs,copies")


def test_a_drift_is_told_from_chance(understudy, files, tmp_path):
    understudy(*files, "--synthetic", "good.csv", "--out", "first")
    previous = "first/evaluation.json"
    _, out, _ = understudy(*files, "--synthetic", "good.csv", "--out", "again", "--previous", previous)
    assert "nothing that chance does not explain" in out
    _, out, _ = understudy(*files, "--synthetic", "bad.csv", "--out", "second", "--previous", previous)
    assert "worse" in out
    found = json.loads((tmp_path / "second" / "evaluation.json").read_text(encoding="utf-8"))["changes"]
    assert {change["name"]: change["moved"] for change in found}["marginals"] == "worse"
    page = (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    assert 'id="changes"' in page
    assert 'id="changes"' not in (tmp_path / "first" / "report.html").read_text(encoding="utf-8")
    assert understudy("verify", "second")[0] == 0


def test_what_is_measured_on_one_side_only_is_said(understudy, files, tmp_path):
    understudy(*files, "--synthetic", "good.csv", "--out", "first")
    report = us.evaluate(
        real=tmp_path / "r.csv",
        synthetic=tmp_path / "good.csv",
        metrics=["marginals", "spearman"],
        previous=tmp_path / "first" / "evaluation.json",
        seed=2,
    )
    moved = {change.name: change.moved for change in report.changes}
    assert moved == {"marginals": "same", "spearman": "new", "pairs": "gone", "copies": "gone"}


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 99, "questions": {}}', '{"format": 1, "questions": 3}']
)
def test_what_is_no_evaluation_is_refused(understudy, files, tmp_path, content):
    (tmp_path / "old.json").write_text(content, encoding="utf-8")
    code, _, err = understudy(*files, "--synthetic", "good.csv", "--out", "out", "--previous", "old.json")
    assert code == 1
    assert "old.json" in err
    assert "evaluation" in err or "Evaluate" in err
    assert not (tmp_path / "out").exists()
