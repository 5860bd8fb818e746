"""What attacks found, in lines that a person can decide by: each with what it would find where nothing leaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scipy.stats import norm

from understudy.attacks.attribute import Guessed
from understudy.attacks.canaries import Canaries
from understudy.attacks.curve import FALSE_ALARMS, Curve, clopper_pearson
from understudy.attacks.excess import Excess
from understudy.attacks.identical import Identical
from understudy.attacks.ladder import Ladder
from understudy.attacks.limits import Limits
from understudy.attacks.linkability import Linked
from understudy.attacks.membership.likelihood import Gap
from understudy.attacks.nearness import Nearness
from understudy.attacks.singling_out import Singled
from understudy.attacks.suite import Attacked
from understudy.metrics.tabular._intervals import Interval, around

__all__ = [
    "TITLES",
    "Line",
    "of_attacks",
    "of_canaries",
    "of_copies",
    "of_guesses",
    "of_ladder",
    "of_links",
    "of_model",
    "of_nearness",
    "of_singles",
]

TITLES = {
    "nearest": "Distance to the nearest synthetic row",
    "nearest_calibrated": "Distance, less that to the population",
    "local_density": "Synthetic rows around, against the population",
    "density_ratio": "Likelihood ratio, trees of columns",
    "kernel_ratio": "Likelihood ratio, kernel densities",
    "likelihood_gain": "Gain in likelihood of the rows around",
    "logan": "Classifier of synthetic against real rows",
    "structure": "Counts of groups of columns",
    "shadow_ratios": "Shadow models (LiRA)",
    "query_answers": "Shadow models, questions about the most isolated records",
    "likelihood": "Likelihood under the model itself",
    "ensemble": "All attacks together, by an informed attacker",
}
"""Attacks on membership, for people."""

_SURE = 0.05
_NEARER = 0.9  # of the distance of unseen rows, below which rows are said to be near


@dataclass(frozen=True, slots=True)
class Line:
    """One finding.

    Parameters
    ----------
    question : str
        "membership", "model", "copies", "distances", "attribute", "singling out", "linkability" or "privacy loss".
    name, title : str
        Name for machines; for people.
    value : float
        What was measured.
    reference : float
        What the same attack measures where nothing leaks: 0.5, or its success on unseen rows.
    interval : tuple of float or None
        95 % interval of ``value``, widened for all comparisons of the question.
    p : float or None
        Chance of the finding where nothing leaks, times the number of comparisons; at most 1.
    limit : float or None
        From where on it is a leak; None: shown for orientation.
    leak : bool
        Whether the whole interval lies beyond the limit.
    n : int
        Training rows that were attacked, or tries.
    text : str
        One sentence.
    details : mapping
        Further figures.
    """

    question: str
    name: str
    title: str
    value: float
    reference: float
    interval: Interval | None
    p: float | None
    limit: float | None
    leak: bool
    n: int
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


def of_attacks(attacked: Attacked, groups: Mapping[str, Mapping[str, Curve]], limits: Limits) -> list[Line]:
    """Give a line for each attack on membership, and for the best attack on each subgroup."""
    comparisons = len(attacked.curves) + sum(map(len, groups.values()))
    lines = [_of_curve(name, TITLES[name], curve, comparisons, limits) for name, curve in attacked.curves.items()]
    for group, curves in groups.items():
        name = max(curves, key=lambda attack: curves[attack].auc)
        title = f"{group.capitalize()}: {TITLES[name].lower()}"
        lines.append(_of_curve(f"{group}: {name}", title, curves[name], comparisons, limits))
    return lines


def _of_curve(name: str, title: str, curve: Curve, comparisons: int, limits: Limits) -> Line:
    z = float(norm.ppf(1 - _SURE / 2 / comparisons))
    interval = around(curve.auc, curve.error, z=z)
    caught = clopper_pearson(curve.caught[1] * curve.n, curve.n, _SURE / comparisons)
    few = curve.n * FALSE_ALARMS[1] < 1  # a share of false alarms that not one row stands for
    text = (
        f"Picks the training row from a pair in {curve.auc:.1%} of cases; at 1 % false alarms it catches "
        f"{curve.caught[1]:.1%} of training rows."
    )
    details = {f"caught_at_{share:g}": value for share, value in zip(FALSE_ALARMS, curve.caught, strict=True)}
    details |= {"caught_at_0.01_interval": caught, "advantage": curve.advantage, "comparisons": comparisons}
    leak = interval[0] > limits.auc or (caught[0] > limits.caught and not few)
    p = min(1.0, curve.p * comparisons)
    return Line("membership", name, title, curve.auc, 0.5, interval, p, limits.auc, leak, curve.n, text, details)


def of_model(attacked: Attacked, groups: Mapping[str, Mapping[str, Curve]], gap: Gap, limits: Limits) -> list[Line]:
    """Give the lines on the model itself: its likelihoods, on all targets and on subgroups."""
    low, high = gap.interval
    seen, unseen = gap.impossible
    never = f" It could never make {seen:,} of the training and {unseen:,} of the unseen rows." if seen + unseen else ""
    first, *others = (replace(line, question="model") for line in of_attacks(attacked, groups, limits))
    text = (
        f"{first.text} Training rows are likelier than unseen ones by {gap.value:.2f} nats in mean (95 % interval "
        f"{low:.2f} to {high:.2f}).{never}"
    )
    return [
        replace(first, text=text, details={**first.details, "gap": gap.value, "gap_interval": gap.interval}),
        *others,
    ]


def of_copies(found: Identical) -> Line:
    """Give the line on rows that equal real ones."""
    text = (
        f"{found.share:.3%} of the synthetic rows equal one of {found.rows:,} training rows, {found.natural:.3%} one "
        f"of as many unseen rows; of distinct rows that equal one side only, {found.matched:,} and "
        f"{found.matched_unseen:,}."
    )
    details = {"matched": found.matched, "matched_unseen": found.matched_unseen}
    leak = found.p < _SURE
    return Line(
        "copies",
        "identical",
        "Rows that equal real ones",
        found.share,
        found.natural,
        None,
        found.p,
        found.natural,
        leak,
        found.rows,
        text,
        details,
    )


def of_ladder(found: Ladder) -> Line:
    """Give the line on the copy ladder: for orientation."""
    text = (
        f"They look as rows of which {found.share:.0%} of the cells were copied from one training row, and the others "
        f"drawn anew (95 % interval {found.interval[0]:.0%} to {found.interval[1]:.0%})."
    )
    details = {"resemblance_bits": found.resemblance, "rungs": found.rungs, "resemblances_bits": found.resemblances}
    return _shown("copies", "ladder", "Copy ladder", (found.share, 0.0, found.interval), 0, text, details)


def of_nearness(found: Sequence[Nearness], limits: Limits) -> list[Line]:
    """Give the lines on distances: over all columns, and over the group where rows are closest to training rows."""
    whole, groups = found[0], found[1:]
    lines = [_of_closer("closer", "Closer to training rows than to unseen ones", whole, len(found), limits)]
    if groups:
        worst = max(groups, key=lambda group: group.closer)
        title = f"The same over the worst of {len(groups)} groups of columns"
        lines.append(_of_closer("closer: group", title, worst, len(found), limits))
    ratio, (low, high) = whole.ratios[0.05]
    near = " That is nearer than chance explains." if high < _NEARER else ""
    text = (
        f"One synthetic row in twenty lies at least as near to a training row as {ratio:.2f} times the distance within "
        f"which one unseen row in twenty does (95 % interval {low:.2f} to {high:.2f}).{near}"
    )
    details = {f"ratio_{q:g}": value for q, (value, _) in whole.ratios.items()} | {"too_close": high < _NEARER}
    title = "Distance to the nearest training row"
    lines.append(_shown("distances", "distance", title, (ratio, 1.0, (low, high)), whole.rows, text, details))
    to_seen, to_unseen = whole.second[0.05]
    text = (
        f"Of one synthetic row in twenty, the nearest training row is at most {to_seen:.2f} times as far as the second "
        f"nearest; for unseen rows it is {to_unseen:.2f}. A row that was copied has one near it and no second."
    )
    details = {f"nndr_{q:g}": pair for q, pair in whole.second.items()}
    title = "Nearest against second nearest row"
    lines.append(_shown("distances", "nndr", title, (to_seen, to_unseen, None), whole.rows, text, details))
    return lines


def _shown(
    question: str,
    name: str,
    title: str,
    measured: tuple[float, float, Interval | None],
    n: int,
    text: str,
    details: Mapping[str, Any],
) -> Line:
    """Give a line that is for orientation: value, reference and interval, and no limit."""
    value, reference, interval = measured
    return Line(
        question, name, title, value, reference, interval, None, None, leak=False, n=n, text=text, details=details
    )


def _of_closer(name: str, title: str, found: Nearness, comparisons: int, limits: Limits) -> Line:
    low, high = found.interval
    chosen = "" if found.kind == "all" else f" Over {', '.join(found.columns)} ({found.kind})."
    text = (
        f"{found.closer:.1%} of the synthetic rows are closer to one of {found.rows:,} training rows than to one of as "
        f"many unseen rows; one half is no memory.{chosen}"
    )
    details = {"columns": found.columns, "comparisons": comparisons}
    leak = low > limits.closer
    return Line(
        "distances", name, title, found.closer, 0.5, (low, high), None, limits.closer, leak, found.rows, text, details
    )


def of_guesses(found: Sequence[Guessed], limits: Limits) -> list[Line]:
    """Give a line for each secret and attacker."""
    titles = {"model": "by a model", "nearest": "from the nearest row", "class": "from equal rows"}
    lines: list[Line] = []
    for guess in found:
        text = (
            f"{guess.secret!r} is guessed right for {guess.right.members:.1%} of training rows and "
            f"{guess.right.others:.1%} of unseen ones; the most usual value alone is right for {guess.prior:.1%}."
        )
        title = f"{guess.secret} {titles[guess.attacker]}"
        name = f"{guess.secret}: {guess.attacker}"
        lines.append(
            _of_excess("attribute", name, title, guess.right, len(found), text, limits, {"prior": guess.prior})
        )
    return lines


def of_singles(found: Sequence[Singled], limits: Limits) -> list[Line]:
    """Give a line for each kind of description."""
    titles = {"univariate": "One telling value", "multivariate": "Three to five columns together"}
    lines: list[Line] = []
    for single in found:
        fitting = single.fitting
        text = (
            f"Of {fitting.n:,} descriptions that fit one synthetic row, {fitting.members:.1%} fit exactly one of "
            f"{single.rows:,} training rows, {fitting.others:.1%} exactly one of as many unseen rows."
        )
        lines.append(
            _of_excess("singling out", single.kind, titles[single.kind], fitting, len(found), text, limits, {})
        )
    return lines


def of_links(found: Linked, limits: Limits) -> Line:
    """Give the line on linkability."""
    linked = found.linked
    text = (
        f"Halves of {linked.members:.1%} of training rows lead to a common synthetic row, of {linked.others:.1%} of "
        f"unseen rows; independent halves would in {found.by_chance:.1%} of cases."
    )
    details = {"by_chance": found.by_chance}
    return _of_excess("linkability", "halves", "Two halves of the columns", linked, 1, text, limits, details)


def _of_excess(
    question: str,
    name: str,
    title: str,
    found: Excess,
    comparisons: int,
    text: str,
    limits: Limits,
    more: Mapping[str, float],
) -> Line:
    low, high = found.interval(comparisons)
    interval = (found.others + low, found.others + high)
    p = min(1.0, found.p * comparisons)
    details = {"excess": found.value, "excess_interval": (low, high), **more}
    limit = found.others + limits.excess
    leak = low > limits.excess
    return Line(question, name, title, found.members, found.others, interval, p, limit, leak, found.n, text, details)


def of_canaries(found: Canaries) -> Line:
    """Give the line on the privacy loss: for orientation, where no loss is claimed."""
    text = (
        f"Of {found.offered:,} planted rows, {found.right:,} of {found.guesses:,} guesses were right: the privacy loss "
        f"epsilon of a fit is at least {found.epsilon:.2f} (95 % confidence, delta 1e-5)."
    )
    details = {"planted": found.planted, "right": found.right, "guesses": found.guesses}
    return _shown("privacy loss", "canaries", "Planted rows", (found.epsilon, 0.0, None), found.offered, text, details)
