"""The verbs in Python, with frames of every kind."""

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
    assert result.verdict in {"passed", "failed", "degraded"}


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
    with pytest.raises(InputError, match="-1 rows"):
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


def test_rows_that_do_not_fit_the_schema_of_the_real_ones_widen_it():
    real, synthetic = columns(), columns()
    synthetic["income"] = synthetic["income"] + 0.001
    report = us.evaluate(real=pl.DataFrame(real), synthetic=pl.DataFrame(synthetic), seed=1)
    assert report.sizes.synthetic == 60


def test_other_columns_are_refused():
    with pytest.raises(SchemaError):
        us.evaluate(real=pl.DataFrame(columns()), synthetic=pl.DataFrame({"x": [1, 2]}), seed=1)


def test_infer_tells_what_and_why():
    inference = us.infer(pl.DataFrame(columns()))
    assert inference.schema.columns["age"].kind == "numerical"
    assert all(inference.evidence.values())


@pytest.mark.parametrize("n", [2, 19])
def test_a_short_table_is_fitted_without_holdout(n):
    result = us.run(pl.DataFrame(columns(n)), target="buys", seed=1, synthesizer="independent")
    assert result.data.height == n
    assert result.verdict == "degraded"
    assert "split.no_holdout" in {finding.code for finding in result.findings}
