"""``auto``: tries the candidates on a part of the training rows, and says why it chose."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

from threadpoolctl import threadpool_limits

from understudy import catalog
from understudy.context import Run
from understudy.data.split import FEWEST_FOR_HOLDOUT, Split, draw, split
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.pipeline.pace import SORTING, WARM_UP, Pace, rehearsing
from understudy.protocols import Generator, Metric, Score, Synthesizer

__all__ = ["CANDIDATES", "Race", "Standing", "race"]

CANDIDATES = ("forest", "gaussian_copula", "independent")
"""Who races, the preferred first: a later one has to be better by more than chance."""
ROWS = 4_000
"""Training rows that a race uses; more would change the winner rarely and the time always."""
_HOLDOUT = 0.25
_ROUNDS_UP_TO = 1_000  # a race on fewer rows is run more often, because one split of few rows says little
_MOST_ROUNDS = 3
_MARGIN = 0.02
_BUDGET_SHARE = 0.3  # part of the time that is left which trying a candidate may take
_CHEAPER: dict[str, dict[str, Any]] = {"boosted_detection": {"trees": 50}, "tstr": {"resamples": 20}}
"""Settings for a race, which needs no intervals and compares candidates on the same terms."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate did.

    Parameters
    ----------
    name : str
        Its name.
    loss : float or None
        What the three measures below lack of their best, added up; None where it did not race.
    outlook : float or None
        The loss that twice the rows would leave, if they gained as much as the last doubling did: what learns slowly
        may be best on all rows. None where a race is on half of the rows or more.
    detection : float or None
        How well its rows hide from a boosted detector, in [0, 1].
    utility : float or None
        Score of a model trained on its rows, as a part of one trained on real rows, both above guessing; None without a
        target.
    closeness : float or None
        Share of its rows closer to training rows than to unseen ones; 0.5 is no memory.
    seconds : float
        Fit and sampling on the rows of the race.
    projected : float
        Seconds that the fit on all rows is expected to take.
    out : str
        Why it did not race; else empty.
    """

    name: str
    loss: float | None = None
    outlook: float | None = None
    detection: float | None = None
    utility: float | None = None
    closeness: float | None = None
    seconds: float = 0.0
    projected: float = 0.0
    out: str = ""


@dataclass(frozen=True, slots=True)
class Race:
    """Who won, and why."""

    chosen: str
    reason: str
    rows: int
    standings: tuple[Standing, ...]

    def record(self) -> dict[str, Any]:
        """Give everything as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Round:
    """One split of the rows of the race, and what it takes to judge on it."""

    parts: Split
    target: str | None
    real_utility: Score | None

    def halved(self, run: Run) -> "_Round":
        """Give the same round with half of the rows to learn from."""
        training = self.parts.training
        return replace(self, parts=replace(self.parts, training=draw(training, training.n_rows // 2, run.rng)))

    def judge(self, generator: Generator, run: Run) -> tuple[float | None, float | None, float | None]:
        """Give detection, utility and closeness."""
        synthetic = generator.sample(self.parts.training.n_rows, run.child("sample"))
        real = self.real_utility
        utility = _measure("tstr", self.parts, synthetic, run, self.target) if real else None
        detection, closeness = (
            _measure(name, self.parts, synthetic, run) for name in ("boosted_detection", "closeness")
        )
        return (
            detection and detection.value,
            real.part(utility.value, real.value) if utility and real else None,
            closeness and closeness.value,
        )


def race(
    training: Table, target: str | None, budget_s: float | None, run: Run, candidates: Sequence[str] = CANDIDATES
) -> Race:
    """Choose a synthesizer for ``training``.

    Without ``budget_s`` the choice depends on the rows and the seed only, not on the speed of the machine.

    Parameters
    ----------
    training : Table
        Rows that the winner will be fitted on.
    target : str or None
        Column that a model would predict.
    budget_s : float or None
        Seconds for race and fit together.
    run : Run
        The job; receives the finding that says why.
    candidates : sequence of str
        Who races, the preferred first.
    """
    start = perf_counter()
    rows = draw(training, ROWS, run.child("rows").rng)
    if rows.n_rows < FEWEST_FOR_HOLDOUT:
        name = "gaussian_copula" if "gaussian_copula" in candidates else candidates[-1]
        reason = f"{rows.n_rows} rows are too few to race on; a smooth model overfits them least."
        return _told(Race(name, reason, rows.n_rows, ()), run)
    quiet = rehearsing(run)
    rounds = _rounds(rows, target, quiet)
    standings: list[Standing] = []
    with run.step(len(candidates), "candidates") as step:
        for name in candidates:
            left = None if budget_s is None else budget_s - (perf_counter() - start)
            standings.append(_enter(name, rounds, training.n_rows, left, quiet.child(name)))
            step.advance()
    return _told(Race(*_choose(standings, budget_s), rows.n_rows, tuple(standings)), run)


def _rounds(rows: Table, target: str | None, run: Run) -> list[_Round]:
    count = max(1, min(_MOST_ROUNDS, _ROUNDS_UP_TO // rows.n_rows))
    rounds: list[_Round] = []
    for i in range(count):
        place = run.child("round", i)
        parts = split(rows, place.rng, _HOLDOUT)
        real = _measure("tstr", parts, parts.training, place.child("real"), target) if target else None
        rounds.append(_Round(parts, target, real))
    return rounds


def _enter(name: str, rounds: Sequence[_Round], all_rows: int, left_s: float | None, run: Run) -> Standing:
    options = {"target": rounds[0].target} if "target" in catalog.load("synthesizers", name).model_fields else {}
    synthesizer: Synthesizer = catalog.load("synthesizers", name)(**options)
    if left_s is not None:
        training = rounds[0].parts.training
        part = draw(training, max(WARM_UP, training.n_rows // 4), run.child("part").rng)
        pace = Pace.of(synthesizer, part, run.child("rehearsal"))
        # A winner that cannot be fitted on all rows in time will be fitted on fewer.
        trial = len(rounds) * (pace.expected(training.n_rows) + pace.expected(training.n_rows // 2))
        if trial > left_s * _BUDGET_SHARE:
            return Standing(name, projected=pace.expected(all_rows), out=f"trying it would take about {trial:.1f} s")
    measures, seconds = _try(synthesizer, rounds, run)
    loss, outlook = _loss(*measures), None
    n = rounds[0].parts.training.n_rows
    if all_rows >= 2 * n:
        halved = [item.halved(run.child("half", i)) for i, item in enumerate(rounds)]
        outlook = max(0.0, min(loss, 2 * loss - _loss(*_try(synthesizer, halved, run.child("half"))[0])))
    return Standing(name, loss, outlook, *measures, seconds, SORTING * seconds * all_rows / n)


def _try(
    synthesizer: Synthesizer, rounds: Sequence[_Round], run: Run
) -> tuple[tuple[float | None, float | None, float | None], float]:
    """Fit and judge in each round; give the mean of each measure, and the seconds of a fit."""
    judged: list[tuple[float | None, float | None, float | None]] = []
    seconds: list[float] = []
    for i, item in enumerate(rounds):
        place = run.child("round", i)
        start = perf_counter()
        generator = synthesizer.fit(item.parts.training, place.child("fit"))
        seconds.append(perf_counter() - start)
        judged.append(item.judge(generator, place))
    detection, utility, closeness = (_mean([values[k] for values in judged]) for k in range(3))
    return (detection, utility, closeness), min(seconds)  # the first one may have compiled


def _loss(detection: float | None, utility: float | None, closeness: float | None) -> float:
    """Add up what is missing; memory counts double, because fidelity can be had by copying."""
    return (
        (1 - detection if detection is not None else 0.0)
        + (max(0.0, 1 - utility) if utility is not None else 0.0)
        + (2 * max(0.0, closeness - 0.5) if closeness is not None else 0.0)
    )


def _choose(standings: Sequence[Standing], budget_s: float | None) -> tuple[str, str]:
    raced = [standing for standing in standings if standing.loss is not None]
    if not raced:
        fastest = min(standings, key=lambda standing: standing.projected)
        return fastest.name, f"No candidate fits into {budget_s:g} s; {fastest.name} comes nearest."
    best = raced[0]
    for other in raced[1:]:
        if _promised(other) < _promised(best) - _MARGIN:
            best = other
    told = "; ".join([_described(standing) for standing in raced] + [f"{s.name}: {s.out}" for s in standings if s.out])
    return best.name, f"It lost least on unseen rows ({told})."


def _promised(standing: Standing) -> float:
    return (standing.loss or 0.0) if standing.outlook is None else standing.outlook


def _described(standing: Standing) -> str:
    parts = [
        f"{label} {value:.3f}"
        for label, value in (
            ("detection", standing.detection),
            ("utility", standing.utility),
            ("closeness", standing.closeness),
            ("loss that more rows would leave", standing.outlook),
        )
        if value is not None
    ]
    return f"{standing.name}: {', '.join(parts) or 'nothing could be measured'}"


def _told(result: Race, run: Run) -> Race:
    run.find("race.chosen", f"auto chose {result.chosen}. {result.reason}")
    return result


def _measure(name: str, parts: Split, synthetic: Table, run: Run, target: str | None = None) -> Score | None:
    options = _CHEAPER.get(name, {}) | ({} if target is None else {"target": target})
    metric: Metric = catalog.load("metrics", name)(**options)
    try:
        # One thread: rounding, and so the choice, would depend on the number of threads.
        with threadpool_limits(limits=1):
            return metric(parts.training, synthetic, parts.holdout, run.child(name))
    except NotApplicable:
        return None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
