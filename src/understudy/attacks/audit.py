"""Attacks a synthetic table, attacks two controls alike, and says what was found and what could have been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from understudy.attacks.attribute import guess_secret
from understudy.attacks.canaries import plant
from understudy.attacks.curve import Curve
from understudy.attacks.game import Game, deal
from understudy.attacks.identical import identical
from understudy.attacks.ladder import climb, copied
from understudy.attacks.limits import LEVELS, Effort, Level, Limits
from understudy.attacks.lines import (
    TITLES,
    Line,
    of_attacks,
    of_canaries,
    of_copies,
    of_guesses,
    of_ladder,
    of_links,
    of_model,
    of_nearness,
    of_singles,
)
from understudy.attacks.linkability import link
from understudy.attacks.membership.likelihood import Likelihood, gap_of, model_likelihood
from understudy.attacks.membership.queries import query_answers
from understudy.attacks.membership.shadow import Refit, fit_shadows, shadow_ratios
from understudy.attacks.nearness import look_around
from understudy.attacks.singling_out import single_out
from understudy.attacks.suite import Attacked, attack, subgroups
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import UnknownName
from understudy.metrics.tabular._boosting import one_thread

__all__ = ["Audit", "Control", "Holds", "Outcome", "audit"]

Outcome: TypeAlias = Literal["passed", "failed", "underpowered"]

_RESAMPLED = 0.2
_PLANTED = 0.01
_SURE = 1e-3  # of the copies that are planted


@dataclass(frozen=True, slots=True)
class Control:
    """What the attacks find where it is known what there is to find.

    Parameters
    ----------
    name, title : str
        Name for machines; for people.
    seen : bool
        Whether they found it, or, where nothing leaks, found nothing.
    text : str
        One sentence.
    auc, caught : float or None
        What the best attack on membership reached: area, and members caught at 10 % false alarms.
    p : float or None
        Chance of the copies that were found, had none been planted.
    """

    name: str
    title: str
    seen: bool
    text: str
    auc: float | None = None
    caught: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    level : {"fast", "standard", "thorough"}
        How much was looked at.
    verdict : {"passed", "failed", "underpowered"}
        Failed: a leak beyond its limit. Underpowered: none was found, but the attacks would have missed one.
    reason : str
        A sentence or two.
    lines : tuple of Line
        Findings.
    controls : tuple of Control
        What the attacks find where it is known what there is to find.
    skipped : dict of str to str
        What could not be attacked, and why.
    rows : dict of str to int
        Training, unseen and synthetic rows, and those that were attacked.
    seconds : float
        Wall time.
    """

    level: Level
    verdict: Outcome
    reason: str
    lines: tuple[Line, ...]
    controls: tuple[Control, ...]
    skipped: Mapping[str, str]
    rows: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Holds:
    """What an attacker has besides the synthetic rows and a reference.

    Parameters
    ----------
    refit : callable, optional
        Fits the same kind of model on other rows: for shadow models and planted rows.
    likelihood : callable, optional
        Gives the log-likelihood of rows under the model itself.
    """

    refit: Refit | None = None
    likelihood: Likelihood | None = None


@dataclass(slots=True)
class _Found:
    lines: list[Line] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def audit(
    real: Table,
    synthetic: Table,
    holdout: Table,
    level: Level,
    run: Run,
    secrets: Sequence[str] = (),
    holds: Holds | None = None,
    limits: Limits | None = None,
) -> Audit:
    """Attack a synthetic table in every way that ``level`` asks for.

    Parameters
    ----------
    real : Table
        Rows that the model was fitted on.
    synthetic : Table
        Rows that it made; same columns and types.
    holdout : Table
        Rows of the same population that it never saw.
    level : {"fast", "standard", "thorough"}
        How much to look at; see :data:`LEVELS`.
    run : Run
        Its executor attacks the table and the controls side by side.
    secrets : sequence of str
        Columns that are guessed; where none is named, those of most entropy, as many as the level says.
    holds : Holds, optional
        What the attacker has besides the rows.
    limits : Limits, optional
        From where on a leak is one.

    Returns
    -------
    Audit
        No leak found proves no privacy: better attacks exist. A leak found proves a leak.

    Raises
    ------
    UnknownName, NotApplicable
        If a secret is no column that could be guessed; if there are too few rows to attack any.
    """
    start = perf_counter()
    limits, effort, found, holds = limits or Limits(), LEVELS[level], _Found(), holds or Holds()
    roles = deal(real, holdout, effort.targets, effort.rows, run)
    game = Game.of(real, roles, synthetic, effort.rows, run)
    chosen = _secrets(game, secrets, effort.secrets)
    if not roles.unique:
        run.find(
            "audit.recurring",
            "Most rows occur more than once among the real ones, so that nobody can tell members by them; they were "
            "attacked all the same, which finds less.",
        )
    with threadpool_limits(limits=1, user_api="blas"), one_thread():
        _attack_membership(game, effort, limits, found, holds)
        _look_for_copies(game, (real, holdout, synthetic), effort, found)
        found.lines += of_nearness(look_around(game, real, holdout, effort.column_groups), limits)
        if chosen:
            guesses = [guess for name in chosen for guess in guess_secret(game, name)]
            found.lines += of_guesses(guesses, limits)
        else:
            found.skipped["attribute"] = "No column was named whose values an attacker should not learn."
        _single_and_link(game, effort, limits, found)
        _plant(game, effort, holds.refit, found)
    verdict, reason = _verdict(found, limits)
    rows = {
        "training": real.n_rows,
        "unseen": holdout.n_rows,
        "synthetic": synthetic.n_rows,
        "attacked": game.n,
        "reference": roles.reference.height,
    }
    return Audit(
        level, verdict, reason, tuple(found.lines), tuple(found.controls), found.skipped, rows, perf_counter() - start
    )


def _attack_membership(game: Game, effort: Effort, limits: Limits, found: _Found, holds: Holds) -> None:
    # As many rows as of the synthetic table at most: what sampling hides from attacks is hidden in the control, too.
    n = min(effort.rows, game.real.n_rows)
    positive = copied(game.real.rows, _RESAMPLED, n, game.run.child("resampled"))
    games = [game, game.on(positive, "positive"), game.on(game.roles.spare.head(effort.rows), "null")]
    more: dict[str, np.ndarray] = {}
    if effort.shadows and holds.refit is not None:
        shadows = fit_shadows(game, holds.refit, effort.shadows)
        more["shadow_ratios"] = shadow_ratios(game, shadows)
        more["query_answers"] = query_answers(game, shadows)
    elif effort.shadows:
        why = "Shadow models need the name of a synthesizer that can be fitted anew."
        found.skipped |= dict.fromkeys(("shadow_ratios", "query_answers"), why)

    def play(at: int) -> Attacked:
        with one_thread():
            return attack(games[at], more if at == 0 else None)

    attacked, on_copies, on_null = game.run.executor.map(play, range(3))
    groups = subgroups(game, attacked) if effort.subgroups else {}
    found.lines += of_attacks(attacked, groups, limits)
    found.controls += [_positive(on_copies, limits), _null(on_null, limits)]
    if holds.likelihood is None:
        found.skipped["likelihood"] = "No model was given that tells how likely it makes a row."
        return
    own = holds.likelihood(Table.of(game.targets, game.real.schema))
    guess = model_likelihood(game, own)
    on_model = Attacked({"likelihood": Curve.of(guess, game.n)}, {"likelihood": guess})
    groups = subgroups(game, on_model) if effort.subgroups else {}
    found.lines += of_model(on_model, groups, gap_of(own, game.n), limits)


def _positive(attacked: Attacked, limits: Limits) -> Control:
    lines = of_attacks(attacked, {}, limits)
    best = attacked.curves[attacked.worst]
    seen = any(line.leak for line in lines)
    text = (
        f"Training rows with a fifth of their cells drawn anew, in the place of the synthetic rows: the best attack "
        f"({TITLES[attacked.worst].lower()}) reaches {best.auc:.3f} and catches {best.caught[2]:.0%} of training rows "
        f"at 10 % false alarms{'' if seen else ', which is too little to be sure of'}."
    )
    return Control("resampled", "A table that leaks", seen, text, best.auc, best.caught[2])


def _null(attacked: Attacked, limits: Limits) -> Control:
    lines = of_attacks(attacked, {}, limits)
    best = attacked.curves[attacked.worst]
    alarm = any(line.p is not None and line.p < 0.05 for line in lines)  # noqa: PLR2004 - as for any finding
    text = (
        "Other real rows in the place of the synthetic rows, which leak nothing: the best attack reaches "
        f"{best.auc:.3f}"
        f"{', which chance alone would hardly give: take the findings with care' if alarm else ', as by guessing'}."
    )
    return Control("null", "A table that does not leak", not alarm, text, best.auc, best.caught[2])


def _look_for_copies(game: Game, tables: tuple[Table, Table, Table], effort: Effort, found: _Found) -> None:
    real, holdout, synthetic = tables
    place = game.run.child("copies")
    found.lines.append(of_copies(identical(real, holdout, synthetic.rows, place)))
    found.lines.append(of_ladder(climb(real, holdout, game.synthetic, effort.ladder_rows, game.run.child("ladder"))))
    n = max(1, int(_PLANTED * synthetic.n_rows))
    planted = real.rows[np.sort(place.child("planted").rng.integers(real.n_rows, size=n))]
    control = identical(real, holdout, pl.concat([synthetic.rows, planted]), place)
    seen = control.p < _SURE
    text = (
        f"The synthetic rows with {n:,} training rows among them: {control.matched:,} distinct rows equal a training "
        f"row only, {control.matched_unseen:,} an unseen one only"
        f"{'' if seen else ', which is too little to be sure of'}."
    )
    found.controls.append(Control("copies", "One copy in a hundred rows", seen, text, p=control.p))


def _single_and_link(game: Game, effort: Effort, limits: Limits, found: _Found) -> None:
    if not effort.descriptions:
        found.skipped |= dict.fromkeys(("singling out", "linkability"), "Not at this level.")
        return
    singled = single_out(game, effort.descriptions)
    found.lines += of_singles(singled, limits)
    if not singled:
        found.skipped["singling out"] = "No description fits one synthetic row alone."
    linked = link(game)
    if linked is None:
        found.skipped["linkability"] = "The table has a single column to compare."
    else:
        found.lines.append(of_links(linked, limits))


def _plant(game: Game, effort: Effort, refit: Refit | None, found: _Found) -> None:
    if effort.canaries and refit is not None:
        found.lines.append(of_canaries(plant(game, refit, effort.canaries)))
    elif effort.canaries:
        found.skipped["canaries"] = "Planted rows need the name of a synthesizer that can be fitted anew."


def _secrets(game: Game, named: Sequence[str], most: int) -> list[str]:
    known = game.space.coding.names
    for name in named:
        if name not in known:
            raise UnknownName.among("columns with values to guess", name, known)
    if named or len(known) < 2:  # noqa: PLR2004 - one to guess, one to guess from
        return list(named) if len(known) > 1 else []
    cells = game.cells
    shares = [np.bincount(cells.reference[:, c]) / len(cells.reference) for c in range(cells.n_columns)]
    entropy = [float(-(p[p > 0] * np.log(p[p > 0])).sum()) for p in shares]
    order = np.argsort(-np.array(entropy), kind="stable")
    return [known[c] for c in order[:most]]


def _verdict(found: _Found, limits: Limits) -> tuple[Outcome, str]:
    leaks = [line for line in found.lines if line.leak]
    # On all that were attacked, not on a group of them.
    attacks = [line for line in found.lines if line.question == "membership" and line.name in TITLES]
    best = max(attacks, key=lambda line: (line.interval or (line.value,))[0])  # an area of few records is high by luck
    low, high = best.interval or (best.value, best.value)
    said = (
        f"Best attack on membership: {best.title.lower()}, {best.value:.3f} (interval {low:.3f} to {high:.3f}, all "
        f"comparisons counted) on {best.n:,} training and as many unseen rows; 0.5 is guessing."
    )
    if leaks:
        named = "; ".join(f"{line.title} ({line.question})" for line in leaks[:3])
        more = f", and {len(leaks) - 3} more" if len(leaks) > 3 else ""  # noqa: PLR2004 - as many as are named
        model = " Who holds the rows alone has no use of what the model leaks." if _model_alone(leaks) else ""
        return "failed", f"{len(leaks)} leak{'s' * (len(leaks) != 1)} found: {named}{more}.{model} {said}"
    blind = [control for control in found.controls if not control.seen and control.name != "null"]
    if blind:
        return "underpowered", f"No leak was found, but leaks that were planted were not found either. {said}"
    sure = "" if best.p is None or best.p >= 0.05 else f" It is measurable, but below the limit of {limits.auc:g}."  # noqa: PLR2004
    return "passed", f"No leak was found; leaks that were planted were. {said}{sure} A bound from below, not a proof."


def _model_alone(leaks: Sequence[Line]) -> bool:
    return all(line.question == "model" for line in leaks)
