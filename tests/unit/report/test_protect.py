import numpy as np
import polars as pl
import pytest

from understudy.data.table import Table
from understudy.report.build import build
from understudy.report.distributions import draw_column
from understudy.report.protect import common_levels, protected_range, rounded, sample_rows
from understudy.report.relations import project
from understudy.schema.column import Categorical, Datetime, Identifier, Numerical, Text
from understudy.schema.table import TableSchema


def test_the_drawn_range_never_reaches_the_extremes_of_single_rows():
    values = np.concatenate([[-1e6], np.linspace(0, 1, 200), [1e6]])
    low, high = protected_range(values)
    assert np.sum(values <= low) >= 5
    assert np.sum(values >= high) >= 5


def test_a_range_counts_entities_where_there_are_any():
    values = np.concatenate([np.full(500, 99.0), np.linspace(0, 1, 100)])
    people = pl.Series([0] * 500 + list(range(1, 101)))
    low, high = protected_range(values, people)
    assert high <= 1.0
    assert low > 0.0


@pytest.mark.parametrize("n", [60, 400, 5000])
def test_no_edge_is_a_value_of_a_row_nor_moved_by_one(n):
    rng = np.random.default_rng(n)
    real = np.exp(rng.normal(8, 1.5, n))
    plot = draw_column("x", Numerical(), pl.Series(real), pl.Series(real[: n // 2]), None)
    assert not set(plot.edges) & set(real.tolist())
    for place in (int(real.argmax()), int(real.argmin())):
        moved = real.copy()
        moved[place] = real[place] * (100 if moved[place] == moved.max() else 0.01)
        assert draw_column("x", Numerical(), pl.Series(moved), pl.Series(real[: n // 2]), None).edges == plot.edges


def test_edges_and_ticks_are_round():
    real = pl.Series(np.random.default_rng(1).normal(170.3, 9.7, 3000).round(1))
    plot = draw_column("height", Numerical(decimals=1), real, real, None)
    widths = np.diff(plot.edges)
    assert np.allclose(widths, widths[0])
    assert widths[0] in {0.5, 1.0, 2.0, 5.0}
    assert np.allclose((np.array(plot.edges) + 0.05) / widths[0], np.round((np.array(plot.edges) + 0.05) / widths[0]))


def test_axes_of_time_have_round_ends_and_beginnings_of_months_or_years():
    start = np.datetime64("2019-03-07T11:13:17", "us")
    rows = pl.Series(start + np.random.default_rng(2).integers(0, 900 * 86400 * 10**6, 2000))
    plot = draw_column("when", Datetime(), rows, rows, None)
    assert [label for _, label in plot.ticks] == ["2020", "2021"]
    assert all(edge % 86400 == 0 for edge in plot.edges)


def test_shares_beside_a_picture_count_rows_in_fives():
    real = pl.Series([0.0] * 700 + [None] * 3 + list(np.linspace(1, 5, 297)))
    plot = draw_column("x", Numerical(), real, real, None)
    assert (plot.missing[0] * 1000) % 5 == pytest.approx(0)
    assert plot.spike.label == "0"
    assert (plot.spike.real * 997) % 5 == pytest.approx(0)


def test_too_few_rows_have_no_range():
    assert protected_range(np.arange(19.0)) is None


def test_a_rare_level_is_never_named():
    rows = pl.Series(["common"] * 50 + ["secret"] * 4)
    assert common_levels(rows) == ["common"]
    plot = draw_column("x", Categorical(), rows, rows, None)
    assert "secret" not in str(plot)
    assert plot.labels == ("common", "others")


def test_a_level_of_one_person_is_never_named_however_often_it_occurs():
    rows = pl.Series(["common"] * 50 + ["secret"] * 40)
    people = pl.Series([*range(50), *[99] * 40])
    assert common_levels(rows, people) == ["common"]


def test_a_level_that_only_synthetic_rows_have_goes_to_the_others():
    plot = draw_column("x", Categorical(), pl.Series(["a", "b"] * 50), pl.Series(["a", "new"] * 50), None)
    assert plot.labels == ("a", "b", "others")
    assert plot.distance == 0.5


def test_counts_are_rounded_to_fives():
    assert rounded(np.array([0, 1, 2, 3, 7, 8, 12])).tolist() == [0, 0, 0, 5, 5, 10, 10]


def test_a_lone_row_does_not_show_in_a_histogram():
    body = np.linspace(0, 1, 400)
    lonely = np.append(body, 0.5)
    shapes = [draw_column("x", Numerical(), pl.Series(v), pl.Series(body), None).real for v in (body, lonely)]
    assert np.allclose(shapes[0], shapes[1], atol=5.1 / 400)
    assert all(abs(round(share * 400) % 5) == 0 for share in shapes[0])


def test_identifiers_are_not_drawn():
    assert isinstance(draw_column("id", Identifier(), pl.Series(["a"] * 99), pl.Series(["a"] * 99), None), str)


def test_text_is_drawn_by_its_length_only():
    rows = pl.Series(["private words", "more"] * 50)
    assert "private" not in str(draw_column("t", Text(), rows, rows, None))


def test_no_projected_cell_stands_for_less_than_five_rows(table):
    tables = table(800, 1), table(800, 2)
    projection = project(tables[0].rows, tables[1].rows, tables[0].schema)
    counts = np.asarray(projection.real) * 800
    assert np.all(np.round(counts) % 5 == 0)


def test_no_identifier_text_or_rare_value_gets_into_page_or_json(table, evaluation, gates):
    base = table(600, 1)
    rows = base.rows.with_columns(
        city=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("Rareville")).otherwise("city"),
        pay=pl.when(pl.int_range(pl.len()) == 7).then(98765.43).otherwise("pay"),
        note=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("my diagnosis")).otherwise("note"),
    )
    report = build(Table.of(rows, base.schema), table(600, 2), None, evaluation, gates)
    for content in (report.to_html(), report.to_json()):
        for secret in ("Rareville", "98765", "98,765", "98.7", "diagnosis", rows["who"][7]):
            assert secret not in content


def test_sampled_rows_are_evenly_spaced_over_partitions():
    schema = TableSchema(columns={"x": Numerical(decimals=0)})
    parts = tuple(pl.DataFrame({"x": pl.Series(range(a, b), dtype=pl.Int64)}) for a, b in ((0, 7), (7, 8), (8, 30)))
    assert sample_rows(Table(parts, schema), 10)["x"].to_list() == list(range(0, 30, 3))


@pytest.mark.parametrize("column", [Categorical(), Numerical(decimals=0)])
def test_no_distance_gives_an_exact_count_back(column):
    level = (lambda k: ["a"] * k + ["b"] * (1000 - k)) if isinstance(column, Categorical) else None
    level = level or (lambda k: [0] * k + list(range(1, 1001 - k)))
    fake = pl.Series(level(200))
    distances = {draw_column("x", column, pl.Series(level(k)), fake, None).distance for k in range(300, 400)}
    assert len(distances) <= 21
    assert np.allclose([d * 400 for d in distances], [round(d * 400) for d in distances])


def test_a_value_of_few_entities_is_no_spike_however_often_it_occurs():
    real = pl.Series([7777.0] * 500 + list(np.linspace(1, 5, 400)))
    for people, shown in ((pl.Series([1] * 500 + list(range(2, 402))), False), (pl.Series(range(900)), True)):
        plot = draw_column("x", Numerical(), real, real, people)
        assert (plot.spike is not None) == shown
