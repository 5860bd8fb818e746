import numpy as np
import polars as pl
import pytest

from understudy.report.distributions import draw_column
from understudy.report.figures import quantiles
from understudy.report.quantiles import quantile_pairs
from understudy.schema.column import Numerical


def rows(n, seed, shift=0.0):
    return np.random.default_rng(seed).normal(50 + shift, 10, n)


def test_quantiles_agree_with_those_of_the_sorted_rows():
    real, synthetic = rows(20_000, 1), rows(15_000, 2, shift=4.0)
    edges = np.arange(20.0, 82.0, 2.0)
    pairs = np.array(quantile_pairs(real, synthetic, edges))
    shares = (np.arange(32) + 0.5) / 32
    slow = np.column_stack([np.quantile(real, shares), np.quantile(synthetic, shares)])
    assert pairs.shape == slow.shape
    assert np.abs(pairs - slow).max() < 0.2
    assert np.median(pairs[:, 1] - pairs[:, 0]) == pytest.approx(np.median(slow[:, 1] - slow[:, 0]), abs=0.15)


def test_no_extreme_row_moves_a_quantile_and_none_lies_beyond_the_axis():
    real, synthetic = rows(3000, 3), rows(3000, 4)
    plot = draw_column("x", Numerical(), pl.Series(real), pl.Series(synthetic), None)
    moved = real.copy()
    moved[real.argmax()], moved[real.argmin()] = 1e9, -1e9
    assert draw_column("x", Numerical(), pl.Series(moved), pl.Series(synthetic), None).quantiles == plot.quantiles
    assert np.min(plot.quantiles) >= plot.edges[0]
    assert np.max(plot.quantiles) <= plot.edges[-1]
    assert not {a for a, _ in plot.quantiles} & set(real.tolist())


def test_one_row_more_changes_quantiles_no_more_than_counts_in_fives_do():
    real, synthetic = rows(1003, 5), rows(1000, 6)
    edges = np.arange(30.0, 72.0, 2.0)
    seen = {quantile_pairs(np.append(real[:1000], np.full(k, 50.1)), synthetic, edges)[0] for k in range(3)}
    below = [a for a, _ in seen]
    assert np.ptp(below) < 0.02


def test_a_synthetic_quantile_beyond_the_axis_is_drawn_at_its_end():
    pairs = quantile_pairs(rows(1000, 7), rows(1000, 8, shift=500.0), np.arange(30.0, 72.0, 2.0))
    assert {b for _, b in pairs} == {70.0}


def test_few_rows_have_no_quantiles():
    assert quantile_pairs(rows(39, 9), rows(1000, 1), np.arange(30.0, 72.0, 2.0)) == ()


def test_the_picture_has_a_dot_for_each_quantile_and_a_label():
    plot = draw_column("pay", Numerical(), pl.Series(rows(500, 1)), pl.Series(rows(500, 2)), None)
    drawn = quantiles(plot)
    assert drawn.count("h0") == len(plot.quantiles) > 20
    assert f'aria-label="pay: {len(plot.quantiles)} quantiles' in drawn
