import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fidelity.detection_where import DetectionWhere
from understudy.schema.column import Categorical, Numerical

COLUMNS = {"x": Numerical(), "y": Numerical(), "k": Categorical()}


def draw(make, seed, n=3000, spoilt=""):
    """Give rows whose x and y belong together, but for those of one level."""
    rng = np.random.default_rng(seed)
    k = rng.choice(["a", "b", "c"], n, p=[0.5, 0.4, 0.1])
    x = rng.normal(size=n)
    y = np.where(k == spoilt, rng.permutation(x), x) + 0.1 * rng.normal(size=n)
    return make(COLUMNS, {"x": x, "y": y, "k": k.tolist()})


def test_the_region_that_gives_the_rows_away_comes_first(make, run):
    score = DetectionWhere()(draw(make, 1), draw(make, 2, spoilt="c"), None, run)
    regions = score.details.filter(measure="region")
    assert regions.row(0, named=True)["level"] == "c"
    assert score.value < 0.5
    assert score.value == pytest.approx(2 - 2 * regions["auc_low"].max())
    columns = score.details.filter(measure="column")
    assert set(columns["column"].to_list()[:2]) == {"x", "y"}
    assert (columns["least_fall"] <= columns["auc_fall"]).all()


def test_fresh_rows_give_themselves_away_nowhere(make, run):
    assert DetectionWhere()(draw(make, 1), draw(make, 2), None, run).value > 0.9


def test_regions_of_a_quantity_are_fifths_and_what_is_missing(make, run):
    columns = {"x": Numerical()}

    def column(seed, shift):
        x = np.random.default_rng(seed).normal(size=1000)
        x = np.where(x > 0.8416, x + shift, x)  # the last fifth
        return make(columns, {"x": [None] * 200 + x.tolist()})

    regions = DetectionWhere()(column(1, 0), column(2, 3), None, run).details.filter(measure="region")
    worst = regions.row(0, named=True)
    assert (worst["begins"], worst["ends"]) == pytest.approx((0.8, 1.0), abs=0.01)
    assert regions["ends"].null_count() == 1
    assert regions.height == 6


def test_regions_of_few_rows_are_none(make, run):
    details = DetectionWhere(fewest=1000)(draw(make, 1), draw(make, 2), None, run).details
    assert set(details.filter(measure="region")["level"]) == {"a", "b"}
    with pytest.raises(NotApplicable, match="only 9 rows"):
        DetectionWhere()(draw(make, 1), draw(make, 2, 9), None, run)
