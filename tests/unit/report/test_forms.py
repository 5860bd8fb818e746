import json
import re
from xml.etree import ElementTree as ET

import pytest

from understudy.attacks.audit import Audit
from understudy.attacks.lines import Line
from understudy.context import Finding
from understudy.errors import OutputError
from understudy.report.advice import Advice, Option
from understudy.report.audit import AuditReport
from understudy.report.comparison import Candidate, Comparison
from understudy.report.output import write_forms

NASTY = "<script>x</script>|*"


def advice(measure="auc", ends=(0.01, 0.03)):
    measures = {measure: 0.9, "recall": 0.4}
    middle = sum(ends) / 2
    return Advice(
        use="real_and_1",
        sentence=f"Use both: {NASTY}.",
        instead="Synthetic rows alone are worse.",
        target=NASTY,
        measure=measure,
        learner="linear",
        options=(
            Option("real", "the real rows alone", 1200, 0, 0.9, None, None, measures),
            Option("synthetic", "synthetic rows alone", 0, 1200, 0.8, -0.1, (-0.12, -0.08), measures),
            Option("real_and_1", "the real rows with as many synthetic ones", 1200, 1200, 0.92, middle, ends, measures),
        ),
        skipped={"smote": "imbalanced-learn is not installed."},
        holdout_rows=300,
        synthesizer="forest",
        seed=7,
        findings=(Finding("fit.budget", "degraded", "Time ran out.", "fit"),),
        title="people.csv",
    )


def candidate(name, **more):
    plain = {"technique": False, "rows": 900, "verdict": "passed", "reason": "All 6 checks passed.", "fidelity": 0.9}
    plain |= {"utility": 0.95, "membership": 0.51, "copied": 0.0, "leaks": (), "scores": {"copies": 0.01}}
    return Candidate(name=name, **(plain | more))


def comparison():
    leaks = {"verdict": "failed", "membership": 0.8, "leaks": ("Rows that equal real ones",), "scores": {}}
    found = candidate("ours", frontier=True), candidate(NASTY, technique=True, reason="1 of 6 checks failed.", **leaks)
    return Comparison(
        "people.csv",
        "buys",
        found,
        {"seed": 7},
        findings=(Finding("compare.not_attacked", "degraded", "Too short.", ""),),
    )


@pytest.fixture
def audit():
    def line(question, name, leak, limit=0.55):
        return Line(
            question, name, f"{name} tried", 0.7, 0.5, (0.6, 0.8), 0.001, limit, leak, 100, f"{NASTY} {name} says so."
        )

    lines = (
        line("membership", "nearest", leak=True),
        line("attribute", "pay: model", leak=False),
        line("copies", "ladder", leak=False, limit=None),
        line("privacy loss", "canaries", leak=False, limit=None),
    )
    rows = {"synthetic": 900, "reference": 300, "attacked": 100, "training": 1200, "unseen": 300}
    fields = dict.fromkeys(Audit.__dataclass_fields__)
    fields |= {
        "level": "fast",
        "verdict": "failed",
        "reason": "It leaks.",
        "lines": lines,
        "controls": (),
        "rows": rows,
    }
    fields |= {"skipped": {"shadow_ratios": "It takes long."}, "seconds": 1.0}
    return AuditReport(
        NASTY, Audit(**fields), (Finding("audit.recurring", "note", "Rows recur.", "audit"),), {"seed": 7}
    )


def words(page):
    """Give what a page says, without marks and pictures."""
    page = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_markdown_says_what_the_pages_say(audit):
    for report, said in (
        (advice(), ["Synthetic rows alone are worse.", "imbalanced-learn is not installed.", "Time ran out.", "0.92"]),
        (comparison(), ["All 6 checks passed.", "Rows that equal real ones", "frontier", "0.510", "Too short. Give"]),
        (
            audit,
            ["It leaks.", "nearest says so.", "canaries says so.", "ladder says so.", "It takes long.", "Rows recur."],
        ),
    ):
        page, told = words(report.to_html()), report.to_markdown()
        for part in said:
            assert part in page
            assert part in told


def test_nothing_from_the_data_becomes_markup_in_any_form(audit):
    for report in (advice(), comparison(), audit):
        assert "<script" not in report.to_html()
        # In Markdown, a mark with a backslash before it is none.
        assert not re.search(r"(?<!\\)<script", report.to_markdown())


@pytest.mark.parametrize(
    ("form", "files"), [("html", ["a.html", "b.json"]), ("md", ["a.md", "b.json"]), ("json", ["b.json"])]
)
def test_json_is_always_written_and_the_form_asked_for(tmp_path, form, files):
    shown = write_forms(advice(), tmp_path, form, "a", "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert shown.name == files[0]
    assert json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))["format"] == 1


def test_a_folder_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(OutputError, match="Choose another place"):
        write_forms(advice(), tmp_path / "no", "html", "a")


def test_the_picture_of_mixtures_puts_gains_right_and_says_which_are_sure():
    page = advice().to_html()
    svg = ET.fromstring(re.search(r'<svg class="fig mixtures".*?</svg>', page, re.DOTALL)[0])  # noqa: S314 - our own
    dots = list(svg.iter("circle"))
    assert [dot.get("class") for dot in dots] == ["value weak", "value good"]
    zero = float(next(x for x in svg.iter("line") if x.get("class") == "ceiling").get("x1"))
    assert float(dots[0].get("cx")) < zero < float(dots[1].get("cx"))


@pytest.mark.parametrize(("ends", "state"), [((0.01, 0.03), "weak"), ((-0.03, -0.01), "good"), ((-0.01, 0.03), "")])
def test_where_less_is_better_a_fall_is_a_gain(ends, state):
    page = advice("rmse", ends).to_html()
    assert re.findall(r'<circle class="value (\w*)"', page)[1] == state
    assert "less is better" in page


def test_every_picture_has_a_label_and_every_scrolling_box_takes_the_keyboard(audit, report):
    for made in (advice(), comparison(), audit, report):
        page = made.to_html()
        for tag in re.findall(r"<svg [^>]*>", page):
            assert (
                'aria-hidden="true"' in tag
                or "glyph" in tag
                or ('role="img"' in tag and re.search(r'aria-label="[^"]+"', tag))
            )
        for tag in re.findall(r'<div class="scroll"[^>]*>', page):
            assert 'tabindex="0"' in tag
            assert "aria-label=" in tag
        assert 'lang="en"' in page
        assert "focus-visible" in page
