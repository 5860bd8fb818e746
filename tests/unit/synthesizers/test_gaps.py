"""Columns that are learnt as their distance from another one: the order, the law of the gap, and given values.

The engine is the worst that can be: it draws every column on its own, so what holds is the codec's doing.
"""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.errors import ConditionError
from understudy.schema.column import Categorical, Datetime, Duration, Numerical
from understudy.schema.table import TableSchema
from understudy.synthesizers.tabular._codec import Codec
from understudy.transforms.protection import Protection

N = 1500
NUMBER, WHOLE, LEVEL = Numerical(decimals=2), Numerical(decimals=0), Categorical()
DATE, MINUTE = Datetime(resolution="day"), Datetime(resolution="minute")
ZONED = Datetime(resolution="day", time_zone="America/New_York")
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000


def table(**columns):
    made = [pl.Series(name, values, dtype=row_dtype(kind), strict=False) for name, (kind, values) in columns.items()]
    return Table.of(pl.DataFrame(made), TableSchema(columns={name: kind for name, (kind, _) in columns.items()}))


def at(*parts, tzinfo=None):
    return datetime(*parts, tzinfo=tzinfo)


def moments(us):
    return pl.Series(us, dtype=pl.Int64).cast(pl.Datetime("us"))


def midnights(days, zone):
    wall = moments(days * DAY_US).dt.replace_time_zone(zone)
    return wall.dt.convert_time_zone("UTC")


def some(values, hidden):
    return [None if gone else v for v, gone in zip(pl.Series(values).to_list(), hidden, strict=True)]


def stays(n=N, seed=1):
    """Dates of one to 29 days, a minute before a date of the same day or later, a chain, prices, and zones."""
    rng = np.random.default_rng(seed)
    admitted = 18_628 + rng.integers(0, 1_100, n)
    los = np.minimum(1 + rng.poisson(6, n), 29)
    ordered = admitted * 1_440 - rng.integers(1, 14_400, n)
    shipped = ordered // 1_440 + rng.choice([0, 0, 1, 1, 2, 5], n)
    price = rng.gamma(3, 900, n).round(2)
    hidden = rng.random(n) < 0.1
    status = np.where(hidden, "here", "left")
    return table(
        status=(LEVEL, status.tolist()),
        discharged=(DATE, some(moments((admitted + los) * DAY_US), hidden)),
        admitted=(DATE, moments(admitted * DAY_US)),
        los=(WHOLE, some(los, hidden)),
        ordered=(MINUTE, moments(ordered * 60_000_000)),
        shipped=(DATE, moments(shipped * DAY_US)),
        net=(NUMBER, price),
        gross=(NUMBER, (price + rng.gamma(2, 20, n)).round(2)),
        here=(ZONED, midnights(admitted, "America/New_York")),
        gone=(ZONED, midnights(admitted + rng.integers(0, 9, n), "America/New_York")),
    )


def engine(codec, data):
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


DATA = stays()
CODEC = Codec.fit(DATA, Protection(), Run(1))
DRAW = engine(CODEC, DATA)


def sampled(n=N, seed=3, given=None, run=None):
    return CODEC.sample(n, DRAW, run or Run(seed), given).rows


def broken(rows):
    return {c.text: int(c.violations(rows).sum()) for c in CODEC.constraints if c.violations(rows).any()}


def days(rows, low, high):
    return (rows[high].dt.truncate("1d") - rows[low].dt.truncate("1d")).dt.total_days()


def test_the_report_says_what_is_kept():
    said = set(CODEC.texts())
    assert {
        "discharged is after admitted",
        "admitted is not before ordered",
        "shipped is not before ordered",
        "los = discharged - admitted in days",
        "gone is not before here",
        "net is less than gross",
    } <= said


@pytest.mark.parametrize("seed", range(3))
def test_gaps_have_the_widths_of_the_real_ones_and_no_order_breaks(seed):
    run = Run(seed)
    rows = sampled(seed=seed, run=run)
    assert broken(rows) == {}
    assert run.findings.all() == []
    for low, high in (("admitted", "discharged"), ("ordered", "shipped")):
        real, made = (days(data, low, high).drop_nulls() for data in (DATA.rows, rows))
        assert made.is_in(real.implode()).all()
        assert abs(made.mean() - real.mean()) < 0.4
    assert (rows["admitted"] >= rows["ordered"]).all()
    assert (rows["los"].eq_missing(days(rows, "admitted", "discharged"))).all()
    assert ((rows["gross"] - rows["net"]).max()) < 2 * (DATA.rows["gross"] - DATA.rows["net"]).max()


def test_missing_values_and_time_zones_are_kept():
    rows = sampled()
    assert (rows["discharged"].is_null() == (rows["status"] == "here")).all()
    assert abs(rows["discharged"].null_count() / N - 0.1) < 0.03
    for name in ("here", "gone"):
        there = rows[name].dt.convert_time_zone("America/New_York")
        assert (there.dt.hour() == 0).all()


GIVEN = {
    "the lower": {"admitted": at(2022, 3, 1)},
    "the higher": {"discharged": at(2022, 3, 1)},
    "the length": {"los": 12},
    "the length and the lower": {"los": 12, "admitted": at(2022, 3, 1)},
    "the length and the higher": {"los": 12, "discharged": at(2022, 3, 1)},
    "both": {"admitted": at(2022, 3, 1), "discharged": at(2022, 3, 6)},
    "the root of a chain": {"ordered": at(2022, 3, 1, 12, 30)},
    "both ends of a chain": {"ordered": at(2022, 3, 1, 12, 30), "admitted": at(2022, 3, 6)},
    "a date after an hour": {"shipped": at(2022, 3, 1)},
    "the same day": {"shipped": at(2022, 3, 1), "ordered": at(2022, 3, 1, 12, 30)},
    "no end": {"discharged": None},
    "no length": {"los": None},
    "a rule": {"status": "here"},
    "a price": {"net": 1_000.25},
    "a higher price": {"gross": 1_000.25},
    "both prices": {"net": 1_000.25, "gross": 1_030.5},
    "a day of a zone": {"gone": at(2022, 3, 1, tzinfo=ZoneInfo("America/New_York"))},
    "much": {"gross": 1_000.25, "los": 3, "shipped": at(2022, 3, 1), "status": "left"},
}


@pytest.mark.parametrize("name", GIVEN)
def test_given_values_hold_exactly_and_no_relation_breaks(name):
    run = Run(2)
    rows = sampled(400, given=GIVEN[name], run=run)
    assert rows.height == 400
    for column, value in GIVEN[name].items():
        assert rows[column].unique().to_list() == [value], column
    assert broken(rows) == {}
    assert run.findings.all() == []


def test_a_given_end_leaves_the_gap_its_law():
    real = days(DATA.rows, "admitted", "discharged").drop_nulls()
    made = days(sampled(2_000, given={"discharged": at(2022, 3, 1)}), "admitted", "discharged")
    assert abs(made.mean() - real.mean()) < 0.4
    assert abs(made.std() - real.std()) < 0.4
    hours = sampled(2_000, given={"shipped": at(2022, 3, 1)})["ordered"].dt.hour()
    assert hours.n_unique() > 20


IMPOSSIBLE = {
    "the wrong way": {"admitted": at(2022, 3, 6), "discharged": at(2022, 3, 1)},
    "too far apart": {"admitted": at(2022, 3, 6), "discharged": at(2023, 3, 1)},
    "another length": {"admitted": at(2022, 3, 6), "discharged": at(2022, 3, 9), "los": 5},
    "a length that is too long": {"los": 300},
    "a length of a rule": {"status": "here", "los": 3},
    "an end without a beginning": {"discharged": at(1999, 3, 1)},
    "an end off the grid": {"discharged": at(2022, 3, 1, 12)},
    "a price off the grid": {"gross": 10.005},
    "an end of none": {"discharged": None, "los": 3},
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_conditions_are_refused_at_once(name):
    began = time.process_time()
    with pytest.raises(ConditionError) as refusal:
        sampled(given=IMPOSSIBLE[name])
    assert time.process_time() - began < 3
    assert str(refusal.value).endswith(".")
    assert any(column in str(refusal.value) for column in IMPOSSIBLE[name])


def test_a_target_that_is_computed_is_stood_in_for_by_its_gap():
    assert [CODEC.stand_in(name) for name in ("los", "discharged", "net", None)] == [
        "discharged - admitted",
        "discharged - admitted",
        "net",
        None,
    ]


def test_a_restored_codec_samples_the_same_rows():
    again = Codec.restore(CODEC.state())
    for given in (None, {"discharged": at(2022, 3, 1)}):
        assert again.sample(300, DRAW, Run(4), given).rows.equals(sampled(300, 4, given))
    assert again.texts() == CODEC.texts()


def test_the_ends_of_a_computed_column_are_protected_as_those_of_any_other():
    (gap,) = (c for c in CODEC.constraints if c.kind == "gap" and c.column == "discharged")
    known = DATA.rows["discharged"].drop_nulls().to_physical()
    assert known.is_between(*gap.bounds).mean() < 1
    assert sampled()["discharged"].drop_nulls().to_physical().is_between(*gap.bounds).all()
    far = DATA.rows.with_columns(
        discharged=pl.when(pl.int_range(pl.len()) == 7).then(at(2031, 1, 1)).otherwise("discharged")
    )
    codec = Codec.fit(
        Table.of(far.drop("los"), DATA.schema.model_copy(update={"columns": _without("los")})), Protection(), Run(1)
    )
    assert any(c.kind == "gap" and c.column == "discharged" for c in codec.constraints)
    assert "2031" not in str(codec.state()["constraints"])
    spread = codec.encoder.encoders["discharged - admitted"]
    assert spread.high.max() < 100


def _without(name):
    return {k: v for k, v in DATA.schema.columns.items() if k != name}


def test_the_bounds_of_the_schema_hold():
    rng = np.random.default_rng(1)
    low = rng.integers(0, 990, 3000)
    high = np.minimum(low + rng.integers(0, 40, 3000), 1000)
    data = table(a=(WHOLE, low), b=(Numerical(decimals=0, low=0, high=1000), high))
    codec = Codec.fit(data, Protection(extremes="exact"), Run(1))
    assert [c.kind for c in codec.constraints] == ["gap"]
    rows = codec.sample(3000, engine(codec, data), Run(1)).rows
    assert rows["b"].max() <= 1000
    assert (rows["a"] <= rows["b"]).all()


def test_a_chain_is_computed_link_by_link_and_never_in_a_circle():
    rng = np.random.default_rng(1)
    a = rng.integers(0, 10**6, 2000)
    b = a + rng.integers(1, 500, 2000)
    c = b + rng.integers(1, 500, 2000)
    data = table(c=(WHOLE, c), a=(WHOLE, a), b=(WHOLE, b))
    codec = Codec.fit(data, Protection(), Run(1))
    assert [(g.column, g.base) for g in codec.constraints] == [("c", "b"), ("b", "a")]
    for given in ({}, {"c": 500_000}, {"b": 500_000}, {"a": 500_000, "c": 500_600}):
        rows = codec.sample(500, engine(codec, data), Run(2), given).rows
        assert ((rows["a"] < rows["b"]) & (rows["b"] < rows["c"])).all()
        assert ((rows["c"] - rows["a"]) < 1_100).all()
        for name, value in given.items():
            assert rows[name].unique().to_list() == [value]


@pytest.mark.parametrize("unit", ["days", "hours", "minutes", "seconds", "whole days", "calendar days", "length"])
def test_a_length_of_time_in_any_unit_is_found_kept_and_given(unit):
    rng = np.random.default_rng(1)
    low = (1_600_000_000 + rng.integers(0, 10**8, N) // 60 * 60) * 1_000_000
    high = low + rng.integers(1, 9_000, N) * 60_000_000
    us = {"days": DAY_US, "hours": HOUR_US, "minutes": 60_000_000, "seconds": 1_000_000}
    if unit in us:
        kind, total = Numerical(decimals=2) if unit in {"days", "hours"} else WHOLE, ((high - low) / us[unit]).round(2)
    elif unit == "length":
        kind, total = Duration(), pl.Series(high - low).cast(pl.Duration("us"))
    else:
        kind = WHOLE
        total = (high - low) // DAY_US if unit == "whole days" else high // DAY_US - low // DAY_US
    data = table(a=(MINUTE, moments(low)), b=(MINUTE, moments(high)), t=(kind, total))
    codec = Codec.fit(data, Protection(), Run(1))
    said = "t = b - a" if unit == "length" else f"t = b - a in {unit}"
    assert codec.texts() == [said, "b is after a"]
    value = data.rows["t"].mode().sort()[0]
    for given in ({}, {"t": value}, {"t": value, "b": at(2022, 3, 1, 12)}):
        rows = codec.sample(300, engine(codec, data), Run(2), given).rows
        assert not any(c.violations(rows).any() for c in codec.constraints)
        for name, wanted in given.items():
            assert rows[name].unique().to_list() == [wanted]


def test_a_difference_that_may_be_negative_is_kept_too():
    rng = np.random.default_rng(1)
    due = 18_628 + rng.integers(0, 1_000, N)
    late = rng.integers(-6, 20, N)
    data = table(due=(DATE, moments(due * DAY_US)), paid=(DATE, moments((due + late) * DAY_US)), late=(WHOLE, late))
    codec = Codec.fit(data, Protection(), Run(1))
    assert codec.texts() == ["late = paid - due in days"]
    for given in ({}, {"late": -3}, {"paid": at(2022, 3, 1)}, {"paid": at(2022, 3, 1), "late": -3}):
        rows = codec.sample(400, engine(codec, data), Run(2), given).rows
        assert (rows["late"] == days(rows, "due", "paid")).all()
        assert rows["late"].is_between(-6, 19).all()
        for name, value in given.items():
            assert rows[name].unique().to_list() == [value]


def test_an_hour_before_a_date_of_the_same_day_is_an_order_also_where_its_gap_is_wide():
    rng = np.random.default_rng(1)
    low = 18_628 * 1_440 + rng.integers(0, 400 * 1_440, N)
    high = low // 1_440 + rng.integers(0, 400, N) * (rng.random(N) < 0.9)
    data = table(a=(MINUTE, moments(low * 60_000_000)), b=(DATE, moments(high * DAY_US)))
    codec = Codec.fit(data, Protection(), Run(1))
    assert codec.texts() == ["b is not before the day of a"]
    for given in ({}, {"a": at(2021, 12, 1, 12, 30)}, {"b": at(2021, 6, 1)}):
        rows = codec.sample(500, engine(codec, data), Run(2), given).rows
        assert (days(rows, "a", "b") >= 0).all()
        assert (rows["b"].dt.hour() == 0).all()
        for name, value in given.items():
            assert rows[name].unique().to_list() == [value]
    assert Codec.restore(codec.state()).texts() == codec.texts()
    with pytest.raises(ConditionError):
        codec.sample(5, engine(codec, data), Run(2), {"a": at(2021, 6, 2, 12), "b": at(2021, 6, 1)})


def test_pairs_that_gain_nothing_are_learnt_as_they_are():
    rng = np.random.default_rng(1)
    low = rng.integers(0, 10**6, N)
    wide = low + rng.integers(0, 10**6, N)
    gone = some(low, rng.random(N) < 0.1), some(low + 5 + rng.integers(0, 9, N), rng.random(N) < 0.1)
    for first, second in ((low, wide), gone):
        codec = Codec.fit(table(a=(WHOLE, first), b=(WHOLE, second)), Protection(), Run(1))
        assert [c.kind for c in codec.constraints] == ["inequality"]


def test_a_column_of_values_that_recur_is_not_computed_from_a_gap_that_would_lose_them():
    rng = np.random.default_rng(1)
    cost = rng.uniform(0, 10**6, N).round(2)
    price = np.ceil(cost / 1_000) * 1_000 + 999.99
    codec = Codec.fit(table(cost=(NUMBER, cost), price=(NUMBER, price)), Protection(), Run(1))
    assert [(g.column, g.base) for g in codec.constraints] == [("cost", "price")]
    data = table(cost=(NUMBER, some(cost, rng.random(N) < 0)), price=(NUMBER, some(price, rng.random(N) < 0.1)))
    codec = Codec.fit(data, Protection(), Run(1))
    assert [c.kind for c in codec.constraints] == ["inequality"]


UNITS = {
    "a date before a minute": (DATE, MINUTE),
    "a minute before a date": (MINUTE, DATE),
    "minutes": (MINUTE, MINUTE),
    "a month before a date": (Datetime(resolution="month"), DATE),
    "a date before a month": (DATE, Datetime(resolution="month")),
    "months": (Datetime(resolution="month"), Datetime(resolution="month")),
    "quarters": (Datetime(resolution="quarter"), Datetime(resolution="quarter")),
    "a zone's date before its minute": (ZONED, Datetime(resolution="minute", time_zone="America/New_York")),
    "a zone's minute before its date": (Datetime(resolution="minute", time_zone="America/New_York"), ZONED),
}


@pytest.mark.parametrize("name", UNITS)
def test_the_units_of_the_two_columns_may_differ(name):
    units = UNITS[name]
    rng = np.random.default_rng(1)
    low = 13_000 * 1_440 + rng.integers(0, 9_000 * 1_440, N)
    cut = {"minute": "1m", "day": "1d", "month": "1mo", "quarter": "1q"}
    ends = [moments(m * 60_000_000).dt.truncate(cut["minute"]) for m in (low, low + rng.integers(0, 300_000, N))]
    made = [end.dt.truncate(cut[kind.resolution]) for end, kind in zip(ends, units, strict=True)]
    if units[0].time_zone:
        made = [
            end.dt.replace_time_zone(units[0].time_zone, ambiguous="earliest", non_existent="null")
            .fill_null(strategy="forward")
            .dt.convert_time_zone("UTC")
            for end in made
        ]
    kept = made[0].dt.truncate("1d") <= made[1]
    data = table(a=(units[0], made[0].filter(kept)), b=(units[1], made[1].filter(kept)))
    codec = Codec.fit(data, Protection(), Run(1))
    (gap,) = codec.constraints
    assert gap.kind == "gap"
    usual = data.rows[N // 3].row(0)
    widest = (data.rows["b"] - data.rows["a"]).max()
    for given in ({}, {"a": usual[0]}, {"b": usual[1]}):
        rows = codec.sample(300, engine(codec, data), Run(2), given).rows
        assert not gap.violations(rows).any()
        assert (rows["b"] - rows["a"]).max() < 1.2 * widest
        assert not gap.to_free(rows).null_count().sum_horizontal()[0]
        assert gap.from_free(gap.to_free(rows)).select("a", "b").equals(rows)
        for column, value in given.items():
            assert rows[column].unique().to_list() == [value]


def test_what_a_computed_column_fixes_can_be_given():
    rng = np.random.default_rng(1)
    low = 18_628 + rng.integers(0, 1_000, 4_000)
    los = 1 + rng.integers(0, 25, 4_000)
    stay = np.where(los > 20, "long", np.where(los > 5, "usual", "short")).tolist()
    data = table(
        a=(DATE, moments(low * DAY_US)), stay=(LEVEL, stay), b=(DATE, moments((low + los) * DAY_US)), los=(WHOLE, los)
    )
    codec = Codec.fit(data, Protection(), Run(1))
    assert {"los = b - a in days", "los fixes stay"} <= set(codec.texts())
    for given in ({}, {"stay": "long"}, {"stay": "long", "b": at(2022, 3, 1)}, {"stay": "short", "los": 2}):
        rows = codec.sample(300, engine(codec, data), Run(2), given).rows
        assert not any(c.violations(rows).any() for c in codec.constraints)
        for name, value in given.items():
            assert rows[name].unique().to_list() == [value]
    with pytest.raises(ConditionError):
        codec.sample(5, engine(codec, data), Run(2), {"stay": "short", "los": 22})


def test_of_two_columns_that_can_be_missing_the_one_that_is_so_more_often_is_computed():
    rng = np.random.default_rng(1)
    low = rng.integers(0, 10**6, N)
    hidden = rng.random(N) < 0.2
    data = table(a=(WHOLE, some(low, hidden)), b=(WHOLE, low + rng.integers(0, 50, N)))
    codec = Codec.fit(data, Protection(), Run(1))
    assert [(g.column, g.base) for g in codec.constraints] == [("a", "b")]
    for given in ({}, {"a": 500_000}, {"b": 500_000}, {"a": None}):
        rows = codec.sample(400, engine(codec, data), Run(2), given).rows
        assert ((rows["b"] - rows["a"]).is_between(0, 49).fill_null(value=True)).all()
        for name, value in given.items():
            assert rows[name].unique().to_list() == [value]


def test_a_share_of_equal_values_is_a_gap_of_nothing():
    rng = np.random.default_rng(1)
    low = rng.integers(0, 10**6, 3000)
    high = np.where(rng.random(3000) < 0.3, low, low + rng.integers(1, 900, 3000))
    data = table(a=(WHOLE, low), b=(WHOLE, high))
    codec = Codec.fit(data, Protection(), Run(1))
    assert [c.kind for c in codec.constraints] == ["gap"]
    rows = codec.sample(3000, engine(codec, data), Run(2)).rows
    assert abs((rows["a"] == rows["b"]).mean() - 0.3) < 0.04
