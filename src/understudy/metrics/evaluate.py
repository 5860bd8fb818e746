"""Puts every question that applies to a synthetic table, with the references that give the answers meaning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from time import perf_counter
from typing import Literal, TypeAlias
from warnings import catch_warnings, simplefilter

import numpy as np
import polars as pl
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from understudy.context import Run
from understudy.data.split import draw
from understudy.data.table import Table, row_dtype
from understudy.errors import InputError, NotApplicable, SchemaError, UnknownName, nearest
from understudy.metrics.tabular._boosting import one_thread
from understudy.metrics.tabular._coding import IntArray, is_category, is_number
from understudy.metrics.tabular.fairness._groups import columns_of
from understudy.metrics.wanted import Wanted
from understudy.protocols import Metric, Score

__all__ = ["MAX_ROWS", "Evaluation", "evaluate"]

MAX_ROWS = 1_000_000
"""Rows of each table that are evaluated at most; larger tables are sampled, and a finding says so."""

Role: TypeAlias = Literal["value", "floor", "ceiling"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out.

    Parameters
    ----------
    scores : dict
        The score of each metric that applied, by its name in the catalog.
    skipped : dict
        The reason of each metric that did not.
    seconds : float
        Wall time of the whole.
    metrics : dict
        What was asked, by the names of the scores.
    """

    scores: Mapping[str, Score]
    skipped: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    metrics: Mapping[str, Metric] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Item:
    """One metric in one role: to judge the synthetic table, or one of the two references."""

    name: str
    metric: Metric
    role: Role
    tables: tuple[Table, Table, Table | None]
    run: Run

    def answer(self) -> tuple[Score | str, float]:
        """Give the score, or the reason why there is none, and the seconds it took."""
        start = perf_counter()
        try:
            with one_thread():
                score: Score | str = self.metric(*self.tables, self.run)
        except NotApplicable as reason:
            score = str(reason)
        return score, perf_counter() - start

    def scaled(self, score: Score, rows: int) -> Score:
        """Give what as many as ``rows`` real rows would score, where real rows fall short by chance only.

        Chance falls with the root of the rows: a fifth as many seem to be worse than they are, and next to them
        synthetic rows better.
        """
        if self.role != "ceiling" or self.metric.stand_in != "holdout, scaled":
            return score
        most: int = getattr(self.metric, "max_rows", MAX_ROWS)
        real, stood_in = (min(table.n_rows, most) for table in self.tables[:2])
        factor = sqrt((1 / real + 1 / min(rows, most)) / (1 / real + 1 / stood_in))
        perfect = 1.0 if self.metric.better == "higher" else 0.0
        low, high = (None, None) if score.interval is None else score.interval
        value, low, high = (None if x is None else perfect + factor * (x - perfect) for x in (score.value, low, high))
        return replace(score, value=value, interval=None if low is None else (low, high))


def evaluate(
    real: Table,
    synthetic: Table,
    holdout: Table | None,
    wanted: Wanted,
    run: Run,
) -> Evaluation:
    """Judge a synthetic table.

    Parameters
    ----------
    real : Table
        The rows that the model was fitted on.
    synthetic : Table
        The rows to judge; same columns and types as ``real``.
    holdout : Table or None
        Real rows that the model never saw.
    wanted : Wanted
        What to measure.
    run : Run
        Its executor runs the metrics, its findings receive what was left out.

    Returns
    -------
    Evaluation
        Each score with its floor (the same measure of the real table with every column shuffled on its own) and its
        ceiling (the same measure of real rows in place of the synthetic ones, as if there were as many of them).

    Raises
    ------
    InputError, SchemaError, UnknownName
        If a table is empty, the tables disagree, or there is no such metric or column.
    """
    start = perf_counter()
    _check(real, synthetic, holdout)
    _check_columns(real, wanted)
    real, synthetic = _in_memory(real, "real", run), _in_memory(synthetic, "synthetic", run)
    holdout = None if holdout is None else _in_memory(holdout, "holdout", run)
    _say_what_is_left_out(real, run)
    metrics = wanted.metrics
    items = list(_items((real, synthetic, holdout), run, metrics))
    answers: dict[tuple[str, Role], tuple[Score | str, float]] = {}
    # One thread of linear algebra too: its rounding, and so the scores, would depend on the number of threads. Filters
    # of warnings belong to the process: set here, the metrics' own cannot undo one another on several workers.
    with (
        threadpool_limits(limits=1, user_api="blas"),
        catch_warnings(),
        run.step(len(items), "scores") as step,
    ):
        simplefilter("ignore", ConvergenceWarning)
        for item, (score, took) in zip(items, run.executor.map(_Item.answer, items), strict=True):
            fair = item.scaled(score, synthetic.n_rows) if isinstance(score, Score) else score
            answers[item.name, item.role] = fair, took
            step.advance()
    scores: dict[str, Score] = {}
    skipped: dict[str, str] = {}
    for name in dict.fromkeys(item.name for item in items):
        score = answers[name, "value"][0]
        if isinstance(score, str):
            skipped[name] = score
        else:
            scores[name] = _with_references(name, score, answers, run)
    return Evaluation(scores, skipped, perf_counter() - start, metrics)


def _with_references(
    name: str, score: Score, answers: Mapping[tuple[str, Role], tuple[Score | str, float]], run: Run
) -> Score:
    references: dict[Role, Score] = {}
    roles: tuple[Role, ...] = ("floor", "ceiling") if score.ceiling is None else ("floor",)
    for role in roles:
        answer = answers.get((name, role), (None, 0.0))[0]
        if isinstance(answer, Score):
            references[role] = answer
        else:
            reason = answer or "There is no holdout."
            run.child(name).find("metrics.no_reference", f"The score {name!r} has no {role}. {reason}")
    floor, ceiling = references.get("floor"), references.get("ceiling")
    return replace(
        score,
        floor=floor and floor.value,
        ceiling=score.ceiling if ceiling is None else ceiling.value,
        ceiling_interval=score.ceiling_interval if ceiling is None else ceiling.interval,
        seconds=sum(took for (metric, _), (_, took) in answers.items() if metric == name),
    )


def _items(tables: tuple[Table, Table, Table | None], run: Run, metrics: Mapping[str, Metric]) -> Iterator[_Item]:
    real, synthetic, holdout = tables
    shuffled = _shuffled(real, run.child("floor"))
    halves = None if holdout is None else _halves(holdout, run.child("ceiling"))
    for name, metric in metrics.items():
        # One run for all roles: they draw the same samples of the real rows, so chance differs between them less.
        place = run.child(name)
        yield _Item(name, metric, "value", (real, synthetic, holdout), place)
        yield _Item(name, metric, "floor", (real, shuffled, holdout), place)
        if metric.stand_in == "none":
            continue
        if metric.stand_in == "real":
            # As many as there are synthetic ones: fewer rows teach less, whoever made them.
            alike = draw(real, synthetic.n_rows, place.child("alike").rng)
            yield _Item(name, metric, "ceiling", (real, alike, holdout), place)
        elif halves is not None and holdout is not None:
            # Where the holdout is the yardstick, one half of it plays the synthetic rows and the other half the
            # holdout.
            stand_in, rest = halves if "holdout" in metric.needs else (holdout, holdout)
            yield _Item(name, metric, "ceiling", (real, stand_in, rest), place)


def _check_columns(real: Table, wanted: Wanted) -> None:
    """Refuse columns that the tables do not have."""
    columns = real.schema.columns
    if wanted.target is not None and wanted.target not in columns:
        msg = f"The tables have no column {wanted.target!r} to predict.{nearest(wanted.target, columns)}"
        raise UnknownName(msg)
    protected = (part for name in wanted.protected for part in columns_of(name, columns))
    for name in (*protected, *(wanted.representation or {})):
        if name not in columns:
            msg = f"The tables have no column {name!r} to compare groups by.{nearest(name, columns)}"
            raise UnknownName(msg)


def _check(real: Table, synthetic: Table, holdout: Table | None) -> None:
    want = {name: row_dtype(column) for name, column in real.schema.columns.items()}
    for what, table in (("real", real), ("synthetic", synthetic), ("holdout", holdout)):
        if table is None:
            continue
        if not table.n_rows:
            msg = f"The {what} table has no rows. Give at least one."
            raise InputError(msg)
        have = {name: row_dtype(column) for name, column in table.schema.columns.items()}
        if list(have) != list(want):
            msg = f"The real table has the columns {list(want)} but the {what} table has {list(have)}."
            raise SchemaError(msg)
        for name in (name for name in want if have[name] != want[name]):
            msg = (
                f"Column {name!r} is {want[name]} in the real table but {have[name]} in the {what} table. "
                "Read both with one schema."
            )
            raise SchemaError(msg)


def _in_memory(table: Table, what: str, run: Run) -> Table:
    n = table.n_rows
    if n <= MAX_ROWS:
        return Table((table.rows,), table.schema, table.unfit)
    run.find(
        "metrics.sampled", f"The {what} table has {n:,} rows; {MAX_ROWS:,} of them, drawn at random, are evaluated."
    )
    kept: list[pl.DataFrame] = []
    places: list[IntArray] = []
    start = 0
    for i, frame in enumerate(table.frames()):
        most = max(1, int(frame.height * MAX_ROWS / n))
        rows = np.sort(run.child("sample", what, i).rng.choice(frame.height, most, replace=False))
        kept.append(frame[rows])
        places.append(start + rows)
        start += frame.height
    unfit = None if table.unfit is None else table.unfit[np.concatenate(places)]
    return Table((pl.concat(kept),), table.schema, unfit)


def _say_what_is_left_out(real: Table, run: Run) -> None:
    left = [name for name, column in real.schema.columns.items() if not (is_number(column) or is_category(column))]
    if left:
        run.find(
            "metrics.left_out",
            f"Identifiers and free text carry no statistics and enter no comparison: {', '.join(map(repr, left))}.",
        )


def _shuffled(table: Table, run: Run) -> Table:
    rows = table.rows
    # As a dict: a list of series would rename a column without a name.
    columns = {name: rows[name].gather(run.child(name).rng.permutation(rows.height)) for name in rows.columns}
    return Table.of(pl.DataFrame(columns), table.schema)


def _halves(table: Table, run: Run) -> tuple[Table, Table] | None:
    rows = table.rows
    if rows.height < 2:  # noqa: PLR2004
        return None
    order = run.rng.permutation(rows.height)
    middle = rows.height // 2
    return Table.of(rows[order[:middle]], table.schema), Table.of(rows[order[middle:]], table.schema)
