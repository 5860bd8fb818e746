import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.diversity.categories_coverage import CategoriesCoverage
from understudy.schema.column import Categorical, Numerical

LEVELS = {"k": Categorical()}


def test_rare_levels_are_counted_with_their_relative_error(make, run):
    real = make(LEVELS, {"k": ["a"] * 992 + ["b"] * 4 + ["c"] * 4})
    synthetic = make(LEVELS, {"k": ["a"] * 998 + ["b"] * 2})
    score = CategoriesCoverage()(real, synthetic, None, run)
    assert score.value == 0.5
    rows = score.details.select("column", "level", "present", "relative_error").rows()
    assert rows == [("k", "b", True, pytest.approx(0.5)), ("k", "c", False, 1.0)]


def test_without_rare_levels_it_declines(make, run):
    table = make(LEVELS, {"k": ["a", "b"]})
    with pytest.raises(NotApplicable, match="Every category"):
        CategoriesCoverage()(table, table, None, run)


def test_without_categories_it_declines(make, run):
    table = make({"x": Numerical()}, {"x": [1.0]})
    with pytest.raises(NotApplicable, match="no categorical"):
        CategoriesCoverage()(table, table, None, run)
