"""From training rows to a fitted generator, within the limits of the recipe."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

from understudy import catalog
from understudy.context import Run
from understudy.data.split import draw
from understudy.data.table import Table
from understudy.errors import InputError
from understudy.pipeline import document
from understudy.pipeline.pace import Pace, rehearsing
from understudy.pipeline.race import Race, race
from understudy.pipeline.recipe import Choice, Fit
from understudy.protocols import Generator, Synthesizer
from understudy.schema.spec import Spec

__all__ = ["Fitted", "choice_of", "fit", "synthesizer_of"]

_REHEARSAL_ROWS = 1_000
_FEWEST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Fitted:
    """A generator, and what it came from.

    Parameters
    ----------
    generator : Generator
        What was fitted.
    synthesizer : str
        Name of what fitted it.
    rows : int
        Rows that it was fitted on.
    race : Race or None
        How it was chosen.
    """

    generator: Generator
    synthesizer: str
    rows: int
    race: Race | None = None


def fit(training: Table, choice: Choice, limits: Fit, target: str | None, run: Run) -> Fitted:
    """Fit what is chosen, or what wins the race where that is ``auto``.

    Raises
    ------
    UnknownName, InputError
        If there is no such synthesizer, or it has no such option.
    """
    start = perf_counter()
    all_rows = training
    training = _drawn(all_rows, limits.rows or all_rows.n_rows, run)
    won = None
    if choice.name == "auto":
        won = race(training, target, limits.time_budget, run.child("fit", "race"))
        choice = Choice(name=won.chosen)
    synthesizer = synthesizer_of(choice, target)
    if limits.time_budget is not None:
        left = limits.time_budget - (perf_counter() - start)
        # Drawn from all rows: a recipe that asks for this number gets the same ones.
        training = _drawn(all_rows, _affordable(training, synthesizer, max(0.0, left), run), run)
    # The same place whether it was named or won: `auto` gives the rows that naming the winner gives.
    generator = synthesizer.fit(training, run.child("fit"))
    return Fitted(generator, choice.name, training.n_rows, won)


def synthesizer_of(choice: Choice, target: str | None) -> Synthesizer:
    """Make the synthesizer that is chosen; one that wants to know the target is told.

    Raises
    ------
    UnknownName, MissingExtra, InputError
        If there is no such synthesizer, it needs what is not installed, or it has no such option.
    """
    kind = catalog.load("synthesizers", choice.name)
    options: dict[str, Any] = choice.options
    if target is not None and "target" in kind.model_fields:
        options = {"target": target} | options
    return document.check(kind, options, f"The options of synthesizer {choice.name!r}")


def choice_of(synthesizer: "str | Spec", options: dict[str, Any]) -> Choice:
    """Give the choice that names ``synthesizer``, which may be a Spec of the catalog."""
    if isinstance(synthesizer, str):
        return document.check(Choice, {"name": synthesizer, **options}, "The options of the synthesizer")
    if not isinstance(synthesizer, Spec):  # pyright: ignore[reportUnnecessaryIsInstance] - users may not check types
        msg = f"synthesizer = {synthesizer!r} is neither a name, such as 'forest', nor a Spec, such as Forest()."
        raise InputError(msg)
    names = {entry.target: name for name, entry in catalog.entries("synthesizers").items()}
    name = names.get(type(synthesizer).__module__, type(synthesizer).__name__)
    return Choice(name=name, **(synthesizer.model_dump(mode="json") | options))


def _drawn(training: Table, n: int, run: Run) -> Table:
    return draw(training, n, run.child("rows").rng)


def _affordable(training: Table, synthesizer: Synthesizer, left_s: float, run: Run) -> int:
    """Give the number of rows that ``left_s`` seconds allow, judged by a fit on few of them."""
    n = training.n_rows
    if n <= _REHEARSAL_ROWS:
        return n
    start = perf_counter()
    place = rehearsing(run.child("rehearsal"))
    pace = Pace.of(synthesizer, draw(training, _REHEARSAL_ROWS, place.rng), place)
    left_s -= perf_counter() - start
    if pace.expected(n) <= left_s:
        return n
    rows = max(_FEWEST_ROWS, min(n, int(pace.affordable(left_s))))
    run.find(
        "fit.budget",
        f"The time budget allows {rows:,} of {n:,} training rows, so the model was fitted on these. "
        "Give more time with --time-budget.",
        "degraded",
    )
    return rows
