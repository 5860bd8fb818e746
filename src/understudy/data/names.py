"""Names of columns, of which no two may be alike."""

from collections import Counter
from collections.abc import Sequence

__all__ = ["repeated"]


def repeated(names: Sequence[str]) -> list[str]:
    """Give the names that occur more than once, in the order of the alphabet."""
    return sorted(name for name, count in Counter(names).items() if count > 1)
