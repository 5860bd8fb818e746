"""Columns as whole numbers, 0 for missing, so that relations are looked for with comparisons of numbers only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from understudy.schema.column import UNIT_US, Boolean, Categorical, ColumnType, Datetime, Duration, Location, Numerical
from understudy.schema.table import TableSchema

__all__ = ["Ranks"]

Test = Callable[[np.ndarray, slice], np.ndarray]

_SCREEN_ROWS = 2_000
_FIRST_ROWS = 100  # nearly every relation that is none breaks in these


@dataclass(slots=True)
class Ranks:
    """Columns of one table as ranks.

    Parameters
    ----------
    schema : TableSchema
        Their types.
    codes : dict of array of shape (n,), int32
        Rank of each value among the different ones of its column, from 1 on; 0 is missing.
    screen : array of shape (d, m), int32
        The codes of a part of the rows.
    numbers : array of shape (d, m), float64
        The numbers of the same rows, NaN where there is none.
    """

    schema: TableSchema
    codes: dict[str, np.ndarray]
    screen: np.ndarray
    numbers: np.ndarray
    place: dict[str, int]
    _counts: dict[str, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: pl.DataFrame, schema: TableSchema) -> "Ranks":
        """Rank the columns that a relation can be about: all but keys and texts."""
        kinds = Categorical | Boolean | Numerical | Location | Datetime | Duration
        names = [name for name, column in schema.columns.items() if isinstance(column, kinds)]
        codes = {name: _codes(rows[name]) for name in names}
        some = np.linspace(0, rows.height - 1, min(_SCREEN_ROWS, rows.height)).astype(np.int64)
        screen = np.array([codes[name][some] for name in names], dtype=np.int32).reshape(len(names), len(some))
        numbers = np.full(screen.shape, np.nan)
        for j, name in enumerate(names):
            if _is_ordered(schema.columns[name]):
                numbers[j] = rows[name].gather(some).to_physical().cast(pl.Float64).to_numpy()
        return cls(schema, codes, screen, numbers, {name: j for j, name in enumerate(names)})

    @property
    def names(self) -> list[str]:
        """Names of the columns, in the order of the schema."""
        return list(self.codes)

    def counts(self, name: str) -> np.ndarray:
        """Give the rows of each code."""
        if name not in self._counts:
            self._counts[name] = np.bincount(self.codes[name], minlength=1)
        return self._counts[name]

    def shares(self, name: str) -> np.ndarray:
        """Give the share of rows of each code."""
        return self.counts(name) / len(self.codes[name])

    def size(self, name: str) -> int:
        """Give the number of different values, missing being one."""
        return int((self.counts(name) > 0).sum())

    def n_values(self, name: str) -> int:
        """Give the number of different values, missing being none."""
        return len(self.counts(name)) - 1

    def constant(self, name: str) -> bool:
        """Tell whether all rows are the same."""
        return self.size(name) == 1

    def ordered(self, name: str) -> bool:
        """Tell whether the column's values are quantities."""
        return _is_ordered(self.schema.columns[name])

    def grid(self, name: str) -> float:
        """Give the grid of a quantity, in microseconds for time; 0: none."""
        match self.schema.columns[name]:
            case Numerical(decimals=int(decimals)) | Location(decimals=int(decimals)):
                return 10.0**-decimals
            case Datetime(resolution=resolution):
                return float(UNIT_US.get(resolution, UNIT_US["day"]))  # months and weeks are days too
            case _:
                return 0.0

    def alike(self, a: str, others: Sequence[str]) -> np.ndarray:
        """Tell which of the other columns have the ranks of ``a`` in the part of the rows."""
        return self._where(others, lambda codes, part: (codes == self._row(a)[part]).all(axis=1))

    def fixed(self, a: str, others: Sequence[str]) -> np.ndarray:
        """Tell which of the other columns ``a`` fixes in the part of the rows."""

        def agrees(codes: np.ndarray, part: slice) -> np.ndarray:
            _, first, inverse = np.unique(self._row(a)[part], return_index=True, return_inverse=True)
            return (codes == codes[:, first[inverse]]).all(axis=1)

        return self._where(others, agrees)

    def fixes(self, a: str, b: str) -> bool:
        """Tell whether ``a`` fixes ``b`` in all rows."""
        first = np.zeros(len(self.counts(a)), dtype=np.int32)
        first[self.codes[a]] = self.codes[b]
        return bool((first[self.codes[a]] == self.codes[b]).all())

    def single(self, a: str, code: int, others: Sequence[str]) -> np.ndarray:
        """Tell which of the other columns have one value only where ``a`` has ``code``, in the part of the rows."""
        hit = np.flatnonzero(self._row(a) == code)
        if not len(hit):
            return np.ones(len(others), dtype=bool)
        places = np.array([self.place[name] for name in others])
        few = self.screen[np.ix_(places, hit[:10])]
        found = (few == few[:, :1]).all(axis=1)
        codes = self.screen[np.ix_(places[found], hit)]
        found[found] = (codes == codes[:, :1]).all(axis=1)
        return found

    def below(self, a: str, others: Sequence[str]) -> np.ndarray:
        """Tell which of the other quantities ``a`` is never above, in the part of the rows."""
        places = [self.place[name] for name in others]
        above = self.numbers[self.place[a], :_FIRST_ROWS] > self.numbers[places, :_FIRST_ROWS]
        found = np.array([not row.any() for row in above], dtype=bool)
        rest = np.array(places, dtype=np.int64)[found]
        found[found] = ~(self.numbers[self.place[a]] > self.numbers[rest]).any(axis=1)
        return found

    def equal_share(self, a: str, b: str) -> float:
        """Give the share of the part of the rows in which two quantities are equal."""
        return float((self.numbers[self.place[a]] == self.numbers[self.place[b]]).mean())

    def _row(self, name: str) -> np.ndarray:
        return self.screen[self.place[name]]

    def _where(self, others: Sequence[str], test: Test) -> np.ndarray:
        """Put a test to the first of the rows, and to all of them where it holds there."""
        places = np.array([self.place[name] for name in others], dtype=np.int64)
        first = slice(0, _FIRST_ROWS)
        found = test(self.screen[places, first], first)
        found[found] = test(self.screen[places[found]], slice(None))
        return found


def _is_ordered(column: ColumnType) -> bool:
    return isinstance(column, Numerical | Location | Datetime | Duration)


def _codes(values: pl.Series) -> np.ndarray:
    if values.dtype == pl.String:
        # Hashing levels is several times faster than ranking all rows as text.
        levels = values.drop_nulls().unique().sort()
        ranks = values.cast(pl.Enum(levels)).to_physical().cast(pl.Int32) + 1
    else:
        ranks = values.to_physical().rank("dense").cast(pl.Int32)
    return ranks.fill_null(0).to_numpy()
