"""The accuracy that mostlyai-qa itself computed for two small tables; ``mostlyai_qa/make.py`` made them."""

import json
from pathlib import Path

import polars as pl
import pytest

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular.fidelity.mostlyai_accuracy import MostlyaiAccuracy
from understudy.schema.column import Boolean, Categorical, Datetime, Numerical
from understudy.schema.table import TableSchema

HERE = Path(__file__).resolve().parent / "mostlyai_qa"
SCHEMA = TableSchema(
    columns={
        "normal": Numerical(),
        "few": Numerical(decimals=0),
        "skewed": Numerical(),
        "level": Categorical(),
        "above": Boolean(true="yes", false="no"),
        "day": Datetime(resolution="day"),
    }
)


def read(name):
    rows = pl.read_csv(HERE / name, schema_overrides={"few": pl.Int64, "day": pl.String})
    rows = rows.with_columns(
        above=pl.col("above") == "yes", day=pl.col("day").str.to_datetime("%Y-%m-%d", time_unit="us")
    )
    return Table.of(rows, SCHEMA)


def test_accuracy_is_what_the_library_itself_computed():
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))["accuracy"]
    score = MostlyaiAccuracy()(read("real.csv"), read("synthetic.csv"), None, Run(1))
    assert score.value == pytest.approx(expected["overall"], abs=1e-6)
    parts = {row["measure"]: row for row in score.details.to_dicts() if row["column"] is None}
    for size in ("univariate", "bivariate", "trivariate"):
        assert parts[size]["accuracy"] == pytest.approx(expected[size], abs=1e-6)
        assert parts[size]["accuracy_max"] == pytest.approx(expected[f"{size}_max"], abs=1e-6)
