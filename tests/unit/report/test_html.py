import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from understudy.context import Finding
from understudy.data.table import Table
from understudy.report.build import About, build
from understudy.report.report import Gate
from understudy.report.writing import clean, number, percent, score_number, share_number
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema

NASTY = "<script>alert(1)</script>\"'&{{ 7*7 }}\u202eevil\x00\U0001f600\u05e9\u05dc\u05d5\u05dd"


class Page(HTMLParser):
    """Collects what a browser would see."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.ids, self.links, self.resources = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.ids += [attrs["id"]] if "id" in attrs else []
        if tag == "a":
            self.links.append(attrs["href"])
        self.resources += [attrs[k] for k in ("src", "srcset", "data", "poster", "action", "xlink:href") if k in attrs]
        self.resources += [attrs["href"]] if tag in {"link", "use", "image", "base"} and "href" in attrs else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(html):
    page = Page()
    page.feed(html)
    assert page.open == []
    return page


@pytest.fixture
def nasty(evaluation, gates):
    rng = np.random.default_rng(0)
    rows = pl.DataFrame(
        {
            NASTY: rng.normal(size=300),
            f"{NASTY}2": rng.choice([NASTY, "a", "b"], 300).tolist(),
        }
    )
    schema = TableSchema(columns={NASTY: Numerical(), f"{NASTY}2": Categorical()})
    table = Table.of(rows, schema)
    about = About(
        title=NASTY,
        target=NASTY,
        findings=[
            Finding(NASTY, "degraded", NASTY, NASTY),
            Finding("extremes.protected", "note", NASTY, f"fit/{NASTY}"),
            Finding("extremes.protected", "note", f"'{NASTY}'", "fit"),
        ],
        evidence={NASTY: (NASTY,)},
        model={
            "settings": {NASTY: NASTY},
            "governor": {NASTY: [NASTY]},
            "relations": [NASTY],
            "rules": [{"text": NASTY, "condition": NASTY, "when": [0.5], "column": f"{NASTY}2", "then": NASTY}],
        },
        provenance={NASTY: NASTY},
    )
    hostile = type(evaluation)(evaluation.scores, {NASTY: NASTY})
    return build(table, table, table, hostile, gates, about).to_html()


def test_nothing_from_the_data_becomes_markup(nasty):
    page = parsed(nasty)
    assert "script" not in page.tags
    assert "49" not in re.findall(r"&amp;(\d\d)", nasty)
    assert "&lt;script&gt;" in nasty
    assert "\u202e" not in nasty
    assert "\x00" not in nasty
    assert "\U0001f600" in nasty


def test_the_page_is_well_formed_with_unique_ids_and_links_that_lead_somewhere(report):
    page = parsed(report.to_html())
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_the_page_needs_nothing_from_elsewhere(report):
    html = report.to_html()
    assert set(parsed(html).resources) <= {"data:,"}
    assert not re.search(r"https?:|//[a-z]|@import|url\(", html)
    assert "default-src 'none'" in html


def test_the_verdict_comes_before_everything_else(report):
    html = report.to_html()
    assert 'data-verdict="failed"' in html
    places = [
        html.index(part) for part in ('id="verdict"', 'id="checks"', 'id="fidelity"', 'id="privacy"', 'id="found"')
    ]
    assert places == sorted(places)


def test_every_part_of_the_report_is_on_the_page(report):
    html = report.to_html()
    for words in (
        "people.csv", "An attacker can tell.", "No target column is named.", "city decides country", "Time ran out.",
        "72 distinct values", "2 levels of column &#39;city&#39; are rare", "where city is Pune",
        "leaf 20 → leaf 50", "ab12", "someone elses", "z.slow",
    ):  # fmt: skip
        assert words in html


def luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_has_enough_contrast_in_light_and_dark(report):
    themes = re.findall(r":root \{(.*?)\}", report.to_html(), flags=re.DOTALL)[:2]
    for theme in themes:
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", theme))
        for ground in ("paper", "surface", "soft"):
            for ink in ("ink", "muted", "syn", "good", "fair", "weak"):
                assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
        assert contrast(colour["syn"], colour["real-fill"]) >= 3 or contrast(colour["syn"], colour["surface"]) >= 3


def test_every_picture_is_labelled(report):
    pictures = re.findall(r"<svg [^>]*>", report.to_html())
    labelled = [p for p in pictures if 'role="img"' in p and "aria-label=" in p]
    hidden = [p for p in pictures if 'aria-hidden="true"' in p]
    glyphs = [p for p in pictures if 'class="glyph"' in p]
    assert len(pictures) == len(labelled) + len(hidden) + len(glyphs)


def test_three_hundred_columns_with_long_names_stay_under_three_megabytes(evaluation, gates):
    rng = np.random.default_rng(0)
    columns, rows = {}, {}
    for k in range(300):
        name = f"{k} " + "long name & more " * 30
        if k % 2:
            columns[name], rows[name] = Numerical(), rng.normal(size=400)
        else:
            columns[name] = Categorical()
            rows[name] = [f"level number {level} of a long kind" for level in rng.integers(0, 20, 400)]
    table = Table.of(pl.DataFrame(rows), TableSchema(columns=columns))
    about = About(evidence=dict.fromkeys(columns, ("400 rows " * 40,) * 5))
    html = build(table, table, None, evaluation, gates, about).to_html()
    assert len(html.encode()) < 3_000_000
    assert "Left out to keep the page small: the plots of the 180 most alike columns" in html
    assert "others are left out" in html


def test_numbers_are_written_for_reading():
    assert [number(x) for x in (0.98512, 1.0, -3.0, 12345.6, 32561, 0.0001, 1.68e-5, None)] == [
        "0.985", "1", "\u22123", "12,346", "32,561", "0.0001", "1.7\u202f\u00d7\u202f10⁻⁵", "\u2013",
    ]  # fmt: skip
    assert [percent(x) for x in (0.5, 0.0001, 0.0)] == ["50.0\u202f%", "<\u202f0.1\u202f%", "0.0\u202f%"]


def test_a_score_that_rounds_to_nothing_says_so_and_never_shows_a_minus_before_zero():
    assert [score_number(x) for x in (1.68e-5, -0.0002, 0.0, 0.5, 1.0, None)] == [
        "<\u202f0.001", ">\u202f\u22120.001", "0.000", "0.500", "1.000", "\u2013",
    ]  # fmt: skip
    assert [share_number(x) for x in (3e-5, 0.0009, 0.508, 0.9999, 1.0, 0.0)] == [
        "<\u202f0.01\u202f%", "0.09\u202f%", "50.8\u202f%", "99.99\u202f%", "100\u202f%", "0\u202f%",
    ]  # fmt: skip


def test_marks_that_turn_text_around_become_visible():
    assert clean("a\u202eb\u200fc\nd") == "a\ufffdb\ufffdc d"
    assert clean("x" * 100, 10) == "x" * 9 + "…"


def test_findings_of_one_kind_stand_together_and_name_their_columns(table, evaluation, gates):
    ends = [Finding("extremes.protected", "note", f"The ends of column '{c}' were moved.", "fit") for c in "abcdefgh"]
    about = About(
        findings=[*ends, Finding("race.chosen", "note", "auto chose 'x'."), Finding("race.chosen", "note", "B")]
    )
    html = build(table(60, 1), table(60, 2), None, evaluation, gates, about).to_html()
    assert html.count("The ends of column") == 1
    assert "likewise &#39;b&#39;, &#39;c&#39;, &#39;d&#39;, &#39;e&#39;, &#39;f&#39; and 2 more" in html
    assert "1 more of this kind" in html


def test_rules_that_may_be_coincidence_are_folded_and_counted(report):
    html = report.to_html()
    details = html[html.index("possibly coincidence") :].split("</details>")[0]
    assert "1 more rule, possibly coincidence" in html
    assert "where city is Pune" in details
    assert "where city is Pune" not in html[: html.index("possibly coincidence")]


def test_few_rows_are_said_beside_the_check_and_above_all(table, evaluation):
    gates = [
        Gate("valid_rows", passed=True, value=1.0, limit=1.0, text="Fine."),
        Gate("membership_auc_max", passed=True, value=0.5, limit=0.53, text="Wide.", underpowered=True),
        Gate("closer_max", passed=None, value=None, limit=0.55, text="Only 9 rows.", underpowered=True),
    ]
    report = build(table(60, 1), table(60, 2), None, evaluation, gates)
    assert report.verdict == "underpowered"
    assert "All 2 checks passed, but one of them is underpowered" in report.reason
    assert "one more could not be decided with so few rows" in report.reason
    html = report.to_html()
    assert "<h1>Too few rows to be sure" in html
    assert html.count('<span class="sub">underpowered</span>') == 1
    assert html.count('<span class="sub">too few rows</span>') == 1


def test_every_table_has_headers_and_the_page_a_language(report):
    html = report.to_html()
    assert '<html lang="en">' in html
    for table in re.findall(r"<table.*?</table>", html, flags=re.DOTALL):
        head, rows = table.split("</thead>")
        assert 'scope="col"' in head
        assert not re.search(r"<th[^>]*></th>", table)
        assert rows.count("<tr") == rows.count('scope="row"')
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_words_that_need_it_are_explained(report):
    html = report.to_html()
    for word in ("Unseen real rows", "95\u202f% interval", "Floor", "Ceiling", "AUC", "Underpowered"):
        assert f"<dt>{word}</dt>" in html.replace("95 % interval", "95\u202f% interval")
