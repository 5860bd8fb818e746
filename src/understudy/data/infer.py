"""Rows to schema: what each column means, with the evidence for each guess."""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from understudy.data.dates import date_format, resolution_of
from understudy.data.durations import duration_format
from understudy.data.guess_numbers import guess_number, guess_quantity
from understudy.data.guess_words import guess_switch, guess_words
from understudy.data.profile import Guess, Profile, profile_of
from understudy.data.raw import NULL, Raw
from understudy.data.reporter import Reporter
from understudy.data.storage import name_of
from understudy.errors import InputError
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
)
from understudy.schema.layout import Layout, NumberFormat
from understudy.schema.semantic import named, words_of
from understudy.schema.table import TableSchema

__all__ = ["Inference", "infer"]

LATITUDE, LONGITUDE = frozenset({"lat", "latitude"}), frozenset({"lon", "lng", "long", "longitude"})
Axis = Literal["latitude", "longitude"]
NORTH, EAST = 90.0, 180.0
FULL_FLOAT = 12
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Inference:
    """A schema and why it is so.

    Parameters
    ----------
    schema : TableSchema
        The guess, to be corrected by whoever knows better.
    evidence : dict
        For each column, short sentences that speak for its type.
    """

    schema: TableSchema
    evidence: dict[str, tuple[str, ...]]


def infer(raw: Raw, run: Reporter) -> Inference:
    """Guess what each column means.

    Parameters
    ----------
    raw : Raw
        Rows as the source holds them. Each column is brought into memory by itself.
    run : Reporter
        Told of what was kept as a marker though it might have been a value.

    Raises
    ------
    InputError
        If there are no columns or no rows, or a column holds lists, records or bytes.
    """
    dtypes = raw.dtypes
    if not dtypes or not raw.n_rows:
        msg = f"The table has no {'rows' if dtypes else 'columns'}. Give one with at least one column and one row."
        raise InputError(msg)
    guesses: dict[str, Guess] = {}
    for name, dtype in dtypes.items():
        _refuse_nested(name, dtype)
        guesses[name] = _guess(profile_of(raw.column(name), raw.missing), raw.layout)
        _report(guesses[name], run)
    guesses = _locations(guesses)
    columns = {name: guess.column for name, guess in guesses.items()}
    key = next((n for n, g in guesses.items() if _is_key(g)), None)
    layout = raw.layout.model_copy(
        update={
            "missing": {n: _shares(g.profile) for n, g in guesses.items() if g.profile.missing},
            "storage": {} if raw.layout.medium == "csv" else {n: name_of(d) for n, d in dtypes.items()},
            "numbers": {n: g.style for n, g in guesses.items() if g.style != NumberFormat()},
        },
    )
    evidence = {name: (*guess.evidence, *_gaps(guess.profile)) for name, guess in guesses.items()}
    return Inference(TableSchema(columns=columns, primary_key=key, layout=layout), evidence)


def _refuse_nested(name: str, dtype: pl.DataType) -> None:
    if dtype.is_nested() or isinstance(dtype, pl.Binary | pl.Object):
        msg = f"Column {name!r} holds {dtype}, not single values. Spread it over several columns, or drop it."
        raise InputError(msg)


def _guess(profile: Profile, layout: Layout) -> Guess:
    if not profile.n_distinct:
        return Guess(Categorical(), ("empty: every value is missing",), profile)
    if profile.source.dtype != pl.String:
        return _guess_typed(profile)
    guess = guess_switch(profile) or _guess_named_number(profile) or _guess_time(profile, layout)
    guess = guess or guess_number(profile, layout)
    if guess is not None:
        return guess
    guess = guess_words(profile)
    return Guess(guess.column, (*guess.evidence, *_nearly_numbers(profile)), profile)


def _guess_named_number(profile: Profile) -> Guess | None:
    """Take digits for telephone, card or social security numbers, or postcodes, where the column's name says so."""
    personal = {"phone", "credit_card", "ssn", "postcode"}
    if not any(s.name in personal for s in named(profile.name)):
        return None
    if not profile.values.str.contains(r"^\s*\+?\d[\d ()./-]+\s*$").all():
        return None
    guess = guess_words(profile)
    return guess if isinstance(guess.column, Identifier) or profile.name.lower() in {"zip", "postcode", "plz"} else None


def _guess_time(profile: Profile, layout: Layout) -> Guess | None:
    values = profile.values
    # Dates and clocks begin with a digit, a name, a sign or the P of ISO 8601: spare other columns the search.
    if not values.head(5).str.contains(r"^\s*[-P]?\d|^\s*[A-Z][a-z]{2}|^-?P").all():
        return None
    found = date_format(values, day_first=layout.decimal_mark == ",")
    if found is not None:
        return Guess(found[0], (found[1], f"{profile.n_distinct:,} distinct dates"), profile)
    clock = duration_format(values)
    if clock is not None:
        return Guess(Duration(format=clock), (f"every value is a length of time, spelled as {clock}",), profile)
    return None


def _nearly_numbers(profile: Profile) -> tuple[str, ...]:
    """Tell why a column that is mostly numbers was not taken for one."""
    numbers = profile.values.str.contains(r"^\s*[+-]?\d+([.,]\d+)?\s*$")
    if not numbers.any():
        return ()
    wrong = profile.values.filter(~numbers)
    if wrong.is_empty():
        return ("leading zeros make codes of its digits",) if profile.values.str.contains(r"^\s*0\d").any() else ()
    rows = int(profile.counts.filter(~numbers).sum())
    return (
        f"{rows:,} of {profile.n_known:,} values are no numbers (such as {wrong[0]!r}), so it is not taken for numbers",
    )


def _guess_typed(profile: Profile) -> Guess:
    """Take a column for what its dtype says, except that numbers may be switches, codes or keys."""
    dtype = profile.source.dtype
    stored = f"stored as {dtype}"
    match dtype:
        case pl.Boolean():
            guess = Guess(Boolean(), (), profile)
        case pl.Date():
            guess = Guess(Datetime(resolution="day"), (), profile)
        case pl.Datetime(time_zone=zone):
            guess = Guess(Datetime(time_zone=zone, resolution=resolution_of(profile.values)), (), profile)
        case pl.Duration() | pl.Time():
            guess = Guess(Duration(), (), profile)
        case pl.Enum(categories=categories):
            guess = Guess(Categorical(levels=tuple(categories)), (f"{len(categories)} levels",), profile)
        case pl.Categorical():
            guess = Guess(Categorical(), (f"{profile.n_distinct:,} levels",), profile)
        case _ if dtype.is_integer():
            fits = profile.values.cast(pl.Int64, strict=False).null_count() == 0
            numbers = profile.values.cast(pl.Int64 if fits else pl.Float64)
            guess = guess_quantity(profile, numbers, 0 if fits else None, text=False)
        case _:
            numbers = profile.values.cast(pl.Float64)
            guess = guess_quantity(profile, numbers, _grid(numbers, profile.source.dtype), text=False)
    return Guess(guess.column, (stored, *guess.evidence), profile, guess.style)


def _grid(numbers: pl.Series, dtype: pl.DataType) -> int | None:
    """Give the number of decimals that every float fits in; None for full precision."""
    if isinstance(dtype, pl.Decimal):
        return min(dtype.scale, 17)
    if (numbers == numbers.floor()).all() and float(numbers.abs().max() or 0) < 2.0**53:  # pyright: ignore[reportArgumentType]
        return 0
    digits = numbers.cast(pl.Float32 if dtype == pl.Float32 else pl.Float64).cast(pl.String)
    most = 5 if dtype == pl.Float32 else FULL_FLOAT
    if digits.str.contains("e").any():
        return None
    used = int(digits.str.extract(r"\.(\d*)$", 1).str.len_bytes().max() or 0)  # pyright: ignore[reportArgumentType]
    return used if used <= most else None


def _report(guess: Guess, run: Reporter) -> None:
    """Say which markers were found that the user might have meant as values."""
    name = guess.profile.name
    strange = [m for m in guess.profile.missing if m not in {"", NULL, "NaN", "NA"}]
    if strange and not guess.profile.markers_fixed:
        shown = ", ".join(f"{m!r} ({guess.profile.missing[m]:,} rows)" for m in strange[:SHOWN])
        more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
        run.find(
            "missing.markers", f"Column {name!r}: {shown}{more} count as missing, and are written back in their shares."
        )


def _gaps(profile: Profile) -> tuple[str, ...]:
    total = sum(profile.missing.values())
    if not total:
        return ()
    markers = ", ".join("null" if m == NULL else repr(m) for m in list(profile.missing)[:SHOWN])
    more = " and others" if len(profile.missing) > SHOWN else ""
    return (
        f"{total:,} of {profile.n_rows:,} values are missing ({total / profile.n_rows:.1%}), written {markers}{more}",
    )


def _shares(profile: Profile) -> dict[str, float]:
    total = sum(profile.missing.values())
    return {marker: count / total for marker, count in profile.missing.items()}


def _is_key(guess: Guess) -> bool:
    return isinstance(guess.column, Identifier) and guess.column.unique and not guess.profile.missing


def _locations(guesses: dict[str, Guess]) -> dict[str, Guess]:
    """Pair columns of latitude and longitude: by the names, which agree but for that word, and by the range."""
    out = dict(guesses)
    for name, mine in guesses.items():
        words = words_of(name)
        north = next((w for w in words if w in LATITUDE), None)
        if north is None:
            continue
        stem = [w for w in words if w != north]
        partner = next((n for n in guesses if _is_longitude(n, stem)), None)
        if partner is None or not (_within(mine, NORTH) and _within(guesses[partner], EAST)):
            continue
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
    numbers = guess.profile.values.cast(pl.String).str.replace(",", ".").cast(pl.Float64, strict=False)
    return not numbers.null_count() and float(numbers.abs().max() or 0) <= limit  # pyright: ignore[reportArgumentType]
