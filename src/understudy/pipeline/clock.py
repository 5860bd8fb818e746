"""Where the time of a job goes."""

from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter

from understudy.context import Run, Silent, Step
from understudy.store.manifest import StepRecord

__all__ = ["Clock"]


@dataclass(slots=True)
class Clock:
    """Takes the time of each step, and shows it as a line of progress."""

    steps: list[StepRecord] = field(default_factory=list)

    @contextmanager
    def step(
        self, run: Run, rows: int | None = None, *, live: bool = False, shown: bool = True
    ) -> Generator[Step, None, None]:
        """Time the block as the step at the place of ``run``.

        Parameters
        ----------
        run : Run
            The place.
        rows : int or None
            Rows that go through it; None where nobody knows.
        live : bool
            Whether the block advances the line itself.
        shown : bool
            Whether there is a line; not where the block opens its own for the same place.
        """
        start = perf_counter()
        with run.step(rows, "rows") if shown else nullcontext(Silent()) as line:
            yield line
            if rows is not None and not live:
                line.advance(rows)
        self.steps.append(StepRecord(name=run.where, seconds=round(perf_counter() - start, 3), rows=rows))
