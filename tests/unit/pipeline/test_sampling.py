import polars as pl
import pytest

from understudy.context import Run
from understudy.execution.local import Local
from understudy.pipeline.sampling import sample


def rows(generator, n, run, **options):
    return pl.concat([table.rows for table in sample(generator, n, run, **options)])


@pytest.mark.parametrize("n", [0, 1, 9, 10, 11, 25])
def test_as_many_rows_come_as_are_asked_for(shuffler, n):
    assert rows(shuffler(), n, Run(1), chunk=10).height == n


def test_workers_do_not_change_a_row(shuffler):
    one, two = (rows(shuffler(), 1000, Run(1, executor=Local(workers)), chunk=7) for workers in (1, 2))
    assert one.equals(two)


def test_the_seed_decides_the_rows(shuffler):
    assert not rows(shuffler(), 50, Run(1)).equals(rows(shuffler(), 50, Run(2)))


def test_each_chunk_draws_on_its_own_and_knows_what_came_before(shuffler):
    generator = shuffler()
    made = [table.rows for table in sample(generator, 25, Run(1).child("sample"), chunk=10)]
    assert generator.asked == [(10, 0, ("sample", 0)), (10, 10, ("sample", 1)), (5, 20, ("sample", 2))]
    assert not made[0].equals(made[1])


def test_given_values_reach_every_chunk(shuffler):
    assert rows(shuffler(), 30, Run(1), given={"on": "b"}, chunk=10)["on"].unique().to_list() == ["b"]
