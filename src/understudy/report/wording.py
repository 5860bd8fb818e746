"""The words of a report: what a verdict, a standing and a score mean, and how numbers and names are written."""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from understudy.run import Finding

if TYPE_CHECKING:
    from understudy.report.report import Gate, ScoreLine, Standing, Verdict

__all__ = [
    "MINUS",
    "QUESTIONS",
    "answer",
    "clean",
    "gate_title",
    "meaning",
    "number",
    "percent",
    "place",
    "score_number",
    "standing",
    "verdict",
]

MINUS = "\u2212"
"""The minus sign that is as wide as a digit."""

QUESTIONS = {
    "fidelity": ("Fidelity", "Do the synthetic rows look like the real ones?"),
    "utility": ("Utility", "Does work done on the synthetic rows hold on real ones?"),
    "privacy": ("Privacy", "Do the synthetic rows keep the secrets of the real ones?"),
    "diversity": ("Diversity", "Do the synthetic rows cover all that is real, rare cases included?"),
    "fairness": ("Fairness", "Are groups treated as they are in the real rows, or better?"),
}
"""Title of each question and how it is put, in the order of the page."""

_MEANING = {
    "marginals": "Agreement of each column's distribution, averaged over the columns; 1 is identical.",
    "pairs": "Agreement of every two columns' joint behaviour, averaged over the pairs; 1 is identical.",
    "pairs_own_bins": "The same in the form of published results, where each table is binned by its own range.",
    "mutual_information": "Error in how much one column tells about another, strong relations first; 0 is none.",
    "logistic_detection": "How well the rows hide from a simple, linear detector; 1 means that it can only guess.",
    "boosted_detection": "How well the rows hide from a strong detector, boosted trees; 1 means it can only guess.",
    "valid_rows": "Share of rows that keep to the types, levels and ranges of the real table.",
    "tstr": "Skill on unseen real rows of a model trained on synthetic ones; the ceiling is one trained on real rows.",
    "categories_coverage": "Share of the rare real categories that occur among the synthetic rows too.",
    "closeness": "Share of rows that are nearer to a training row than to an unseen one; one half means no memory.",
    "copies": "Share of rows that equal a training row; the ceiling is how often unseen real rows do so by nature.",
    "membership": "How well an attacker who sees the synthetic rows tells training rows from unseen ones; "
    "one half is guessing.",
}

_GATES = {
    "tstr_ratio": "Models trained on it work on real rows",
    "membership_auc_max": "It does not give away who was in the training data",
    "valid_rows": "Rows are valid",
    "closer_max": "Rows are no closer to training rows than to unseen ones",
    "copies_excess_max": "It holds no more copies of real rows than chance makes",
}


def verdict(gates: Sequence["Gate"], findings: Sequence[Finding]) -> tuple["Verdict", str]:
    """Give the outcome and its reason in one sentence."""
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
    left = len(gates) - len(judged)
    return "passed", f"{passed}; {_count(left, 'more check')} could not be judged." if left else f"{passed}."


def _shortfall(gate: "Gate") -> str:
    title = f"“{gate_title(gate.name)}”"
    if gate.value is None or gate.limit is None:
        return title
    return f"{title} ({score_number(gate.value)}, limit {score_number(gate.limit)})"


def gate_title(name: str) -> str:
    """Put a gate's name as what it promises; a name without words of its own is written as it is."""
    return _GATES.get(name, clean(name).replace("_", " ").capitalize())


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def standing(
    better: str, value: float, floor: float | None, ceiling: float | None, interval: tuple[float, float] | None
) -> "Standing":
    """Judge a value by its references.

    A score is good from nine tenths of the way from independent columns to unseen real rows, fair from six tenths.
    Where the two references are not apart by more than chance, or independent columns are the better ones (as for
    leaks), nearness to unseen real rows decides: good if the interval reaches them or the gap is at most 2 % of their
    score (4 % where lower is better: leaks are judged around one half), fair up to 5 % (10 %). A share that should be
    one half is judged so against one half.
    """
    if better == "half":
        return _near(abs(value - 0.5), 0.02, 0.05, reached=interval is not None and interval[0] <= 0.5 <= interval[1])  # noqa: PLR2004 - one half is the ideal
    if ceiling is None:
        return "open"
    sign = 1.0 if better == "higher" else -1.0
    chance = max(0.02 * max(abs(floor or 0.0), abs(ceiling)), interval[1] - interval[0] if interval else 0.0)
    if floor is not None and sign * (ceiling - floor) > chance:
        way = (value - floor) / (ceiling - floor)
        return "good" if way >= 0.9 else "fair" if way >= 0.6 else "weak"  # noqa: PLR2004 - said above
    unit = abs(ceiling) * (1.0 if better == "higher" else 2.0)
    reached = interval is not None and interval[0] <= ceiling <= interval[1]
    return _near(sign * (ceiling - value), 0.02 * unit, 0.05 * unit, reached=reached)


def _near(gap: float, good: float, fair: float, *, reached: bool) -> "Standing":
    if reached or gap <= good:
        return "good"
    return "fair" if gap <= fair else "weak"


def answer(scores: Sequence["ScoreLine"]) -> tuple["Standing", str]:
    """Sum the scores of one question up: the worst standing, and a sentence."""
    if not scores:
        return "open", "Nothing was measured."
    judged = [score for score in scores if score.standing != "open"]
    if not judged:
        return "open", "Measured, but without unseen real rows there is nothing to compare with."
    weak = [score.title for score in judged if score.standing == "weak"]
    fair = [score.title for score in judged if score.standing == "fair"]
    if weak:
        return "weak", f"Far from real rows: {_listed(weak)}."
    if fair:
        return "fair", f"Nearly as good as real rows; short of them: {_listed(fair)}."
    return "good", "As good as real rows in every score."


def _listed(titles: Sequence[str]) -> str:
    shown = [clean(title) for title in titles[:3]]
    more = len(titles) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def meaning(name: str, docstring: str | None) -> str:
    """Say what a score's number means: our own words, or the first sentence of the metric's docstring."""
    if name in _MEANING:
        return _MEANING[name]
    return " ".join((docstring or "").strip().split("\n\n", maxsplit=1)[0].split())


def place(name: str) -> int:
    """Give where a score stands among the others of its question: simple questions first, unknown scores last."""
    return list(_MEANING).index(name) if name in _MEANING else len(_MEANING)


def number(value: float | None) -> str:
    """Write a number for reading: three decimals below 1, else about four digits, with thousands set apart."""
    if value is None:
        return "\u2013"
    size = abs(value)
    if value == int(value) and size < 1e15:  # noqa: PLR2004 - beyond it floats skip whole numbers
        return f"{int(value):,}".replace("-", MINUS)
    digits = 4 if size < 1e-3 else 3 if size < 10 else 2 if size < 100 else 1 if size < 1e4 else 0  # noqa: PLR2004 - steps of reading
    if size >= 1e7 or size < 5e-5:  # noqa: PLR2004 - beyond these a plain number is hard to read
        return f"{value:.2e}".replace("-", MINUS)
    return f"{value:,.{digits}f}".replace("-", MINUS)


def score_number(value: float | None) -> str:
    """Write a score: as other numbers, but with its decimals even where it is whole, so that columns align."""
    if value is not None and value in {0.0, 1.0}:
        return f"{value:.3f}"
    return number(value)


def percent(share: float) -> str:
    """Write a share as a percentage; what is there but rounds to nothing is "< 0.1 %"."""
    if 0 < share < 0.0005:  # noqa: PLR2004 - rounds to 0.0 %
        return "<\u202f0.1\u202f%"
    return f"{100 * share:.1f}\u202f%"


_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def clean(text: str, limit: int = 80) -> str:
    """Make text from data safe to set: control and direction marks become visible, and length is limited."""
    shown = _INVISIBLE.sub("\ufffd", text)
    shown = "".join(
        " " if char in "\n\r\t" else "\ufffd" if unicodedata.category(char) in {"Cc", "Cs"} else char for char in shown
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
