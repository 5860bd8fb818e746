"""Finds the exact relations that the rows of a table obey without exception, and equality in a share of them.

A relation is kept only where chance is an unlikely reason for it: it is looked for on a part of the rows first, must
hold on all of them, and must be one that independent columns would have broken. The chance that a search among
independent columns finds any relation of one kind is at most :data:`FALSE_ALARM`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import polars as pl

from understudy.constraints._gaps import Gaps, by_day
from understudy.constraints._lengths import elapsed
from understudy.constraints._ranks import Ranks
from understudy.constraints.constraint import Constraint
from understudy.constraints.equality import Equality
from understudy.constraints.functional_dependency import FunctionalDependency
from understudy.constraints.implication import Implication, Plain
from understudy.constraints.inequality import Inequality
from understudy.constraints.linear import LinearIdentity
from understudy.data.table import Table, pairs_counted
from understudy.schema.column import Numerical

__all__ = ["FALSE_ALARM", "discover"]

FALSE_ALARM = 1e-3
"""Most that chance may make of a kind of relation, all its tests on one table taken together."""

_FEWEST_ROWS = 100
_MOST_LEVELS = 1_000  # of a determinant
_ROWS_PER_LEVEL = 5
_EQUAL_SHARE = 0.05
_FEW_VALUES = 64  # columns of no more values than these keep each as it is: they need no help to be equal
_SHARE = (0.01, 0.99)  # of rows with an implication's condition
_CONDITION_ROWS = 20
_MOST_SPIKES = 50
_MOST_NUMBERS = 60  # numerical columns among which sums are looked for
_SUM_ROWS = 20
_FEWEST_VALUES = 3  # of a column that can be part of a sum or an order


def discover(table: Table, rare_rows: int = 5) -> tuple[Constraint, ...]:
    """Give the relations that the rows of ``table`` obey.

    Parameters
    ----------
    table : Table
        Rows.
    rare_rows : int
        A value has to occur in this many rows to be written into a relation; in those of as many entities where the
        schema names one.

    Returns
    -------
    tuple of Constraint
        In the order in which they are taken out of rows; putting them back goes the other way.
    """
    rows = table.rows
    if rows.height < _FEWEST_ROWS:
        return ()
    search = _Search(Ranks.of(rows, table.schema), rows, rare_rows, table.holders())
    copies = [*search.copies()]
    doubled = set(search.derived)
    dependencies = [*search.dependencies()]
    sums = [*search.sums()]
    terms = {name for total in sums for name in total.terms}
    gaps = Gaps(rows, table.schema)
    lengths = [*search.lengths(gaps, terms)]
    implications = [*search.implications()]
    # A copy may be the original of another: the last is put back first.
    equalities = [*search.equalities()][::-1]
    orders = [*search.inequalities(sums, doubled), *search.orders_by_day()]
    orders = gaps.settle(orders, search.derived, terms, equalities)
    # What is put back last is listed first: orders of columns that are computed come after those are.
    late = [order for order in orders if {order.low, order.high} & search.derived]
    early = [order for order in orders if order not in late]
    equalities = gaps.without(equalities)
    return (*late, *copies, *dependencies, *lengths, *sums, *implications, *early, *gaps.ordered, *equalities)


@dataclass(slots=True)
class _Search:
    """Looks for one kind of relation after the other; a column taken out by one is not looked at by the next."""

    ranks: Ranks
    rows: pl.DataFrame
    rare_rows: int
    who: np.ndarray | None
    derived: set[str] = field(default_factory=set)

    @property
    def n(self) -> int:
        return self.rows.height

    @property
    def free(self) -> list[str]:
        """Columns that are neither constant nor taken out."""
        return [name for name in self.ranks.names if name not in self.derived and not self.ranks.constant(name)]

    def _quantities(self) -> list[str]:
        return [name for name in self.free if self.ranks.n_values(name) >= _FEWEST_VALUES and self.ranks.ordered(name)]

    def copies(self) -> Iterator[Constraint]:
        """Find columns that equal another one in every row."""
        names = self.free
        limit = _limit(len(names) ** 2)
        for i, a in enumerate(names):
            if a in self.derived:
                continue
            for b in np.array(names)[i + 1 :][self.ranks.alike(a, names[i + 1 :])]:
                if b in self.derived or self.rows.schema[a] != self.rows.schema[b]:
                    continue
                chance = self.n * np.log((self.ranks.shares(a) ** 2).sum())
                if chance < limit and self.rows[a].equals(self.rows[str(b)], null_equal=True):
                    self.derived.add(str(b))
                    yield Equality(a, str(b), 1.0)

    def dependencies(self) -> list[FunctionalDependency]:
        """Find columns that one other column fixes, those first that are fixed by columns which others fix.

        A column is fixed by one of as many values or more, and by the one of most: so there are no circles.
        """
        names = sorted(self.free, key=lambda name: -self.ranks.size(name))  # columns of one size stay in order
        limit = _limit(len(names) ** 2)
        found: list[FunctionalDependency] = []
        for i, a in enumerate(names):
            if self.ranks.size(a) > min(_MOST_LEVELS, self.n / _ROWS_PER_LEVEL):
                continue
            rest = [b for b in names[i + 1 :] if b not in self.derived]
            for b in np.array(rest)[self.ranks.fixed(a, rest)] if rest else ():
                if self.ranks.fixes(a, str(b)) and self._chance_of_fixing(a, str(b)) < limit:
                    pairs = self._pairs(a, str(b))
                    if pairs.height:
                        self.derived.add(str(b))
                        found.append(FunctionalDependency(a, str(b), pairs))
        place = {name: i for i, name in enumerate(names)}
        return sorted(found, key=lambda f: -place[f.dependent])

    def _chance_of_fixing(self, a: str, b: str) -> float:
        """Give the log of the chance that all rows of each value of ``a`` agree on ``b`` if the two are independent."""
        counts = self.ranks.counts(a)
        size, often = np.unique(counts[counts > 0], return_counts=True)
        agree = (self.ranks.shares(b)[None, :] ** size[:, None]).sum(axis=1)
        return float((often * np.log(np.maximum(agree, 1e-300))).sum())

    def _pairs(self, a: str, b: str) -> pl.DataFrame:
        """Give the pairs that may be written down."""
        frame = self.rows.select(pl.col(a).alias("determinant"), pl.col(b).alias("dependent"))
        frame = frame if self.who is None else frame.with_columns(pl.Series("who", self.who))
        grouped = frame.group_by("determinant", maintain_order=True)
        held = pl.len() if self.who is None else pl.col("who").n_unique()
        counted = grouped.agg(pl.col("dependent").first(), held.alias("held"))
        shown = counted.filter(pl.col("held") >= self.rare_rows)
        return shown.select("determinant", "dependent").sort("determinant", nulls_last=False)

    def sums(self) -> Iterator[LinearIdentity]:
        """Find numbers that are the sum of two others, then those that are the difference."""
        columns = self.ranks.schema.columns
        names = [n for n in self._quantities() if isinstance(columns[n], Numerical)][:_MOST_NUMBERS]
        limit = _limit(len(names) ** 3)
        used: set[str] = set()
        for sign in (1, -1):
            for total in names:
                if total in self.derived | used:
                    continue
                for first, second in self._terms(names, total, sign):
                    if {first, second} & self.derived:
                        continue
                    identity = LinearIdentity(total, first, second, sign, getattr(columns[total], "decimals", None))
                    if not identity.violations(self.rows).any() and self._chance_of_sum(identity) < limit:
                        self.derived.add(total)
                        used |= {first, second}
                        yield identity
                        break

    def _terms(self, names: list[str], total: str, sign: int) -> Iterator[tuple[str, str]]:
        """Give the pairs of columns that sum up to ``total`` in a few rows, which most pairs do not."""
        known = self.rows[total].is_not_null().to_numpy()
        places = np.flatnonzero(known)
        places = places[np.linspace(0, len(places) - 1, min(_SUM_ROWS, len(places))).astype(np.int64)]
        values = self.rows.select(names)[places].cast(pl.Float64).to_numpy()
        goal = values[:, names.index(total)]
        decimals = getattr(self.ranks.schema.columns[total], "decimals", None)
        possible = ~np.eye(len(names), dtype=bool)
        possible[:, names.index(total)] = possible[names.index(total)] = False
        for row, wanted in zip(values, goal, strict=True):
            with np.errstate(invalid="ignore", over="ignore"):
                off = np.abs(row[:, None] + sign * row[None, :] - wanted)
            slack = 1e-9 * np.abs(row).max(initial=0.0, where=~np.isnan(row))
            possible &= off <= slack + (0.0 if decimals is None else 10.0**-decimals / 2)
        for i, j in np.argwhere(possible):
            if sign < 0 or i < j:
                yield names[i], names[j]

    def _chance_of_sum(self, identity: LinearIdentity) -> float:
        """Give the log of the chance that the identity holds in all rows if the total has nothing to do with it."""
        total = self.rows[identity.total]
        shuffled = pl.Series(np.roll(np.arange(self.n), self.n // 2 + 1))
        broken = identity.violations(self.rows.with_columns(total.gather(shuffled).alias(identity.total)))
        return self.n * float(np.log(max(1.0 - float(broken.mean() or 0.0), 1e-300)))  # pyright: ignore[reportArgumentType] - a share

    def lengths(self, gaps: Gaps, terms: set[str]) -> Iterator[Constraint]:
        """Find columns that are the time between two moments, and are no terms of a sum."""
        names = [name for name in self._quantities() if name not in terms]
        for length in elapsed(gaps, names, _limit(len(names) ** 3)):
            self.derived.add(length.total)
            yield length

    def implications(self) -> Iterator[Constraint]:
        """Find values of one column that come with one value of another only."""
        names = self.free
        spikes = {a: self._spikes(a) for a in names}
        limit = _limit(sum(map(len, spikes.values())) * len(names))
        for a in names:
            for spike in spikes[a]:
                if not self._plain(a, int(spike)):
                    continue
                for b in np.array(names)[self.ranks.single(a, int(spike), names)]:
                    if a != b:
                        yield from self._implied(a, int(spike), str(b), limit)

    def _implied(self, a: str, spike: int, b: str, limit: float) -> Iterator[Constraint]:
        hit = np.flatnonzero(self.ranks.codes[a] == spike)
        then = int(self.ranks.codes[b][hit[0]])
        share = float(self.ranks.shares(b)[then])
        if (
            share >= 1
            or len(hit) * np.log(share) > limit
            or self._held(b)[then] < self.rare_rows
            or not self._plain(b, then)
        ):
            return
        if (self.ranks.codes[b][hit] == then).all():
            when: Plain = self.rows[a][int(hit[0])]
            value: Plain = self.rows[b][int(hit[0])]
            yield Implication(a, b, when, value)

    def _held(self, name: str) -> np.ndarray:
        """Give the number of entities, or rows, that have each code."""
        counts = self.ranks.counts(name)
        return counts if self.who is None else pairs_counted(self.ranks.codes[name], self.who, len(counts))

    def _plain(self, name: str, code: int) -> bool:
        """Tell whether a value can be written down in a relation: moments and lengths of time only if missing."""
        return code == 0 or not self.rows.schema[name].is_temporal()

    def _spikes(self, name: str) -> np.ndarray:
        """Give the codes of the values frequent enough to make a rule of, most frequent first."""
        low, high = _SHARE
        share = self.ranks.shares(name)
        enough = (share >= low) & (share <= high) & (share * self.n >= _CONDITION_ROWS)
        enough &= self._held(name) >= self.rare_rows
        codes = np.flatnonzero(enough)
        return codes[np.argsort(-share[codes], kind="stable")][:_MOST_SPIKES]

    def inequalities(self, sums: list[LinearIdentity], doubled: set[str]) -> list[Inequality]:
        """Find pairs of quantities in an order that independent columns would break.

        An order that follows from two others, from a sum or from a copy is not listed.
        """
        taken = {
            c for c in self.derived - doubled if self.ranks.ordered(c) and self.ranks.n_values(c) >= _FEWEST_VALUES
        }
        names = [n for n in self.ranks.names if n in taken or n in self._quantities()]
        plain = {(s.total, s.first) for s in sums} | {(s.total, s.second) for s in sums if s.sign > 0}
        limit = _limit(len(names) ** 2)
        found: dict[tuple[str, str], Inequality] = {}
        for a in names:
            for b in np.array(names)[self.ranks.below(a, names)] if names else ():
                pair = (a, str(b))
                if a == b or self.rows.schema[a] != self.rows.schema[pair[1]] or {pair, pair[::-1]} & plain:
                    continue
                strict = not (self.rows[a] == self.rows[pair[1]]).any()
                order = Inequality(*pair, grids=(self.ranks.grid(a), self.ranks.grid(pair[1])), strict=strict)
                if not order.violations(self.rows).any() and self.chance_of_order(*pair) < limit:
                    found[pair] = order
        return [order for pair, order in found.items() if not self._follows(pair, names, found)]

    def orders_by_day(self) -> Iterator[Inequality]:
        """Find hours that are never after a date, though they are after its midnight."""
        limit = _limit(len(self.ranks.names) ** 2)
        for order, low, high in by_day(self.rows, self.ranks.schema, self._quantities()):
            days = self.rows.with_columns(low.alias(order.low), high.alias(order.high))
            if replace(self, rows=days).chance_of_order(order.low, order.high) < limit:
                yield order

    def _follows(self, pair: tuple[str, str], names: list[str], found: dict[tuple[str, str], Inequality]) -> bool:
        """Tell whether an order is the sum of two others; one without equal values needs one such among them."""
        full = (b for b in names if not self.ranks.counts(b)[0])
        steps = ((found.get((pair[0], b)), found.get((b, pair[1]))) for b in full)
        return any(one and two and (one.strict or two.strict or not found[pair].strict) for one, two in steps)

    def chance_of_order(self, a: str, b: str) -> float:
        """Give the log of the chance that no row breaks the order if the two are independent."""
        both = self.rows.select(a, b).drop_nulls()
        low, high = both[a].to_physical().to_numpy(), both[b].to_physical().to_numpy()
        if not both.height:
            return 0.0
        under = float(np.searchsorted(np.sort(high), low, side="left").mean()) / both.height
        return both.height * float(np.log(max(1.0 - under, 1e-300)))

    def equalities(self) -> Iterator[Equality]:
        """Find pairs of quantities that are equal in more rows than chance, or nearness, makes them."""
        names = [n for n in self._quantities() if self.ranks.n_values(n) > _FEW_VALUES]
        limit = _limit(len(names) ** 2)
        schema = self.rows.schema  # polars builds it anew at every look
        copies: set[str] = set()
        for a, b in combinations(names, 2):
            if b in copies or schema[a] != schema[b]:
                continue
            if self.ranks.equal_share(a, b) < _EQUAL_SHARE / 2:
                continue
            equal = Equality(a, b, min(float((self.rows[a] == self.rows[b]).sum()) / self.n, 1 - 1e-9))
            if equal.share < _EQUAL_SHARE or equal.flag in self.rows.columns:
                continue
            if self._chance_of_equal(equal) < limit and equal.share > 2 * self._nearly_equal(a, b):
                copies.add(b)
                yield equal

    def _chance_of_equal(self, equal: Equality) -> float:
        """Bound the log of the chance that independent columns are equal in so many rows (Chernoff)."""
        p = self.rows[equal.original].drop_nulls().value_counts(normalize=True, name="p")
        q = self.rows[equal.copy].drop_nulls().value_counts(normalize=True, name="q")
        both = p.rename({equal.original: "value"}).join(q.rename({equal.copy: "value"}), on="value")
        chance = max(float((both["p"] * both["q"]).sum()), 1e-12)
        share = equal.share
        if share <= 2 * chance:
            return 0.0
        rest = (1 - share) * np.log((1 - share) / (1 - chance)) if share < 1 else 0.0
        return -self.n * float(share * np.log(share / chance) + rest)

    def _nearly_equal(self, a: str, b: str) -> float:
        """Give the share of rows with the most frequent difference other than none."""
        off = (self.rows[b].to_physical() - self.rows[a].to_physical()).drop_nulls()
        off = off.round(9) if off.dtype.is_float() else off
        counts = off.filter(off != 0).value_counts()["count"]
        return float(counts.max() or 0) / self.n  # pyright: ignore[reportArgumentType] - a number


def _limit(n_tests: int) -> float:
    """Give the log of the chance that each of so many tests may leave."""
    return float(np.log(FALSE_ALARM / max(n_tests, 1)))
