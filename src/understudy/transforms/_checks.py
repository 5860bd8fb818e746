"""Check digits: molds leave them out, so that no two numbers differ in them only, and put them in at the end."""

import re
from dataclasses import replace

import polars as pl

from understudy.transforms._molds import Mold, Part

__all__ = ["checked"]

DIGITS = frozenset("0123456789")


def checked(mold: Mold, semantic: str | None) -> Mold:
    """Give the mold of numbers with right check digits, where the meaning has some and the mold has places for them."""
    match semantic:
        case "credit_card":
            turned = _blank(tuple(_turned(part) for part in reversed(mold.parts)), 0, 1)
            parts = None if turned is None else tuple(_turned(part) for part in reversed(turned))
            finish = _with_luhn
        case "iban":
            parts, finish = _blank(mold.parts, 2, 2), _with_mod_97
        case _:
            return mold
    return mold if parts is None else replace(mold, parts=parts, finish=finish)


def _turned(part: Part) -> Part:
    return replace(part, words=tuple(word[::-1] for word in part.words))


def _blank(parts: tuple[Part, ...], skip: int, n: int) -> tuple[Part, ...] | None:
    """Put zeros into ``n`` places after ``skip`` others; None where these are not the same digits of every text."""
    if not n:
        return parts
    if not parts:
        return None
    part, *rest = parts
    shortest, longest = (min(map(len, part.words)), max(map(len, part.words))) if part.words else (part.low, part.high)
    if skip >= longest and shortest == longest:
        after = _blank(tuple(rest), skip - longest, n)
        return None if after is None else (part, *after)
    m = min(n, longest - skip)
    if shortest < skip + m or (m < n and shortest < longest) or len(part.words) > 1:
        return None
    zeros = Part(words=("0" * m,))
    if part.words:
        (word,) = part.words
        ends = (word[:skip], word[skip + m :])
        before, behind = (tuple(Part(words=(end,)) for end in (end,) if end) for end in ends)
        digits = set(word[skip : skip + m]) <= DIGITS
    else:
        before, behind = _cut(part, skip, skip), _cut(part, part.low - skip - m, part.high - skip - m)
        digits = set(part.letters) <= DIGITS
    after = _blank(tuple(rest), 0, n - m)
    return (*before, zeros, *behind, *after) if digits and after is not None else None


def _cut(part: Part, low: int, high: int) -> tuple[Part, ...]:
    return (Part(letters=part.letters, low=low, high=high),) if high else ()


def _with_luhn(texts: pl.Series) -> pl.Series:
    """Put the check digit of ISO/IEC 7812-1 in the last place."""
    return pl.Series([f"{text[:-1]}{_luhn(text)}" for text in texts.to_list()], dtype=pl.String)


def _luhn(text: str) -> int:
    digits = [int(c) for c in text if c.isdigit()][:-1]
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits)))  # noqa: PLR2004
    return -total % 10


def _with_mod_97(texts: pl.Series) -> pl.Series:
    """Put the check digits of ISO 13616-1 in the third and fourth place."""
    return pl.Series([f"{text[:2]}{_mod_97(text):02d}{text[4:]}" for text in texts.to_list()], dtype=pl.String)


def _mod_97(text: str) -> int:
    bare = re.sub(r"[^0-9A-Za-z]", "", text)
    number = "".join(str(int(c, 36)) for c in f"{bare[4:]}{bare[:2]}00")
    return 98 - int(number) % 97
