"""Pairs columns of latitude and longitude."""

from typing import Literal

import polars as pl

from understudy.data.numbers import read_numbers
from understudy.data.profile import Guess
from understudy.schema.column import ColumnType, Location, Numerical
from understudy.schema.semantic import words_of

__all__ = ["pair_places"]

LATITUDE = frozenset({"lat", "latitude", "latitud", "breitengrad", "breite"})
LONGITUDE = frozenset({"lon", "lng", "long", "longitude", "longitud", "längengrad", "laengengrad", "länge", "laenge"})
Axis = Literal["latitude", "longitude"]
NORTH, EAST = 90.0, 180.0


def pair_places(guesses: dict[str, Guess]) -> dict[str, Guess]:
    """Pair columns of latitude and longitude: by the names, which agree but for that word, and by the range."""
    out = dict(guesses)
    taken: set[str] = set()
    for name, mine in guesses.items():
        words = words_of(name)
        north = next((w for w in words if w in LATITUDE), None)
        if north is None:
            continue
        stem = [w for w in words if w != north]
        partner = next((n for n in guesses if n not in taken and _is_longitude(n, stem)), None)
        if partner is None or not (_within(mine, NORTH) and _within(guesses[partner], EAST)):
            continue
        taken.add(partner)
        pairs: tuple[tuple[str, str, Axis], ...] = ((name, partner, "latitude"), (partner, name, "longitude"))
        for one, other, axis in pairs:
            guess = guesses[one]
            column: ColumnType = Location(axis=axis, partner=other, decimals=getattr(guess.column, "decimals", None))
            reason = f"degrees of {axis} by name and range, with {other!r}"
            out[one] = Guess(column, (*guess.evidence, reason), guess.profile, guess.style)
    return out


def _is_longitude(name: str, stem: list[str]) -> bool:
    words = words_of(name)
    east = next((w for w in words if w in LONGITUDE), None)
    return east is not None and [w for w in words if w != east] == stem


def _within(guess: Guess, limit: float) -> bool:
    if not isinstance(guess.column, Numerical):
        return False
    values = guess.profile.values
    numbers = values.cast(pl.Float64) if values.dtype != pl.String else _numbers(values, guess)
    return not numbers.null_count() and float(numbers.abs().max() or 0) <= limit  # pyright: ignore[reportArgumentType]


def _numbers(values: pl.Series, guess: Guess) -> pl.Series:
    return values.to_frame("text").select(read_numbers(pl.col("text"), None, guess.style).alias("x"))["x"]
