"""Where work runs. Everything above asks an Executor; nothing above knows which."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

__all__ = ["Executor"]

A = TypeVar("A")
B = TypeVar("B")


class Executor(Protocol):
    """Applies a function to many items."""

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Apply ``function`` to each item; results come in the items' order."""
        ...
