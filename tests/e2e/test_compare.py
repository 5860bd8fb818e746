"""``understudy compare`` as a user calls it."""

import json
import re

import polars as pl
import pytest

import understudy as us


@pytest.fixture
def files(people, tmp_path):
    rows = pl.read_csv(people(1500, "all.csv"))
    parts = {"r.csv": rows[:600], "h.csv": rows[600:1000], "honest.csv": rows[1000:], "copies.csv": rows[:500]}
    for name, part in parts.items():
        part.write_csv(tmp_path / name)
    return ("--real", "r.csv", "--holdout", "h.csv", "--target", "buys", "--seed", "1", "--out", "out")


def test_copies_fail_beside_an_honest_table(understudy, files, tmp_path):
    code, out, err = understudy("compare", "honest.csv", "copies.csv", *files, "--with", "k-anonymity", "--json")
    assert code == 0, err
    found = {c["name"]: c for c in json.loads(out)["candidates"]}
    assert list(found) == ["honest.csv", "copies.csv", "k-anonymity"]
    assert found["copies.csv"]["verdict"] == "failed"
    assert found["honest.csv"]["verdict"] != "failed"
    assert not found["honest.csv"]["leaks"]
    assert found["honest.csv"]["frontier"]
    assert not found["copies.csv"]["frontier"]  # of great use, and it leaks
    assert found["copies.csv"]["membership"] > found["honest.csv"]["membership"] + 0.1
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert page.count("<circle") >= 3
    assert re.search(r'id="reason">honest.csv is the most useful', page)
    assert understudy("verify", "out")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing to compare"),
        (("--with", "k-anonimity"), "Did you mean 'k-anonymity'?"),
        (("none.csv",), "none.csv"),
        (("other.csv",), "no column 'age'"),
    ],
)
def test_what_cannot_be_compared_is_refused(understudy, files, tmp_path, arguments, says):
    pl.DataFrame({"x": [1, 2, 3]}).write_csv(tmp_path / "other.csv")
    code, _, err = understudy("compare", *arguments, *files)
    assert code == 1
    assert says in err
    assert not (tmp_path / "out").exists()


def test_the_library_compares_frames(files, tmp_path):
    assert files
    real, holdout, honest = (pl.read_csv(tmp_path / f"{name}.csv") for name in ("r", "h", "honest"))
    found = us.compare({"mine <b>": honest}, real=real, holdout=holdout, target="buys", seed=1)
    assert found.candidates[0].frontier
    assert "mine &lt;b&gt;" in found.to_html()
    assert json.loads(found.to_json())["candidates"][0]["name"] == "mine <b>"


def test_the_comparison_comes_as_markdown_where_asked(understudy, files, tmp_path):
    code, out, err = understudy("compare", "honest.csv", *files, "--format", "md", "--json")
    assert code == 0, err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"comparison.md", "comparison.json", "manifest.json"}
    assert json.loads(out)["report"].endswith("comparison.md")
    assert "| honest.csv (frontier) |" in (tmp_path / "out" / "comparison.md").read_text(encoding="utf-8")
