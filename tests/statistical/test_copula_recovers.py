"""The Gaussian copula finds the latent correlation behind cut variables, and conditions as a normal distribution.

Bounds are four standard errors and more of the fixed sizes below; seeds are fixed, so no test fails by chance.
"""

import numpy as np
import polars as pl
import pytest
from scipy.stats import multivariate_normal, truncnorm

from understudy.context import Run
from understudy.data.table import Table
from understudy.schema.column import Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular.copula._conditioning import Box, draw_inside, truncated
from understudy.synthesizers.tabular.copula._correlation import latent_correlation, nearest
from understudy.synthesizers.tabular.copula._layout import Layout
from understudy.synthesizers.tabular.copula.gaussian_copula import GaussianCopula

N = 20_000
TRUE = np.array([[1.0, 0.8, -0.5, 0.1], [0.8, 1.0, -0.3, 0.0], [-0.5, -0.3, 1.0, 0.6], [0.1, 0.0, 0.6, 1.0]])


def latent(correlation: np.ndarray, n: int = N, seed: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal(np.zeros(len(correlation)), correlation, size=n).T


def found(codes: np.ndarray) -> np.ndarray:
    sizes = codes.max(axis=1) + 1
    return latent_correlation(codes, Layout.of(codes, sizes, np.zeros(len(codes), dtype=bool)))[0]


def cut(z: np.ndarray, points: list[list[float]]) -> np.ndarray:
    return np.stack([np.searchsorted(p, row) for row, p in zip(z, points, strict=True)]).astype(np.uint16)


def test_fine_bins_give_the_correlation():
    fine = [list(np.linspace(-3, 3, 200))] * 4
    assert np.abs(found(cut(latent(TRUE), fine)) - TRUE).max() < 0.02


@pytest.mark.parametrize(
    "points",
    [
        [[0.0], [0.0], [0.0], [0.0]],  # halves
        [[1.0], [-0.3], [0.5, 1.5], [-1.0, 0.0, 0.2]],  # few and lopsided
        [[1.6], list(np.linspace(-3, 3, 100)), [-1.3], [-0.4, 0.9]],  # fine beside rare
    ],
)
def test_coarse_bins_give_the_same_correlation(points):
    assert np.abs(found(cut(latent(TRUE), points)) - TRUE).max() < 0.06


@pytest.mark.parametrize("rho", [-0.98, -0.9, 0.0, 0.9, 0.98])
def test_strong_dependence_between_halves_is_not_attenuated(rho):
    z = latent(np.array([[1.0, rho], [rho, 1.0]]))
    assert found(cut(z, [[0.0], [0.0]]))[0, 1] == pytest.approx(rho, abs=0.025)


def test_the_series_agrees_with_the_exact_quadrant_probability():
    rho, a, b = 0.7, 0.4, -0.8
    p = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([a, b])
    pa, pb = (multivariate_normal(0, 1).cdf(x) for x in (a, b))
    counts = np.round(np.array([p, pa - p, pb - p, 1 - pa - pb + p]) * 1_000_000).astype(int)
    codes = np.repeat(np.array([[0, 0, 1, 1], [0, 1, 0, 1]], dtype=np.uint16), counts, axis=1)
    assert found(codes)[0, 1] == pytest.approx(rho, abs=1e-4)


def test_missing_at_random_leaves_the_correlation():
    z = latent(TRUE)
    codes = cut(z, [list(np.linspace(-2, 2, 20))] * 4) + 1
    codes[1, np.random.default_rng(0).random(N) < 0.4] = 0
    layout = Layout.of(codes, codes.max(axis=1) + 1, np.array([False, True, False, False]))
    r, _ = latent_correlation(codes, layout)
    values = layout.value
    assert np.abs(r[np.ix_(values, values)] - TRUE).max() < 0.03
    assert np.abs(r[layout.gate[1], values]).max() < 0.04


def test_the_nearest_correlation_matrix_is_that_of_higham():
    a = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    # Higham 2002, section 4: the off-diagonal entries of the solution to four digits.
    near = nearest(a, 1e-8)
    assert near[0, 1] == pytest.approx(0.7607, abs=1e-3)
    assert near[0, 2] == pytest.approx(0.1573, abs=1e-3)


def test_a_whole_table_has_the_correlation_of_its_rows():
    z = latent(TRUE)
    columns = {f"c{i}": z[i] for i in range(4)}
    schema = TableSchema(columns=dict.fromkeys(columns, Numerical()))
    made = GaussianCopula().fit(Table.of(pl.DataFrame(columns), schema), Run(0)).sample(N, Run(1)).rows
    assert np.abs(np.corrcoef(made.to_numpy().T) - TRUE).max() < 0.03


def test_a_given_value_leaves_the_mean_and_variance_of_the_bivariate_normal():
    rho, at = 0.8, 1.2
    z = latent(np.array([[1.0, rho], [rho, 1.0]]), 60_000)
    schema = TableSchema(columns={"x": Numerical(), "y": Numerical()})
    made = GaussianCopula().fit(Table.of(pl.DataFrame({"x": z[0], "y": z[1]}), schema), Run(0))
    y = made.sample(N, Run(1), {"x": at}).rows["y"].to_numpy()
    # The value stands for its bin of 1 in 256 rows, so the mean is that of the bin: off by less than rho * 0.02.
    assert y.mean() == pytest.approx(rho * at, abs=0.03)
    assert y.var() == pytest.approx(1 - rho**2, abs=0.02)


def test_one_interval_gives_the_truncated_normal():
    z = draw_inside(N, np.eye(1), [Box(np.array([0.5]), np.array([2.0]))], np.random.default_rng(0))[0]
    exact = truncnorm(0.5, 2.0)
    assert (z.min(), z.max()) >= (0.5, 0.5)
    assert z.max() <= 2.0
    assert z.mean() == pytest.approx(exact.mean(), abs=1e-4)  # systematic draws
    assert z.var() == pytest.approx(exact.var(), abs=1e-4)


def test_several_intervals_give_what_rejection_gives():
    boxes = [
        Box(np.array([0.5]), np.array([np.inf])),
        Box(np.array([-np.inf, 0.8]), np.array([-0.5, 1.2])),
        Box(np.array([-1.0]), np.array([0.0])),
    ]
    r = TRUE[:3, :3]
    z = draw_inside(N, r, boxes, np.random.default_rng(0))
    plain = latent(r, 1_000_000)
    inside = [((plain[i, :, None] > b.low) & (plain[i, :, None] < b.high)).any(axis=1) for i, b in enumerate(boxes)]
    plain = plain[:, np.logical_and.reduce(inside)]
    assert plain.shape[1] > 10_000
    assert z.mean(axis=1) == pytest.approx(plain.mean(axis=1), abs=0.03)
    assert np.abs(np.corrcoef(z) - np.corrcoef(plain)).max() < 0.04
    for row, box in zip(z, boxes, strict=True):
        assert ((row[:, None] >= box.low) & (row[:, None] <= box.high)).any(axis=1).all()


@pytest.mark.parametrize("far", [9.0, 30.0, 60.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_interval_far_in_a_tail_is_still_obeyed(far, sign):
    ends = np.sort([sign * far, sign * (far + 1)])
    z, mass = truncated(Box(ends[:1], ends[1:]), np.zeros(100), 1.0, np.linspace(0, 0.99, 100))
    assert ((z >= ends[0]) & (z <= ends[1])).all()
    assert np.isfinite(mass).all()
