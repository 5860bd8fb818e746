"""Intervals cover the truth about as often as they claim, on short tables too, and are hardly wider than they need be.

Each test counts over repeated draws and states how often it would fail by chance alone.
"""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, norm

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.evaluate import Evaluation
from understudy.metrics.tabular._intervals import area, area_interval, share_interval, shares_apart
from understudy.metrics.tabular.diversity.alpha_precision import AlphaPrecision
from understudy.metrics.tabular.diversity.beta_recall import BetaRecall
from understudy.metrics.tabular.diversity.density_coverage import DensityCoverage
from understudy.metrics.tabular.diversity.effective_rows import EffectiveRows
from understudy.metrics.tabular.diversity.simpson import Simpson
from understudy.metrics.tabular.fairness.bias_amplification import BiasAmplification
from understudy.metrics.tabular.fidelity.boosted_detection import BoostedDetection
from understudy.metrics.tabular.fidelity.jensen_shannon import JensenShannon
from understudy.metrics.tabular.fidelity.logistic_detection import LogisticDetection
from understudy.metrics.tabular.fidelity.marginals import Marginals
from understudy.metrics.tabular.fidelity.pairs import Pairs
from understudy.metrics.tabular.fidelity.spearman import Spearman
from understudy.metrics.tabular.fidelity.tails import Tails
from understudy.metrics.tabular.fidelity.trivariate import Trivariate
from understudy.metrics.tabular.fidelity.wasserstein import Wasserstein
from understudy.metrics.tabular.privacy.closeness import Closeness
from understudy.metrics.tabular.privacy.membership import Membership
from understudy.metrics.tabular.utility._measures import of_classes, of_quantities
from understudy.pipeline.gate import Gate, judge
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema

SCHEMA = TableSchema(columns={"x": Numerical(decimals=1), "y": Numerical(), "k": Categorical()})
FALSE_ALARM = 1e-3
"""How often each count below would lie outside its bounds if the coverage were what it is said to be."""


def fresh(rng: np.random.Generator, n: int) -> Table:
    x = rng.normal(size=n).round(1)
    rows = {"x": x, "y": x + rng.normal(size=n), "k": rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])}
    return Table.of(pl.DataFrame(rows), SCHEMA)


def covers(hits: int, n: int, least: float = 0.93, most: float = 0.98) -> bool:
    """Tell whether ``hits`` of ``n`` may come from a coverage between ``least`` and ``most``."""
    return binom.cdf(hits, n, least) > FALSE_ALARM and binom.sf(hits - 1, n, most) > FALSE_ALARM


def test_the_count_itself_tells_half_as_wide_and_twice_as_wide_intervals():
    n = 400
    half, twice = norm.cdf(0.98) * 2 - 1, norm.cdf(3.92) * 2 - 1
    assert covers(round(0.95 * n), n)
    assert not covers(round(half * n), n)
    assert not covers(round(twice * n), n)


@pytest.mark.parametrize(("p", "n"), [(0.02, 60), (0.3, 25), (0.5, 200)])
def test_shares(p, n):
    rng = np.random.default_rng(1)
    ends = [share_interval(hits, n) for hits in rng.binomial(n, p, 2000)]
    # Wilson's coverage swings with n and p, between about 0.92 and 0.99.
    assert covers(sum(low <= p <= high for low, high in ends), 2000, 0.92, 0.99)


@pytest.mark.parametrize(("p", "q", "m", "n"), [(0.05, 0.05, 60, 20), (0.0, 0.1, 500, 40), (0.3, 0.2, 100, 100)])
def test_differences_of_shares(p, q, m, n):
    rng = np.random.default_rng(2)
    ends = [shares_apart(a, m, b, n) for a, b in zip(rng.binomial(m, p, 2000), rng.binomial(n, q, 2000), strict=True)]
    assert covers(sum(low <= p - q <= high for low, high in ends), 2000, 0.93, 0.999)


@pytest.mark.parametrize("cases", [(3, 9), (12, 38), (100, 400)])
@pytest.mark.parametrize("apart", [0.0, 1.0, 2.5])
def test_areas_under_the_curve_from_three_cases_on(cases, apart):
    rng = np.random.default_rng(3)
    truth = norm.cdf(apart / np.sqrt(2))
    hits = 0
    for _ in range(500):
        value = area(rng.normal(apart, 1, cases[0]), rng.normal(0, 1, cases[1]))[0]
        low, high = area_interval([value], [cases])
        hits += low <= truth <= high
    # Near 1 the interval is cautious.
    assert covers(hits, 500, 0.93, 0.99)


@pytest.mark.parametrize("n", [20, 60, 300, 2000])
def test_area_of_precision_and_recall(n):
    """Symmetric in log odds, it errs to the wide side: a quarter of the rows is of the class that is looked for."""
    rng = np.random.default_rng(9)

    def area(rows):
        said = np.zeros(rows, dtype=np.int64)
        said[: rows // 4] = 1
        score = 1 / (1 + np.exp(-rng.normal(1.5 * said, 1)))
        return of_classes(said, np.column_stack([1 - score, score]), [1], "")[1]

    truth = area(400_000).of(np.ones(400_000))
    hits = sum(a.interval[0] <= truth <= a.interval[1] for a in (area(n) for _ in range(300)))
    assert covers(hits, 300, 0.93, 0.9999)


@pytest.mark.parametrize(("n", "gap"), [(150, 0.3), (400, 0.3), (400, 0.0)])
def test_widening_of_a_gap_between_groups(n, gap):
    rng = np.random.default_rng(10)
    schema = TableSchema(columns={"sex": Categorical(), "paid": Boolean()})

    def draw():
        sex = rng.random(n) < 0.4
        rows = {"sex": np.where(sex, "m", "f"), "paid": rng.random(n) < 0.3 + gap * sex}
        return Table.of(pl.DataFrame(rows), schema)

    metric = BiasAmplification(target="paid", protected=("sex",))
    scores = [metric(draw(), draw(), None, Run(i)) for i in range(300)]
    assert covers(sum(s.interval[0] <= 0 <= s.interval[1] for s in scores), 300, 0.92, 0.98)


@pytest.mark.parametrize("n", [20, 60, 300])
def test_skill_of_a_classifier_on_a_short_holdout(n):
    rng = np.random.default_rng(4)
    truth = norm.cdf(1.5 / np.sqrt(2))
    hits = 0
    for _ in range(400):
        said = np.zeros(n, dtype=np.int64)
        said[: n // 4] = 1
        score = 1 / (1 + np.exp(-rng.normal(1.5 * said, 1)))
        auc = of_classes(said, np.column_stack([1 - score, score]), [1], "")[0]
        row = auc.row(rng.multinomial(n, np.full(n, 1 / n), size=20))
        hits += row["low"] <= truth <= row["high"]
    assert covers(hits, 400)


@pytest.mark.parametrize("n", [20, 60, 300])
def test_skill_of_a_regression_on_a_short_holdout(n):
    rng = np.random.default_rng(5)
    truth = 1 - 0.36 / 1.36
    hits = 0
    for _ in range(300):
        said = rng.normal(size=n)
        r2 = of_quantities(said + rng.normal(0, 0.6, n), said, 1.0)[0]
        row = r2.row(rng.multinomial(n, np.full(n, 1 / n), size=400))
        hits += row["low"] <= truth <= row["high"]
    # A bootstrap of few rows falls a little short, even expanded.
    assert covers(hits, 300, 0.90, 0.98)


@pytest.mark.parametrize(("real", "synthetic", "holdout"), [(80, 100, 20), (160, 800, 40), (400, 200, 100)])
def test_closeness_on_short_tables(real, synthetic, holdout):
    rng = np.random.default_rng(6)
    scores = [Closeness()(fresh(rng, real), fresh(rng, synthetic), fresh(rng, holdout), Run(i)) for i in range(250)]
    assert covers(sum(s.interval[0] <= 0.5 <= s.interval[1] for s in scores), 250, 0.92, 0.98)
    claimed = np.mean([(s.interval[1] - s.interval[0]) / 2 / 1.96 for s in scores])
    # The standard deviation of 250 draws is itself off by 4.5 % (one standard error).
    assert claimed == pytest.approx(np.std([s.value for s in scores]), rel=0.18)


@pytest.mark.parametrize("holdout", [20, 60])
def test_membership_on_short_tables(holdout):
    rng = np.random.default_rng(7)
    scores = [
        Membership()(fresh(rng, 4 * holdout), fresh(rng, 5 * holdout), fresh(rng, holdout), Run(i)) for i in range(300)
    ]
    rows = [score.details.row(0, named=True) for score in scores]
    assert covers(sum(row["low"] <= 0.5 <= row["high"] for row in rows), 300, 0.92, 0.98)
    # The stronger of two attacks accuses without a leak in at most 1 of 20 tables.
    assert binom.sf(sum(score.interval[0] > 0.5 for score in scores) - 1, 300, 0.05) > FALSE_ALARM


@pytest.mark.parametrize(("metric", "n", "repeats"), [(LogisticDetection, 60, 200), (BoostedDetection, 60, 100)])
def test_detection_where_nothing_is_to_be_told_apart(metric, n, repeats):
    """Areas of folds that share training rows swing more than independent ones."""
    rng = np.random.default_rng(8)
    hits = 0
    for i in range(repeats):
        score = metric()(fresh(rng, n), fresh(rng, n), None, Run(i))
        hits += score.interval[1] == 1  # as a chance of one half would give
    # One-sided: at most 1 of 40 may tell apart what is alike, and a little more with trees on so few rows.
    assert binom.cdf(hits, repeats, 0.95) > FALSE_ALARM


SHORT_BY_CHANCE = (Marginals, Pairs, Wasserstein, JensenShannon, Tails, Spearman, Trivariate)
SHORT_BY_CHANCE += (Simpson, AlphaPrecision, BetaRecall, DensityCoverage, EffectiveRows)


@pytest.mark.parametrize("metric", SHORT_BY_CHANCE)
def test_fresh_real_rows_are_rarely_called_worse_than_fresh_real_rows(metric):
    rng = np.random.default_rng(9)
    alarms = 0
    for i in range(200):
        real, one, other = (fresh(rng, 150) for _ in range(3))
        found, ceiling = (metric()(real, table, None, Run(i)) for table in (one, other))
        alarms += ceiling.value - found.value > np.hypot(
            found.interval[1] - found.value, ceiling.value - ceiling.interval[0]
        )
    # One-sided 2.5 %.
    assert binom.sf(alarms - 1, 200, 0.025) > FALSE_ALARM


@pytest.mark.parametrize("holdout", [20, 100])
def test_a_table_without_a_leak_rarely_fails_its_gate(holdout):
    rng = np.random.default_rng(10)
    failed = {"membership_auc_max": 0, "closer_max": 0}
    n = 200
    for i in range(n):
        real, synthetic, unseen = fresh(rng, 4 * holdout), fresh(rng, 5 * holdout), fresh(rng, holdout)
        scores = {
            "closeness": Closeness()(real, synthetic, unseen, Run(i)),
            "membership": Membership()(real, synthetic, unseen, Run(i)),
        }
        for judgement in judge(Gate(), Evaluation(scores)):
            if judgement.name in failed:
                failed[judgement.name] += judgement.passed is False
    # 2.5 % are promised for each; on so few rows it is less, for the whole interval has to lie beyond the limit.
    assert all(binom.sf(count - 1, n, 0.025) > FALSE_ALARM for count in failed.values())
