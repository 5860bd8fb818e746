import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.execution.local import Local
from understudy.report.build import build
from understudy.report.embedding import _nearest, embed
from understudy.report.plots import Embedding
from understudy.schema.column import Categorical, Numerical
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(columns={"x": Numerical(), "y": Numerical(), "kind": Categorical()})


def clusters(n, seed, kinds=("a", "b", "c")):
    rng = np.random.default_rng(seed)
    which = rng.integers(0, len(kinds), n)
    centres = np.array([[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]])[which]
    xy = centres + rng.normal(size=(n, 2))
    return pl.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "kind": [kinds[k] for k in which]})


def test_a_cluster_that_the_synthetic_rows_lack_shows_in_the_difference():
    whole, lacking = clusters(1500, 1), clusters(1500, 2, ("a", "b"))
    seen = embed(whole, lacking, SCHEMA, Run(7))
    assert isinstance(seen, Embedding)
    real, synthetic = np.array(seen.real), np.array(seen.synthetic)
    assert real[synthetic == 0].sum() > 0.28
    same = embed(whole, clusters(1500, 3), SCHEMA, Run(7))
    assert np.array(same.real)[np.array(same.synthetic) == 0].sum() < 0.15


def test_the_same_seed_gives_the_same_map_with_any_number_of_workers():
    a, b = clusters(900, 1), clusters(900, 2)
    first, second, other = (embed(a, b, SCHEMA, run) for run in (Run(3), Run(3, executor=Local(workers=2)), Run(4)))
    assert first == second
    assert first != other


def test_cells_count_rows_in_fives():
    seen = embed(clusters(1000, 1), clusters(1200, 2), SCHEMA, Run(5))
    counts = np.array(seen.real) * seen.rows[0]
    assert np.allclose(counts, 5 * np.round(counts / 5))
    assert seen.laid_out == (700, 700)


def test_the_fast_search_finds_the_nearest():
    rng = np.random.default_rng(0)
    rows, marks = rng.normal(size=(5000, 6)), rng.normal(size=(50, 6))
    slow = [int(((marks - row) ** 2).sum(axis=1).argmin()) for row in rows]
    assert _nearest(rows, marks).tolist() == slow


@pytest.mark.parametrize(
    ("n", "schema", "why"),
    [
        (99, SCHEMA, "fewer than 100 rows"),
        (200, TableSchema(columns={"x": Numerical()}), "fewer than two columns"),
    ],
)
def test_what_cannot_be_laid_out_says_why(n, schema, why):
    assert why in embed(clusters(n, 1), clusters(n, 2), schema, Run(1))


def test_the_reason_is_on_the_page(table, evaluation, gates):
    page = build(table(60, 1), table(60, 2), None, evaluation, gates, None, Run(1)).to_html()
    assert "Not drawn: either table has fewer than 100 rows." in page
