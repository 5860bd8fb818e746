"""How a score stands between its references, and how sure that is."""

from math import hypot
from typing import Literal, TypeAlias

from understudy.protocols import Better, Score

__all__ = ["Remark", "Standing", "judge"]

Standing: TypeAlias = Literal["good", "fair", "weak", "open"]
"""How a score stands between its references; "open" where it has none, or too few rows to tell."""

Remark: TypeAlias = Literal["", "short", "unsure"]
"""What has to be said besides: measurably short of unseen real rows, however close; or too few rows to be sure."""

_GOOD_WAY, _FAIR_WAY = 0.9, 0.6
_GOOD_GAP, _FAIR_GAP = 0.02, 0.05
_HALF = 0.5
_LEAST_UNIT = 0.1


def judge(better: Better, score: Score) -> tuple[Standing, Remark]:
    """Judge a score by its references.

    A score is good from nine tenths of the way from independent columns to unseen real rows, fair from six tenths.
    Where the two references are not apart by more than chance, or independent columns are the better ones (as for
    leaks), nearness to unseen real rows decides: good if the gap is at most 2 % of their score (where lower is better
    4 %, or 0.002) or within chance, fair up to 5 % (10 %, or 0.005). A share that should be one half is judged by how
    far it is above one half, where memory shows: good up to 0.02, fair up to 0.05.

    It is open where one end of its interval would be good and the other one weak (but a table without a single copy
    has none, however short it is): unsure, unless it is short. It is short where the gap to unseen real rows is wider
    than chance explains, the chance of both counted (Newcombe's interval of a difference).
    """
    if better != "half" and score.ceiling is None:
        return "open", ""
    standing = _at(better, score, score.value, within_chance=not _short(better, score))
    if score.interval is not None and (score.value or better != "lower"):
        ends = {_at(better, score, end, within_chance=False) for end in score.interval}
        if {"good", "weak"} <= ends | {standing}:
            return "open", "short" if _short(better, score) else "unsure"
    return standing, "short" if standing != "weak" and _short(better, score) else ""


def _short(better: Better, score: Score) -> bool:
    """Whether the score is worse than unseen real rows by more than chance."""
    sign = 1.0 if better == "higher" else -1.0
    ideal = _HALF if better == "half" or score.ceiling is None else score.ceiling
    ideal_interval = None if better == "half" else score.ceiling_interval
    low, high = score.interval or (score.value, score.value)
    ideal_low, ideal_high = ideal_interval or (ideal, ideal)
    if better == "higher":
        chance = hypot(high - score.value, ideal - ideal_low)
    else:
        chance = hypot(score.value - low, ideal_high - ideal)
    return sign * (ideal - score.value) > chance


def _at(better: Better, score: Score, value: float, *, within_chance: bool) -> Standing:
    """Judge ``value`` by the references of ``score``."""
    floor, ceiling = score.floor, score.ceiling
    if better == "half" or ceiling is None:
        return _near(value - _HALF, 1.0, within_chance=within_chance)
    sign = 1.0 if better == "higher" else -1.0
    width = score.interval[1] - score.interval[0] if score.interval else 0.0
    apart = max(0.02 * max(abs(floor or 0.0), abs(ceiling)), width)
    if floor is not None and sign * (ceiling - floor) > apart:
        way = (value - floor) / (ceiling - floor)
        return "good" if way >= _GOOD_WAY else "fair" if way >= _FAIR_WAY else "weak"
    unit = abs(ceiling) if better == "higher" else max(2 * abs(ceiling), _LEAST_UNIT)
    return _near(sign * (ceiling - value), unit, within_chance=within_chance)


def _near(gap: float, unit: float, *, within_chance: bool) -> Standing:
    if within_chance or gap <= _GOOD_GAP * unit:
        return "good"
    return "fair" if gap <= _FAIR_GAP * unit else "weak"
