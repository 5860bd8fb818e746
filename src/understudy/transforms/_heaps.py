"""Heaps: the share of values that were rounded more coarsely than others, as weights to fives and prices to tens."""

import numpy as np

from understudy.transforms._units import Quantity, on_grid

__all__ = ["heaped", "heaps_of"]

_FACTORS = (5.0, 2.0)  # from each grid to the next
_MOST = 24
_ENOUGH = 100  # rows
_LEAST_SHARE, _SIGMAS = 0.02, 4.0
_EXACT = 2.0**53


def heaps_of(values: np.ndarray, counts: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Find coarser grids that more values lie on than chance would put there.

    If a share ``w[j]`` of the values was rounded to multiples of ``s[j]``, and nothing else, then the share of
    multiples of ``s[k]`` is the sum of ``w[j]`` over the coarser grids, and of ``w[j] s[j] / s[k]`` over the finer
    ones. These equations are solved for ``w``.

    Parameters
    ----------
    values, counts : array of shape (k,)
        Distinct values, and the rows of each.
    step : float
        Finest grid; 0: none.

    Returns
    -------
    array of shape (h,), array of shape (h,)
        Steps, rising, and the share of values that were rounded to each; shares that chance explains are left out.
    """
    told = (values != 0) & (np.abs(values) < _EXACT * step)
    units, counts = np.rint(np.abs(values[told]) / step) if step else np.empty(0), counts[told]
    n = float(counts.sum())
    if n < _ENOUGH:
        return np.empty(0), np.empty(0)
    ratios, shares = [1.0], [1.0]
    while len(ratios) <= _MOST:
        ratio = ratios[-1] * _FACTORS[(len(ratios) - 1) % len(_FACTORS)]
        share = float(counts[units % ratio == 0].sum()) / n
        if not share:
            break
        ratios.append(ratio)
        shares.append(share)
    grids, of = np.array(ratios), np.array(shares)
    chance = np.minimum(grids[None, :] / grids[:, None], 1.0)
    rounded = np.linalg.solve(chance, of)
    found = rounded >= np.maximum(_LEAST_SHARE, _SIGMAS * np.sqrt(of / n))
    found[0] = False
    kept = rounded[found]
    return grids[found] * step, kept / max(1.0, kept.sum())


def heaped(
    numbers: np.ndarray, snapped: np.ndarray, steps: np.ndarray, ends: tuple[np.ndarray, np.ndarray], column: Quantity
) -> np.ndarray:
    """Round each number to its own step; where that would leave its segment, it stays on the finest grid.

    Parameters
    ----------
    numbers, snapped : array of shape (n,)
        Numbers, and their nearest points on the finest grid.
    steps : array of shape (n,)
        The grid of each.
    ends : tuple of array of shape (n,)
        Ends of each number's segment.
    column : Numerical, Location, Datetime or Duration
        The column.
    """
    out = snapped.copy()
    for step in np.unique(steps):
        mine = steps == step
        near = on_grid(np.rint(numbers[mine] / step) * step, column, float(step))
        inside = (near >= ends[0][mine]) & (near <= ends[1][mine])
        out[mine] = np.where(inside, near, snapped[mine])
    return out
