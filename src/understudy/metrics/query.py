"""A user's own question in SQL, put to the real and to the synthetic rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias

import numpy as np
import polars as pl
from polars.exceptions import PolarsError
from pydantic import StringConstraints, field_validator

from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import InputError, NotApplicable, listed
from understudy.metrics.tabular._coding import capped
from understudy.metrics.tabular._intervals import jackknifed
from understudy.protocols import Better, Score, StandIn
from understudy.schema.column import Boolean
from understudy.schema.spec import Spec
from understudy.schema.table import TableSchema

__all__ = ["Query"]

Answer: TypeAlias = dict[tuple[Any, ...], tuple[float | None, ...]]
"""The measures of each group, by what names the group."""

_MOST_ROWS = 200_000
_MOST_GROUPS = 1_000
_TRIED = 1_000  # rows that show whether a query can be answered
_FEWEST_SHOWN = 5  # real rows that hold a group which is named
_DIGITS = 3  # of an answer that are shown
_FILES = re.compile(r"\bread_\w+\s*\(", re.IGNORECASE)
_GROUP_BY = re.compile(r"\bgroup\s+by\s+(.+?)(?:\bhaving\b|\border\s+by\b|\blimit\b|[);]|$)", re.IGNORECASE | re.DOTALL)
_TRUTH = {"true", "false"}


class Query(Spec):
    """Mean relative error of the synthetic rows' answer to a question of the user's own, in [0, 1].

    The question is a ``SELECT`` on the table ``data``. It is put to as many real as synthetic rows, so that counts can
    be compared. Columns of the answer that are text or truth values, or that ``GROUP BY`` names, tell its groups; all
    other numbers are measures. The error of a measure is ``|s - r| / max(|s|, |r|)``, at most 1, and 1 for a group that
    only one of the tables has. Answers of several rows that no column tells apart are compared in the order of their
    values.

    ``details`` has one row for each group and measure, with both answers to three digits: a question about few rows
    tells about few people. A group is named where it is a value of a column that five real rows hold. The interval
    leaves a tenth of the rows of either table out, ten times each.
    """

    better: ClassVar[Better] = "lower"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout, scaled"
    thorough: ClassVar[bool] = False
    question: ClassVar[str] = "utility"

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """What the score is called."""
    sql: str
    """The question, such as `select fraud, avg(amount) from data group by fraud`."""

    @field_validator("sql")
    @classmethod
    def _only_asks(cls, sql: str) -> str:
        if not re.match(r"\s*(select|with)\b", sql, re.IGNORECASE):
            msg = "a query begins with select, as in 'select avg(amount) from data'"
            raise ValueError(msg)
        if _FILES.search(sql):
            msg = "a query asks the table data only, and reads no files"
            raise ValueError(msg)
        return sql

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.name

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Ask both tables; ``details`` has one row for each group and measure.

        Raises
        ------
        InputError
            If the query cannot be answered: it names no column, or is no SQL.
        NotApplicable
            If the answer has no number, or is about single rows.
        """
        n = min(real.n_rows, synthetic.n_rows, _MOST_ROWS)
        a, b = (
            _for_sql(capped(table, n, run.child(what)), real.schema)
            for table, what in ((real, "real"), (synthetic, "synthetic"))
        )
        first, names = self._ask(a)
        second, _ = self._ask(b)
        self._check(first, a, run)

        def without(kept: np.ndarray, kept_too: np.ndarray) -> float:
            mine = first if kept.all() else self._ask(a.filter(kept))[0]
            others = second if kept_too.all() else self._ask(b.filter(kept_too))[0]
            return _error(mine, others)

        value = _error(first, second)
        interval = jackknifed(value, without, (a.height, b.height), run)
        details = pl.DataFrame([*_rows(first, second, names, _shown(a, names))], schema=_DETAILS)
        return Score(value, interval=interval, details=details)

    def check(self, table: Table) -> None:
        """Put the question to some rows of a table, to see that it can be answered.

        Raises
        ------
        InputError
            As when it is asked.
        """
        self._ask(_for_sql(table.rows.head(_TRIED), table.schema))

    def _ask(self, rows: pl.DataFrame) -> tuple[Answer, "_Names"]:
        try:
            found = pl.SQLContext({"data": rows}, eager=True).execute(self.sql)
        except PolarsError as error:
            why = str(error).partition("\n")[0].partition(";")[0].rstrip(".")
            msg = f"The query {self.name!r} cannot be answered: {why}. The columns of data are {listed(rows.columns)}."
            raise InputError(msg) from None
        names = _Names.of(found, self.sql)
        if found.height > _MOST_GROUPS:
            msg = (
                f"The query {self.name!r} gives {found.height:,} rows, but a question has at most {_MOST_GROUPS:,} "
                "answers. Ask for sums, means or counts."
            )
            raise InputError(msg)
        measures = [found[name].cast(pl.Float64).to_list() for name in names.measures]
        told = found.select(names.keys).rows()
        values = [tuple(_known(column[i]) for column in measures) for i in range(found.height)]
        if not names.keys:
            values.sort(key=lambda row: [(x is None, x or 0.0) for x in row])
            told = [(i,) for i in range(len(values))]
        answer = dict(zip(told, values, strict=True))
        if len(answer) < len(values):
            msg = (
                f"The query {self.name!r} gives several rows for one group ({', '.join(names.keys)}). Name all columns "
                "that it groups by in its select."
            )
            raise InputError(msg)
        return answer, names

    def _check(self, answer: Answer, rows: pl.DataFrame, run: Run) -> None:
        """Refuse answers that compare nothing, or that show rows instead of summing them up."""
        if not any(answer.values()):
            msg = f"The query {self.name!r} gives no number to compare."
            raise NotApplicable(msg)
        mixed = rows[run.child("order").rng.permutation(rows.height)]
        if _error(answer, self._ask(mixed)[0]) > 1e-6:  # noqa: PLR2004 - rounding of sums in another order
            msg = (
                f"The query {self.name!r} depends on the order of the rows, so it is about single ones. Ask for sums, "
                "means or counts."
            )
            raise NotApplicable(msg)


def _rows(first: Answer, second: Answer, names: "_Names", shown: set[object]) -> Iterator[Mapping[str, object]]:
    """Give a row for each group and measure; a group is named only where it is one of ``shown``."""
    absent = (None,) * len(names.measures)
    column = names.keys[0] if shown else None
    for key in _keys(first, second):
        mine, others = first.get(key, absent), second.get(key, absent)
        for measure, r, s in zip(names.measures, mine, others, strict=True):
            yield {
                "measure": measure,
                "column": column,
                "group": str(key[0]) if key[0] in shown else None,
                "real": _rounded(r),
                "synthetic": _rounded(s),
                "error": _apart(r, s),
            }


def _shown(rows: pl.DataFrame, names: "_Names") -> set[object]:
    """Give the levels that the report may name: those of a single column that enough rows hold."""
    if len(names.keys) != 1 or names.keys[0] not in rows.columns:
        return set()
    counts = rows[names.keys[0]].drop_nulls().alias("level").value_counts(name="n")
    return set(counts.filter(pl.col("n") >= _FEWEST_SHOWN)["level"].to_list())


_DETAILS = {
    **dict.fromkeys(("measure", "column", "group"), pl.String),
    **dict.fromkeys(("real", "synthetic", "error"), pl.Float64),
}


@dataclass(frozen=True, slots=True)
class _Names:
    """Which columns of an answer tell its groups, and which are measures."""

    keys: list[str]
    measures: list[str]

    @classmethod
    def of(cls, found: pl.DataFrame, sql: str) -> "_Names":
        clauses = _GROUP_BY.findall(sql)
        named = {part.strip().strip('"`').rpartition(".")[2] for part in clauses[-1].split(",")} if clauses else set()
        places = {name for i, name in enumerate(found.columns, 1) if str(i) in named}
        keys = [name for name, dtype in found.schema.items() if not dtype.is_numeric() or name in named | places]
        return cls(keys, [name for name in found.columns if name not in keys])


def _for_sql(rows: pl.DataFrame, schema: TableSchema) -> pl.DataFrame:
    """Give truth values as the source spells them, so that conditions can be written as the user knows them."""
    spelled: list[pl.Expr] = []
    for name, column in schema.columns.items():
        if isinstance(column, Boolean) and {column.true.lower(), column.false.lower()} != _TRUTH:
            words = pl.when(pl.col(name)).then(pl.lit(column.true)).when(~pl.col(name)).then(pl.lit(column.false))
            numeric = all(re.fullmatch(r"-?\d{1,15}", word) for word in (column.true, column.false))
            spelled.append((words.cast(pl.Int64) if numeric else words).alias(name))
    return rows.with_columns(spelled)


def _keys(first: Answer, second: Answer) -> list[tuple[Any, ...]]:
    """Give the groups of both answers in order; what stands at one place of a key is of one type, or None."""
    return sorted({**first, **second}, key=lambda key: [(x is None, 0 if x is None else x) for x in key])


def _error(first: Answer, second: Answer) -> float:
    errors = [_apart(r, s) for key in _keys(first, second) for r, s in _paired(first.get(key), second.get(key))]
    return round(float(np.mean(errors)), 9) if errors else 0.0


def _paired(
    mine: tuple[float | None, ...] | None, others: tuple[float | None, ...] | None
) -> Iterator[tuple[float | None, float | None]]:
    """Give the measures of a group in both tables; of one that only one of them has, nothing fits."""
    if mine is None or others is None:
        return iter([(1.0, None)] * len(mine or others or ()))
    return zip(mine, others, strict=True)


def _apart(r: float | None, s: float | None) -> float:
    if r is None or s is None:
        return 0.0 if r is s else 1.0
    most = max(abs(r), abs(s))
    return min(1.0, abs(r / most - s / most)) if most else 0.0


def _known(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")
