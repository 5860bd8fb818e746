from understudy.context import Finding
from understudy.protocols import Score
from understudy.report.build import About, build
from understudy.report.report import Gate


def test_markdown_says_what_the_page_says(table, evaluation):
    scores = {"marginals": Score(0.99, 0.5, 0.995, (0.98, 1.0)), "copies": Score(0.0, 0.0, 0.001, (0.0, 0.01))}
    gates = [
        Gate("valid_rows", passed=False, value=0.9, limit=1.0, text="No.", least=True),
        Gate("closer_max", passed=None, value=None, limit=0.55, text="Not judged."),
    ]
    about = About(title="a_b|c <i>.csv", findings=[Finding("x.y", "note", "Column '*' holds [odd] marks.")])
    text = build(
        table(60, 1), table(60, 2), None, type(evaluation)(scores, {"tstr": "No target."}), gates, about
    ).to_markdown()
    assert text.startswith("# Failed: a\\_b\\|c \\<i\\>.csv\n")
    assert "| Rows are valid | 90.0\u202f% | at least 100\u202f% | **failed** |" in text
    assert "| Single columns | 0.990 | 0.980 to 1.000 | 0.500 | 0.995 |" in text
    assert "- tstr: No target." in text
    assert "- Column '\\*' holds \\[odd\\] marks." in text
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.replace("\\|", "").count("|") in {5, 7}


def test_markdown_is_written_where_asked(table, evaluation, tmp_path):
    report = build(table(60, 1), table(60, 2), None, type(evaluation)({}), [])
    assert (tmp_path / "report.md").write_text("") == 0
    assert report.to_markdown(tmp_path / "report.md") == (tmp_path / "report.md").read_text(encoding="utf-8")
