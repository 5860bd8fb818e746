"""What every synthesizer of the catalog promises: a new file is tested by existing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from understudy import catalog
from understudy.context import Run
from understudy.data.table import Table, row_dtype
from understudy.errors import ConditionError
from understudy.execution.local import Local
from understudy.protocols import Generator, Synthesizer
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
    Text,
)
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema
from understudy.store import artifact

NAMES = sorted(catalog.entries("synthesizers"))
DAY = datetime(2024, 1, 1)  # noqa: DTZ001 - rows of a column without a zone are naive

EVERY_TYPE: dict[str, ColumnType] = {
    "whole": Numerical(decimals=0),
    "cents": Numerical(decimals=2, low=0),
    "float": Numerical(),
    "level": Categorical(),
    "größe ✓": Categorical(),
    "flag": Boolean(),
    "when": Datetime(),
    "zoned": Datetime(time_zone="Europe/Berlin"),
    "took": Duration(),
    "lat": Location(axis="latitude", partner="lon"),
    "lon": Location(axis="longitude", partner="lat"),
    "key": Identifier(pattern="A-[0-9]{7}"),
    "note": Text(),
    "state": Categorical(),
    "total": Numerical(decimals=2),
}


def table(columns, values):
    made = [pl.Series(name, values[name], dtype=row_dtype(kind), strict=False) for name, kind in columns.items()]
    return Table.of(pl.DataFrame(made), TableSchema(columns=columns))


@cache
def every_type(n=240, seed=1):
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=n)
    level = rng.choice(["a", "b", "c", "d"], n, p=[0.4, 0.3, 0.2, 0.1])
    whole, cents = rng.poisson(np.exp(3 + hidden / 4)), rng.gamma(2, 20, n).round(2)
    values = {
        "whole": whole.tolist(),
        "cents": cents.tolist(),
        "float": [None if h > 1.2 else float(h * 3 + e) for h, e in zip(hidden, rng.normal(size=n), strict=True)],
        "level": [None if r < 0.1 else v for v, r in zip(level, rng.random(n), strict=True)],
        "größe ✓": rng.choice(["klein", "größer", "日本", "", "a,b\n"], n).tolist(),
        "flag": (hidden + rng.normal(size=n) > 0).tolist(),
        "when": [DAY + timedelta(seconds=int(s)) for s in rng.integers(0, 10**7, n)],
        "zoned": [DAY.replace(tzinfo=UTC) + timedelta(seconds=int(s)) for s in rng.integers(0, 10**7, n)],
        "took": [timedelta(seconds=int(s)) for s in rng.gamma(2, 900, n)],
        "lat": rng.uniform(-90, 90, n).tolist(),
        "lon": rng.uniform(-180, 180, n).tolist(),
        "key": [f"A-{i:07}" for i in rng.choice(10**7, n, replace=False)],
        "note": [f"some words about {i}" for i in rng.integers(0, 9, n)],
        "state": ["north" if v in "ab" else "south" for v in level],
        "total": (whole + cents).round(2).tolist(),
    }
    return table(EVERY_TYPE, values)


def build(name):
    return catalog.load("synthesizers", name)()


@cache
def fitted(name):
    return build(name).fit(every_type(), Run(7).child("fit"))


def sampled(name, n=150, seed=3, given=None):
    return fitted(name).sample(n, Run(seed).child("sample"), given)


def odd_tables():
    rng = np.random.default_rng(5)
    mixed = {"x": Numerical(), "k": Categorical(), "b": Boolean(), "t": Datetime(), "id": Identifier()}

    def rows(n):
        return {
            "x": rng.normal(size=n).tolist(),
            "k": rng.choice(["u", "v"], n).tolist(),
            "b": (rng.random(n) < 0.5).tolist(),
            "t": [DAY + timedelta(hours=int(h)) for h in rng.integers(0, 999, n)],
            "id": [f"AB{i:06}" for i in rng.choice(10**6, n, replace=False)],
        }

    wide = {f"c{i}": (Numerical() if i % 2 else Categorical()) for i in range(300)}
    drawn = [rng.normal(size=60).tolist() if i % 2 else rng.choice(["p", "q"], 60).tolist() for i in range(300)]
    many = [f"v{i % 2_000}" for i in range(4_000)]
    ends = rng.choice([2**63 - 1, -(2**63), 0], 60).tolist()
    huge = rng.choice([1e308, -1e308, 1e-300, 0.0, 17.0], 60).tolist()
    same = {"x": [1.5] * 60, "k": ["one"] * 60, "b": [True] * 60, "t": [DAY] * 60, "id": [None] * 60}
    keys = [f"K{i:08}" for i in range(7, 90_000, 999)]
    return {
        "one column": table({"x": Numerical(decimals=1)}, {"x": rng.normal(size=80).round(1).tolist()}),
        "one level column": table({"k": Categorical()}, {"k": ["a", "b"] * 40}),
        "one key column": table({"id": Identifier(pattern="K[0-9]{8}")}, {"id": keys}),
        "one row": table(mixed, rows(1)),
        "two rows": table(mixed, rows(2)),
        "three rows": table(mixed, rows(3)),
        "constant columns": table(mixed, same),
        "a column without values": table(mixed, {**rows(60), "x": [None] * 60, "k": [None] * 60, "t": [None] * 60}),
        "no values at all": table(mixed, {name: [None] * 40 for name in mixed}),
        "all levels rare": table({"k": Categorical(), "x": Numerical()}, {"k": many[:70], "x": range(70)}),
        "two thousand levels": table({"k": Categorical(), "b": Boolean()}, {"k": many, "b": [True, False] * 2_000}),
        "huge numbers": table({"x": Numerical(), "y": Numerical(decimals=0)}, {"x": huge, "y": ends}),
        "300 columns": table(wide, dict(zip(wide, drawn, strict=True))),
    }


ODD = odd_tables()


def leaves(value, path=""):
    """Every part of a state that is not a mapping, with its place."""
    if isinstance(value, Mapping):
        assert all(isinstance(key, str) for key in value), path
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}")
    else:
        yield path, value


def test_the_catalog_has_the_floor():
    assert "independent" in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_synthesizer_is_a_spec_that_explains_itself_and_cites_its_source(name):
    kind = catalog.load("synthesizers", name)
    assert issubclass(kind, Spec)
    assert isinstance(kind(), Synthesizer)
    assert isinstance(fitted(name), Generator)
    assert all(field.description for field in kind.model_fields.values())
    assert kind.__doc__
    assert any(year in kind.source for year in map(str, range(1900, 2030)))
    assert kind.model_validate(kind().model_dump(mode="json")) == kind()


@pytest.mark.parametrize("name", NAMES)
def test_rows_have_the_schema_and_the_order_and_types_of_the_columns(name):
    made = sampled(name, 150)
    assert made.schema == every_type().schema == fitted(name).schema
    assert made.rows.schema == every_type().rows.schema
    assert made.n_rows == 150


@pytest.mark.parametrize("name", NAMES)
def test_values_keep_to_levels_bounds_and_grids(name):
    rows = sampled(name, 500).rows
    real = every_type().rows
    for column in ("level", "größe ✓", "state", "flag"):
        assert set(rows[column]) <= set(real[column])
    assert rows["cents"].min() >= 0
    assert all(float(f"{v:.2f}") == v for v in rows["total"])
    assert rows["lat"].is_between(-90, 90).all()
    assert (rows["when"].to_physical() % 1_000_000 == 0).all()
    missing = rows.null_count().row(0)
    assert [m > 0 for m in missing] == [m > 0 for m in real.null_count().row(0)]


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_the_rows(name):
    assert sampled(name, 80, 3).rows.equals(sampled(name, 80, 3).rows)
    assert not sampled(name, 80, 3).rows.equals(sampled(name, 80, 4).rows)
    again = build(name).fit(every_type(), Run(7).child("fit"))
    assert again.sample(80, Run(3).child("sample")).rows.equals(sampled(name, 80, 3).rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_workers_does_not_change_a_row(name):
    two = Local(2)
    generator = build(name).fit(every_type(), Run(7, executor=two).child("fit"))
    rows = generator.sample(80, Run(3, executor=two).child("sample")).rows
    assert rows.equals(sampled(name, 80, 3).rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_state_holds_json_arrays_and_frames_only(name):
    for path, value in leaves(fitted(name).state()):
        if isinstance(value, np.ndarray):
            assert value.dtype != object, path
        elif not isinstance(value, pl.DataFrame):
            assert json.dumps(value, allow_nan=False), path


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_generator_makes_the_same_rows(name, tmp_path):
    artifact.write(tmp_path / "m.understudy", "synthesizer", {}, fitted(name).state())
    _, state = artifact.read(tmp_path / "m.understudy")
    again = catalog.load("synthesizers", name).restore(state)
    assert again.sample(90, Run(3).child("sample")).rows.equals(sampled(name, 90, 3).rows)
    given = {"level": "b", "whole": int(every_type().rows["whole"].mode()[0])}
    assert again.sample(30, Run(3).child("sample"), given).rows.equals(sampled(name, 30, 3, given).rows)
    artifact.write(tmp_path / "n.understudy", "synthesizer", {}, again.state())
    assert (tmp_path / "n.understudy").read_bytes() == (tmp_path / "m.understudy").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_description_is_json_with_settings_and_relations(name):
    told = fitted(name).describe()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert isinstance(told["settings"], dict)
    assert isinstance(told["relations"], list)


GIVEN = {
    "a level": {"level": "b"},
    "a level in unicode": {"größe ✓": "日本"},
    "an empty level": {"größe ✓": ""},
    "a switch": {"flag": True},
    "a number": {"whole": 20},
    "a float": {"cents": 30.25},
    "a moment": {"when": DAY + timedelta(days=30)},
    "a moment in a zone": {"zoned": DAY.replace(tzinfo=UTC) + timedelta(days=30)},
    "a length of time": {"took": timedelta(seconds=1_200)},
    "missing": {"float": None, "level": None},
    "what another column fixes": {"state": "south"},
    "a sum": {"total": 60.0},
    "several": {"level": "a", "flag": False, "whole": 20, "float": None},
}


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("name", NAMES)
def test_given_values_hold_exactly(name, given):
    rows = sampled(name, 60, given=GIVEN[given]).rows
    assert rows.height == 60
    for column, value in GIVEN[given].items():
        assert rows[column].unique().to_list() == [value]
    free = [c for c in ("lat", "cents", "key") if c not in GIVEN[given]]
    assert all(rows[c].n_unique() > 10 for c in free)


IMPOSSIBLE = {
    "an unknown column": {"nothing": 1},
    "an unknown level": {"level": "z"},
    "a number out of range": {"whole": 10**9},
    "a number off the grid": {"cents": 1.005},
    "below the bound": {"cents": -1.0},
    "a moment out of range": {"when": DAY - timedelta(days=9_000)},
    "missing where nothing is": {"whole": None},
    "another type": {"whole": "many"},
    "a key": {"key": "A-0000001"},
}


@pytest.mark.parametrize("given", IMPOSSIBLE)
@pytest.mark.parametrize("name", NAMES)
def test_impossible_conditions_are_refused(name, given):
    with pytest.raises(ConditionError) as refusal:
        sampled(name, 60, given=IMPOSSIBLE[given])
    assert next(iter(IMPOSSIBLE[given])) in str(refusal.value)


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", NAMES)
def test_every_shape_of_table_is_learned_and_sampled(name, kind):
    data = ODD[kind]
    before = data.rows.clone()
    generator = build(name).fit(data, Run(1).child("fit"))
    for n in (0, 1, 37):
        made = generator.sample(n, Run(2).child("sample"))
        assert made.n_rows == n
        assert made.rows.schema == data.rows.schema
    assert data.rows.equals(before)
    empty = [c for c in data.rows.columns if data.rows[c].null_count() == data.rows.height]
    assert all(made.rows[c].null_count() == 37 for c in empty)
    if kind == "constant columns":
        assert (
            made.rows.select("x", "k", "b", "t").unique().rows() == data.rows.select("x", "k", "b", "t").unique().rows()
        )
    json.dumps(generator.describe(), allow_nan=False)
    again = catalog.load("synthesizers", name).restore(generator.state())
    assert again.sample(37, Run(2).child("sample")).rows.equals(made.rows)


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_fresh_in_every_chunk(name):
    run = Run(5).child("sample")
    chunks = [fitted(name).sample(200, run.child(i), first=i * 200).rows["key"] for i in range(3)]
    keys = pl.concat(chunks)
    assert keys.n_unique() == 600
    assert keys.str.contains(r"^A-\d{7}$").all()
    assert not keys.is_in(every_type().rows["key"].implode()).any()


@pytest.mark.parametrize("name", NAMES)
def test_no_training_row_comes_out_where_columns_are_continuous(name):
    rng = np.random.default_rng(3)
    base = rng.normal(size=(300, 1))
    columns = {f"x{i}": Numerical() for i in range(4)}
    data = table(columns, {f"x{i}": (base[:, 0] + rng.normal(size=300) * 0.1).tolist() for i in range(4)})
    made = build(name).fit(data, Run(1).child("fit")).sample(3_000, Run(2).child("sample"))
    assert made.rows.join(data.rows, on=list(columns), how="inner").height == 0
    assert not made.rows["x0"].is_in(data.rows["x0"].implode()).any()


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_a_single_row_is_in_the_state(name):
    data = every_type().rows
    single = set(data["float"].drop_nulls().to_list()) | set(data["lat"].to_list())
    keys = set(data["key"].to_list())
    for path, value in leaves(fitted(name).state()):
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            assert not single & set(value.ravel().tolist()), path
        elif isinstance(value, pl.DataFrame):
            assert not (single | keys) & {v for row in value.rows() for v in row}, path
        elif isinstance(value, list):
            assert not (single | keys) & {v for v in value if isinstance(v, str | float)}, path


@pytest.mark.parametrize("name", [n for n in NAMES if n != "independent"])
def test_relations_of_the_training_rows_hold_and_dependence_is_learned(name):
    rows = sampled(name, 2_000).rows
    assert "level" in rows.columns
    fixes = rows.drop_nulls("level").group_by("level").agg(pl.col("state").n_unique())
    assert fixes["state"].max() <= 2
    total = (rows["whole"] + rows["cents"]).round(2)
    assert (total == rows["total"]).all()
    flagged, others = rows.filter("flag")["whole"].mean(), rows.filter(~pl.col("flag"))["whole"].mean()
    assert flagged > others
