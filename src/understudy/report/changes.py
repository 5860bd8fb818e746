"""What changed since an earlier evaluation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from understudy.errors import InputError
from understudy.report.json import FORMAT

if TYPE_CHECKING:
    from understudy.report.report import Question, ScoreLine

__all__ = ["Change", "changes_since", "read_previous"]

Moved: TypeAlias = Literal["better", "worse", "same", "new", "gone"]
"""Same: chance explains the difference, or there is none."""

_BYTES = 100_000_000
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """How a score moved.

    Parameters
    ----------
    name, title : str
        As of the score.
    before, now : float or None
        None where it was not measured.
    moved : {"better", "worse", "same", "new", "gone"}
        Whether chance explains the difference, the intervals of both counted (Newcombe's of a difference).
    """

    name: str
    title: str
    before: float | None
    now: float | None
    moved: Moved


def read_previous(path: Path) -> Values:
    """Read the scores of an earlier ``evaluation.json``, by name.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        if path.stat().st_size > _BYTES:
            msg = f"{str(path)!r} is longer than any evaluation. Give the evaluation.json of an earlier job."
            raise InputError(msg)
        content = json.loads(path.read_bytes())
        if content["format"] != FORMAT:
            msg = f"{str(path)!r} has the format {content['format']!r}, not {FORMAT}. Evaluate those rows anew."
            raise InputError(msg)
        scores = {
            name: score for question in content["questions"].values() for name, score in question["scores"].items()
        }
        for score in scores.values():
            _check(score)
    except OSError as error:
        msg = f"{str(path)!r} cannot be read ({error.strerror}). Give the evaluation.json of an earlier job."
        raise InputError(msg) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"{str(path)!r} is no evaluation. Give the evaluation.json of an earlier job."
        raise InputError(msg) from error
    return scores


def _check(score: Values) -> None:
    numbers = [score["value"], *(score["interval"] or ())]
    if (
        not all(type(x) in {int, float} for x in numbers)
        or len(numbers) not in {1, 3}
        or type(score["title"]) is not str
    ):
        raise ValueError


def changes_since(previous: Values, questions: Sequence["Question"]) -> tuple[Change, ...]:
    """Compare the scores of a report with those of an earlier one, in the order of the page; those gone come last."""
    lines = [score for question in questions for score in question.scores]
    found = [_change(line, previous.get(line.name)) for line in lines]
    now = {line.name for line in lines}
    gone = [
        Change(name, score["title"], score["value"], None, "gone")
        for name, score in previous.items()
        if name not in now
    ]
    return (*found, *gone)


def _change(line: "ScoreLine", score: Values | None) -> Change:
    if score is None:
        return Change(line.name, line.title, None, line.value, "new")
    before = float(score["value"])
    away = {"higher": -line.value, "lower": line.value, "half": abs(line.value - 0.5)}[line.better]
    was = {"higher": -before, "lower": before, "half": abs(before - 0.5)}[line.better]
    first, second = _half(before, score["interval"]), _half(line.value, line.interval)
    if abs(line.value - before) <= hypot(first, second) or away == was:
        return Change(line.name, line.title, before, line.value, "same")
    return Change(line.name, line.title, before, line.value, "better" if away < was else "worse")


def _half(value: float, interval: object) -> float:
    if not interval:
        return 0.0
    low, high = cast("tuple[float, float]", interval)
    return max(high - value, value - low)
