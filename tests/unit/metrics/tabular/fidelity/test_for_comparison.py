"""Scores of other tools are reproduced to the last digit that matters."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sdmetrics.reports import DiagnosticReport, QualityReport

from understudy.metrics.tabular.fidelity.mostlyai_accuracy import MostlyaiAccuracy
from understudy.metrics.tabular.fidelity.sdmetrics_diagnostic import SdmetricsDiagnostic
from understudy.metrics.tabular.fidelity.sdmetrics_quality import SdmetricsQuality
from understudy.schema.column import Boolean, Categorical, Identifier, Numerical

# Where warnings are errors, SDMetrics swallows its own and leaves the column out.
pytestmark = pytest.mark.filterwarnings("ignore:Downcasting object dtype:FutureWarning")

SDTYPES = {"identifier": "id"}


def metadata(table, key=None):
    columns = {n: {"sdtype": SDTYPES.get(c.kind, c.kind)} for n, c in table.schema.columns.items()}
    return {"tables": {"t": {"columns": columns} | ({"primary_key": key} if key else {})}}


def published(report, real, synthetic, metadata):
    report.generate({"t": real}, {"t": synthetic}, metadata, verbose=False)
    return report.get_score()


@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("limits", [(0.5, 0.3), (0.0, 0.0), (0.1, 0.1), (0.9, 0.9)])
def test_quality_is_the_published_score(mixed, frame, run, missing, limits):
    real, synthetic = mixed(1, missing=missing), mixed(2, 450, missing=missing, shift=0.2)
    report = QualityReport()
    report.real_correlation_threshold, report.real_association_threshold = limits
    public = published(report, frame(real), frame(synthetic), metadata(real))
    ours = SdmetricsQuality(correlation=limits[0], association=limits[1])(real, synthetic, None, run)
    assert ours.value == pytest.approx(public, abs=1e-6)
    details = report.get_details("Column Pair Trends", table_name="t")
    theirs = {
        (a, b): bool(m) for a, b, m in details[["Column 1", "Column 2", "Meets Threshold?"]].itertuples(index=False)
    }
    counts = ours.details.filter(measure="column_pair_trend").select("first", "second", "counts").rows()
    assert {(a, b): c for a, b, c in counts} == theirs


def test_by_default_few_pairs_count(mixed, run):
    details = SdmetricsQuality()(mixed(1), mixed(2), None, run).details.filter(measure="column_pair_trend")
    assert 0 < details["counts"].sum() < details.height


def test_quality_of_one_column_is_its_shape(make, run):
    one = make({"x": Numerical()}, {"x": [1.0, 2.0]})
    assert SdmetricsQuality()(one, one, None, run).value == 1


@pytest.mark.parametrize("missing", [(0.0, 0.0), (0.1, 0.1), (0.0, 0.1), (0.1, 0.0)])
def test_diagnostic_is_the_published_score(mixed, frame, run, missing):
    real, synthetic = mixed(1, 80, missing=missing[0]), mixed(2, 450, missing=missing[1], shift=0.3)
    public = published(DiagnosticReport(), frame(real), frame(synthetic), metadata(real))
    score = SdmetricsDiagnostic()(real, synthetic, None, run)
    assert score.value == pytest.approx(public, abs=1e-6)
    assert score.value < 1


def test_diagnostic_counts_keys_that_come_again(make, frame, run):
    columns = {"id": Identifier(), "k": Categorical()}
    real = make(columns, {"id": list("abcd"), "k": ["u", "v", "u", "v"]})
    synthetic = make(columns, {"id": ["x", "x", None, "y"], "k": ["u", "w", "u", None]})
    public = published(DiagnosticReport(), frame(real), frame(synthetic), metadata(real, "id"))
    assert SdmetricsDiagnostic()(real, synthetic, None, run).value == pytest.approx(public, abs=1e-6)
    assert public == pytest.approx((1 + (0.5 + 0.5) / 2) / 2)


def binned(real, values):
    """Bin a column as the definition says, in pandas."""
    if real.dtype == object:
        top = real.fillna("(n/a)").value_counts().sort_index().sort_values(ascending=False, kind="stable").head(10)
        kept = {*top[top >= 5].index, "(n/a)"}
        return values.fillna("(n/a)").map(lambda v: v if v in kept else "(other)")
    known = np.sort(real.dropna())
    if len(set(known)) <= 10:
        ends = [*sorted(set(known)), max(known) + 1]
    else:
        ends = next(
            e
            for i in range(10, 1001)
            if len(e := sorted(set(known[np.linspace(0, len(known) - 1, i).astype(int)]))) > 10 or i == 1000
        )
    ends = np.array(ends, dtype=float)
    for decimals in range(20):
        floored = np.floor(ends * 10**decimals) / 10**decimals
        if len(set(floored)) == len(ends):
            ends = np.array([*floored[:-1], ends[-1]])
            break
    cut = pd.cut(values.clip(ends[0], ends[-1]), [*ends[:-1], ends[-1] + 1], right=False, labels=False)
    return cut.fillna(-1)


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_accuracy_is_the_one_by_definition(make, run, missing):
    columns = {"x": Numerical(), "few": Numerical(decimals=0), "skew": Numerical(), "k": Categorical(), "b": Boolean()}

    def draw(seed, n, shift):
        rng = np.random.default_rng(seed)
        x = rng.normal(10 + shift, 3, n)
        values = {
            "x": x.tolist(),
            "few": rng.integers(0, 7, n).tolist(),
            "skew": np.where(rng.random(n) < 0.85, 0.0, np.round(np.exp(x / 4), 2)).tolist(),
            "k": [f"l{min(int(v), 30)}" for v in rng.exponential(6, n)],
            "b": (x > 10).tolist(),
        }
        for column in values.values():
            for i in np.flatnonzero(rng.random(n) < missing):
                column[i] = None
        return make(columns, values)

    real, synthetic = draw(1, 400, 0), draw(2, 300, 1)
    x, y = ({n: pd.Series(t.rows[n].to_list(), dtype=float if n in {"x", "few", "skew"} else object) for n in columns}
            for t in (real, synthetic))  # fmt: skip
    x["b"], y["b"] = x["b"].map({True: "t", False: "f"}), y["b"].map({True: "t", False: "f"})
    bins = {n: (binned(x[n], x[n]), binned(x[n], y[n])) for n in columns}
    means, bounds = [], []
    for size in (1, 2, 3):
        found, most = [], []
        for group in combinations(columns, size):
            p, q = (pd.concat([bins[n][i] for n in group], axis=1).value_counts(normalize=True) for i in (0, 1))
            found.append(1 - p.sub(q, fill_value=0).abs().sum() / 2)
            most.append(1 - np.sqrt(2 / np.pi * p * (1 - p) * (1 / 400 + 1 / 300)).sum() / 2)
        means.append(np.mean(found))
        bounds.append(np.mean(most))
    score = MostlyaiAccuracy()(real, synthetic, None, run)
    assert score.details["accuracy"].to_list()[:3] == pytest.approx(means, abs=1e-5)
    assert score.details["accuracy_max"].to_list()[:3] == pytest.approx(bounds, abs=1e-5)
    assert score.value == pytest.approx(np.mean(means), abs=1e-5)


def test_bound_of_accuracy_is_what_fresh_rows_reach(mixed, run):
    scores = [MostlyaiAccuracy()(mixed(2 * i, 2000), mixed(2 * i + 1, 2000), None, run).details for i in range(10)]
    univariate = [details.row(0, named=True) for details in scores]
    gap = np.mean([row["accuracy"] - row["accuracy_max"] for row in univariate])
    assert abs(gap) < 0.003


@pytest.mark.parametrize("metric", [SdmetricsQuality, SdmetricsDiagnostic, MostlyaiAccuracy])
def test_scores_of_others_fall_when_tables_get_worse(mixed, run, metric):
    values = [metric()(mixed(1), mixed(2, shift=shift), None, run).value for shift in (0, 1, 3)]
    assert values[0] > values[1] > values[2]
