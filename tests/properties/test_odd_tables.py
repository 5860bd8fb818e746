"""Odd tables go through the whole job, or are refused with a sentence; nothing crashes."""

import math
import string

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

import understudy as us
from understudy.cli.main import invoke
from understudy.errors import UnderstudyError

N = 40
ODD = {
    "unicode names and values": {
        "имя 🐢": ["ä", "", "日本", "e\u0301", "\u202e", "a,b\n\"c'"] * 7,
        "x": list(range(42)),
    },
    "names like code": {"$array": [1, 2] * N, "": [1.5, 2.5] * N, "a=b": ["x", "y"] * N, "columns: #": ["1", "2"] * N},
    "huge numbers": {"x": [10.0**i for i in range(-300, 300, 10)], "y": [2**62 - i for i in range(60)]},
    "infinities": {"x": [math.inf, -math.inf, math.nan, 1.0] * 10, "y": list(range(40))},
    "mixed types": {"x": ["1", "two", "3.0", "2020-01-01", "", "NA", "True"] * 6, "y": list(range(42))},
    "many categories": {"x": [f"c{i // 2}" for i in range(20_000)], "y": [i % 7 for i in range(20_000)]},
    "one column": {"x": list(range(N))},
    "one constant column": {"x": [1] * N},
    "all missing": {"x": [None] * N, "y": [None] * N},
    "almost all missing": {"x": [None] * (N - 1) + [3.0], "y": ["a"] + [None] * (N - 1)},
    "two rows": {"x": [1, 2], "y": ["a", "b"]},
    "equal rows": {"x": [1] * N, "y": ["a"] * N},
    "booleans": {"x": [True, False, None, True] * 10, "y": ["yes", "no", "yes", "no"] * 10},
    "wide": {f"c{i}": [(i * k) % 11 for k in range(N)] for i in range(60)},
    "long words": {"x": [string.ascii_letters * 20 + str(i) for i in range(N)], "y": list(range(N))},
}


@pytest.mark.parametrize("kind", ["frame", "file"])
@pytest.mark.parametrize("name", ODD)
def test_an_odd_table_gives_rows_or_a_sentence(name, kind, tmp_path, monkeypatch, capsys):
    frame = pl.DataFrame(ODD[name], strict=False)
    if kind == "file":
        monkeypatch.chdir(tmp_path)
        frame.write_csv("odd.csv")
        code = invoke(["run", "odd.csv", "--synthesizer", "independent", "--seed", "1", "--out", "out"])
        error = capsys.readouterr().err
        assert code in {0, 2} or (code == 1 and error.count("understudy: ") == 1)
        assert (tmp_path / "out").exists() == (code != 1)
        return
    try:
        made = us.run(frame, seed=1, synthesizer="independent").data
    except UnderstudyError as error:
        sentence = str(error)
        assert sentence.endswith((".", ")"))
    else:
        assert made.schema == frame.schema
        assert made.height == frame.height


VALUES = {
    "int": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(),
    "word": st.text(max_size=8),
    "level": st.sampled_from(["a", "b", "c"]),
    "bool": st.booleans(),
    "date": st.datetimes(),
    "span": st.timedeltas(),
}


@st.composite
def tables(draw):
    n = draw(st.integers(1, 30))
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4))
    return pl.DataFrame(
        {
            f"{kind}{i}": draw(st.lists(st.none() | VALUES[kind], min_size=n, max_size=n))
            for i, kind in enumerate(kinds)
        },
        strict=False,
    )


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(frame=tables())
def test_any_table_gives_a_model_that_makes_rows_or_a_sentence(frame):
    try:
        model = us.fit(frame, synthesizer="independent", seed=1)
        made = model.sample(7, seed=1)
    except UnderstudyError as error:
        sentence = str(error)
        assert sentence.endswith((".", ")"))
    else:
        assert made.schema == frame.schema
