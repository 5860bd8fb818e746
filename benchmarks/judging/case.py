"""What is judged: one synthetic table with the real rows of its split."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from tables import read_schema, tidy

__all__ = ["Case", "load"]


@dataclass(frozen=True)
class Case:
    """One synthetic table and the real ones it answers to.

    Parameters
    ----------
    schema : dict
        ``types``, ``target``, ``task`` of the prepared table.
    train, test : DataFrame
        Rows the model saw; rows that no model saw.
    synthetic : DataFrame
        As many rows as ``train``, of a model of ``train``.
    half_train, half_test : DataFrame
        The 50/50 split of the closeness protocol.
    half_synthetic : DataFrame or None
        As many rows as ``half_train``, of a model of ``half_train``.
    other_synthetic : DataFrame or None
        As many rows as ``half_test``, of a model of ``half_test``: the same split the other way round.
    """

    schema: dict[str, Any]
    train: pd.DataFrame
    test: pd.DataFrame
    synthetic: pd.DataFrame
    half_train: pd.DataFrame
    half_test: pd.DataFrame
    half_synthetic: pd.DataFrame | None
    other_synthetic: pd.DataFrame | None = None

    @cached_property
    def types(self) -> dict[str, str]:
        """Kind of each column: categorical, integer or float."""
        return self.schema["types"]

    @cached_property
    def texts(self) -> list[str]:
        """Names of the categorical columns."""
        return [name for name, kind in self.types.items() if kind == "categorical"]

    @cached_property
    def numbers(self) -> list[str]:
        """Names of the other columns."""
        return [name for name, kind in self.types.items() if kind != "categorical"]

    @cached_property
    def coded(self) -> list[str]:
        """Categorical columns written as whole numbers, which the published detector takes as numbers."""
        return [name for name in self.texts if self.train[name].str.fullmatch(r"-?\d+").all()]


def load(
    prepared: Path, synthetic: Path, half_synthetic: Path | None = None, other_synthetic: Path | None = None
) -> Case:
    """Read the real rows in the folder ``prepared`` and the synthetic rows, all with the same kinds of columns."""
    schema = read_schema(prepared)

    def read(path: Path) -> pd.DataFrame:
        return tidy(pd.read_parquet(path), schema["types"])

    return Case(
        schema,
        read(prepared / "train.parquet"),
        read(prepared / "test.parquet"),
        read(synthetic),
        read(prepared / "dcr_train.parquet"),
        read(prepared / "dcr_test.parquet"),
        read(half_synthetic) if half_synthetic else None,
        read(other_synthetic) if other_synthetic else None,
    )
