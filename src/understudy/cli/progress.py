"""Progress on a terminal as bars, elsewhere as plain lines on stderr."""

import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from understudy.context import Progress, Step

__all__ = ["shown"]


def shown(*, verbose: bool) -> "AbstractContextManager[Progress]":
    """Give progress for the length of a block.

    Parameters
    ----------
    verbose : bool
        Whether the parts of a step are shown when they are done, too.
    """
    return _bars(verbose=verbose) if sys.stderr.isatty() else nullcontext(_Lines(verbose))


@dataclass(slots=True)
class _Count:
    """Counts what was done."""

    done: int = 0

    def advance(self, amount: int = 1) -> None:
        self.done += amount


@dataclass(frozen=True, slots=True)
class _Lines:
    """One line at the end of each step."""

    verbose: bool

    def step(self, where: str, total: int | None, unit: str) -> "AbstractContextManager[Step]":
        return self._step(where, total, unit)

    @contextmanager
    def _step(self, where: str, total: int | None, unit: str) -> Generator["Step", None, None]:
        count, start = _Count(), perf_counter()
        yield count
        if self.verbose or "/" not in where:
            amount = f"{total or count.done:,} {unit}, " if total or count.done else ""
            print(f"{where}: {amount}{perf_counter() - start:.1f} s", file=sys.stderr, flush=True)


@contextmanager
def _bars(*, verbose: bool) -> Generator["Progress", None, None]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[amount]:>24}", markup=False),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True), refresh_per_second=8) as progress:
        yield _Bars(progress, verbose)


@dataclass(frozen=True, slots=True)
class _Bars:
    """One bar per step; those of a step's parts go away when it is done."""

    progress: "RichProgress"
    verbose: bool

    def step(self, where: str, total: int | None, unit: str) -> "AbstractContextManager[Step]":
        return self._step(where, total, unit)

    @contextmanager
    def _step(self, where: str, total: int | None, unit: str) -> Generator["Step", None, None]:
        depth = where.count("/")
        name = "  " * depth + where.rpartition("/")[2]
        task = self.progress.add_task(name, total=total, amount=_amount(total, unit))
        bar = _Bar(self.progress, task, total, unit)
        try:
            yield bar
        finally:
            if depth and not self.verbose:
                self.progress.remove_task(task)
            else:
                done = total or bar.done
                self.progress.update(task, total=done or 1, completed=done or 1, amount=_amount(done, unit))


@dataclass(slots=True)
class _Bar:
    progress: "RichProgress"
    task: "TaskID"
    total: int | None
    unit: str
    done: int = 0

    def advance(self, amount: int = 1) -> None:
        self.done += amount
        told = f"{self.done:,} of {self.total:,} {self.unit}" if self.total else _amount(self.done, self.unit)
        self.progress.update(self.task, advance=amount, amount=told)


def _amount(count: int | None, unit: str) -> str:
    return f"{count:,} {unit}" if count else ""
