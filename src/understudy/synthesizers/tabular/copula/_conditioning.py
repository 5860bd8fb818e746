"""Draws normal variables that must lie in given intervals, without rejection."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from understudy.transforms.encoder import stratified

__all__ = ["Box", "draw_inside", "truncated"]

_FEWEST_PARTICLES = 4_096
_CELLS = 1 << 20  # numbers of a temporary array


@dataclass(frozen=True, slots=True)
class Box:
    """Intervals of one latent variable, apart from one another.

    Parameters
    ----------
    low, high : arrays of shape (k,)
        Their ends, low < high.
    """

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, cuts: np.ndarray, allowed: np.ndarray) -> "Box":
        """Join the intervals between ``cuts`` that are ``allowed``, shape (k,) bool."""
        steps = np.diff(np.concatenate([[0], allowed.astype(np.int8), [0]]))
        return cls(cuts[:-1][steps[:-1] == 1], cuts[1:][steps[1:] == -1])

    @property
    def mass(self) -> float:
        """Probability of the intervals."""
        return float((ndtr(self.high) - ndtr(self.low)).sum())


def draw_inside(n: int, correlation: np.ndarray, boxes: list[Box], rng: np.random.Generator) -> np.ndarray:
    """Draw ``n`` times normal variables with ``correlation``, given that each lies in its box; shape (l, n).

    One variable is exact by inversion. Several are drawn one after the other, each given those before, which weights
    every draw with the probabilities of its boxes (the GHK sampler); ``n`` are then taken by weight from at least twice
    as many. So every value lies in its box whatever the number of draws, and the joint distribution is right as it
    grows.

    References
    ----------
    Geweke, *Efficient simulation from the multivariate normal and Student-t distributions subject to linear
    constraints*, 1991; Hajivassiliou, McFadden, Ruud, *Simulation of multivariate normal rectangle probabilities*,
    1996; Rubin, *The calculation of posterior distributions by data augmentation: the SIR algorithm*, 1987.
    """
    if len(boxes) == 1:
        z, _ = truncated(boxes[0], np.zeros(n), 1.0, _spread(n, rng))
        return z[None]
    order = np.argsort([box.mass for box in boxes], kind="stable")  # the rarest first: the weights then differ least
    root = np.linalg.cholesky(correlation[np.ix_(order, order)])
    m = max(2 * n, _FEWEST_PARTICLES)
    z, noise, weight = np.empty((len(boxes), m)), np.empty((len(boxes), m)), np.zeros(m)
    for i, j in enumerate(order):
        mean = root[i, :i] @ noise[:i]
        z[j], mass = truncated(boxes[j], mean, float(root[i, i]), _spread(m, rng))
        noise[i] = (z[j] - mean) / root[i, i]
        weight += np.log(np.maximum(mass, 1e-300))
    share = np.cumsum(np.exp(weight - weight.max()))
    places = np.searchsorted(share / share[-1], _spread(n, rng), side="right")
    return z[:, np.minimum(places, m - 1)]


def truncated(box: Box, mean: np.ndarray, std: float, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw a normal variable inside ``box`` by inversion, and give the box's probability.

    Parameters
    ----------
    box : Box
        Where it must lie.
    mean : array of shape (n,)
        Mean of each draw.
    std : float
        Standard deviation of all.
    u : array of shape (n,)
        Numbers in [0, 1) to invert.

    Returns
    -------
    z, mass : arrays of shape (n,)
        Draws, and the probability of the box. Where that is 0 in float64, the draw is the nearest end of the box.
    """
    z, mass = np.empty(len(mean)), np.empty(len(mean))
    rows = max(1, _CELLS // len(box.low))
    for start in range(0, len(mean), rows):
        part = slice(start, start + rows)
        z[part], mass[part] = _truncated(box, mean[part, None], std, u[part])
    return z, mass


def _truncated(box: Box, mean: np.ndarray, std: float, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = (box.low - mean) / std, (box.high - mean) / std
    # In the upper tail 1 - p is 1 in float64 long before p is 0: look at it from the other side.
    flip = a > 0
    low, high = np.where(flip, -b, a), np.where(flip, -a, b)
    start = ndtr(low)
    mass = ndtr(high) - start
    ends = np.cumsum(mass, axis=1)
    total = ends[:, -1]
    pick = np.minimum((ends <= (u * total)[:, None]).sum(axis=1), len(box.low) - 1)
    row = np.arange(len(pick))
    pick = np.where(total > 0, pick, np.maximum(a, -b).argmin(axis=1))
    low, high, mass, start, flip = low[row, pick], high[row, pick], mass[row, pick], start[row, pick], flip[row, pick]
    inside = np.divide(u * total - (ends[row, pick] - mass), mass, out=np.zeros_like(u), where=mass > 0)
    x = np.where(mass > 0, ndtri(start + np.clip(inside, 0.0, 1.0) * mass), high)
    x = np.clip(x, low, high)
    return mean[:, 0] + std * np.where(flip, -x, x), total


def _spread(n: int, rng: np.random.Generator) -> np.ndarray:
    return stratified(np.zeros(n, dtype=np.int8), rng)
