"""Seeds from users."""

import secrets

from understudy.errors import InputError

__all__ = ["checked_seed"]


def checked_seed(seed: int | None) -> int:
    """Give ``seed``, or one drawn by the system where it is None (short, so that people can pass it on).

    Raises
    ------
    InputError
        If it is not in [0, 2**63).
    """
    if seed is None:
        return secrets.randbelow(2**32)
    if not 0 <= seed < 2**63:
        msg = f"The seed {seed} is not in [0, 2**63). Give a whole number from 0."
        raise InputError(msg)
    return seed
