"""Finds the exact relations that the rows of a table obey without exception, and equality in a share of them.

A relation is kept only where chance is an unlikely reason for it: it is looked for on a part of the rows first, must hold on
all of them, and must be one that independent columns would have broken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, permutations

import numpy as np
import polars as pl

from understudy.constraints.constraint import Constraint
from understudy.constraints.equality import Equality
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.implication import Implication
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity
from understudy.data.table import Table
from understudy.schema.column import Boolean, Categorical, Numerical

__all__ = ["discover"]

_SCREEN_ROWS = 2_000
_FEWEST_ROWS = 100
_MOST_LEVELS = 1_000  # of a determinant
_ROWS_PER_LEVEL = 5
_EQUAL_SHARE = 0.05
_SHARE = (0.01, 0.99)  # of rows with an implication's condition
_CHANCE = 1e-6
_MOST_SPIKES = 50
_MOST_NUMBERS = 60  # numerical columns among which sums are looked for


def discover(table: Table, rare_rows: int = 5) -> tuple[Constraint, ...]:
    """Give the relations that the rows of ``table`` obey.

    Parameters
    ----------
    table : Table
        Rows.
    rare_rows : int
        A value has to occur in this many rows to be written into a relation.

    Returns
    -------
    tuple of Constraint
        In the order in which they are taken out of rows; putting them back goes the other way.
    """
    rows = table.rows
    if rows.height < _FEWEST_ROWS:
        return ()
    search = _Search(table, rows, rare_rows)
    dependencies = [*search.dependencies()]
    sums = [*search.sums()]
    equalities = [*search.equalities()]
    return (*dependencies, *sums, *search.implications(), *search.inequalities(), *equalities)


@dataclass(slots=True)
class _Search:
    table: Table
    rows: pl.DataFrame
    rare_rows: int
    derived: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    codes: dict[str, np.ndarray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    screen: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __post_init__(self) -> None:
        self.screen = np.linspace(0, self.rows.height - 1, min(_SCREEN_ROWS, self.rows.height)).astype(np.int64)
        for name, column in self.table.schema.columns.items():
            if isinstance(column, Categorical | Boolean | Numerical):
                codes = self.rows[name].rank("dense").fill_null(0).to_numpy().astype(np.int64)
                self.codes[name], self.sizes[name] = codes, int(codes.max()) + 1

    @property
    def numbers(self) -> list[str]:
        """Numerical columns with more than two values that are not derived already."""
        columns = self.table.schema.columns
        return [
            n for n in self.codes if isinstance(columns[n], Numerical) and self.sizes[n] > 3 and n not in self.derived  # noqa: PLR2004 - 0 is missing
        ]

    def equalities(self) -> Iterator[Constraint]:
        """Find pairs of numbers that are equal in more rows than chance makes them."""
        copies: set[str] = set()
        for a, b in combinations(self.numbers, 2):
            if self.rows.schema[a] != self.rows.schema[b] or b in copies:
                continue
            first, second = self.rows[a].to_numpy(), self.rows[b].to_numpy()
            part = first[self.screen] == second[self.screen]
            if part.mean() < _EQUAL_SHARE / 2:
                continue
            share = float((first == second).mean())
            if share >= _EQUAL_SHARE and share > 2 * _chance_of_equal(self.rows[a], self.rows[b]) and share < 1:
                copies.add(b)
                yield Equality(a, b, share)

    def inequalities(self) -> Iterator[Constraint]:
        """Find pairs of numbers in an order that independent columns would break."""
        columns = self.table.schema.columns
        for a, b in permutations(self.numbers, 2):
            if self.rows.schema[a] != self.rows.schema[b]:
                continue
            low, high = self.rows[a].to_numpy(), self.rows[b].to_numpy()
            if (low[self.screen] > high[self.screen]).any() or (low > high).any():
                continue
            shuffled = np.roll(high, len(high) // 2 + 1)
            if (low > shuffled).mean() * len(low) < -np.log(_CHANCE):
                continue
            same = _grid(columns[a]) == _grid(columns[b])
            yield Inequality(a, b, swap=same, decimals=_grid(columns[b]))

    def implications(self) -> Iterator[Constraint]:
        """Find values of one column that come with one value of another only."""
        free = [n for n in self.codes if n not in self.derived and not self._constant(n)]
        shares = {n: np.bincount(self.codes[n], minlength=self.sizes[n]) / self.rows.height for n in free}
        for a in free:
            spikes = self._spikes(shares[a])
            if not len(spikes):
                continue
            place = np.full(self.sizes[a], -1)
            place[spikes] = np.arange(len(spikes))
            spot = place[self.codes[a][self.screen]]
            for b in free:
                if a != b:
                    yield from self._implied(a, b, spikes, spot, shares)

    def _implied(
        self, a: str, b: str, spikes: np.ndarray, spot: np.ndarray, shares: dict[str, np.ndarray]
    ) -> Iterator[Constraint]:
        size = self.sizes[b]
        seen = self.codes[b][self.screen][spot >= 0]
        table = np.bincount(spot[spot >= 0] * size + seen, minlength=len(spikes) * size).reshape(-1, size)
        for i in np.flatnonzero((table > 0).sum(axis=1) == 1):
            then = int(table[i].argmax())
            rows = shares[a][spikes[i]] * self.rows.height
            if shares[b][then] >= 1 or rows * np.log(shares[b][then]) > np.log(_CHANCE):
                continue
            hit = np.flatnonzero(self.codes[a] == spikes[i])
            if (self.codes[b][hit] == then).all() and shares[b][then] * self.rows.height >= self.rare_rows:
                yield Implication(a, b, self.rows[a][int(hit[0])], self.rows[b][int(hit[0])])

    def _spikes(self, share: np.ndarray) -> np.ndarray:
        """Give the codes of values frequent enough to make a rule of."""
        low, high = _SHARE
        enough = (share >= low) & (share <= high) & (share * self.rows.height >= max(self.rare_rows, 20))
        return np.flatnonzero(enough)[:_MOST_SPIKES]

    def dependencies(self) -> Iterator[Constraint]:
        """Find columns that one other column fixes."""
        n = self.rows.height
        names = sorted(self.codes, key=lambda c: (self.sizes[c], -list(self.codes).index(c)))
        determinants: set[str] = set()
        for b in names:
            if b in self.derived | determinants | self.used or self._constant(b):
                continue
            for a in self.codes:
                if a == b or a in self.derived or not self._may_fix(a, b, n):
                    continue
                pairs = self.codes[a] * self.sizes[b] + self.codes[b]
                if len(np.unique(pairs[self.screen])) == len(np.unique(self.codes[a][self.screen])) and len(
                    np.unique(pairs)
                ) == len(np.unique(self.codes[a])):
                    self.derived.add(b)
                    determinants.add(a)
                    yield FunctionalDependency(a, b, self._pairs(a, b))
                    break

    def _constant(self, name: str) -> bool:
        return bool((self.codes[name] == self.codes[name][0]).all())

    def _may_fix(self, a: str, b: str, n: int) -> bool:
        """Tell whether ``a`` has few enough values, each frequent enough, for a table of them to be knowledge."""
        return self.sizes[b] <= self.sizes[a] <= min(_MOST_LEVELS, n / _ROWS_PER_LEVEL)

    def _pairs(self, a: str, b: str) -> pl.DataFrame:
        frame = self.rows.select(pl.col(a).alias("determinant"), pl.col(b).alias("dependent"))
        counted = frame.group_by("determinant", maintain_order=True).agg(pl.col("dependent").first(), pl.len())
        kept = counted.filter(pl.col("len") >= self.rare_rows)
        return (kept if kept.height else counted).drop("len").sort("determinant", nulls_last=False)

    def sums(self) -> Iterator[Constraint]:
        """Find numbers that are the sum or the difference of two others."""
        names = self.numbers[:_MOST_NUMBERS]
        values = {n: self.rows[n].cast(pl.Float64).to_numpy() for n in names}
        tiny = {n: v[self.screen][:20] for n, v in values.items()}
        for total in names:
            if total in self.derived | self.used:
                continue
            decimals = getattr(self.table.schema.columns[total], "decimals", None)
            if decimals is None:
                continue
            for first, second, sign in _terms(names, total):
                if {first, second} & self.derived:
                    continue
                off = np.abs(tiny[first] + sign * tiny[second] - tiny[total])
                close = 10.0**-decimals / 2
                if (off > close).any() or np.isnan(off).all():
                    continue
                identity = LinearIdentity(total, first, second, sign, decimals)
                if identity.violations(self.rows).any() or self._nulls_differ(total, first, second):
                    continue
                self.derived.add(total)
                self.used |= {first, second}
                yield identity
                break

    def _nulls_differ(self, total: str, first: str, second: str) -> bool:
        rows = self.rows
        return bool((rows[total].is_null() != (rows[first].is_null() | rows[second].is_null())).any())


def _terms(names: list[str], total: str) -> Iterator[tuple[str, str, int]]:
    rest = [n for n in names if n != total]
    for first, second in combinations(rest, 2):
        yield first, second, 1
    for first, second in permutations(rest, 2):
        yield first, second, -1


def _chance_of_equal(a: pl.Series, b: pl.Series) -> float:
    """Give the share of rows in which independent columns would be equal."""
    p = a.drop_nulls().value_counts(normalize=True, name="p").rename({a.name: "value"})
    q = b.drop_nulls().value_counts(normalize=True, name="q").rename({b.name: "value"})
    both = p.join(q, on="value")
    return float((both["p"] * both["q"]).sum())


def _grid(column: object) -> int | None:
    return getattr(column, "decimals", None)
