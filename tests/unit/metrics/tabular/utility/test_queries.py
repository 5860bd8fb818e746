import polars as pl
import pytest

from understudy.context import Run
from understudy.errors import NotApplicable
from understudy.metrics.tabular.utility.queries import Queries
from understudy.schema.column import Boolean, Categorical, Numerical


def test_equal_tables_answer_alike(mixed, run):
    real = mixed(1)
    assert Queries()(real, real, None, run).value == pytest.approx(0, abs=1e-12)


def test_the_error_of_a_count_is_relative_to_the_real_share(make, run):
    """Every query asks for one of two halves, of which one grows by half and the other shrinks by half."""
    columns = {"flag": Boolean()}
    real = make(columns, {"flag": [True, False] * 100})
    made = make(columns, {"flag": [True, True, True, False] * 50})
    score = Queries()(real, made, None, run)
    assert score.value == pytest.approx(0.5)
    assert set(score.details["measure"]) == {"count"}


def test_the_error_of_rare_rows_is_held_against_the_least_share(make, run):
    columns = {"k": Categorical()}
    real = make(columns, {"k": ["a"] * 990 + ["b"] * 10})
    made = make(columns, {"k": ["a"] * 995 + ["b"] * 5})
    details = Queries(least=0.05)(real, made, None, run).details
    assert details.filter(pl.col("real") == 0.01)["error"].to_list() == pytest.approx(
        [0.1] * details.filter(pl.col("real") == 0.01).height
    )


def test_the_error_of_group_means_is_in_mean_deviations(make, run):
    """The quantity is 0 or 2, so its mean deviation is 1; one of two equal groups is off by a half of it."""
    columns = {"x": Numerical(), "k": Categorical()}
    real = make(columns, {"x": [0.0, 2.0] * 100, "k": ["a"] * 100 + ["b"] * 100})
    made = make(columns, {"x": [0.0, 2.0] * 50 + [0.0, 2.0, 2.0, 2.0] * 25, "k": ["a"] * 100 + ["b"] * 100})
    details = Queries()(real, made, None, run).details
    (found,) = details.filter(pl.col("measure") == "mean by group").to_dicts()
    assert (found["first"], found["second"]) == ("x", "k")
    assert found["error"] == pytest.approx(0.25)


def test_worse_tables_answer_worse(mixed, run):
    real, made = mixed(1, 2000), mixed(2, 2000)
    apart = made.rows.with_columns(pl.col("plan").shuffle(seed=1), pl.col("income") * 1.5)
    good, bad = (Queries()(real, table, None, run) for table in (made, type(made).of(apart, made.schema)))
    assert good.interval[1] < bad.interval[0]


def test_a_group_that_is_gone_is_as_wrong_as_it_gets(make, run):
    columns = {"x": Numerical(), "k": Categorical()}
    real = make(columns, {"x": [0.0, 2.0] * 100, "k": ["a"] * 100 + ["b"] * 100})
    made = make(columns, {"x": [0.0, 2.0] * 100, "k": ["a"] * 200})
    details = Queries()(real, made, None, run).details
    assert details.filter(pl.col("measure") == "mean by group")["error"].to_list() == pytest.approx([0.5])


@pytest.mark.parametrize("seed", range(5))
def test_no_query_is_about_fewer_than_five_real_rows_and_none_shows_a_value(mixed, seed):
    real = mixed(seed, 300)
    details = Queries()(real, mixed(99, 300), None, Run(seed)).details
    assert (details["real"].drop_nulls() * 300).min() >= 5 - 1e-9
    words = {word for name in ("first", "second", "third") for word in details[name].drop_nulls()}
    assert words <= set(real.schema.columns)


def test_a_table_of_which_no_five_rows_agree_declines(make, run):
    columns = {"k": Categorical()}
    table = make(columns, {"k": [f"v{i}" for i in range(50)]})
    with pytest.raises(NotApplicable, match="at least 5 real rows"):
        Queries()(table, table, None, run)
