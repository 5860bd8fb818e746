"""All attacks on membership, on one game."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from understudy.attacks.curve import Curve
from understudy.attacks.distances import nearest_k
from understudy.attacks.game import Game
from understudy.attacks.membership.classifier import logan
from understudy.attacks.membership.density_ratio import density_ratio, kernel_ratio
from understudy.attacks.membership.ensemble import ensemble
from understudy.attacks.membership.likelihood_gain import likelihood_gain
from understudy.attacks.membership.local_density import local_density
from understudy.attacks.membership.nearest import nearest, nearest_calibrated
from understudy.attacks.membership.structure import structure
from understudy.metrics.tabular._coding import FloatArray

__all__ = ["ATTACKS", "Attacked", "attack", "subgroups"]

ATTACKS: Mapping[str, Callable[[Game], FloatArray]] = {
    "nearest": nearest,
    "nearest_calibrated": nearest_calibrated,
    "local_density": local_density,
    "density_ratio": density_ratio,
    "kernel_ratio": kernel_ratio,
    "likelihood_gain": likelihood_gain,
    "logan": logan,
    "structure": structure,
}
"""Attacks that need nothing but the synthetic rows and a reference."""

_FEWEST_TOGETHER = 200  # members from which on the ensemble has something to learn from
_FEWEST_IN_GROUP = 40
_ISOLATED = 0.05
_RARE = 0.01


@dataclass(frozen=True, slots=True)
class Attacked:
    """What the attacks achieved.

    Parameters
    ----------
    curves : dict of str to Curve
        By attack, in the order in which they are listed.
    guesses : dict of str to array
        High for members; NaN where none was made.
    """

    curves: dict[str, Curve]
    guesses: dict[str, FloatArray]

    @property
    def worst(self) -> str:
        """The attack of the greatest area."""
        return max(self.curves, key=lambda name: self.curves[name].auc)


def attack(game: Game, more: Mapping[str, FloatArray] | None = None) -> Attacked:
    """Run all attacks; ``more`` guesses stand beside theirs, and one is made of all of them together."""
    guesses = {name: play(game) for name, play in ATTACKS.items()} | dict(more or {})
    if game.n >= _FEWEST_TOGETHER:
        # Attacks on some targets only say nothing of the others.
        guesses["ensemble"] = ensemble(game, [guess for guess in guesses.values() if not np.isnan(guess).any()])
    return Attacked({name: Curve.of(guess, game.n) for name, guess in guesses.items()}, guesses)


def subgroups(game: Game, attacked: Attacked) -> dict[str, dict[str, Curve]]:
    """Measure every attack among isolated records, and among those with a rare category; small groups are left out.

    Isolated are the 5 % of the targets that are farthest from their fifth neighbour in the reference; a category is
    rare if fewer than 1 % of the reference have it. Both look at members and others alike.

    References
    ----------
    Meeus, Guépin, Cretu, de Montjoye, *Achilles' heels: vulnerable record identification in synthetic data publishing*
    (2023).
    """
    out: dict[str, dict[str, Curve]] = {}
    for name, chosen in (("isolated records", _isolated(game)), ("rare categories", _rare(game))):
        members = int(chosen[: game.n].sum())
        if min(members, int(chosen.sum()) - members) >= _FEWEST_IN_GROUP and not chosen.all():
            made = {attack: guess[chosen] for attack, guess in attacked.guesses.items()}
            made = {attack: guess for attack, guess in made.items() if not np.isnan(guess).any()}
            out[name] = {attack: Curve.of(guess, members) for attack, guess in made.items()}
    return out


def _isolated(game: Game) -> npt.NDArray[np.bool_]:
    k = min(5, game.known.n_rows)
    apart = nearest_k(game.attacked, game.known, k)[0][:, -1]
    return apart > np.quantile(apart, 1 - _ISOLATED)


def _rare(game: Game) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(2 * game.n, dtype=bool)
    coding = game.space.coding
    for name, levels in coding.levels.items():
        if levels is None or not len(levels):
            continue
        held = coding.codes(game.roles.reference, name)
        share = np.bincount(held[held >= 0], minlength=len(levels)) / max(len(held), 1)
        codes = coding.codes(game.targets, name)
        chosen |= (codes >= 0) & (share[np.maximum(codes, 0)] < _RARE)
    return chosen
