"""``understudy audit`` as a user calls it."""

import json

import polars as pl
import pytest

import understudy as us


@pytest.fixture
def files(people, tmp_path):
    """Write training, unseen and honest synthetic rows, and synthetic rows that are copies."""
    rows = pl.read_csv(people(2200, "all.csv"))
    parts = {"r.csv": rows[:1000], "h.csv": rows[1000:1600], "s.csv": rows[1600:], "copies.csv": rows[:600]}
    for name, part in parts.items():
        part.write_csv(tmp_path / name)
    return ("audit", "--real", "r.csv", "--holdout", "h.csv", "--seed", "1", "--out", "out")


def test_copies_end_with_2_and_honest_rows_do_not(understudy, files, tmp_path):
    code, out, _ = understudy(*files, "--synthetic", "copies.csv", "--level", "fast", "--json")
    verdict = json.loads(out)
    assert code == verdict["exit_code"] == 2
    assert verdict["verdict"] == "failed"
    assert "copies: identical" in verdict["leaks"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"audit.html", "audit.json", "manifest.json"}
    assert understudy("verify", "out")[0] == 0
    assert understudy("verify", "out", "--rerun")[0] == 1
    code, out, _ = understudy(*files[:-1], "again", "--synthetic", "s.csv", "--level", "fast")
    assert code == 0
    assert "No leak" in out
    assert "Report: again/audit.html" in out.replace("\\", "/")


def test_the_same_seed_gives_the_same_figures(understudy, files, tmp_path):
    for out, workers in (("a", 1), ("b", 2)):
        understudy(*files[:-1], out, "--synthetic", "s.csv", "--level", "fast", "--workers", workers)
    first, second = (json.loads((tmp_path / name / "audit.json").read_text(encoding="utf-8")) for name in "ab")
    assert first.pop("seconds") > 0
    assert second.pop("seconds") > 0
    assert first == second


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--synthetic", "none.csv"), "none.csv"),
        (("--synthetic", "s.csv", "--secret", "agee"), "Did you mean 'age'?"),
        (("--synthetic", "s.csv", "--synthesizer", "forst"), "Did you mean 'forest'?"),
        (("--synthetic", "s.csv", "--model", "r.csv"), "r.csv"),
        (("--synthetic", "s.csv", "--level", "slow"), "slow"),
        (("--synthetic", "other.csv"), "no column 'age'"),
        (("--synthetic", "short.csv", "--holdout", "short.csv"), "Only 3 training and unseen rows"),
    ],
)
def test_wrong_input_is_one_sentence_and_nothing_is_written(understudy, files, tmp_path, more, said):
    pl.DataFrame({"x": [1, 2, 3]}).write_csv(tmp_path / "other.csv")
    pl.read_csv(tmp_path / "h.csv").head(3).write_csv(tmp_path / "short.csv")
    code, _, err = understudy(*files, *more)
    assert code == 1
    assert said in err
    assert len(err.strip().splitlines()[-1].split(". ")) < 5
    assert not (tmp_path / "out").exists()


def test_the_library_does_the_same(files, tmp_path):
    assert files
    frames = {what: pl.read_csv(tmp_path / f"{what[0]}.csv") for what in ("real", "holdout", "synthetic")}
    report = us.audit(**frames, level="fast", seed=1, secrets=["buys"])
    assert report.verdict in {"passed", "underpowered"}
    assert report.audit.rows["attacked"] == 500
    report.to_html(tmp_path / "audit.html")
    assert "<h1>" in (tmp_path / "audit.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("form", "names"), [("md", {"audit.md", "audit.json"}), ("json", {"audit.json"})])
def test_the_report_comes_in_the_form_asked_for(understudy, files, tmp_path, form, names):
    arguments = (*files, "--synthetic", "s.csv", "--level", "fast", "--format", form)
    code, out, err = understudy(*arguments, "--json")
    assert code == 0, err
    assert {path.name for path in (tmp_path / "out").iterdir()} == names | {"manifest.json"}
    assert json.loads(out)["report"].endswith(f"audit.{form}")
    if form == "md":
        told = (tmp_path / "out" / "audit.md").read_text(encoding="utf-8")
        assert "## Could a leak have been seen?" in told
        assert "Counts of groups of columns" in told


def test_a_model_is_asked_how_likely_it_makes_rows(understudy, files, tmp_path):
    assert understudy("fit", "r.csv", "--synthesizer", "forest", "--seed", "1", "-o", "m.understudy")[0] == 0
    code, _, err = understudy(*files, "--synthetic", "s.csv", "--level", "fast", "--model", "m.understudy")
    assert code == 0, err
    found = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    assert "likelihood" not in found["skipped"]
    assert "Likelihood under the model itself" in (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["inputs"]) == {"real", "synthetic", "holdout", "model"}
    assert understudy("fit", "r.csv", "--synthesizer", "gaussian_copula", "--seed", "1", "-o", "g.understudy")[0] == 0
    again = [*files[:-1], "again", "--synthetic", "s.csv", "--level", "fast", "--model", "g.understudy"]
    assert understudy(*again)[0] == 0
    assert "likelihood" in json.loads((tmp_path / "again" / "audit.json").read_text(encoding="utf-8"))["skipped"]
