"""Molds of made-up people, addresses, accounts and the like, from the word lists of mimesis."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from mimesis import Address, Finance, Locale, Person

from understudy.data.shapes import CLASSES, pieces_of
from understudy.transforms._molds import Mold, Part

__all__ = ["mold_of", "mold_of_pattern"]

MANY, ENOUGH = 4_000, 1_500
DIGITS = CLASSES["0-9"]
HOSTS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org", "web.example.net")
"""Reserved for examples (RFC 2606): mail to them reaches nobody."""


def mold_of_pattern(pattern: str) -> Mold:
    """Give the mold of a pattern, as :func:`understudy.data.shapes.learn` writes it."""
    parts = [
        Part(words=(piece.letters,)) if piece.literal else Part(letters=piece.letters, low=piece.low, high=piece.high)
        for piece in pieces_of(pattern)
    ]
    return Mold(tuple(parts))


def mold_of(semantic: str, pattern: str | None) -> Mold:
    """Give the mold of made-up values of a meaning; a pattern decides the form where the meaning allows several."""
    if semantic == "ssn":
        # Numbers from 900 are never given out.
        if pattern is not None and "-" not in re.sub(r"\[.*?\]", "", pattern):
            return _words(("9",), _digits(8))
        return _words(("9",), _digits(2), ("-",), _digits(2), ("-",), _digits(4))
    if semantic == "ipv4":
        octets = tuple(map(str, range(256)))
        return _words(("10",), (".",), octets, (".",), octets, (".",), octets)
    if pattern is not None:
        return mold_of_pattern(pattern)
    makers: dict[str, Callable[[], Mold]] = {
        "email": lambda: _words(_plain(_first()), (".",), _plain(_last()), _digits(1, 3), ("@",), HOSTS),
        "username": lambda: _words(_plain(_first()), ("", "_", "."), _plain(_last()), _digits(1, 3)),
        "url": lambda: _words(("https://www.",), HOSTS, ("/",), _plain(_last()), ("/",), _digits(3, 6)),
        "first_name": lambda: _words(_first()),
        "last_name": lambda: _words(_last()),
        "person_name": lambda: _words(_first(), (" ",), _last()),
        "address": lambda: _words(_numbers(), (" ",), _streets()),
        "city": lambda: _words(_cities()),
        "postcode": lambda: _words(_digits(5)),
        "company": lambda: _words(_last(), (" ",), _company_forms()),
        "phone": lambda: _words(("+1 555 ",), _digits(3), (" ",), _digits(4)),
        "credit_card": lambda: _words(("4",), _digits(15)),
        "uuid": lambda: mold_of_pattern("-".join(f"[0-9a-f]{{{k}}}" for k in (8, 4, 4, 4, 12))),
        "mac": lambda: mold_of_pattern(":".join(["[0-9a-f]{2}"] * 6)),
        "ipv6": lambda: mold_of_pattern(":".join(["fd[0-9a-f]{2}", *["[0-9a-f]{4}"] * 7])),
        "iban": lambda: mold_of_pattern("DE[0-9]{20}"),
    }
    return makers.get(semantic, lambda: mold_of_pattern("[A-Z0-9]{8}"))()


def _words(*parts: tuple[str, ...] | Part) -> Mold:
    return Mold(tuple(part if isinstance(part, Part) else Part(words=part) for part in parts))


def _digits(low: int, high: int | None = None) -> Part:
    return Part(letters=DIGITS, low=low, high=high or low)


def _plain(names: tuple[str, ...]) -> tuple[str, ...]:
    """Spell names with the letters a to z only."""
    bare = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in names)
    return tuple(sorted({re.sub(r"[^a-z]", "", name.lower()) for name in bare} - {""}))


def _drawn(draw: Callable[[], str]) -> tuple[str, ...]:
    return tuple(sorted({draw() for _ in range(MANY)}))


@cache
def _first() -> tuple[str, ...]:
    return _drawn(Person(Locale.EN, seed=1).first_name)


@cache
def _last() -> tuple[str, ...]:
    return _drawn(Person(Locale.EN, seed=2).last_name)


@cache
def _cities() -> tuple[str, ...]:
    return _drawn(Address(Locale.EN, seed=3).city)


@cache
def _streets() -> tuple[str, ...]:
    address = Address(Locale.EN, seed=4)
    return _drawn(lambda: f"{address.street_name()} {address.street_suffix()}")


@cache
def _company_forms() -> tuple[str, ...]:
    finance = Finance(Locale.EN, seed=5)
    words = {finance.company_type(abbr=True) for _ in range(100)}
    kinds = ("Systems", "Foods", "Partners", "Labs", "Logistics", "Energy", "Design", "Media", "Health", "Trading")
    return tuple(sorted(f"{kind} {form}" for kind in kinds for form in words))


def _numbers() -> tuple[str, ...]:
    return tuple(map(str, range(1, ENOUGH)))
