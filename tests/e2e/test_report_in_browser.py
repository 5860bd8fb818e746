"""Opens a report in headless Chromium, as a reader would. Skips where there is no Chromium."""

import html as markup
import re

import numpy as np
import polars as pl
import pytest

from understudy.context import Finding
from understudy.data.table import Table
from understudy.metrics.evaluate import Evaluation
from understudy.protocols import Score
from understudy.report.build import About, build
from understudy.report.report import Gate
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema

MEASURE = """<iframe id="page" style="border:0;width:{width}px;height:4000px" srcdoc="{page}"></iframe>
<script>
document.getElementById("page").addEventListener("load", event => {{
  const page = event.target.contentDocument;
  for (const details of page.querySelectorAll("details")) details.open = true;
  const out = [...page.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > {width} + 1
    && !e.closest("svg") && getComputedStyle(e).position !== "absolute").map(e => e.tagName + "." + e.className);
  document.title = (page.documentElement.scrollWidth <= {width} ? "fits" : "overflows") + out.join(" ");
}});
</script>"""


def table(seed):
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, 900)
    rows = pl.DataFrame(
        {
            "age": age,
            "a_column_with_a_very_long_name_that_does_not_fit_anywhere": age * 12345.678 + rng.normal(0, 9000, 900),
            "<script>document.title='broken'</script>": rng.choice(["<b>bold</b>", "plain"], 900).tolist(),
            "\u05e9\u05dc\u05d5\u05dd": rng.choice(
                ["\U0001f600", "a level with a very long name indeed"], 900
            ).tolist(),
        }
    )
    kinds = (Numerical(decimals=0), Numerical(), Categorical(), Categorical())
    return Table.of(rows, TableSchema(columns=dict(zip(rows.columns, kinds, strict=True))))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    evaluation = Evaluation(
        {
            "marginals": Score(0.996, 0.997, 0.9965, (0.995, 0.997)),
            "membership": Score(0.61, 0.5, 0.5, (0.59, 0.63)),
        }
    )
    gates = [
        Gate("valid_rows", passed=True, value=1.0, limit=1.0, text="All rows obey the schema."),
        Gate("membership_auc_max", passed=False, value=0.61, limit=0.53, text="An attacker can tell."),
    ]
    about = About(
        title="people.csv",
        findings=[Finding("a.b", "note", "n" * 300)],
        model={"settings": {"order": ["age"] * 80}},
        provenance={"sha256 of the input": "ab" * 32},
    )
    place = tmp_path_factory.mktemp("report") / "report.html"
    build(table(1), table(2), table(3), evaluation, gates, about).to_html(place)
    return place


def test_the_verdict_can_be_read_in_a_browser(page, tmp_path, chromium):
    dom = chromium(page, tmp_path, "--dump-dom")
    assert re.search(r'id="verdict" data-verdict="failed"', dom)
    assert re.search(r"<h1>Not fit for use", dom)
    reason = markup.unescape(re.search(r'id="reason">(.*?)</p>', dom)[1])
    assert reason.startswith("1 of 2 checks failed")


def test_hostile_names_stay_text_in_a_browser(page, tmp_path, chromium):
    dom = chromium(page, tmp_path, "--dump-dom")
    assert "<title>Not fit for use" in dom
    assert "<script" not in dom
    assert "<b>bold" not in dom


def test_the_page_is_one_small_file_that_asks_for_nothing(page):
    html = page.read_text(encoding="utf-8")
    assert len(html.encode()) < 3_000_000
    assert not re.search(r"https?://", html)


@pytest.mark.parametrize("width", [360, 1000, 1600])
def test_nothing_sticks_out_at_any_width(page, tmp_path, width, chromium):
    without_policy = re.sub(r"<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8"))
    outer = tmp_path / "outer.html"
    outer.write_text(MEASURE.format(width=width, page=markup.escape(without_policy)), encoding="utf-8")
    dom = chromium(outer, tmp_path / "profile", "--dump-dom", "--window-size=1700,4000")
    measured = markup.unescape(re.search(r"<title>(.*?)</title>", dom)[1])
    assert measured == "fits"


@pytest.mark.parametrize("scheme", [0, 1])
def test_the_page_follows_the_colour_scheme(page, tmp_path, scheme, chromium):
    shot = tmp_path / "shot.png"
    preferred = f"--blink-settings=preferredColorScheme={scheme}"
    chromium(page, tmp_path / "profile", preferred, f"--screenshot={shot}", "--window-size=1000,1200")
    other = tmp_path / "other.png"
    preferred = f"--blink-settings=preferredColorScheme={1 - scheme}"
    chromium(page, tmp_path / "profile", preferred, f"--screenshot={other}", "--window-size=1000,1200")
    assert shot.stat().st_size > 20_000
    assert shot.read_bytes() != other.read_bytes()
