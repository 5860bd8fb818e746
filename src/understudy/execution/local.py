"""Runs work on this machine, in threads: polars, compiled kernels and BLAS release the interpreter lock."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Local"]

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Local:
    """Executor of ``workers`` threads; 1 runs in the caller's own thread."""

    workers: int = 1

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Apply ``function`` to each item; results come in the items' order."""
        if self.workers == 1:
            yield from map(function, items)
            return
        with ThreadPoolExecutor(self.workers) as pool:
            yield from pool.map(function, items)
