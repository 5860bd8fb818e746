"""One column fixes another: equal values of the determinant always come with one value of the dependent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
import polars as pl

from understudy.protocols import State
from understudy.schema.table import TableSchema
from understudy.store.trust import expect

__all__ = ["FunctionalDependency"]


@dataclass(frozen=True, slots=True)
class FunctionalDependency:
    """``determinant`` fixes ``dependent``, as a table of pairs says.

    Parameters
    ----------
    determinant, dependent : str
        Columns.
    pairs : polars.DataFrame
        The value of ``dependent`` for each value of ``determinant``, in columns ``determinant`` and ``dependent``. A
        quantity that is not there goes with its nearest neighbour, a level with what most of the pairs have.
    """

    kind: ClassVar[str] = "functional_dependency"
    determinant: str
    dependent: str
    pairs: pl.DataFrame

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return f"{self.determinant} fixes {self.dependent}"

    def violations(self, rows: pl.DataFrame) -> pl.Series:
        """Tell which rows break it; a value of the determinant that was never seen breaks nothing."""
        known = rows[self.determinant].is_in(self.pairs["determinant"].implode(), nulls_equal=True)
        return (known & self._fixed(rows).ne_missing(rows[self.dependent])).alias("")

    def to_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Drop the dependent column."""
        return rows.drop(self.dependent)

    def free_schema(self, schema: TableSchema) -> TableSchema:
        """Give the schema without the dependent column."""
        return schema.model_copy(update={"columns": {k: v for k, v in schema.columns.items() if k != self.dependent}})

    def from_free(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Look the dependent column up."""
        return rows.with_columns(self._fixed(rows).alias(self.dependent))

    def conclude(self, known: Mapping[str, object]) -> dict[str, object]:
        """Give the values that follow from those known of a row."""
        if self.determinant not in known:
            return {}
        dtype = self.pairs.schema["determinant"]
        row = pl.DataFrame({self.determinant: pl.Series([known[self.determinant]], dtype=dtype)})
        return {self.dependent: self._fixed(row)[0]}

    def determinants(self, values: list[object]) -> pl.Series:
        """Give the values of the determinant that come with one of ``values``."""
        wanted = pl.Series(values, dtype=self.pairs.schema["dependent"])
        return self.pairs.filter(pl.col("dependent").is_in(wanted.implode(), nulls_equal=True))["determinant"]

    def _fixed(self, rows: pl.DataFrame) -> pl.Series:
        keys = rows.select(pl.col(self.determinant).alias("determinant"))
        numbered = self.pairs.with_row_index("place")
        found = keys.join(numbered, on="determinant", how="left", nulls_equal=True, maintain_order="left")
        unseen = found["place"].is_null().to_numpy()
        if not unseen.any():
            return found["dependent"]
        place = found["place"].fill_null(0).to_numpy().astype(np.int64)
        place[unseen] = self._stand_ins(keys["determinant"].filter(pl.Series(unseen)))
        return self.pairs["dependent"].gather(place)

    def _stand_ins(self, unseen: pl.Series) -> np.ndarray:
        """Give the places of the pairs that stand for values which have none."""
        numbered = self.pairs.with_row_index("place")
        grouped = numbered.group_by("dependent", maintain_order=True).agg(pl.len(), pl.col("place").first())
        default = int(grouped.sort("len", descending=True, maintain_order=True)["place"][0])
        places = np.full(unseen.len(), default)
        known = numbered.drop_nulls("determinant")
        if not (unseen.dtype.is_numeric() or unseen.dtype.is_temporal()) or not known.height:
            return places
        anchors = known["determinant"].to_physical().cast(pl.Float64).to_numpy()
        values = unseen.to_physical().cast(pl.Float64).to_numpy()
        order = np.argsort(anchors, kind="stable")
        anchors = anchors[order]
        nearest = np.searchsorted(anchors[:-1] / 2 + anchors[1:] / 2, values)
        present = ~np.isnan(values)
        places[present] = known["place"].to_numpy()[order][nearest[present]]
        return places

    def state(self) -> State:
        """Give everything needed to build this constraint again."""
        return {"determinant": self.determinant, "dependent": self.dependent, "pairs": self.pairs}

    @classmethod
    def restore(cls, state: State) -> "FunctionalDependency":
        """Build the constraint that gave ``state``."""
        made = cls(**cast("dict[str, Any]", state))
        expect(made.pairs.height, "a relation has no pairs")
        return made
