"""Distances and the scores of point clouds agree with brute force over columns that are written out."""

import numpy as np
import pytest

from understudy.context import Run
from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import Coding
from understudy.metrics.tabular._embedding import Embedding
from understudy.metrics.tabular.diversity.alpha_precision import AlphaPrecision
from understudy.metrics.tabular.diversity.beta_recall import BetaRecall
from understudy.metrics.tabular.diversity.density_coverage import DensityCoverage
from understudy.metrics.tabular.fidelity.maximum_mean_discrepancy import MaximumMeanDiscrepancy
from understudy.schema.column import Categorical, Numerical

ALPHAS = np.linspace(0, 1, 30)
ALL = [AlphaPrecision, BetaRecall, DensityCoverage, MaximumMeanDiscrepancy]


def written_out(real, table):
    """Give the rows as a matrix: quantities by the real range, levels one-hot, levels that are new nowhere."""
    columns = []
    for name, column in real.schema.columns.items():
        x, y = (t.rows[name].to_physical() for t in (real, table))
        if isinstance(column, Numerical) or column.kind == "datetime":
            low, width = x.min(), x.max() - x.min()
            gaps = y.is_null().to_numpy()
            scaled = ((y - low) / width).fill_null(float((x.mean() - low) / width)).to_numpy()
            columns += [scaled, gaps]
        else:
            text = y.cast(str).fill_null("none").to_numpy()
            columns += [text == level for level in x.cast(str).fill_null("none").unique().sort().to_list()]
    return np.column_stack(columns).astype(float)


def squares(x, y):
    return ((x[:, None, :] - y[None, :, :]) ** 2).sum(axis=2)


def matrices(real, synthetic):
    return written_out(real, real), written_out(real, synthetic)


@pytest.fixture
def tables(mixed, make):
    real, synthetic = mixed(1, 120, missing=0.1), mixed(2, 120, missing=0.1, shift=0.3)
    cities = ["Oslo", *synthetic.rows["city"].to_list()[1:]]
    values = {n: synthetic.rows[n].to_physical().to_list() for n in synthetic.rows.columns}
    return real, make(real.schema.columns, {**values, "city": cities})


def test_distances_are_those_of_columns_written_out(tables):
    real, synthetic = tables
    x, y = matrices(real, synthetic)
    space = Embedding.of(Coding.of(real.schema, real.rows, synthetic.rows), real.rows)
    a, b = space.cloud(real.rows), space.cloud(synthetic.rows)
    assert a.squares(b) == pytest.approx(squares(x, y), abs=1e-5)
    assert b.squares(b) == pytest.approx(squares(y, y), abs=1e-5)
    assert b.from_centre(a) == pytest.approx(np.linalg.norm(y - x.mean(axis=0), axis=1), abs=1e-9)
    assert (np.diag(a.squares(a)) == 0).all()


def test_alpha_precision_by_brute_force(tables, run):
    x, y = matrices(*tables)
    from_x, from_y = (np.linalg.norm(v - x.mean(axis=0), axis=1) for v in (x, y))
    inside = (from_y[:, None] <= np.quantile(from_x, ALPHAS)[None, :]).mean(axis=0)
    by_hand = 1 - np.abs(ALPHAS - inside).sum() / ALPHAS.sum()
    # A row just on a radius may fall on either side of it by rounding.
    assert AlphaPrecision()(*tables, None, run).value == pytest.approx(by_hand, abs=2 / 120 / ALPHAS.sum())


def test_beta_recall_by_brute_force(tables, run):
    x, y = matrices(*tables)
    to_real, to_synthetic = squares(x, x), squares(x, y)
    np.fill_diagonal(to_real, np.inf)
    near = to_synthetic.min(axis=1) <= to_real.min(axis=1) + 1e-6
    unusual = np.linalg.norm(y - y.mean(axis=0), axis=1)[to_synthetic.argmin(axis=1)]
    covered = [(near & (unusual <= radius)).mean() for radius in np.quantile(unusual, ALPHAS)]
    by_hand = 1 - np.abs(ALPHAS - covered).sum() / ALPHAS.sum()
    assert BetaRecall()(*tables, None, run).value == pytest.approx(by_hand, abs=3 / 120)


def test_density_and_coverage_by_brute_force(tables, run):
    x, y = matrices(*tables)
    radius_x, radius_y = (np.sort(squares(v, v), axis=1)[:, 5] for v in (x, y))
    between = squares(x, y)
    inside = between <= radius_x[:, None] + 1e-6
    details = dict(DensityCoverage()(*tables, None, run).details.select("measure", "value").rows())
    assert details == pytest.approx(
        {
            "coverage": inside.any(axis=1).mean(),
            "density": inside.sum() / (5 * 120),
            "precision": inside.any(axis=0).mean(),
            "recall": (between <= radius_y[None, :] + 1e-6).any(axis=1).mean(),
        }
    )


def test_maximum_mean_discrepancy_by_brute_force(tables, run):
    x, y = matrices(*tables)
    xx, yy, xy = squares(x, x), squares(y, y), squares(x, y)
    above = np.triu_indices(120, 1)
    width = np.median([*xx[above], *xy.ravel()])
    k = [np.exp(-s / (2 * width)) for s in (xx, yy, xy)]
    by_hand = k[0][above].mean() + k[1][above].mean() - 2 * k[2].mean()
    assert MaximumMeanDiscrepancy()(*tables, None, run).value == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize("metric", ALL)
def test_scores_fall_the_farther_a_table_is_off(mixed, run, metric):
    sign = 1 if metric.better == "higher" else -1
    values = [sign * metric()(mixed(1), mixed(2, shift=shift), None, run).value for shift in (0.0, 0.7, 2.0)]
    assert values[0] > values[1] > values[2]


def test_a_copy_recalls_all_and_fresh_rows_about_half(mixed, run):
    fresh = np.mean([BetaRecall()(mixed(i), mixed(i + 50), None, run).value for i in range(8)])
    assert fresh == pytest.approx(0.5, abs=0.06)
    assert BetaRecall()(mixed(1), mixed(1), None, run).value > 0.95


def test_fresh_rows_cover_what_the_closed_form_says_and_discrepancy_is_unbiased(make):
    columns = {name: Numerical() for name in "abc"}

    def draw(seed):
        rng = np.random.default_rng(seed)
        return make(columns, {name: rng.normal(size=300).tolist() for name in columns})

    pairs = [(draw(2 * i), draw(2 * i + 1)) for i in range(40)]
    coverage = [DensityCoverage()(*pair, None, Run(1)).value for pair in pairs]
    assert np.mean(coverage) == pytest.approx(1 - 2**-5, abs=0.01)
    apart = [MaximumMeanDiscrepancy()(*pair, None, Run(1)).value for pair in pairs]
    assert abs(np.mean(apart)) < 4 * np.std(apart) / np.sqrt(40)


@pytest.mark.parametrize("metric", ALL)
def test_intervals_are_as_wide_as_repeated_samples_spread(make, metric):
    columns = {"x": Numerical(), "y": Numerical(), "k": Categorical()}

    def draw(rng, power):
        x = rng.random(400) ** power  # between 0 and 1: the scale is the same each time
        return make(columns, {"x": x, "y": rng.random(400) * x, "k": rng.choice(["a", "b"], 400).tolist()})

    scores = []
    for i in range(40):
        rng = np.random.default_rng(i)
        scores.append(metric()(draw(rng, 1), draw(rng, 2), None, Run(i)))
    spread = np.std([s.value for s in scores], ddof=1)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in scores])
    # Too wide is honest, too narrow is not.
    assert 0.65 * spread < claimed < 1.8 * spread


@pytest.mark.parametrize("metric", ALL)
def test_few_rows_decline(mixed, run, metric):
    with pytest.raises(NotApplicable, match="only 5 rows"):
        metric()(mixed(1), mixed(2, 5), None, run)


def test_few_neighbours_decline(mixed, run):
    with pytest.raises(NotApplicable, match="neighbourhood of 30"):
        DensityCoverage(neighbours=30)(mixed(1), mixed(2, 25), None, run)


@pytest.mark.parametrize("metric", [DensityCoverage, MaximumMeanDiscrepancy])
def test_tables_of_one_point_are_alike(make, run, metric):
    table = make({"k": Categorical()}, {"k": ["a"] * 30})
    assert metric()(table, table, None, run).value == pytest.approx(0 if metric.better == "lower" else 1, abs=0.04)
