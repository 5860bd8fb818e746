"""A blind review from the page to the rate of right guesses; skips the page's part where there is no Chromium."""

import json
import re
from html import unescape

import polars as pl
import pytest

from understudy.pipeline.reviewing import score_review

FILL = """<script>
addEventListener("load", () => {
  const real = new Set(REAL);
  for (const record of document.querySelectorAll("[data-record]")) {
    const number = Number(record.dataset.record);
    record.querySelector(`input[value=${real.has(number) ? "real" : "synthetic"}]`).click();
    if (!real.has(number)) record.querySelector("input[value=no]").click();
    record.querySelector(".note").value = "because <b>" + number;
  }
  HTMLAnchorElement.prototype.click = function () {
    fetch(this.href).then(r => r.text()).then(text => { document.title = this.download + "|" + text; });
  };
  document.getElementById("save").click();
});
</script>"""


@pytest.fixture
def tables(people, tmp_path):
    people(60, "r.csv")
    rows = pl.read_csv(people(60, "s.csv")).with_columns(city=pl.lit("<i>Atlantis"))
    rows.write_csv(tmp_path / "s.csv")
    return ("review", "make", "--real", "r.csv", "--synthetic", "s.csv", "-n", "12", "--seed", "4")


@pytest.fixture
def made(understudy, tables, tmp_path):
    code, out, _ = understudy(*tables)
    assert code == 0
    assert "review score" in out
    return tmp_path / "review.html", json.loads((tmp_path / "review.key.json").read_text(encoding="utf-8"))


def answers(key, path, *, wrong=0, **more):
    said = [
        {"record": n, "guess": "synthetic" if (str(n) in key["synthetic"]) != (n <= wrong) else "real"}
        for n in range(1, 13)
    ]
    path.write_text(json.dumps({"review": key["review"], "answers": said} | more), encoding="utf-8")
    return path


def test_the_page_shows_both_kinds_and_no_answer(made):
    page, key = made
    text = page.read_text(encoding="utf-8")
    assert text.count("<article ") == key["records"]
    assert len(key["synthetic"]) == 6
    assert text.count("&lt;i&gt;Atlantis") == 6
    assert "<i>" not in text
    assert key["synthetic"].keys() != {str(n) for n in range(1, 7)}  # in no order
    assert not re.search(r"https?://", text)


def test_answers_that_are_given_in_a_browser_can_be_scored(made, understudy, tmp_path, chromium):
    page, key = made
    real = [n for n in range(1, 13) if str(n) not in key["synthetic"]]
    text = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
    filled = tmp_path / "filled.html"
    filled.write_text(text.replace("</body>", FILL.replace("REAL", json.dumps(real)) + "</body>"), encoding="utf-8")
    dom = chromium(filled, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=4000")
    assert "12 of 12 records answered." in dom
    name, _, saved = unescape(re.search(r"<title>(.*?)</title>", dom, re.DOTALL)[1]).partition("|")
    assert name == "answers-4-12.json"
    (tmp_path / name).write_text(saved, encoding="utf-8")
    code, out, _ = understudy("review", "score", name, "--key", "review.key.json")
    assert code == 0
    assert "12 of 12 guesses were right: 100 %" in out.replace("100%", "100 %")
    assert "6 of 6 synthetic records were called implausible." in out
    assert "0 of 0 real records" in out
    assert "because <b>" in out


def test_the_rate_has_its_exact_interval(made, tmp_path):
    found = score_review([answers(made[1], tmp_path / "a.json", wrong=3)], tmp_path / "review.key.json")
    assert (found.right, found.guesses) == (9, 12)
    assert found.interval == pytest.approx((0.4281, 0.9451), abs=1e-3)
    assert found.p == pytest.approx(0.073, abs=1e-3)
    assert found.implausible_more is None


def test_several_reviewers_count_together(made, understudy, tmp_path):
    for name, wrong in (("a.json", 0), ("b.json", 6)):
        answers(made[1], tmp_path / name, wrong=wrong)
    code, out, _ = understudy("review", "score", "a.json", "b.json", "--key", "review.key.json", "--json")
    assert code == 0
    assert json.loads(out)["reviewers"] == 2
    assert json.loads(out)["rate"] == 0.75


def test_the_same_seed_makes_the_same_page(made, understudy, tables):
    page, _ = made
    first = page.read_bytes()
    assert understudy(*tables)[0] == 0
    assert page.read_bytes() == first


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"review": "9-12"}, "Give its own key"),
        ({"answers": [{"record": 13}]}, "record 13 of 12"),
        ({"answers": [{"record": 1}, {"record": 1}]}, "one record twice"),
        ({"answers": [{"record": 1, "guess": "maybe"}]}, "answers.0.guess"),
        ({"answers": 3}, "answers"),
    ],
)
def test_answers_of_another_page_are_refused(made, understudy, tmp_path, change, says):
    answers(made[1], tmp_path / "a.json", **change)
    code, _, err = understudy("review", "score", "a.json", "--key", "review.key.json")
    assert code == 1
    assert says in err


@pytest.mark.parametrize(
    ("more", "says"), [(("-n", 200), "60 rows where 100"), (("-n", 1), "-n"), (("--real", "none.csv"), "none.csv")]
)
def test_what_cannot_be_reviewed_is_refused(understudy, tables, tmp_path, more, says):
    code, _, err = understudy(*tables, *more)
    assert code == 1
    assert says in err
    assert not (tmp_path / "review.html").exists()
    assert not (tmp_path / "review.key.json").exists()
