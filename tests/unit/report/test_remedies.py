import ast
from pathlib import Path

import pytest

import understudy
from understudy.context import Finding
from understudy.report.build import About, build
from understudy.report.remedies import REMEDIES, remedy

SOURCE = Path(understudy.__file__).parent


def calls_of_find(tree):
    """Calls of a run's ``find``, not of a text's, each with the loop that is around it, if any."""
    loops = {id(inner): node for node in ast.walk(tree) if isinstance(node, ast.For) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "find" and of_a_run(node.func.value):
            yield node, loops.get(id(node))


def codes_of(tree):
    """Codes that are given to ``find`` literally, or by a loop over literal ones."""
    for call, loop in calls_of_find(tree):
        words = [call.args[0]] if isinstance(call.args[0], ast.Constant) else list(ast.walk(loop.iter))
        yield from (word.value for word in words if isinstance(word, ast.Constant) and "." in str(word.value))


def of_a_run(node):
    """Whether a thing is a run by its name, rather than text that is searched."""
    named = getattr(node, "attr", getattr(node, "id", ""))
    return named in {"run", "place"} or (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "child")


def emitted():
    return {code for path in SOURCE.rglob("*.py") for code in codes_of(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_code_of_the_source_has_its_advice_and_none_is_left_over():
    assert len(emitted()) > 30
    assert emitted() == set(REMEDIES)


def test_no_finding_goes_round_the_search_above():
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Finding"]
        assert not made or path.name == "context.py"
        for call, loop in calls_of_find(tree):
            assert isinstance(call.args[0], ast.Constant) or loop is not None or path.name == "context.py"


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_advice_is_one_sentence(code):
    text = REMEDIES[code]
    assert text[0].isupper()
    assert text.endswith(".")
    assert ". " not in text


def test_advice_stands_beside_its_finding_on_page_and_in_markdown(table, evaluation, gates):
    findings = [
        Finding("fit.budget", "degraded", "Time ran out.", "fit"),
        Finding("of.others", "note", "Just so.", "x"),
    ]
    report = build(table(60, 1), table(60, 2), None, evaluation, gates, About(findings=findings))
    page, told = report.to_html(), report.to_markdown()
    for said in (page, told):
        assert said.index("Time ran out.") < said.index(remedy("fit.budget"))
    assert page.count('class="todo"') == 1
    assert remedy("of.others") == ""
