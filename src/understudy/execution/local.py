"""Runs work on this machine, in threads: polars, compiled kernels and BLAS release the interpreter lock."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Local", "cores"]

A = TypeVar("A")
B = TypeVar("B")


def cores() -> int:
    """Give the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not everywhere
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Local:
    """Executor of ``workers`` threads, one per core where None; 1 runs in the caller's own thread."""

    workers: int | None = None

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Apply ``function`` to each item; results come in the items' order."""
        workers = self.workers or cores()
        if workers == 1:
            yield from map(function, items)
            return
        pool = ThreadPoolExecutor(workers)
        try:
            yield from pool.map(function, items)
        finally:  # after an error or Ctrl-C, what has not begun never does
            pool.shutdown(cancel_futures=True)
