"""How often an attack succeeds on training rows, beside how often it does on rows that were never seen."""

from dataclasses import dataclass
from math import erfc, sqrt

from scipy.stats import norm

from understudy.metrics.tabular._intervals import Interval, shares_apart

__all__ = ["Excess"]


@dataclass(frozen=True, slots=True)
class Excess:
    """Successes on either side.

    Parameters
    ----------
    hits, n : int
        Successes among training rows, and how often it was tried.
    other_hits, other_n : int
        The same among unseen rows.
    """

    hits: int
    n: int
    other_hits: int
    other_n: int

    @property
    def members(self) -> float:
        """Share of successes among training rows."""
        return self.hits / self.n

    @property
    def others(self) -> float:
        """Share of successes among unseen rows: what the table is for, or chance."""
        return self.other_hits / self.other_n

    @property
    def value(self) -> float:
        """The difference of the two."""
        return self.members - self.others

    def interval(self, comparisons: int = 1) -> Interval:
        """Give the 95 % interval of the difference (Newcombe), widened where it is one of several comparisons."""
        z = float(norm.ppf(1 - 0.025 / comparisons))
        return shares_apart(self.hits, self.n, self.other_hits, self.other_n, z)

    @property
    def p(self) -> float:
        """Chance of so great a difference, or a greater one, where nothing leaks (normal, pooled)."""
        pooled = (self.hits + self.other_hits) / (self.n + self.other_n)
        error = sqrt(pooled * (1 - pooled) * (1 / self.n + 1 / self.other_n))
        return 1.0 if error == 0 else 0.5 * erfc(self.value / error / sqrt(2))
