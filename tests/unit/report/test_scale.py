import re

import pytest

from understudy.protocols import Score
from understudy.report.build import build
from understudy.report.report import Gate
from understudy.report.scale import privacy_scale


def gate(name, limit):
    return Gate(name, passed=True, value=0.5, limit=limit, text="Fine.")


@pytest.fixture
def scores(table, evaluation):
    def make(**found):
        return build(table(60, 1), table(60, 2), None, type(evaluation)(found), []).questions[0].scores

    return make


def test_a_copy_stands_at_one_end_and_what_leaks_nothing_at_the_other(scores):
    drawn = privacy_scale(scores(membership=Score(1.0), closeness=Score(0.5), copies=Score(0.5)), [])
    places = {float(x) for x in re.findall(r'<circle[^>]*cx="([\d.]+)"', drawn)}
    assert places == {12.0, 408.0, 210.0}


def test_limits_of_checks_stand_where_they_are_and_copies_by_nature_are_allowed(scores):
    found = scores(membership=Score(0.51, 0.5, 0.5, (0.49, 0.53)), copies=Score(0.1, 0.0, 0.2))
    drawn = privacy_scale(found, [gate("membership_auc_max", 0.6), gate("copies_excess_max", 0.1)])
    limits = [float(x) for x in re.findall(r'class="limit" d="M([\d.]+)', drawn)]
    assert sorted(limits) == pytest.approx([12 + 396 * 0.2, 12 + 396 * 0.3], abs=0.06)
    assert "limit 0.600" in drawn
    assert 'class="floor"' in drawn
    assert 'class="ceiling"' in drawn


def test_without_such_scores_nothing_is_drawn(scores):
    assert privacy_scale(scores(marginals=Score(0.9)), []) is None


def test_it_is_in_the_privacy_section_only(report):
    page = report.to_html()
    assert page.count('class="fig scale"') == 1
    assert page.index('id="privacy"') < page.index('class="fig scale"') < page.index('id="found"')
