"""Frames of any kind come in, and the caller's own kind and dtypes go out."""

import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

import understudy as us
from understudy.context import Run
from understudy.data.frames import to_raw
from understudy.data.infer import infer
from understudy.data.typed import parse, unparse
from understudy.errors import InputError


def through(frame):
    raw, back = to_raw(frame, Run(0))
    return back(unparse(parse(raw, infer(raw, Run(0)).schema, Run(0))))


PANDAS = pd.DataFrame(
    {
        "i": np.array([1, 2, 3], dtype=np.int32),
        "f": [0.5, np.nan, 2.25],
        "whole": [1.0, np.nan, 3.0],
        "b": [True, False, True],
        "s": ["a", None, "c"],
        "w": pd.array(["a", pd.NA, "c"], dtype="string"),
        "n": pd.array([1, None, 3], dtype="Int64"),
        "p": pd.array([True, None, False], dtype="boolean"),
        "r": pd.array([1.5, None, 2.5], dtype="Float32"),
        "c": pd.Categorical(["x", "y", None], categories=["y", "x"], ordered=True),
        "d": pd.to_datetime(["2024-01-01", None, "2024-05-06 10:30:00"], format="ISO8601"),
        "t": pd.to_datetime(["2024-01-01", "2024-07-01", None]).tz_localize("Europe/Berlin"),
        "l": pd.to_timedelta(["1 days", None, "00:00:01"]),
        3: [7, 8, 9],
    },
)


def test_pandas_comes_back_with_its_dtypes():
    assert_frame_equal(through(PANDAS), PANDAS, check_dtype=True)


def test_pandas_needs_no_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert_frame_equal(through(PANDAS), PANDAS, check_dtype=True)


def test_the_index_of_pandas_is_left_out():
    frame = pd.DataFrame({"a": [1, 2, 5]}, index=["x", "y", "z"])
    assert list(through(frame).index) == [0, 1, 2]


@pytest.mark.parametrize(("index", "told"), [(["x", "y", "z"], 1), ([2, 0, 1], 1), ([0, 1, 2], 0), (None, 0)])
def test_a_finding_says_that_an_index_of_pandas_is_left_out(index, told):
    run = Run(0)
    to_raw(pd.DataFrame({"a": [1, 2, 5]}, index=index), run)
    assert [f.code for f in run.findings.all()] == ["pandas.index"] * told


def test_gaps_in_floats_of_pandas_are_no_news():
    run = Run(0)
    infer(to_raw(pd.DataFrame({"a": [1.5, np.nan, 2.25]}), run)[0], run)
    assert not run.findings.all()


def test_levels_of_pandas_that_are_numbers_stay_numbers():
    frame = pd.DataFrame({"a": pd.Categorical([3, 1, 3])})
    assert_frame_equal(through(frame), frame)


@pytest.mark.parametrize("last", [3, np.int64(3), np.float64(3), None])
def test_objects_of_whole_numbers_and_floats_are_floats(last):
    frame = pd.DataFrame({"a": pd.Series([1, 2.5, last], dtype=object)})
    assert to_raw(frame, Run(0))[0].dtypes == {"a": pl.Float64}
    assert through(frame)["a"].tolist() == [1.0, 2.5, last]


def test_whole_numbers_beside_floats_that_no_float_holds_keep_their_digits():
    frame = pd.DataFrame({"a": pd.Series([2**53 + 1, 0.5, 3], dtype=object)})
    assert to_raw(frame, Run(0))[0].column("a").to_list() == [str(2**53 + 1), "0.5", "3"]


NAMES = [f"patient{v:03d}@clinic.org" for v in range(300)]
CITIES = ["Tinyville", *["B", "A"] * 149, "A"]


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_levels_that_may_not_show_are_in_no_list_of_levels(kind):
    levels = ["C", "B", "Tinyville", "Nowhere", "A"]
    if kind == "pandas":
        frame = pd.DataFrame({"name": pd.Categorical(NAMES), "city": pd.Categorical(CITIES, levels, ordered=True)})
    else:
        made = {"name": pl.Series(NAMES, dtype=pl.Enum(NAMES)), "city": pl.Series(CITIES, dtype=pl.Enum(levels))}
        frame = pl.DataFrame(made)
    model = us.fit(frame, "independent", seed=1)
    for n in (300, 1):
        rows = model.sample(n, seed=2)
        names, cities = (
            [*(rows[c].cat.categories if kind == "pandas" else rows[c].dtype.categories)] for c in ("name", "city")
        )
        assert len(names) == n
        assert not set(names) & set(NAMES)
        assert cities == ["B", "A"]
        assert sorted(rows["name"].to_list()) == sorted(names)
    assert kind == "polars" or rows["city"].cat.ordered
    assert not any(name in repr(model.schema) for name in (*NAMES, "Tinyville", "Nowhere"))


def test_made_up_keys_that_were_levels_are_numbers_where_those_were():
    frame = pd.DataFrame({"key": pd.Categorical(np.random.default_rng(1).permutation(90_000)[:300] + 10_000)})
    made = us.fit(frame, "independent", seed=1).sample(50, seed=2)["key"]
    assert made.cat.categories.dtype.kind == "i"
    assert made.nunique() == 50


def test_mixed_objects_become_text():
    assert through(pd.DataFrame({"a": ["x", 1, 2.5]}))["a"].tolist() == ["x", "1", "2.5"]


def test_different_numbers_beyond_64_bits_are_keys():
    frame = pl.DataFrame({"a": pl.Series([10**25 + v for v in range(0, 900, 7)], dtype=pl.Int128)})
    raw, _ = to_raw(frame, Run(0))
    assert infer(raw, Run(0)).schema.columns["a"].kind == "identifier"
    assert through(frame).equals(frame)


def test_polars_comes_back():
    frame = pl.DataFrame({"a": [1, None, 5], "b": ["x", "y", None]}, schema_overrides={"a": pl.UInt8})
    assert through(frame).equals(frame)
    assert through(frame.lazy()).collect().equals(frame)


def test_pyarrow_comes_back_with_its_schema():
    table = pa.table({"a": pa.array([1, None, 3], pa.int16()), "b": pa.array(["x", "y", None])})
    assert through(table).equals(table)


@pytest.mark.parametrize("n", [0, 3, 60_000])
def test_a_record_batch_of_pyarrow_comes_back_whole(n):
    batch = pa.record_batch({"a": pa.array([1, None, 3], pa.int16())})
    raw, back = to_raw(batch, Run(0))
    rows = unparse(parse(raw, infer(raw, Run(0)).schema, Run(0)))
    made = back(pl.concat([rows] * (n // 3), rechunk=False) if n else rows.clear())
    assert made.num_rows == n
    assert made.schema == batch.schema
    assert isinstance(made, pa.RecordBatch)


def test_anything_that_speaks_arrow_comes_in():
    class Speaker:
        def __arrow_c_stream__(self, requested_schema=None):
            return pl.DataFrame({"a": [1, 5]}).__arrow_c_stream__(requested_schema)

    assert through(Speaker()).to_dict(as_series=False) == {"a": [1, 5]}


@pytest.mark.parametrize("frame", [[1, 2], {"a": [1]}, "text", None, 5])
def test_what_is_no_frame_is_refused(frame):
    with pytest.raises(InputError, match="is no frame"):
        to_raw(frame, Run(0))


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(InputError, match="2 columns named 'a'"):
        to_raw(pd.DataFrame([[1, 2]], columns=["a", "a"]), Run(0))
    with pytest.raises(InputError, match="two columns named 'a'"):
        to_raw(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), Run(0))


def test_lists_in_pandas_are_refused():
    with pytest.raises(InputError, match="Column 'a' holds list values"):
        to_raw(pd.DataFrame({"a": [[1], [2]]}), Run(0))


NONE = {
    "complex numbers": ([1j, 2j], "holds complex values"),
    "complex numbers among others": (pd.Series([1j, "a"], dtype=object), "holds complex values"),
    "half a character": (["a", "b\ud800"], r"half a character stands alone \(row 2\)"),
    "half a character among others": (pd.Series([5, "\udce9"], dtype=object), r"\(row 2\)"),
    "half a character in levels": (pd.Categorical(["a", "\ud800"]), r"\(row 2\)"),
}


@pytest.mark.parametrize("case", NONE)
def test_what_pandas_holds_and_no_table_can_is_named(case):
    values, says = NONE[case]
    with pytest.raises(InputError, match=f"Column 'a' .*{says}"):
        to_raw(pd.DataFrame({"a": values}), Run(0))


def test_a_name_that_is_no_text_is_refused():
    with pytest.raises(InputError, match=r"The column 'a\\ud800' has a name .* Rename it"):
        to_raw(pd.DataFrame({"a\ud800": [1]}), Run(0))


@pytest.mark.parametrize("odd", [Decimal("Infinity"), Decimal("-Infinity"), Decimal(10) ** 40, Decimal("1e-50")])
def test_decimals_that_polars_cannot_hold_are_read_by_their_text(odd):
    raw, _ = to_raw(pd.DataFrame({"a": [Decimal(1), odd, None]}, dtype=object), Run(0))
    assert raw.column("a").to_list() == ["1", str(odd), None]


def test_decimals_stay_decimals_and_theirs_that_are_no_numbers_are_missing():
    made = through(pd.DataFrame({"a": [Decimal("1.25"), Decimal("NaN"), Decimal("-2.50")]}, dtype=object))
    assert made["a"].tolist() == [Decimal("1.25"), None, Decimal("-2.50")]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_moments_of_every_unit_come_back(unit, zone):
    frame = pd.DataFrame(
        {"a": pd.to_datetime(["2024-01-01", None, "2024-05-06 10:30:00"], format="ISO8601").as_unit(unit)}
    )
    frame["a"] = frame["a"].dt.tz_localize(zone)
    assert_frame_equal(through(frame), frame)


def test_a_frame_derived_from_pandas_comes_back_as_pandas():
    class Derived(pd.DataFrame):
        pass

    assert isinstance(through(Derived({"a": [1, 2, 5]})), pd.DataFrame)
