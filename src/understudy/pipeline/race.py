"""``auto``: tries the candidates on a part of the training rows, and says why it chose."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

from threadpoolctl import threadpool_limits

from understudy import catalog
from understudy.context import Findings, Run, Silent
from understudy.data.split import FEWEST_FOR_HOLDOUT, Split, draw, split
from understudy.data.table import Table
from understudy.errors import NotApplicable
from understudy.protocols import Generator, Metric, Score, Synthesizer

__all__ = ["CANDIDATES", "Race", "Standing", "projected", "race", "rehearsing"]

CANDIDATES = ("forest", "gaussian_copula", "independent")
"""Who races, the preferred first: a later one has to be better by more than chance."""
ROWS = 4_000
"""Training rows that a race uses; more would change the winner rarely and the time always."""
_HOLDOUT = 0.25
_ROUNDS_UP_TO = 1_000  # a race on fewer rows is run more often, because one split of few rows says little
_MOST_ROUNDS = 3
_MARGIN = 0.02
_BUDGET_SHARE = 0.3  # part of the time budget that the race may take
_WARM_UP = 100
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


def rehearsing(run: Run) -> Run:
    """Give the run of a fit that is thrown away: what it finds and how far it has come concern nobody."""
    return replace(run, findings=Findings(), progress=Silent())


def projected(seconds: float, rows: int, all_rows: int) -> float:
    """Expect the seconds of a fit on ``all_rows`` from those on ``rows``: linear, and a quarter more for sorting."""
    return seconds * max(1.0, 1.25 * all_rows / max(1, rows))


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
    seconds = 0.0
    if left_s is not None:
        seconds, expected = _rehearse(synthesizer, rounds[0].parts.training, all_rows, run.child("rehearsal"))
        if expected > left_s * (1 - _BUDGET_SHARE):
            return Standing(name, seconds=seconds, projected=expected, out=f"it would take about {expected:.0f} s")
    judged: list[tuple[float | None, float | None, float | None]] = []
    start = perf_counter()
    for i, item in enumerate(rounds):
        place = run.child("round", i)
        generator = synthesizer.fit(item.parts.training, place.child("fit"))
        seconds = (perf_counter() - start) / (i + 1)
        judged.append(item.judge(generator, place))
    detection, utility, closeness = (_mean([values[k] for values in judged]) for k in range(3))
    loss = _loss(detection, utility, closeness)
    expected = projected(seconds, rounds[0].parts.training.n_rows, all_rows)
    return Standing(name, loss, detection, utility, closeness, seconds, expected)


def _rehearse(synthesizer: Synthesizer, training: Table, all_rows: int, run: Run) -> tuple[float, float]:
    """Time a fit on a quarter of the rows, after one on few rows that pays for what is paid once (compilation)."""
    synthesizer.fit(draw(training, _WARM_UP, run.child("warm").rng), run.child("warm"))
    part = draw(training, max(_WARM_UP, training.n_rows // 4), run.child("part").rng)
    start = perf_counter()
    synthesizer.fit(part, run.child("part"))
    seconds = perf_counter() - start
    return seconds, projected(seconds, part.n_rows, all_rows)


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
        if (other.loss or 0.0) < (best.loss or 0.0) - _MARGIN:
            best = other
    told = "; ".join([_described(standing) for standing in raced] + [f"{s.name}: {s.out}" for s in standings if s.out])
    return best.name, f"It lost least on unseen rows ({told})."


def _described(standing: Standing) -> str:
    parts = [
        f"{label} {value:.3f}"
        for label, value in (
            ("detection", standing.detection),
            ("utility", standing.utility),
            ("closeness", standing.closeness),
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
