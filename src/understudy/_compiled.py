"""Compilation of kernels by numba, kept on disk where a folder for it can be written, else in memory alone.

A read-only container is such a place: numba refuses to cache there, which is no reason not to work.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(**options: Any) -> Callable[[F], F]:  # noqa: ANN401 - they are numba's to check
    """Compile a function without the interpreter's lock, so that threads run it side by side.

    Parameters
    ----------
    **options
        What :func:`numba.njit` takes beside ``cache`` and ``nogil``.

    Returns
    -------
    callable
        The decorator.
    """

    def decorate(function: F) -> F:
        try:
            return cast("F", njit(cache=True, nogil=True, **options)(function))
        except RuntimeError:  # numba's word for "no folder to cache in"
            return cast("F", njit(nogil=True, **options)(function))

    return decorate
