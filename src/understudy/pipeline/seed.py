"""Seeds and other whole numbers from users."""

import operator
import secrets

from understudy.errors import InputError

__all__ = ["MOST_ROWS", "checked_seed", "whole"]

MOST_ROWS = 10**12
"""Rows that a job can be asked for."""


def checked_seed(seed: object) -> int:
    """Give ``seed``, or one drawn by the system where it is None (short, so that people can pass it on).

    Raises
    ------
    InputError
        If it is not in [0, 2**63).
    """
    if seed is None:
        return secrets.randbelow(2**32)
    number = whole(seed, "seed", 0)
    if number >= 2**63:
        msg = f"seed = {number} is too large. Give a whole number below 2**63."
        raise InputError(msg)
    return number


def whole(value: object, name: str, least: int, most: int | None = None) -> int:
    """Give ``value``, of Python's or numpy's whole numbers, as an integer.

    Raises
    ------
    InputError
        If it is none, below ``least``, or above ``most``; calls it ``name``.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)  # pyright: ignore[reportArgumentType] - tried
    except TypeError:
        number = None
    if number is None or number < least:
        msg = f"{name} = {value!r} is no whole number from {least} on. Give one."
        raise InputError(msg)
    if most is not None and number > most:
        msg = f"{name} = {value!r} is too large. Give at most {most:,}."
        raise InputError(msg)
    return number
