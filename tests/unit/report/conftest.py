"""A small table with a column of every type, and reports of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from understudy.context import Finding
from understudy.data.table import Table
from understudy.metrics.evaluate import Evaluation
from understudy.protocols import Score
from understudy.report.build import About, build
from understudy.report.report import Gate, Report
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
from understudy.schema.table import TableSchema

COLUMNS: dict[str, ColumnType] = {
    "who": Identifier(),
    "age": Numerical(decimals=0),
    "pay": Numerical(decimals=2),
    "city": Categorical(),
    "member": Boolean(true="yes", false="no"),
    "since": Datetime(resolution="day"),
    "stay": Duration(),
    "note": Text(),
    "lat": Location(axis="latitude", partner="lon"),
    "lon": Location(axis="longitude", partner="lat"),
}


def _table(n: int, seed: int) -> Table:
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, n)
    rows = pl.DataFrame(
        {
            "who": [f"W{seed}{k:06d}" for k in range(n)],
            "age": age,
            "pay": np.round(age * 31.0 + rng.normal(0, 200, n), 2),
            "city": rng.choice(["Oslo", "Lima", "Pune"], n, p=[0.6, 0.3, 0.1]).tolist(),
            "member": (rng.random(n) < age / 120).tolist(),
            "since": [datetime(2020, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 900, n)],  # noqa: DTZ001
            "stay": [timedelta(minutes=float(m)) for m in rng.exponential(90, n)],
            "note": ["word " * int(k) for k in rng.integers(1, 9, n)],
            "lat": rng.normal(60, 1, n),
            "lon": rng.normal(10, 1, n),
        },
        schema_overrides={"since": pl.Datetime("us"), "stay": pl.Duration("us"), "age": pl.Int64},
    )
    return Table.of(rows, TableSchema(columns=COLUMNS, primary_key="who"))


@pytest.fixture
def table() -> Callable[[int, int], Table]:
    """Make ``n`` rows from a seed."""
    return _table


@pytest.fixture
def evaluation() -> Evaluation:
    """Scores under names of the catalog, one of another package's, and one that declined."""
    return Evaluation(
        {
            "marginals": Score(0.996, 0.997, 0.9965, (0.995, 0.997), seconds=0.4),
            "pairs": Score(0.93, 0.90, 0.99, (0.92, 0.94)),
            "closeness": Score(0.503, 0.5, 0.5, (0.49, 0.51)),
            "membership": Score(0.61, 0.5, 0.5, (0.59, 0.63)),
            "someone_elses": Score(3.25),
        },
        {"tstr": "No target column is named."},
        1.5,
    )


@pytest.fixture
def gates() -> list[Gate]:
    """One gate of each outcome."""
    return [
        Gate("valid_rows", passed=True, value=1.0, limit=1.0, text="All rows obey the schema.", least=True),
        Gate("membership_auc_max", passed=False, value=0.61, limit=0.53, text="An attacker can tell."),
        Gate("tstr_ratio", passed=None, value=None, limit=0.9, text="Not judged.", least=True),
    ]


@pytest.fixture
def report(evaluation: Evaluation, gates: list[Gate]) -> Report:
    """Everything that a report can hold."""
    about = About(
        title="people.csv",
        target="city",
        findings=[
            Finding("a.note", "note", "Just so.", "fit"),
            Finding("z.slow", "degraded", "Time ran out.", "fit/forest"),
            Finding("categories.rare", "note", "2 levels of column 'city' are rare.", "fit/columns/city"),
        ],
        evidence={"age": ("72 distinct values", "whole numbers only")},
        model={
            "settings": {"trees": 5, "deep": None, "fast": True},
            "governor": {"share": 0.501, "steps": ["leaf 20", "leaf 50"]},
            "relations": ["city decides country", "where city is Pune, member is yes"],
            "rules": [
                {
                    "text": "where city is Pune, member is yes",
                    "condition": "city",
                    "when": ["Pune"],
                    "column": "member",
                    "then": True,
                }
            ],
            "order": ["age", "pay"],
        },
        provenance={"seed": 7, "sha256": "ab12"},
    )
    return build(_table(1500, 1), _table(1200, 2), _table(300, 3), evaluation, gates, about)
