"""Who holds the values of a quantity: protection counts people and things, of which one may have many rows."""

from dataclasses import dataclass

import numpy as np

from understudy.data.table import pairs_counted

__all__ = ["Holders"]


@dataclass(frozen=True, slots=True)
class Holders:
    """The rows of a quantity, without those that are missing.

    Parameters
    ----------
    places : array of shape (n,)
        Place of each row's value among the distinct ones in their order.
    who : array of shape (n,)
        Number of its holder.
    n_values : int
        How many distinct values there are.
    """

    places: np.ndarray
    who: np.ndarray
    n_values: int

    def shared(self) -> np.ndarray:
        """Give the number of holders of each value."""
        return pairs_counted(self.places, self.who, self.n_values)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Count each holder of the marked ``values`` once, at the middle one of their rows among these.

        Of numbers of rows, sums over stretches of values would count a holder twice; of these, they do not.
        """
        marked = values[self.places]
        places, who = self.places[marked], self.who[marked]
        order = np.lexsort((places, who))
        places, who = places[order], who[order]
        starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(who) else np.zeros(0, dtype=np.int64)
        middle = (starts + np.append(starts[1:], len(who)) - 1) // 2
        return np.bincount(places[middle], minlength=self.n_values)

    def outermost(self, distinct: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the ``m`` lowest of the holders' lowest values and the highest of their highest, ascending."""
        _, own = np.unique(self.who, return_inverse=True)
        n = int(own.max(initial=-1)) + 1
        low, high = np.full(n, self.n_values), np.full(n, -1)
        np.minimum.at(low, own, self.places)
        np.maximum.at(high, own, self.places)
        return distinct[np.sort(low)[:m]], distinct[np.sort(high)[-m:]]
