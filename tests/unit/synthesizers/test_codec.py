"""Rows obey all relations at once and the given values exactly, whatever an engine draws.

The engine here is the worst that can be: it draws every column on its own, so nothing but the codec keeps a relation.
"""

import time
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from understudy.constraints.conclude import conclude
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.implication import Implication
from understudy.constraints.inequality import Inequality
from understudy.constraints.repair import put_back
from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.errors import ConditionError
from understudy.schema.column import Categorical, Datetime, Identifier, Numerical, Text
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular._codec import Codec
from understudy.transforms.protection import Protection

DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - rows of a column without a zone are naive
NUMBER, WHOLE, LEVEL = Numerical(decimals=2), Numerical(decimals=0), Categorical()


def table(**columns):
    made = [pl.Series(name, values, dtype=row_dtype(kind), strict=False) for name, (kind, values) in columns.items()]
    return Table.of(pl.DataFrame(made), TableSchema(columns={name: kind for name, (kind, _) in columns.items()}))


def engine(codec, data):
    """Independent columns, as the codes of the training rows have them."""
    codes = codec.encode(data)

    def draw(n, evidence, run):
        out = np.empty((len(codes), n), dtype=np.uint16)
        for j, column in enumerate(codes):
            weights = np.bincount(column, minlength=codec.encoder.n_symbols[j]).astype(float)
            if j in evidence:
                weights = weights * evidence[j] if (weights * evidence[j]).any() else evidence[j].astype(float)
            out[j] = run.child("draw", j).rng.choice(len(weights), n, p=weights / weights.sum())
        return out

    return draw


def shop(n=2500, seed=1):
    rng = np.random.default_rng(seed)
    street = rng.integers(0, 60, n)
    price, tax = rng.gamma(2, 50, n).round(2), rng.gamma(1, 9, n).round(2)
    visits = rng.poisson(1.0, n)
    score = rng.normal(50, 20, n).round(2)
    opened = np.datetime64("2020-01-01", "s") + rng.integers(0, 10**7, n)
    closed = opened + rng.integers(0, 10**7, n)
    status = np.where(rng.random(n) < 0.3, "open", "closed")
    age = rng.integers(18, 90, n)
    lines = rng.integers(0, 30, n)
    return table(
        id=(Identifier(pattern="K-[0-9]{6}"), [f"K-{i:06}" for i in rng.choice(10**6, n, replace=False)]),
        street=(LEVEL, [f"r{v:02}" for v in street]),
        city=(LEVEL, [f"c{v // 6}" for v in street]),
        state=(LEVEL, [f"s{v // 30}" for v in street]),
        age=(WHOLE, age),
        grown=(LEVEL, np.where(age >= 65, "old", "young").tolist()),
        price=(NUMBER, price),
        tax=(NUMBER, tax),
        total=(NUMBER, (price + tax).round(2)),
        visits=(WHOLE, visits),
        spent=(NUMBER, np.where(visits > 0, rng.gamma(2, 5, n).round(2) + 0.01, 0.0)),
        status=(LEVEL, status.tolist()),
        opened=(Datetime(), opened.astype(datetime).tolist()),
        closed=(Datetime(), [None if s == "open" else c for s, c in zip(status, closed.astype(datetime), strict=True)]),
        score=(NUMBER, score),
        rescored=(NUMBER, np.where(rng.random(n) < 0.3, score, rng.normal(50, 20, n).round(2))),
        lines=(WHOLE, lines),
        most=(WHOLE, lines + rng.integers(0, 30, n)),
        note=(Text(), [f"note {v}" for v in rng.integers(0, 9, n)]),
    )


DATA = shop()
CODEC = Codec.fit(DATA, Protection(), Run(1))
DRAW = engine(CODEC, DATA)


def sampled(n=1500, seed=3, given=None, first=0, run=None):
    return CODEC.sample(n, DRAW, run or Run(seed), given, first)


def broken(rows):
    return {c.text: int(c.violations(rows).sum()) for c in CODEC.constraints if c.violations(rows).any()}


def test_the_table_has_every_kind_of_relation():
    kinds = {constraint.kind for constraint in CODEC.constraints}
    assert kinds == {"functional_dependency", "linear_identity", "implication", "inequality", "equality"}


@pytest.mark.parametrize("seed", range(4))
def test_sampled_rows_obey_all_relations_at_once(seed):
    run = Run(seed)
    made = sampled(seed=seed, run=run)
    assert broken(made.rows) == {}
    assert run.findings.all() == []
    assert made.rows["id"].n_unique() == 1500
    equal = (made.rows["score"] == made.rows["rescored"]).mean()
    assert abs(equal - 0.3) < 0.08


def test_the_same_seed_gives_the_same_rows_and_another_other_ones():
    assert sampled(seed=5).rows.equals(sampled(seed=5).rows)
    assert not sampled(seed=5).rows.equals(sampled(seed=6).rows)


def test_keys_of_two_chunks_are_different_even_where_rows_were_drawn_again():
    given = {"spent": 0.0, "city": "c3"}
    chunks = [sampled(400, 7, given, first).rows["id"] for first in (0, 400)]
    assert pl.concat(chunks).n_unique() == 800
    assert not pl.concat(chunks).is_in(DATA.rows["id"].implode()).any()


GIVEN = {
    "a level that fixes others": {"street": "r07"},
    "a level that is fixed": {"city": "c3"},
    "two levels that are fixed": {"city": "c3", "state": "s0"},
    "the root and what it fixes": {"street": "r07", "city": "c1"},
    "what a number fixes": {"grown": "old"},
    "a number that fixes": {"age": 70},
    "both": {"age": 70, "grown": "old"},
    "a sum": {"total": 150.0},
    "a sum and a term": {"total": 150.0, "tax": 12.25},
    "both terms": {"price": 60.0, "tax": 12.25},
    "all three": {"price": 60.0, "tax": 12.25, "total": 72.25},
    "a condition": {"visits": 0},
    "what a condition forbids": {"spent": 5.0},
    "a condition and its value": {"visits": 0, "spent": 0.0},
    "missing by a condition": {"status": "open"},
    "missing": {"closed": None},
    "the lower": {"lines": 25},
    "the upper": {"most": 4},
    "both in order": {"lines": 3, "most": 4},
    "a moment": {"opened": datetime(2020, 4, 1, 12)},  # noqa: DTZ001 - as above
    "the later moment": {"closed": datetime(2020, 2, 1, 12)},  # noqa: DTZ001
    "an original": {"score": 50.0},
    "a copy": {"rescored": 50.0},
    "equal ones": {"score": 50.0, "rescored": 50.0},
    "unequal ones": {"score": 50.0, "rescored": 51.0},
    "a whole number as a float": {"age": 30.0},
    "many": {"city": "c3", "total": 150.0, "visits": 0, "status": "open", "lines": 3, "rescored": 50.0, "grown": "old"},
}


@pytest.mark.parametrize("name", GIVEN)
def test_given_values_hold_exactly_and_no_relation_breaks(name):
    run = Run(2)
    rows = sampled(600, given=GIVEN[name], run=run).rows
    assert rows.height == 600
    for column, value in GIVEN[name].items():
        assert rows[column].unique().to_list() == [value], column
    assert broken(rows) == {}
    assert run.findings.all() == []
    assert rows["id"].n_unique() == 600


IMPOSSIBLE = {
    "unknown column": {"nothing": 1},
    "unknown level": {"city": "Atlantis"},
    "unknown dependent": {"grown": "ancient"},
    "a level against what fixes it": {"street": "r07", "city": "c5"},
    "two levels that no root has": {"city": "c3", "state": "s1"},
    "a number against what it fixes": {"age": 70, "grown": "young"},
    "a sum that is none": {"price": 60.0, "tax": 12.25, "total": 90.0},
    "a sum out of reach": {"total": -50.0},
    "a sum far out of reach": {"total": 1e9},
    "a sum below its term": {"total": 50.0, "price": 80.0},
    "a condition against its value": {"visits": 0, "spent": 5.0},
    "an order the wrong way": {"lines": 9, "most": 4},
    "moments the wrong way": {"opened": DAY, "closed": DAY - timedelta(days=900)},
    "a value where there is none": {"status": "open", "closed": datetime(2020, 4, 1)},  # noqa: DTZ001
    "missing where nothing is": {"age": None},
    "out of range": {"age": 5_000},
    "off the grid": {"age": 30.5},
    "another type": {"age": "many"},
    "not finite": {"price": float("inf")},
    "a key": {"id": "K-000001"},
    "a text": {"note": "note 1"},
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_conditions_are_refused_at_once(name):
    began = time.process_time()
    with pytest.raises(ConditionError) as refusal:
        sampled(given=IMPOSSIBLE[name])
    assert time.process_time() - began < 3
    assert str(refusal.value).endswith(".")
    assert any(repr(column) in str(refusal.value) or column in str(refusal.value) for column in IMPOSSIBLE[name])


def test_no_rows_are_an_empty_table_of_the_schema():
    empty = sampled(0)
    assert empty.rows.height == 0
    assert empty.rows.schema == DATA.rows.schema
    with pytest.raises(ConditionError):
        sampled(0, given={"city": "Atlantis"})


def test_a_restored_codec_samples_the_same_rows():
    again = Codec.restore(CODEC.state())
    assert again.sample(300, DRAW, Run(4)).rows.equals(sampled(300, 4).rows)
    assert again.texts() == CODEC.texts()
    assert (again.encode(DATA) == CODEC.encode(DATA)).all()


def test_the_rows_that_are_passed_stay_as_they_are():
    data = shop(400, 2)
    before = data.rows.clone()
    Codec.fit(data, Protection(), Run(1)).encode(data)
    assert data.rows.equals(before)
    assert data.rows.columns == before.columns


def test_rules_that_differ_in_the_value_of_their_condition_share_a_sentence():
    rules = (Implication("k", "v", "a", 0), Implication("k", "v", "b", 0), Implication("k", "w", "b", None))
    codec = Codec(CODEC.schema, rules, CODEC.encoder)
    assert codec.texts() == ["where k is a, b, v is 0", "where k is b, w is missing"]


def test_chains_of_rules_are_followed_to_their_end():
    rules = [Implication("c", "d", 1, 1), Implication("a", "b", 1, 1), Implication("b", "c", 1, 1)]
    rows, left = put_back(pl.DataFrame({"a": [1, 0], "b": [0, 0], "c": [0, 0], "d": [0, 0]}), rules)
    assert rows.rows() == [(1, 1, 1, 1), (0, 0, 0, 0)]
    assert not left.any()


def test_a_rule_that_changes_a_determinant_changes_what_it_fixes():
    pairs = pl.DataFrame({"determinant": ["x", "y"], "dependent": ["X", "Y"]})
    relations = [FunctionalDependency("k", "v", pairs), Implication("a", "k", 1, "y")]
    rows, left = put_back(pl.DataFrame({"a": [1, 0], "k": ["x", "x"]}), relations)
    assert rows.rows() == [(1, "y", "Y"), (0, "x", "X")]
    assert not left.any()


@pytest.mark.parametrize("length", [2, 5, 9])
def test_a_chain_of_orders_is_sorted(length):
    names = [f"x{i}" for i in range(length)]
    relations = [Inequality(a, b, (1.0, 1.0)) for a, b in pairwise(names)]
    falling = pl.DataFrame({name: [length - i] for i, name in enumerate(names)})
    rows, left = put_back(falling, relations)
    assert rows.row(0) == tuple(range(1, length + 1))
    assert not left.any()


def test_a_strict_order_holds_in_every_row():
    rng = np.random.default_rng(5)
    low = rng.integers(0, 30, 900)
    data = table(a=(WHOLE, low), b=(WHOLE, low + rng.integers(1, 4, 900)))
    codec = Codec.fit(data, Protection(), Run(1))
    assert codec.texts() == ["a is less than b"]
    apart = Table.of(data.rows.with_columns(pl.col("a").shuffle(3)), data.schema)  # columns that know nothing of it
    for given in ({}, {"a": 20}, {"b": 20}):
        rows = codec.sample(2_000, engine(codec, apart), Run(2), given).rows
        assert (rows["a"] < rows["b"]).all()
    with pytest.raises(ConditionError):
        codec.sample(5, engine(codec, data), Run(2), {"a": 20, "b": 20})


def test_what_follows_from_given_values_is_found_through_several_relations():
    pairs = pl.DataFrame({"determinant": ["x", "y"], "dependent": [1, 2]})
    relations = [FunctionalDependency("k", "v", pairs), Implication("a", "k", 1, "y"), Implication("v", "w", 2, None)]
    assert conclude({"a": 1}, relations) == {"a": 1, "k": "y", "v": 2, "w": None}
    with pytest.raises(ConditionError):
        conclude({"a": 1, "v": 1}, relations)


def test_rows_that_cannot_be_mended_are_drawn_again_and_told_of_if_none_is_better():
    data = table(a=(LEVEL, ["x", "y"] * 100), b=(LEVEL, ["p", "q"] * 100), c=(LEVEL, ["u", "v"] * 100))
    plain = Codec.fit(data, Protection(), Run(1), relations=False)
    clash = (Implication("a", "c", "x", "u"), Implication("b", "c", "p", "v"))
    codec = Codec(plain.schema, clash, plain.encoder)
    draw = engine(plain, data)
    run = Run(1)
    rows = codec.sample(500, draw, run).rows
    assert not ((rows["a"] == "x") & (rows["b"] == "p")).any()
    assert run.findings.all() == []

    def stubborn(n, evidence, run):
        del evidence, run
        return np.zeros((3, n), dtype=np.uint16)  # x, p, u in every row

    rows = codec.sample(50, stubborn, run).rows
    assert rows.height == 50
    (finding,) = run.findings.all()
    assert (finding.code, finding.severity) == ("relations.broken", "degraded")
    assert finding.text.startswith("50 of 50 sampled rows break")
    with pytest.raises(ConditionError):
        codec.sample(50, draw, Run(1), {"a": "x", "b": "p"})


def test_what_a_relation_computes_stays_within_the_bounds_of_the_schema():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 60, 2000), rng.integers(0, 60, 2000)
    kept = a + b <= 80
    bounded = Numerical(decimals=0, low=0, high=80)
    data = table(a=(WHOLE, a[kept]), b=(WHOLE, b[kept]), total=(bounded, (a + b)[kept]))
    codec = Codec.fit(data, Protection(), Run(1))
    assert codec.texts() == ["total = a + b"]
    assert codec.sample(2000, engine(codec, data), Run(1)).rows["total"].max() <= 80


def test_a_table_of_keys_and_texts_only_is_sampled():
    data = table(
        id=(Identifier(pattern="K[0-9]{8}"), [f"K{i:08}" for i in range(0, 9_000, 90)]), note=(Text(), ["a b"] * 100)
    )
    codec = Codec.fit(data, Protection(), Run(1))
    rows = codec.sample(30, engine(codec, data), Run(1)).rows
    assert rows.shape == (30, 2)
    assert rows["id"].n_unique() == 30


def test_a_category_takes_the_order_of_a_number_that_it_fixes():
    rng = np.random.default_rng(4)
    names = rng.permutation([f"code {k}" for k in range(40)])
    k = rng.integers(0, 40, 2000)
    rows = pl.DataFrame({"name": names[k], "number": 100 + 3 * k, "cost": 10.0 * k + rng.normal(size=2000)})
    schema = TableSchema(columns={"name": Categorical(), "number": Numerical(decimals=0), "cost": Numerical()})
    codec = Codec.fit(Table.of(rows, schema), Protection(), Run(1))
    assert "name fixes number" in codec.texts() or "number fixes name" in codec.texts()
    encoder = codec.encoder.encoders.get("name")
    if encoder is not None:
        assert encoder.ordered
        assert list(encoder.levels) == list(names)
    codes = codec.encode(Table.of(rows, schema))
    place = codec.encoder.names.index("name" if encoder is not None else "number")
    assert np.corrcoef(codes[place].astype(float), rows["cost"].to_numpy())[0, 1] > 0.99
