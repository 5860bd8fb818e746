"""Rows that someone else made are judged by the schema of the real ones, whatever they hold."""

import numpy as np
import polars as pl
import pytest

from understudy.errors import InputError, SchemaError, UnknownName
from understudy.pipeline.judging import evaluate_data
from understudy.pipeline.library import Options
from understudy.schema.column import Boolean, Categorical, Numerical
from understudy.schema.table import TableSchema


def people(seed, n=60):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "city": rng.choice(["Bonn", "Ulm"], n).tolist(),
            "buys": rng.choice(["yes", "no"], n).tolist(),
        }
    )


def file(folder, name, rows):
    rows.write_csv(folder / name)
    return folder / name


def judged(real, holdout, synthetic, **told):
    return evaluate_data(real, holdout, synthetic, Options(seed=1, metrics=["valid_rows", "marginals"], **told))


def spoilt(rows):
    return rows.with_columns(
        age=pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("unknown")).otherwise(pl.col("age").cast(pl.String)),
        buys=pl.when(pl.int_range(pl.len()) == 5).then(pl.lit("maybe")).otherwise("buys"),
    )


def test_values_that_do_not_fit_make_invalid_rows_whatever_the_order_of_the_columns(tmp_path):
    real, holdout = file(tmp_path, "r.csv", people(1)), file(tmp_path, "h.csv", people(2))
    outcomes = []
    for i, order in enumerate((["age", "city", "buys"], ["buys", "age", "city"])):
        found = judged(real, holdout, file(tmp_path, f"s{i}.csv", spoilt(people(3)).select(order)))
        assert found.schema.columns["age"].decimals == 0
        assert isinstance(found.schema.columns["buys"], Boolean)
        outcomes.append(
            (
                found.evaluation.scores["valid_rows"].value,
                [f.text for f in found.findings if f.code == "evaluate.unfit"],
            )
        )
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == 56 / 60
    age, buys = outcomes[0][1]
    assert age == (
        "Column 'age': 3 of 60 synthetic values are not whole numbers, as real ones are (first: 'unknown'); they count "
        "as missing, and their rows as invalid."
    )
    assert buys.startswith("Column 'buys': 1 of 60 synthetic values are not 'yes' or 'no'")


def test_the_gate_names_the_columns_and_the_first_values(tmp_path):
    real = file(tmp_path, "r.csv", people(1))
    gate = judged(real, None, file(tmp_path, "s.csv", spoilt(people(3)))).gates[0]
    assert gate.passed is False
    assert gate.text.endswith("Not so: 'age' in 3 (unknown), 'buys' in 1 (maybe).")


def test_the_schema_is_that_of_all_real_rows():
    real, holdout = people(1), people(2).with_columns(age=pl.col("age") + 0.5)
    found = judged(real.with_columns(pl.col("age").cast(pl.Float64)), holdout, holdout)
    assert found.schema.columns["age"].decimals == 1
    assert found.evaluation.scores["valid_rows"].value == 1


@pytest.mark.parametrize("which", ["real", "holdout"])
def test_real_rows_that_do_not_fit_a_given_schema_are_an_error(which):
    schema = TableSchema(
        columns={"age": Numerical(decimals=0), "city": Categorical(levels=("Bonn",)), "buys": Categorical()}
    )
    fits = people(1).with_columns(city=pl.lit("Bonn"))
    tables = {"real": fits, "holdout": fits} | {which: people(2)}
    with pytest.raises(SchemaError, match="'city' is categorical in the schema, but"):
        judged(tables["real"], tables["holdout"], fits, schema=schema)


def test_synthetic_rows_that_do_not_fit_a_given_schema_are_invalid():
    schema = TableSchema(
        columns={"age": Numerical(decimals=0), "city": Categorical(levels=("Bonn",)), "buys": Categorical()}
    )
    fits = people(1).with_columns(city=pl.lit("Bonn"))
    found = judged(fits, fits, people(3).with_columns(city=pl.Series(["Bonn"] * 59 + ["Rom"])), schema=schema)
    assert found.evaluation.scores["valid_rows"].value == 59 / 60
    assert "among the declared levels" in found.findings[0].text


def test_a_sample_of_a_long_table_keeps_what_did_not_fit_beside_its_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("understudy.metrics.evaluate.MAX_ROWS", 40)
    real = file(tmp_path, "r.csv", people(1))
    found = judged(real, None, file(tmp_path, "s.csv", spoilt(people(3))))
    details = found.evaluation.scores["valid_rows"].details
    assert details["invalid"].sum() == round((1 - found.evaluation.scores["valid_rows"].value) * 40)


@pytest.mark.parametrize("which", ["holdout", "synthetic"])
def test_the_table_that_lacks_a_column_is_named(which):
    tables = {"real": people(1), "holdout": people(2), "synthetic": people(3)}
    tables[which] = tables[which].drop("city")
    with pytest.raises(SchemaError, match=f"The {which} table has no column 'city'"):
        judged(**tables)


@pytest.mark.parametrize("metrics", [1, "fidelity", [1]])
def test_metrics_that_are_no_names_are_refused(metrics):
    with pytest.raises(InputError, match="is no list of names"):
        evaluate_data(people(1), people(2), people(3), Options(seed=1, metrics=metrics))


MEAN = {"mean age": "select city, avg(age) as mean from data group by city"}


def test_questions_and_limits_of_ones_own_are_judged():
    real, holdout, synthetic = people(1, 400), people(3, 400), people(2, 400)
    told = judged(real, holdout, synthetic, queries=MEAN, gate={"limits": {"mean age": 0.2, "spearman": -1}})
    assert set(told.evaluation.scores) == {"valid_rows", "marginals", "mean age"}
    gates = {gate.name: gate for gate in told.gates}
    assert gates["mean age"].passed
    assert gates["spearman"].passed is None  # there is one quantity only
    (line,) = [line for question in told.report.questions for line in question.scores if line.name == "mean age"]
    assert {row["group"] for row in line.details} == {"Bonn", "Ulm"}
    older = synthetic.with_columns(age=pl.col("age") * 2)
    strict = judged(real, holdout, older, queries=MEAN, gate={"valid_rows": None, "limits": {"mean age": 0.2}})
    assert strict.report.verdict == "failed"
    assert "Mean age" in strict.report.reason


def test_a_recipe_says_what_is_measured_and_what_must_hold(tmp_path):
    (tmp_path / "recipe.yaml").write_text(
        "seed: 3\n"
        "evaluate:\n"
        "  target: buys\n"
        "  metrics: [marginals, {name: mean age, sql: 'select avg(age) from data'}]\n"
        "gate: {valid_rows: null, limits: {pairs: 0.5}}\n"
    )
    options = Options(base=tmp_path / "recipe.yaml")
    told = evaluate_data(people(1, 300), people(3, 300), people(2, 300), options)
    assert set(told.evaluation.scores) == {"marginals", "pairs", "mean age"}
    assert told.seed == 3
    assert "pairs" in {gate.name for gate in told.gates}
    assert "valid_rows" not in {gate.name for gate in told.gates}


@pytest.mark.parametrize(
    ("told", "error", "words"),
    [
        ({"queries": {"pairs": "select 1"}}, UnknownName, "'pairs', which is a metric"),
        ({"queries": {"mine": "delete from data"}}, InputError, "begins with select"),
        ({"queries": {"mine": "select avg(agr) from data"}}, InputError, "'mine' cannot be answered"),
        ({"queries": {"": "select 1"}}, InputError, "Give some text"),
        ({"gate": {"limits": {"spaerman": 0.9}}}, UnknownName, "spearman"),
        ({"gate": {"limits": {"pairs": "high"}}}, InputError, "limits.pairs"),
        ({"gate": {"limts": {}}}, InputError, "limits"),
    ],
)
def test_wrong_questions_and_limits_are_refused(told, error, words):
    with pytest.raises(error, match=words):
        judged(people(1), people(3), people(2), **told)


def test_recipe_names_the_line_of_a_wrong_query(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text("seed: 3\nevaluate:\n  metrics:\n    - marginals\n    - {name: mine}\n")
    with pytest.raises(InputError, match=r"line 5: the field 'evaluate.metrics\[1\].sql' is missing"):
        evaluate_data(people(1), people(3), people(2), Options(base=path))
    path.write_text("seed: 3\nevaluate: {metrics: [{name: a, sql: select 1}, {name: a, sql: select 2}]}\n")
    with pytest.raises(InputError, match="two queries are named 'a'"):
        evaluate_data(people(1), people(3), people(2), Options(base=path))
