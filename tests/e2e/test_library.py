"""The verbs in Python, with frames of every kind."""

import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import understudy as us
from understudy.errors import ArtifactError, ConditionError, InputError, SchemaError


def columns(n=60):
    rng = np.random.default_rng(3)
    age = rng.integers(18, 80, size=n)
    income = np.round(1000 + 30 * age + rng.normal(0, 200, size=n), 2)
    return {"age": age, "city": rng.choice(["Bonn", "Ulm"], size=n), "income": income, "buys": income > 2500}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_what_comes_out_is_of_the_kind_that_went_in(kind):
    frame = kind(columns())
    result = us.run(frame, target="buys", seed=7, synthesizer="independent", rows=25)
    assert type(result.data) is type(frame)
    assert len(result.data) == 25
    assert str(result.data.schema if kind is not pd.DataFrame else list(result.data.dtypes)) == str(
        frame.schema if kind is not pd.DataFrame else list(frame.dtypes)
    )
    assert result.verdict in {"passed", "failed", "degraded", "underpowered"}


def test_advise_and_the_comparison_of_groups_take_frames():
    real, unseen = pd.DataFrame(columns(300)), pd.DataFrame(columns(200))
    advice = us.advise(real, target="buys", holdout=unseen, synthesizer="independent", learner="linear", seed=1)
    assert advice.use in {option.name for option in advice.options}
    assert advice.sentence in repr(advice)
    assert advice.holdout_rows == 200
    told = {"protected": ["city"], "representation": {"city": {"Ulm": 0.5, "Bonn": 0.5}}, "metrics": ["fairness"]}
    report = us.evaluate(real=real, synthetic=unseen, holdout=unseen, target="buys", seed=1, **told)
    (fairness,) = report.questions
    assert {score.name for score in fairness.scores} == {
        *("group_fidelity", "downstream_parity", "bias_amplification", "representation"),
    }
    assert "group_fidelity" in us.run(real, synthesizer="independent", seed=1, protected=["city"]).evaluation.scores
    with pytest.raises(InputError, match="no list of columns"):
        us.evaluate(real=real, synthetic=unseen, protected="city")


def test_the_same_seed_makes_the_same_rows_and_another_others():
    frame = pl.DataFrame(columns())
    one, two, other = (us.run(frame, seed=seed, synthesizer="independent").data for seed in (7, 7, 8))
    assert one.equals(two)
    assert not one.equals(other)


def test_a_seed_that_was_drawn_is_kept_and_makes_the_same_rows_again():
    frame = pl.DataFrame(columns())
    result = us.run(frame, synthesizer="independent")
    assert us.run(frame, synthesizer="independent", seed=result.seed).data.equals(result.data)


def test_a_model_samples_saves_and_loads(tmp_path):
    model = us.fit(pl.DataFrame(columns()), synthesizer="independent", seed=7)
    given = model.sample(100, seed=1, given={"city": "Ulm", "buys": True})
    assert given.select(pl.col("city", "buys").n_unique()).row(0) == (1, 1)
    model.save(tmp_path / "m.understudy")
    loaded = us.load(tmp_path / "m.understudy")
    assert loaded.sample(50, seed=1).equals(model.sample(50, seed=1))
    assert us.sample(tmp_path / "m.understudy", 50, seed=1).equals(model.sample(50, seed=1))
    assert loaded.schema == model.schema


def test_impossible_requests_are_sentences(tmp_path):
    model = us.fit(pl.DataFrame(columns()), synthesizer="independent", seed=7)
    with pytest.raises(ConditionError, match="Did you mean 'city'"):
        model.sample(1, given={"cty": "Ulm"})
    with pytest.raises(InputError, match="n = -1"):
        model.sample(-1)
    with pytest.raises(InputError, match="no field 'colour'"):
        us.fit(pl.DataFrame(columns()), synthesizer="independent", seed=7, colour=1)
    with pytest.raises(InputError, match="'buy'"):
        us.run(pl.DataFrame(columns()), target="buy", seed=1)
    with pytest.raises(InputError, match="seed"):
        us.run(pl.DataFrame(columns()), seed=-1)
    with pytest.raises(ArtifactError):
        us.load(tmp_path / "absent")


def test_evaluate_compares_with_a_holdout_and_draws_the_page(tmp_path):
    real, holdout, synthetic = (pd.DataFrame(columns(n)) for n in (120, 60, 80))
    report = us.evaluate(real=real, holdout=holdout, synthetic=synthetic, target="buys", seed=1)
    report.to_html(tmp_path / "report.html")
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_values_off_the_grid_of_the_real_ones_are_invalid_and_no_error():
    real, synthetic = columns(), columns()
    synthetic["income"] = synthetic["income"] + 0.001
    report = us.evaluate(real=pl.DataFrame(real), synthetic=pl.DataFrame(synthetic), seed=1)
    assert report.sizes.synthetic == 60
    assert report.gates[0].value == 0
    assert "'income' in 60" in report.gates[0].text


def test_other_columns_are_refused():
    with pytest.raises(SchemaError):
        us.evaluate(real=pl.DataFrame(columns()), synthetic=pl.DataFrame({"x": [1, 2]}), seed=1)


def test_infer_tells_what_and_why():
    inference = us.infer(pl.DataFrame(columns()))
    assert inference.schema.columns["age"].kind == "numerical"
    assert all(inference.evidence.values())


@pytest.mark.parametrize("n", [2, 19])
def test_a_table_too_short_to_be_judged_can_be_learnt_from_but_not_run(n):
    rows = pl.DataFrame(columns(n))
    assert us.fit(rows, synthesizer="independent", seed=1).sample(5).height == 5
    with pytest.raises(InputError, match="takes at least 20"):
        us.run(rows, target="buys", seed=1, synthesizer="independent")


def test_a_short_table_is_never_a_bare_pass():
    result = us.run(pl.DataFrame(columns(20)), target="buys", seed=1, synthesizer="independent")
    assert result.verdict != "passed"
    if result.verdict == "underpowered":
        assert "could not be decided with so few rows" in result.report.reason


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"seed": 1.5}, "seed = 1.5"),
        ({"seed": True}, "seed = True"),
        ({"seed": 2**63}, "too large"),
        ({"rows": 0}, "rows = 0"),
        ({"rows": "9"}, "rows = '9'"),
        ({"workers": 0}, "workers = 0"),
        ({"time_budget": -1}, "Give more than 0"),
        ({"time_budget": "soon"}, "Give a number"),
        ({"synthesizer": None}, "neither a name, such as 'forest', nor a Spec"),
        ({"synthesizer": object}, "neither a name"),
        ({"schema": {"columns": {}}}, "The schema is a dict"),
        ({"target": ["buys"]}, "is no column"),
    ],
)
def test_options_of_the_wrong_kind_are_one_sentence(options, says):
    with pytest.raises(InputError) as refusal:
        us.run(pl.DataFrame(columns()), **{"synthesizer": "independent", "seed": 1, **options})
    assert says in str(refusal.value)


@pytest.mark.parametrize("n", [-1, 1.5, "3", None, True])
def test_a_number_of_rows_of_the_wrong_kind_is_one_sentence(n):
    model = us.fit(pl.DataFrame(columns()), synthesizer="independent", seed=7)
    with pytest.raises(InputError, match=r"n = .* is no whole number from 0 on"):
        model.sample(n)


def test_numbers_of_numpy_and_columns_named_by_numbers_will_do():
    frame = pd.DataFrame(columns()).set_axis([0, 1, 2, 3], axis=1)
    result = us.run(frame, target=3, seed=np.int64(7), rows=np.uint8(9), synthesizer="independent")
    assert list(result.data.columns) == [0, 1, 2, 3]
    assert len(result.data) == 9
    assert set(result.model.sample(5, given={3: True, 1: "Ulm"})[1]) == {"Ulm"}


@pytest.mark.parametrize(
    "values",
    [
        [uuid.UUID(int=i) for i in range(60)],
        pd.arrays.IntervalArray.from_breaks(range(61)),
        pd.period_range("2024", periods=60, freq="D"),
        np.arange(60).astype(np.longdouble),
        [Decimal(i) / 4 for i in range(60)],
        [1, "a", 2.5, None] * 15,
    ],
    ids=["uuid", "interval", "period", "long double", "decimal", "mixed"],
)
def test_columns_of_odd_kinds_are_learned(values):
    frame = pd.DataFrame(columns()).assign(odd=values)
    assert list(us.fit(frame, synthesizer="independent", seed=7).sample(20).columns) == list(frame.columns)


@pytest.mark.parametrize("start", [0, 1, 40, 951])
def test_keys_that_count_the_rows_go_on_and_are_valid(start):
    frame = pl.DataFrame(columns()).with_columns(key=pl.Series(range(start, start + 60)))
    result = us.run(frame, seed=1, synthesizer="independent")
    assert not set(result.data["key"]) & set(frame["key"])
    assert [gate.passed for gate in result.gates if gate.name == "valid_rows"] == [True]


def test_what_comes_back_is_shown_in_a_line():
    result = us.run(pl.DataFrame(columns()), target="buys", seed=7, synthesizer="independent")
    assert repr(result).startswith(f"Result({result.verdict}: 60 rows of 4 columns by independent, seed 7. ")
    assert result.report.reason in repr(result)
    assert repr(result.model) == "Model(independent, 4 columns: 'age', 'city', 'income', 'buys')"
    assert repr(result.report) == f"Report({result.verdict}: {result.report.reason})"
    assert "<b>" in result._repr_html_()


def test_rows_that_are_worse_than_asked_for_come_with_a_warning(monkeypatch):
    rng = np.random.default_rng(1)
    x = rng.normal(size=2_000)
    rows = pl.DataFrame({"x": x, "w": rng.normal(size=2_000), "rare": np.argsort(np.argsort(x)) > 1_991})
    model = us.fit(rows, "forest", seed=1, governor=False, boosting_rounds=30)
    monkeypatch.setattr("understudy.synthesizers.tabular.tree._model._MOST_PARTICLES", 2_000)
    with pytest.warns(UserWarning, match="so rare that 2,000 rows"):
        model.sample(2_000, seed=1, given={"rare": True})


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_loaded_model_gives_the_kind_of_frame_that_it_was_fitted_on(tmp_path, kind):
    rows = pl.DataFrame(columns(60)).with_columns(
        day=pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 2, 29), eager=True),
        there=pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 2, 29), time_zone="Asia/Tokyo", eager=True),
        gaps=pl.Series([None, *range(59)]),
        on=pl.Series([True, False] * 30),
    )
    frame = {"pandas": rows.to_pandas, "polars": lambda: rows, "pyarrow": rows.to_arrow}[kind]()
    model = us.fit(frame, synthesizer="independent", seed=1)
    model.save(tmp_path / "m.understudy")
    made, again = model.sample(20, seed=2), us.load(tmp_path / "m.understudy").sample(20, seed=2)
    assert type(again) is type(made) is type(frame)
    assert pl.DataFrame(again).cast(pl.String).equals(pl.DataFrame(made).cast(pl.String))
