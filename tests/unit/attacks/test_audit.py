import json

import numpy as np
import polars as pl
import pytest

from understudy import catalog
from understudy.attacks import limits
from understudy.attacks.audit import Holds, audit
from understudy.attacks.ladder import copied
from understudy.attacks.limits import Limits
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import NotApplicable, UnknownName
from understudy.execution.local import Local
from understudy.report.audit import AuditReport


@pytest.fixture
def sides(people):
    return people(1, 3000), people(2, 1500)


def by_name(found):
    return {line.name: line for line in found.lines}


def test_rows_of_the_population_pass(sides, people, run):
    real, holdout = sides
    found = audit(real, people(3, 3000), holdout, "standard", run)
    assert found.verdict == "passed"
    assert "not a proof" in found.reason
    assert {line.question for line in found.lines} == {
        *("membership", "copies", "distances", "attribute", "singling out", "linkability"),
    }
    assert all(control.seen for control in found.controls)
    assert set(found.skipped) == {"likelihood"}
    assert not any(line.leak for line in found.lines)


def test_rows_that_are_copied_in_part_fail(sides, run):
    real, holdout = sides
    made = Table.of(copied(real.rows, 0.2, 3000, run.child("made")), real.schema)
    found = audit(real, made, holdout, "fast", run)
    assert found.verdict == "failed"
    assert "leaks found" in found.reason
    assert by_name(found)["nearest"].leak
    assert by_name(found)["identical"].leak


def test_a_few_copies_fail_alone(sides, people, run):
    real, holdout = sides
    made = Table.of(pl.concat([people(3, 3000).rows, real.rows.head(60)]), real.schema)
    found = audit(real, made, holdout, "fast", run)
    assert found.verdict == "failed"
    assert [line.name for line in found.lines if line.leak] == ["identical"]


def test_with_few_rows_nothing_is_proved(people, run):
    found = audit(people(1, 260), people(3, 260), people(2, 60), "fast", run)
    assert found.verdict == "underpowered"
    assert not all(control.seen for control in found.controls)
    with pytest.raises(NotApplicable):
        audit(people(1, 260), people(3, 260), people(2, 30), "fast", run)


def test_limits_decide_what_a_leak_is(sides, run):
    real, holdout = sides
    made = Table.of(copied(real.rows, 0.2, 3000, run.child("made")), real.schema)
    strict, lax = (
        by_name(audit(real, made, holdout, "fast", run, limits=Limits(auc=auc, caught=1)))["nearest"].leak
        for auc in (0.5, 0.99)
    )
    assert strict
    assert not lax


def test_named_secrets_are_guessed_and_others_refused(sides, people, run):
    real, holdout = sides
    found = audit(real, people(3, 1000), holdout, "fast", run, secrets=["city"])
    assert {line.name for line in found.lines if line.question == "attribute"} == {
        "city: model",
        "city: nearest",
        "city: class",
    }
    with pytest.raises(UnknownName, match="Did you mean 'city'"):
        audit(real, people(3, 1000), holdout, "fast", run, secrets=["cty"])


def test_a_thorough_audit_fits_anew_or_says_why_not(sides, people, run, monkeypatch):
    short = limits.LEVELS["fast"].model_copy(update={"shadows": 4, "canaries": 100})
    monkeypatch.setitem(limits.LEVELS, "thorough", short)
    real, holdout = sides
    made = people(3, 3000)
    without = audit(real, made, holdout, "thorough", run)
    assert {"shadow_ratios", "canaries"} <= set(without.skipped)
    fits = []

    def refit(rows, n, _run):
        fits.append(rows.n_rows)
        return people(9, n)

    found = audit(real, made, holdout, "thorough", run, holds=Holds(refit))
    assert {"shadow_ratios", "canaries"} <= set(by_name(found))
    assert len(fits) == 5
    assert found.verdict == "passed"


def test_workers_do_not_change_a_finding(sides, people):
    real, holdout = sides
    made = people(3, 2000)
    one, two = (audit(real, made, holdout, "fast", Run(3, executor=Local(n)), ["age"]) for n in (1, 2))
    assert one.lines == two.lines
    assert one.controls == two.controls
    assert audit(real, made, holdout, "fast", Run(4), ["age"]).lines != one.lines


def test_most_rows_recurring_is_a_finding(people, run):
    few = people(1, 40).rows
    tables = [Table.of(pl.concat([few] * n), people(1, 1).schema) for n in (20, 20, 10)]
    found = audit(*tables, "fast", run)
    assert "audit.recurring" in {finding.code for finding in run.findings.all()}
    assert found.verdict in {"passed", "underpowered"}


def test_the_page_says_it_all_and_escapes_names(sides, people, run):
    real, holdout = sides
    name = "<script>alert(1)</script>"
    tables = [
        Table.of(table.rows.rename({"city": name}), real.schema.model_copy(update={"columns": renamed(real, name)}))
        for table in (real, people(3, 2000), holdout)
    ]
    found = audit(*tables, "fast", run, secrets=[name])
    report = AuditReport(name, found, run.findings.all(), {"seed": 5})
    page = report.to_html()
    assert "<script>" not in page
    assert 'data-verdict="passed"' in page
    for line in found.lines:
        if line.name != "ladder":
            assert line.title.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "Copy ladder" in page
    assert len(page) < 300_000
    values = json.loads(report.to_json())
    assert values["verdict"] == "passed"
    assert len(values["lines"]) == len(found.lines)
    assert "passed" in repr(report)


def renamed(table, name):
    return {name if key == "city" else key: column for key, column in table.schema.columns.items()}


BOLD = {"min_leaf": 2, "governor": False, "protection": {"rare_rows": 1, "extreme_rows": 1}}


@pytest.mark.parametrize(("name", "options", "leaks"), [("forest", BOLD, True), ("independent", {}, False)])
def test_a_model_that_remembers_is_told_by_its_likelihoods(sides, run, name, options, leaks):
    real, holdout = sides
    fitted = catalog.load("synthesizers", name)(**options).fit(real, run.child("fit"))
    made = fitted.sample(2000, run.child("made"))
    found = audit(real, made, holdout, "fast", run, holds=Holds(likelihood=fitted.log_likelihood))
    line = by_name(found)["likelihood"]
    assert line.leak is leaks
    assert "nats in mean" in line.text
    assert "likelihood" not in found.skipped
    assert line.question == "model"
    assert line.details["gap_interval"][0] <= line.details["gap"]
    rows_leak = any(x.leak for x in found.lines if x.question != "model")
    assert ("Who holds the rows alone" in found.reason) is (leaks and not rows_leak)


def test_rows_that_a_model_could_never_make_are_counted(sides, people, run):
    real, holdout = sides

    def half(rows):
        return np.where(np.arange(rows.n_rows) % 2, -np.inf, -3.0)

    found = audit(real, people(3, 2000), holdout, "fast", run, holds=Holds(likelihood=half))
    assert "It could never make" in by_name(found)["likelihood"].text
    assert not by_name(found)["likelihood"].leak
