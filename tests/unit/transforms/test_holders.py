"""Where the schema names an entity, protection counts entities: ten rows of one person are one."""

import numpy as np
import polars as pl
import pytest

from understudy.constraints.discover import discover
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.implication import Implication
from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.schema.column import Categorical, Identifier, Numerical, Text
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular._codec import Codec
from understudy.transforms.protection import Protection
from understudy.transforms.table import TableEncoder

WHOLE, KEY = Numerical(decimals=0), Identifier(unique=False)
RNG = np.random.default_rng(3)
N = 800
WHO = np.arange(N) // 10  # ten rows each


def table(entity="who", who=WHO, **columns):
    kinds = {"who": KEY, **{name: kind for name, (kind, _) in columns.items()}}
    data = {"who": [f"p{w:03d}" for w in who], **{name: values for name, (_, values) in columns.items()}}
    rows = pl.DataFrame([pl.Series(n, v, dtype=row_dtype(kinds[n])) for n, v in data.items()])
    return Table.of(rows, TableSchema(columns=kinds, entity=entity))


def fitted(data):
    return TableEncoder.fit(data, Protection(), Run(1), data.holders()).encoders


def test_rows_without_an_entity_are_entities_of_their_own():
    rows = pl.DataFrame({"who": ["b", None, "a", None, "b"]})
    holders = Table.of(rows, TableSchema(columns={"who": KEY}, entity="who")).holders()
    assert holders[0] == holders[4]
    assert len(set(holders.tolist())) == 4
    assert Table.of(rows, TableSchema(columns={"who": KEY})).holders() is None


@pytest.mark.parametrize(("entity", "shown"), [("who", False), (None, True)])
def test_what_one_person_has_in_ten_rows_is_not_shown(entity, shown):
    rare = np.where(WHO == 7, "rare disease of p7", RNG.choice(["flu", "cold"], N))
    said = np.where(WHO == 7, "whispered confession", "the weather is fine today and so is tomorrow")
    words = [f"{a} w{b} w{c}" for a, b, c in zip(said, RNG.integers(0, 20, N), RNG.integers(0, 20, N), strict=True)]
    amount = np.where(WHO == 7, 333, RNG.integers(0, 40, N))
    spend = np.where(WHO == 7, 4_321.25, RNG.gamma(2, 50, N).round(2))
    data = table(
        entity,
        illness=(Categorical(), rare),
        note=(Text(), words),
        amount=(WHOLE, amount),
        spend=(Numerical(decimals=2), spend),
    )
    made = fitted(data)
    assert ("rare disease of p7" in made["illness"].levels) == shown
    assert ("confession" in made["note"].words) == shown
    assert (333 in made["amount"].atoms) == shown
    assert (4_321.25 in made["spend"].low) == shown
    assert (made["spend"].high.max() > 4_000) == shown


def test_stretches_and_ends_hold_ten_entities():
    spend = RNG.gamma(2, 50, N) + 500 * (WHO % 9 == 0) * RNG.random(N)
    encoder = fitted(table(spend=(Numerical(), spend)))["spend"]
    stretches = encoder.low < encoder.high
    for low, high in zip(encoder.low[stretches], encoder.high[stretches], strict=True):
        held = (spend >= low) & (spend <= high)
        edge = low == encoder.low.min() or high == encoder.high.max()
        assert edge or len(np.unique(WHO[held])) >= 10
    assert np.isclose(encoder.weight.sum(), N)
    best = np.sort([spend[w == WHO].max() for w in range(80)])[-10:]
    assert np.isclose(encoder.high.max(), best[0] + 2 * np.median(best - best[0]))


def test_entities_of_one_row_each_change_nothing():
    columns = {
        "spend": (Numerical(), RNG.gamma(2, 50, N)),
        "level": (Categorical(), RNG.choice(list("abcdefgh"), N, p=[0.4, 0.3, 0.2, 0.08, 0.01, 0.004, 0.003, 0.003])),
        "count": (WHOLE, RNG.poisson(3, N)),
        "note": (Text(), [" ".join(RNG.choice(["one", "two", "three", "four"], 9)) for _ in range(N)]),
    }
    alone = fitted(table(who=np.arange(N), **columns))
    plain = fitted(table(None, who=np.arange(N), **columns))
    for name in columns:
        one, other = alone[name].state(), plain[name].state()
        assert one.keys() == other.keys()
        assert repr(one) == repr(other)


def test_the_pattern_of_identifiers_holds_nothing_that_few_entities_share():
    keys = [f"SMITH-{v}" for v in RNG.permutation(90_000)[:N] + 10_000]
    for who, told in ((WHO % 4, False), (WHO, True)):
        encoder = fitted(table(who=who, key=(Identifier(), keys)))["key"]
        assert ("SMITH" in encoder.pattern) == told


@pytest.mark.parametrize(("entity", "shown"), [("who", False), (None, True)])
def test_relations_hold_no_value_of_few_entities(entity, shown):
    ward = np.where(WHO < 3, "ward of three", RNG.choice(["north", "south", "west"], N))
    nurse = [{"ward of three": "Ann", "north": "Bob", "south": "Cid", "west": "Cid"}[w] for w in ward]
    spent = np.where(WHO < 3, 77, RNG.integers(0, 20, N))
    late = [None if w < 3 else int(v) for w, v in zip(WHO, RNG.integers(0, 30, N), strict=True)]
    data = table(
        entity, ward=(Categorical(), ward), nurse=(Categorical(), nurse), spent=(WHOLE, spent), late=(WHOLE, late)
    )
    found = discover(data)
    (pairs,) = [c.pairs for c in found if isinstance(c, FunctionalDependency) and c.dependent == "nurse"]
    assert ("ward of three" in pairs["determinant"]) == shown
    rules = [c for c in found if isinstance(c, Implication)]
    assert any(rule.when in {"ward of three", 77} for rule in rules) == shown


def test_a_model_counts_entities():
    data = table(illness=(Categorical(), np.where(WHO == 7, "rare disease of p7", RNG.choice(["flu", "cold"], N))))
    codec = Codec.fit(data, Protection(), Run(1))
    assert "rare disease of p7" not in codec.encoder.encoders["illness"].levels
