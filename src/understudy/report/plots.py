"""What is drawn from rows, as plain values: aggregates only, no single real row can be read from them."""

from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["Associations", "Bars", "ColumnPlot", "Embedding", "Histogram", "Pair", "Plots", "Projection", "Spike"]


@dataclass(frozen=True, slots=True)
class Spike:
    """A value so frequent that it is reported beside the histogram: its label and its two shares of the rows."""

    label: str
    real: float
    synthetic: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """A column on an axis, real and synthetic in the same bins.

    Parameters
    ----------
    column, kind : str
        Name and type of the column.
    edges : tuple of float, length k + 1
        Ends of the bins, within the protected range of the real rows.
    real, synthetic : tuple of float, length k
        Share of the rows with a value that falls in each bin (counts are rounded first, see ``report/protect.py``).
    ticks : tuple of (float, str)
        Positions on the axis, with labels.
    outside, missing : tuple of float
        Share of real and of synthetic rows outside the drawn range; without a value.
    spike : Spike or None
        A value that is left out of the bins because it would flatten the rest.
    distance : float
        Kolmogorov-Smirnov distance of the two columns, in [0, 1].
    quantiles : tuple of (float, float)
        Real and synthetic quantiles of the same shares of rows, read between round places on the axis from rounded
        counts, so that none is the value of a row; where the synthetic one lies beyond the axis, its end.
    """

    column: str
    kind: str
    edges: tuple[float, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    ticks: tuple[tuple[float, str], ...]
    outside: tuple[float, float]
    missing: tuple[float, float]
    spike: Spike | None
    distance: float
    quantiles: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A column in levels.

    Parameters
    ----------
    column, kind : str
        Name and type of the column.
    labels : tuple of str
        Levels, most frequent first; the last may stand for all others.
    real, synthetic : tuple of float
        Share of the rows with a value.
    pooled : int
        How many real levels the last label stands for; 0 where every level is shown.
    missing : tuple of float
        Share of real and of synthetic rows without a value.
    distance : float
        Total variation distance of the two columns, in [0, 1].
    """

    column: str
    kind: str
    labels: tuple[str, ...]
    real: tuple[float, ...]
    synthetic: tuple[float, ...]
    pooled: int
    missing: tuple[float, float]
    distance: float


ColumnPlot: TypeAlias = Histogram | Bars
"""One column, real against synthetic."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How strongly two columns go together, in the real and in the synthetic rows."""

    first: str
    second: str
    real: float
    synthetic: float


@dataclass(frozen=True, slots=True)
class Associations:
    """Strength of the relation of every two columns, in [-1, 1] for two quantities and [0, 1] otherwise.

    Parameters
    ----------
    columns : tuple of str
        Columns shown, in table order.
    real, synthetic : tuple of tuples of float
        Symmetric matrices.
    widest : tuple of Pair
        Pairs that differ most, most first.
    mean_gap : float
        Mean absolute difference over all shown pairs.
    left_out : int
        Columns that could be shown but are not, for want of space.
    """

    columns: tuple[str, ...]
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]
    widest: tuple[Pair, ...]
    mean_gap: float
    left_out: int


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows seen from the side where the real ones spread most, counted in square bins.

    Parameters
    ----------
    cells : int
        Bins along each side.
    real, synthetic : tuple of tuples of float
        Share of the rows in each bin; the first index goes up, the second to the right.
    explained : tuple of float
        Share of the real rows' variance along each of the two axes.
    rows : tuple of int
        How many real and synthetic rows were counted.
    """

    cells: int
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]
    explained: tuple[float, float]
    rows: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Rows laid out so that neighbours stay neighbours, counted in square bins.

    Parameters
    ----------
    cells : int
        Bins along each side.
    real, synthetic : tuple of tuples of float
        Share of the rows in each bin; the first index goes up, the second to the right.
    rows : tuple of int
        How many real and synthetic rows were counted.
    laid_out : tuple of int
        How many of each were laid out; the others are counted where the nearest of these lies.
    """

    cells: int
    real: tuple[tuple[float, ...], ...]
    synthetic: tuple[tuple[float, ...], ...]
    rows: tuple[int, int]
    laid_out: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plots:
    """Everything that is drawn from rows. Holds aggregates only: no single real row can be read from it.

    Parameters
    ----------
    columns : tuple of ColumnPlot
        Most different column first.
    not_drawn : dict of str to str
        Columns without a plot, and why.
    associations, projection : or None
        None where the table has too few columns or rows.
    rows : tuple of int
        How many real and synthetic rows the plots count.
    embedding : Embedding or str
        Rows laid out by their neighbours, or why they are not.
    """

    columns: tuple[ColumnPlot, ...] = ()
    not_drawn: dict[str, str] = field(default_factory=dict)
    associations: Associations | None = None
    projection: Projection | None = None
    rows: tuple[int, int] = (0, 0)
    embedding: Embedding | str = "it was not asked for"
