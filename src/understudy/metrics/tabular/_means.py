"""Means of scores of columns or groups of columns, with the interval that follows from each row's influence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import polars as pl

from understudy.errors import NotApplicable
from understudy.metrics.tabular._coding import FloatArray
from understudy.metrics.tabular._intervals import around
from understudy.protocols import Score

__all__ = ["Means", "Part", "spread", "within_part"]

Part: TypeAlias = str | float | int | None
"""What stands in one cell of a score's details."""


@dataclass(slots=True)
class Means:
    """Scores as they come in, with the influence that each row of either table has on their sum.

    Parameters
    ----------
    rows : tuple of int
        Number of rows of the real and of the synthetic table.
    parts : list of dict
        Rows of the details.
    scores : list of float
        The scores that count.
    on_real, on_synthetic : arrays
        Influence of each row on the sum of the scores.
    """

    rows: tuple[int, int]
    parts: list[dict[str, Part]] = field(default_factory=list[dict[str, Part]])
    scores: list[float] = field(default_factory=list[float])
    on_real: FloatArray = field(init=False)
    on_synthetic: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.on_real, self.on_synthetic = np.zeros(self.rows[0]), np.zeros(self.rows[1])

    def add(
        self,
        part: Mapping[str, Part],
        score: float | None,
        on_real: FloatArray | None = None,
        on_synthetic: FloatArray | None = None,
    ) -> None:
        """Take one score in, and what the details say of it; None is shown and does not count.

        Parameters
        ----------
        part : mapping
            Names and numbers for the details.
        score : float or None
            The score.
        on_real, on_synthetic : arrays of shape (rows of the table,), optional
            Influence of each row on the score, up to a constant; where left out, it has none.
        """
        self.parts.append({**part, "score": score})
        if score is None:
            return
        self.scores.append(score)
        if on_real is not None:
            self.on_real += on_real
        if on_synthetic is not None:
            self.on_synthetic += on_synthetic

    def score(self, nothing: str, *, interval: bool = True) -> Score:
        """Give the mean; the details say how many rows of either table were compared.

        Parameters
        ----------
        nothing : str
            Why there is none where no score counts.
        interval : bool
            Whether the influences tell how sure it is.

        Raises
        ------
        NotApplicable
            If no score counts.
        """
        if not self.scores:
            raise NotApplicable(nothing)
        value = float(np.mean(self.scores))
        error = np.sqrt(self.on_real.var() / self.rows[0] + self.on_synthetic.var() / self.rows[1]) / len(self.scores)
        details = pl.DataFrame(self.parts, schema_overrides={"score": pl.Float64}, infer_schema_length=None)
        details = details.with_columns(
            real_rows=pl.lit(self.rows[0], pl.Int64), synthetic_rows=pl.lit(self.rows[1], pl.Int64)
        )
        return Score(value, interval=around(value, float(error)) if interval else None, details=details)


def within_part(influence: FloatArray, known: np.ndarray) -> FloatArray:
    """Give the influence of all rows on a statistic of the ``known`` ones, from that of those on it."""
    out = np.zeros(len(known))
    if known.any():
        out[known] = (influence - influence.mean()) * (len(known) / known.sum())
    return out


def spread(x: FloatArray) -> float:
    """Give the mean distance of values to their median: what the median alone, repeated, is off."""
    return float(np.abs(x - np.median(x)).mean())
