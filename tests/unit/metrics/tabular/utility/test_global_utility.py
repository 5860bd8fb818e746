import polars as pl
import pytest

from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.metrics.tabular.utility.global_utility import GlobalUtility
from understudy.schema.column import Categorical, Numerical


def shuffled(table):
    return Table.of(
        pl.DataFrame([table.rows[c].shuffle(seed=i) for i, c in enumerate(table.rows.columns)]), table.schema
    )


def test_rows_of_the_same_law_keep_all_and_independent_columns_nothing(mixed, run):
    real, holdout, made = mixed(1, 1500), mixed(2, 1500), mixed(3, 1500)
    good, bad = (GlobalUtility()(real, table, holdout, run) for table in (made, shuffled(made)))
    assert good.value == pytest.approx(1, abs=0.15)
    assert bad.value < 0.15
    assert good.ceiling == 1
    assert bad.interval[0] <= bad.value <= bad.interval[1] < good.interval[0]


def test_the_real_rows_keep_exactly_all(mixed, run):
    real = mixed(1)
    assert GlobalUtility()(real, real, mixed(2), run).value == 1


def test_columns_that_nothing_predicts_are_left_out_and_shown(mixed, run):
    details = GlobalUtility()(mixed(1, 1500), mixed(2, 1500), mixed(3, 1500), run).details
    rows = {row["column"]: row for row in details.to_dicts()}
    assert rows["city"]["kept"] is None
    assert rows["joined"]["kept"] > 0.5


def test_many_columns_are_sampled(mixed, run):
    assert GlobalUtility(max_columns=2)(mixed(1), mixed(2), mixed(3), run).details.height == 2


def test_a_table_of_pure_noise_declines(make, run):
    columns = {"x": Numerical(), "k": Categorical()}
    table = make(columns, {"x": [1.0, 2.0, 3.0, 4.0] * 20, "k": [*"aabb", *"bbaa"] * 10})
    with pytest.raises(NotApplicable, match="better than by luck"):
        GlobalUtility()(table, table, table, run)
