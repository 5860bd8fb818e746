"""The words of a report: what a verdict, a standing and a score mean."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from understudy.context import Finding
from understudy.report.words import ANSWERS, FINER, FOR_COMPARISON, GATES, MEANINGS, SHARE_GATES, SHARES
from understudy.report.writing import clean, score_number, share_number

if TYPE_CHECKING:
    from understudy.report.report import Gate, Question, ScoreLine, Verdict
    from understudy.report.standing import Remark, Standing

__all__ = [
    "answer",
    "gate_number",
    "gate_title",
    "grouped",
    "likewise",
    "meaning",
    "measured",
    "place",
    "remark",
    "standing_word",
    "verdict",
]


def verdict(gates: Sequence["Gate"], findings: Sequence[Finding]) -> tuple["Verdict", str]:
    """Give the outcome and its reason."""
    judged = [gate for gate in gates if gate.passed is not None]
    failed = [gate for gate in judged if not gate.passed]
    degraded = [finding for finding in findings if finding.severity == "degraded"]
    if failed:
        named = "; ".join(_shortfall(gate) for gate in failed)
        return "failed", f"{len(failed)} of {_count(len(judged), 'check')} failed: {named}."
    if not judged:
        return "degraded", "No check could be judged, so nothing is promised about this table."
    passed = f"All {_count(len(judged), 'check')} passed" if len(judged) > 1 else "The one check passed"
    if degraded:
        steps = "one step" if len(degraded) == 1 else f"{len(degraded)} steps"
        return "degraded", f"{passed}, but {steps} did less than was asked for: {clean(degraded[0].text, 240)}"
    if any(gate.underpowered for gate in gates):
        return "underpowered", f"{passed}, but {_weakness(gates)}."
    left = len(gates) - len(judged)
    return "passed", f"{passed}; {_count(left, 'more check')} could not be judged." if left else f"{passed}."


def _weakness(gates: Sequence["Gate"]) -> str:
    """Say which checks had too few rows."""
    doubtful = [gate for gate in gates if gate.underpowered and gate.passed is not None]
    open_ones = [gate for gate in gates if gate.underpowered and gate.passed is None]
    parts: list[str] = []
    if doubtful:
        are = "one of them is" if len(doubtful) == 1 else f"{len(doubtful)} of them are"
        parts.append(f"{are} underpowered: with so few rows, what the limit forbids could pass unnoticed")
    if open_ones:
        more = "one more" if len(open_ones) == 1 else f"{len(open_ones)} more"
        parts.append(f"{more} could not be decided with so few rows")
    return ", and ".join(parts)


def _shortfall(gate: "Gate") -> str:
    title = f"“{gate_title(gate.name)}”"
    if gate.value is None or gate.limit is None:
        return title
    return f"{title} ({gate_number(gate.name, gate.value)}, limit {gate_number(gate.name, gate.limit)})"


def gate_title(name: str) -> str:
    """Put a gate's name as what it promises; a name without words of its own is written as it is."""
    return GATES.get(name, clean(name).replace("_", " ").capitalize())


def gate_number(name: str, value: float | None) -> str:
    """Write what a gate measured, or its limit."""
    return share_number(value) if name in SHARE_GATES else score_number(value)


def measured(name: str, value: float | None) -> str:
    """Write the value of a score: a share as a percentage."""
    return share_number(value) if name in SHARES else score_number(value)


def _count(n: int, noun: str) -> str:
    head, _, last = noun.rpartition(" ")
    plural = noun if n == 1 else f"{head} {last}s".strip()
    return f"{n} {plural}"


def standing_word(score: "ScoreLine | Question") -> str:
    """Say how a score or a question stands, in a word."""
    if score.standing != "open":
        return score.standing
    return "unsure" if score.remark else "not judged"


def remark(score: "ScoreLine") -> str:
    """Say what has to be said besides a score's standing."""
    if score.name in FOR_COMPARISON:
        return "for comparison"
    if score.remark == "unsure":
        return "too few rows"
    if score.remark == "short":
        return "measurably above one half" if score.better == "half" else "measurably worse than real rows"
    return ""


def answer(question: str, scores: Sequence["ScoreLine"]) -> tuple["Standing", "Remark", str]:
    """Sum the scores of one question up: the worst standing, what has to be said besides, and a sentence."""
    told = [score for score in scores if score.name not in FOR_COMPARISON]
    short = [score for score in told if score.remark == "short"]
    doubtful = [score for score in told if score.remark == "unsure"]
    answered = any(score.standing != "open" for score in told)
    unsure = [score for score in doubtful if score.name not in FINER or not answered]
    if not told:
        return "open", "", "Nothing was measured."
    if not unsure and not short and all(score.standing == "open" for score in told):
        return "open", "", "Measured, but without unseen real rows there is nothing to compare with."
    words = ANSWERS["privacy" if question == "privacy" else "other"]
    standings: tuple[Standing, ...] = ("weak", "fair")
    for standing in standings:
        found = [score for score in told if score.standing == standing]
        if found:
            return standing, "", f"{words[standing]}: {_listed(found)}."
    vague = [score for score in short if score.standing == "open"]
    if vague:
        return "open", "short", f"{words['vague']}: {_listed(vague)}."
    besides = f"{words['short']}: {_listed(short)}." if short else ""
    if unsure:
        return "open", "unsure", f"{words['unsure']}: {_listed(unsure, numbers=False)}. {besides}".strip()
    return "good", "short" if short else "", besides or f"{words['good']}."


def _listed(scores: Sequence["ScoreLine"], *, numbers: bool = True) -> str:
    """Name the first of the scores, with what they and real rows measure."""
    shown: list[str] = []
    for score in scores[:3]:
        ideal = "0.5" if score.better == "half" else measured(score.name, score.ceiling)
        against = (
            f" ({measured(score.name, score.value)}; {'ideal' if score.better == 'half' else 'real rows'} {ideal})"
        )
        shown.append(clean(score.title) + against * numbers)
    more = len(scores) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def meaning(name: str, docstring: str | None) -> str:
    """Say what a score's number means: our own words, or the first sentence of the metric's docstring."""
    if name in MEANINGS:
        return MEANINGS[name]
    return " ".join((docstring or "").strip().split("\n\n", maxsplit=1)[0].split())


def place(name: str) -> int:
    """Give where a score stands among the others of its question: simple questions first, unknown scores last."""
    return list(MEANINGS).index(name) if name in MEANINGS else len(MEANINGS)


def grouped(findings: Sequence[Finding]) -> list[tuple[Finding, tuple[Finding, ...]]]:
    """Put findings of one code together: the first, and the others; in the order of the first ones."""
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.severity, finding.code), []).append(finding)
    return [(first, tuple(others)) for first, *others in kinds.values()]


def likewise(first: Finding, others: Sequence[Finding]) -> str:
    """Say of which columns too a finding holds, where the others say the same of them; else how many others there are.

    Nothing where there are none.
    """
    if not others:
        return ""
    names = [match[1] if (match := re.search(r"'([^']+)'", finding.text)) else "" for finding in (first, *others)]
    same = {finding.text.replace(repr(name), "") for finding, name in zip((first, *others), names, strict=True)}
    if not all(names) or len(same) > 1:
        return f"and {len(others)} more of this kind"
    shown = ", ".join(map(repr, names[1:6]))
    return f"likewise {shown}" + (f" and {len(names) - 6} more" if len(names) > 6 else "")  # noqa: PLR2004 - as shown
