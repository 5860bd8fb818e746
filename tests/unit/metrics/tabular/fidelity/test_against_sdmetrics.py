"""The scores agree with the public definitions on the same tables."""

import numpy as np
import pytest
from sdmetrics.column_pairs import ContingencySimilarity, CorrelationSimilarity
from sdmetrics.reports.single_table._properties import ColumnPairTrends
from sdmetrics.single_column import KSComplement, TVComplement
from sdmetrics.single_table import LogisticDetection as PublicLogisticDetection

from understudy.metrics.tabular.fidelity.logistic_detection import LogisticDetection
from understudy.metrics.tabular.fidelity.marginals import Marginals
from understudy.metrics.tabular.fidelity.pairs import Pairs
from understudy.metrics.tabular.fidelity.pairs_own_bins import PairsOwnBins

NUMBERS = ("age", "income", "joined")


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_marginals_are_the_published_complements(mixed, frame, run, missing):
    real, synthetic = mixed(1, missing=missing), mixed(2, 450, missing=missing, shift=0.2)
    details = Marginals()(real, synthetic, None, run).details
    x, y = frame(real), frame(synthetic)
    for row in details.iter_rows(named=True):
        name = row["column"]
        public = (KSComplement if name in NUMBERS else TVComplement).compute(x[name], y[name])
        assert row["score"] == pytest.approx(public, abs=1e-6)
        assert row["missing_real"] == pytest.approx(x[name].isna().mean())


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_correlations_and_contingencies_are_the_published_similarities(mixed, frame, run, missing):
    real, synthetic = mixed(1, missing=missing), mixed(2, 450, missing=missing, shift=0.2)
    details = Pairs()(real, synthetic, None, run).details
    x, y = frame(real), frame(synthetic)
    compared = 0
    for row in details.iter_rows(named=True):
        pair = [row["first"], row["second"]]
        if set(pair) <= set(NUMBERS):
            public = CorrelationSimilarity.compute(x[pair], y[pair])
        elif not set(pair) & set(NUMBERS):
            public = ContingencySimilarity.compute(x[pair].astype(object), y[pair].astype(object))
        else:
            continue  # the bins differ on purpose
        compared += 1
        assert row["score"] == pytest.approx(public, abs=1e-6)
    assert compared == 6


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_own_bin_pairs_are_the_published_trends(mixed, frame, run, missing):
    real, synthetic = mixed(1, missing=missing), mixed(2, 450, missing=missing, shift=0.2)
    score = PairsOwnBins()(real, synthetic, None, run)
    metadata = {"columns": {name: {"sdtype": column.kind} for name, column in real.schema.columns.items()}}
    trends = ColumnPairTrends()
    public = trends.get_score(frame(real), frame(synthetic), metadata)
    assert score.value == pytest.approx(public, abs=1e-6)
    ours = {(a, b): s for a, b, s in score.details.select("first", "second", "score").rows()}
    theirs = {(a, b): s for a, b, s in trends.details[["Column 1", "Column 2", "Score"]].itertuples(index=False)}
    assert ours == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize(("missing", "shift"), [(0.0, 0.1), (0.1, 0.1), (0.0, 0.0), (0.0, 1.0)])
def test_logistic_detection_is_the_published_one(mixed, frame, run, missing, shift):
    real, synthetic = mixed(1, 500, missing=missing), mixed(2, 400, missing=missing, shift=shift)
    score = LogisticDetection()(real, synthetic, None, run)
    x, y = frame(real), frame(synthetic)
    # The public definition draws its folds from numpy's global state: give it the state that ours are drawn from.
    np.random.seed(int(run.child("folds").rng.integers(2**31)))  # noqa: NPY002
    assert score.value == pytest.approx(PublicLogisticDetection.compute(x, y), abs=1e-6)
