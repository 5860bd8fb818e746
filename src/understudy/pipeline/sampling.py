"""Rows in chunks: bounded memory, and the same draws whatever the number of workers."""

from collections.abc import Iterator

from understudy.context import Run
from understudy.data.table import Table
from understudy.protocols import Generator, Given

__all__ = ["CHUNK", "sample"]

CHUNK = 20_000
"""Rows made at a time unless the recipe says otherwise."""
_WAVE = 8  # chunks in flight; those of a wave may be made at the same time, and more would not be bounded in memory


def sample(generator: Generator, n: int, run: Run, given: Given | None = None, chunk: int = CHUNK) -> Iterator[Table]:
    """Make ``n`` rows, ``chunk`` at a time.

    Draws are systematic within a chunk. Names of rows go on from chunk to chunk, so that they stay unique.

    Parameters
    ----------
    generator : Generator
        What makes them.
    n : int
        How many.
    run : Run
        The job; chunk ``i`` draws from ``run.child(i)``.
    given : Given, optional
        Values that every row must have.
    chunk : int
        Rows made at a time.

    Yields
    ------
    Table
        The next rows; at least one table, which is empty for ``n`` of 0.
    """
    starts = range(0, n, chunk) or range(1)

    def make(i: int) -> Table:
        start = starts[i]
        return generator.sample(min(chunk, n - start), run.child(i), given, start)

    for first in range(0, len(starts), _WAVE):
        yield from run.executor.map(make, range(first, min(first + _WAVE, len(starts))))
