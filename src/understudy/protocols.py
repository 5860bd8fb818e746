"""The nouns, on one page. Read this file first; every other file makes or uses one of these.

A Synthesizer is a Spec whose ``fit`` gives a Generator. A Generator is fitted by construction, so there is no
``fitted`` flag to forget. Simulations and mock specifications are Generators too: they have nothing to fit.
A Metric is a Spec that compares a synthetic table with a real one and gives a Score, or declines by raising
NotApplicable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt
import polars as pl

from understudy.context import Run
from understudy.data.table import Table
from understudy.schema.table import TableSchema
from understudy.store.state import State

__all__ = [
    "Better",
    "Generator",
    "Given",
    "Metric",
    "Score",
    "StandIn",
    "State",
    "SupportsLikelihood",
    "Synthesizer",
]

Given: TypeAlias = Mapping[str, object]
"""Values that sampled rows must have: column name to value, None for missing."""

Better: TypeAlias = Literal["higher", "lower", "half"]
"""Which way a score is good; "half" means that 0.5 is ideal, as for the share of rows closer to training than to
holdout."""

StandIn: TypeAlias = Literal["holdout", "holdout, scaled", "real", "none"]
"""Which real rows play the synthetic ones for the ceiling. Real: as many training rows as there are synthetic ones.
Scaled: by the root of their number to as many as there are synthetic rows, where real rows fall short by chance only.
None: the metric gives its ceiling itself."""


_LUCK = 0.02  # above guessing, where nothing may have been learnt


@runtime_checkable
class Generator(Protocol):
    """Something that can make rows."""

    @property
    def schema(self) -> TableSchema:
        """Schema of the rows it makes."""
        ...

    def sample(self, n: int, run: Run, given: Given | None = None, first: int = 0) -> Table:
        """Draw ``n`` rows, each with exactly the ``given`` values.

        Parameters
        ----------
        n : int
            Number of rows.
        run : Run
            The job; the rows depend on its seed and path.
        given : Given, optional
            Values that every row must have.
        first : int
            How many rows of the same sample came before, in other calls: fresh identifiers go on from there.

        Raises
        ------
        ConditionError
            If no row can have the given values.
        """
        ...

    def state(self) -> State:
        """Give everything needed to build this generator again."""
        ...

    def describe(self) -> dict[str, Any]:
        """Give what a person should know of the model, as JSON values: settings it ended on, relations kept."""
        ...


@runtime_checkable
class Synthesizer(Protocol):
    """Something that learns a generator from rows."""

    source: ClassVar[str]
    """The paper or book it follows, with the equation or algorithm."""

    def fit(self, data: Table, run: Run) -> Generator:
        """Learn from ``data``."""
        ...

    @classmethod
    def restore(cls, state: State) -> Generator:
        """Build the generator that gave ``state``."""
        ...


@runtime_checkable
class SupportsLikelihood(Protocol):
    """A generator that tells how likely it makes a row: what attackers of a model, not only of its rows, ask first."""

    def log_likelihood(self, rows: Table) -> npt.NDArray[np.float64]:
        """Give the log probability in nats with which each row's symbols are drawn, shape (n,); -inf: never.

        On the model's own symbols: columns made afresh for every row, and where in its bin a value lies, do not count;
        nor does that rows are drawn again which break a relation.
        """
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """A number with what gives it meaning.

    Parameters
    ----------
    value : float
        The measure of the synthetic table.
    floor : float or None
        The same measure of independent columns: what learning no dependence at all would score.
    ceiling : float or None
        The same measure of unseen real rows: what perfect synthetic data would score.
    interval : tuple of float or None
        95 % interval of ``value``.
    details : polars.DataFrame or None
        The parts that the value is made of, such as one row per column.
    seconds : float
        Wall time it took, references included.
    ceiling_interval : tuple of float or None
        95 % interval of ``ceiling``: a short holdout knows its own score only roughly.
    chance : float
        What guessing scores: one half under a ROC curve. A part of a score is taken above it, see :meth:`part`.
    """

    value: float
    floor: float | None = None
    ceiling: float | None = None
    interval: tuple[float, float] | None = None
    details: pl.DataFrame | None = None
    seconds: float = 0.0
    ceiling_interval: tuple[float, float] | None = None
    chance: float = 0.0

    def part(self, value: float, whole: float | None) -> float | None:
        """Give which part ``value`` is of ``whole``, both above what guessing scores; None where ``whole`` is luck."""
        if whole is None or whole <= self.chance + _LUCK:
            return None
        return (value - self.chance) / (whole - self.chance)


@runtime_checkable
class Metric(Protocol):
    """A question that is put to a synthetic table."""

    better: ClassVar[Better]
    """Which way is good."""
    title: ClassVar[str]
    """Its name for people."""
    needs: ClassVar[frozenset[str]]
    """What it cannot do without: "holdout"; "target", "protected" or "representation", which it then has as fields."""
    stand_in: ClassVar[StandIn]
    """Who gives its ceiling."""
    thorough: ClassVar[bool]
    """Whether it is left out unless asked for, by its name or by "all", because it takes long or serves comparison with
    other tools."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:
        """Compare; ``real`` is what the model was fitted on, ``holdout`` real rows that it never saw."""
        ...
