import numpy as np
import pytest

from understudy.errors import NotApplicable
from understudy.metrics.tabular.fidelity.relations import Relations
from understudy.schema.column import Categorical, Datetime, Duration, Numerical

COLUMNS = {
    "city": Categorical(),
    "country": Categorical(),
    "low": Numerical(decimals=0),
    "high": Numerical(decimals=0),
    "sum": Numerical(decimals=0),
    "kind": Categorical(),
    "extra": Numerical(decimals=0),
}
COUNTRY = {"Rom": "I", "Pisa": "I", "Ulm": "D", "Bonn": "D", "Bern": "CH"}


def values(seed, n=600):
    rng = np.random.default_rng(seed)
    city = rng.choice([*COUNTRY], n)
    low = rng.integers(0, 500, n)
    high = low + rng.integers(1, 500, n)
    kind = rng.choice(["a", "b", "c"], n)
    return {
        "city": city.tolist(),
        "country": [COUNTRY[c] for c in city],
        "low": low.tolist(),
        "high": high.tolist(),
        "sum": (low + high).tolist(),
        "kind": kind.tolist(),
        "extra": [None if k == "a" else int(v) for k, v in zip(kind, rng.integers(0, 900, n), strict=True)],
    }


@pytest.fixture
def broken(make, run):
    """Give the least share that a relation of each kind is kept in, after a change of a fresh table's values."""

    def judge(**changes):
        made = {**values(2), **changes}
        score = Relations()(make(COLUMNS, values(1)), make(COLUMNS, made), None, run)
        return score, dict(score.details.group_by("measure").min().select("measure", "score").rows())

    return judge


def test_fresh_rows_keep_every_relation(broken):
    score, kinds = broken()
    assert score.value == 1
    assert {"functional_dependency", "inequality", "linear_identity", "implication"} <= set(kinds)
    assert score.details["broken"].sum() == 0


@pytest.mark.parametrize(
    ("kind", "column", "wrong"),
    [("functional_dependency", "country", "CH"), ("linear_identity", "sum", 10**6), ("implication", "extra", 5)],
)
def test_a_broken_relation_is_counted_among_the_rows_that_it_speaks_of(broken, kind, column, wrong):
    made = values(2)
    rows = [i for i, k in enumerate(made["kind"]) if k == "a" and made["city"][i] != "Bern"][:60]
    cells = made[column]
    for i in rows:
        cells[i] = wrong
    score, kinds = broken(**{column: cells})
    spoken = made["kind"].count("a") if kind == "implication" else 600
    assert kinds[kind] == pytest.approx(1 - 60 / spoken)
    assert score.details.row(0, named=True)["measure"] == kind
    assert score.details.row(0, named=True)["broken"] == 60
    assert score.value < 1
    assert score.interval[0] <= score.value <= score.interval[1]


def test_an_order_is_broken_by_exchange(broken):
    made = values(2)
    made["low"][:300], made["high"][:300] = made["high"][:300], made["low"][:300]
    _, kinds = broken(low=made["low"], high=made["high"])
    assert 0.4 < kinds["inequality"] < 0.6


def test_equality_in_a_share_of_the_rows_is_compared_by_that_share(make, run):
    columns = {"x": Numerical(decimals=0), "y": Numerical(decimals=0)}

    def draw(seed, share):
        rng = np.random.default_rng(seed)
        x, y = rng.integers(0, 100_000, (2, 1000))
        same = np.arange(1000) < 1000 * share
        return make(columns, {"x": x.tolist(), "y": np.where(same, x, y).tolist()})

    score = Relations()(draw(1, 0.4), draw(2, 0.1), None, run)
    row = score.details.filter(measure="equality").row(0, named=True)
    assert row["score"] == pytest.approx(0.7)
    assert (row["first"], row["second"]) == ("x", "y")


def test_lengths_of_time_are_relations_too(make, run):
    columns = {"start": Datetime(), "end": Datetime(), "took": Duration()}
    hour = 3_600_000_000

    def draw(seed):
        rng = np.random.default_rng(seed)
        start, took = rng.integers(0, 10_000, 400) * hour, rng.integers(0, 200, 400) * hour
        return {"start": start.tolist(), "end": (start + took).tolist(), "took": took.tolist()}

    made = draw(2)
    assert Relations()(make(columns, draw(1)), make(columns, made), None, run).value == 1
    made["took"][:100] = [v + hour for v in made["took"][:100]]
    details = Relations()(make(columns, draw(1)), make(columns, made), None, run).details
    assert details.filter(measure="elapsed")["score"].to_list() == [0.75]


def test_without_relations_it_declines(mixed, run):
    with pytest.raises(NotApplicable, match="obey no relation"):
        Relations()(mixed(1), mixed(2), None, run)
