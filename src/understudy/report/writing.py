"""How numbers and names are written on the page."""

import re
import unicodedata

__all__ = ["MINUS", "clean", "number", "percent", "score_number", "share_number"]

MINUS = "\u2212"
"""The minus sign that is as wide as a digit."""

_THIN = "\u202f"
_TIMES = "\u00d7"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None) -> str:
    """Write a number for reading: three decimals below 1, else about four digits, with thousands set apart."""
    if value is None:
        return "\u2013"
    size = abs(value)
    if value == int(value) and size < 1e15:  # noqa: PLR2004 - beyond it floats skip whole numbers
        return f"{int(value):,}".replace("-", MINUS)
    digits = 4 if size < 1e-3 else 3 if size < 10 else 2 if size < 100 else 1 if size < 1e4 else 0  # noqa: PLR2004 - steps of reading
    if size >= 1e7 or size < 5e-5:  # noqa: PLR2004 - beyond these a plain number is hard to read
        digit, _, power = f"{value:.1e}".partition("e")
        return f"{digit}{_THIN}{_TIMES}{_THIN}10{str(int(power)).translate(_RAISED)}".replace("-", MINUS)
    return f"{value:,.{digits}f}".replace("-", MINUS)


def score_number(value: float | None) -> str:
    """Write a score with three decimals, so that columns align; what is there but rounds to nothing says so."""
    if value is None:
        return "\u2013"
    if 0 < abs(value) < 0.0005:  # noqa: PLR2004 - rounds to 0.000
        return f"<{_THIN}0.001" if value > 0 else f">{_THIN}{MINUS}0.001"
    return f"{value:.3f}".replace("-", MINUS) if abs(value) < 1e4 else number(value)  # noqa: PLR2004 - no score, an error


def share_number(share: float | None) -> str:
    """Write a share as a percentage, with a second decimal near nothing, where it matters."""
    if share is None:
        return "\u2013"
    if share in {0.0, 1.0}:
        return f"{100 * share:.0f}{_THIN}%"
    if 0 < share < 0.00005:  # noqa: PLR2004 - rounds to 0.00 %
        return f"<{_THIN}0.01{_THIN}%"
    if 0.9995 <= share < 1:  # noqa: PLR2004 - rounds to 100.0 %, which it is not
        return f"{min(100 * share, 99.99):.2f}{_THIN}%"
    return f"{100 * share:.{1 if abs(share) >= 0.0095 else 2}f}{_THIN}%".replace("-", MINUS)  # noqa: PLR2004


def percent(share: float) -> str:
    """Write a share as a percentage; what is there but rounds to nothing is "< 0.1 %"."""
    if 0 < share < 0.0005:  # noqa: PLR2004 - rounds to 0.0 %
        return f"<{_THIN}0.1{_THIN}%"
    return f"{100 * share:.1f}{_THIN}%"


_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def clean(text: str, limit: int = 80) -> str:
    """Make text from data safe to set: control and direction marks become visible, and length is limited."""
    shown = _INVISIBLE.sub("\ufffd", text)
    shown = "".join(
        " " if char in "\n\r\t" else "\ufffd" if unicodedata.category(char) in {"Cc", "Cs"} else char for char in shown
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
