"""Checks on what a model file holds, before anything relies on it: whoever seals a file may have written what he likes.

Compiled code reads where its arrays point, so that a number out of place would let it read anything.
"""

import numpy as np

__all__ = ["array", "expect"]


def expect(holds: object, what: str) -> None:
    """Refuse a state of which ``what`` is said, unless that ``holds``.

    Raises
    ------
    ValueError
        Saying ``what``; whoever reads the file makes a sentence of it.
    """
    if not holds:
        raise ValueError(what)


def array(
    values: object,
    name: str,
    dtype: type[np.generic] | str,
    shape: tuple[int | None, ...],
    *,
    low: float | None = None,
    high: float | None = None,
    rising: bool = False,
) -> np.ndarray:
    """Give ``values`` if they are an array as it should be.

    Parameters
    ----------
    values : object
        What the file holds.
    name : str
        What it is called in an error.
    dtype : type or str
        Its dtype, or the kinds that it may be of, such as "iu".
    shape : tuple of int or None
        Its shape; None for any length.
    low, high : float, optional
        Least and greatest number; with either, none may be NaN.
    rising : bool
        Whether no number may be less than the one before.

    Raises
    ------
    ValueError
        If they are anything else.
    """
    wrong = _wrong(values, dtype, shape)
    if wrong is None and isinstance(values, np.ndarray):
        if not values.size:
            return values
        if low is not None and not values.min() >= low:
            wrong = f"goes below {low}"
        elif high is not None and not values.max() <= high:
            wrong = f"goes beyond {high}"
        elif not rising or (values[1:] >= values[:-1]).all():
            return values
        else:
            wrong = "does not rise"
    msg = f"{name} {wrong}"
    raise ValueError(msg)


def _wrong(values: object, dtype: type[np.generic] | str, shape: tuple[int | None, ...]) -> str | None:
    if not isinstance(values, np.ndarray):
        return "is no array"
    if values.dtype.kind not in dtype if isinstance(dtype, str) else values.dtype.type is not dtype:
        return f"is of the dtype {values.dtype}"
    if len(shape) != values.ndim or not all(b in {None, a} for a, b in zip(values.shape, shape, strict=True)):
        return f"has the shape {values.shape}"
    return None
