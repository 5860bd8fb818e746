"""How long fits take, told by short ones, so that a time budget can be kept."""

from dataclasses import dataclass, replace
from time import perf_counter

from understudy.context import Findings, Run, Silent
from understudy.data.split import draw
from understudy.data.table import Table
from understudy.protocols import Synthesizer

__all__ = ["SORTING", "WARM_UP", "Pace", "rehearsing"]

WARM_UP = 100
"""Rows of a fit that pays for what is paid once, and tells what does not depend on the rows."""
SORTING = 1.25
"""Factor on the rows, whose sorting takes a little more than in proportion."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long fits take: some seconds whatever the rows, and the rest in proportion to them."""

    constant: float
    per_row: float

    @classmethod
    def of(cls, synthesizer: Synthesizer, rows: Table, run: Run) -> "Pace":
        """Time a fit on ``rows`` and one on few of them, after one that pays for what is paid once (compilation)."""
        few = draw(rows, WARM_UP, run.child("warm").rng)
        synthesizer.fit(few, run.child("warm"))
        seconds: list[float] = []
        for part in (few, rows):
            start = perf_counter()
            synthesizer.fit(part, run.child("part", part.n_rows))
            seconds.append(perf_counter() - start)
        short, long = seconds
        more = rows.n_rows - few.n_rows
        return cls(min(short, long), max(0.0, long - short) / more if more else 0.0)

    def expected(self, rows: int) -> float:
        """Give the seconds that a fit on ``rows`` is expected to take, with a quarter more for sorting."""
        return self.constant + SORTING * self.per_row * rows

    def affordable(self, seconds: float) -> float:
        """Give the rows that a fit can be done on in ``seconds``."""
        return (seconds - self.constant) / max(SORTING * self.per_row, 1e-12)


def rehearsing(run: Run) -> Run:
    """Give the run of a fit that is thrown away: what it finds and how far it has come concern nobody."""
    return replace(run, findings=Findings(), progress=Silent())
