"""Rows to schema: what each column means, with the evidence for each guess."""

from dataclasses import dataclass, replace

import polars as pl

from understudy.data.dates import resolution_of
from understudy.data.grids import is_exact
from understudy.data.guess_numbers import guess_large, guess_number, guess_quantity
from understudy.data.guess_places import pair_places
from understudy.data.guess_times import guess_dated_number, guess_time
from understudy.data.guess_words import guess_switch, guess_words
from understudy.data.levels import LEAST
from understudy.data.profile import Guess, Profile, profile_of
from understudy.data.raw import NULL, Raw
from understudy.data.reporter import Reporter
from understudy.data.spelling import Hints
from understudy.data.storage import name_of
from understudy.errors import InputError
from understudy.schema.column import (
    Boolean,
    Categorical,
    Datetime,
    Duration,
    Identifier,
    Numerical,
)
from understudy.schema.layout import NumberFormat
from understudy.schema.semantic import named
from understudy.schema.table import TableSchema

__all__ = ["Inference", "infer"]

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
    notes : tuple of str
        What speaks for the layout.
    """

    schema: TableSchema
    evidence: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()


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
    semicolons = raw.layout.medium == "csv" and raw.layout.delimiter == ";"
    hints = Hints(lambda: next(raw.frames()), semicolons, raw.marks)
    for name, dtype in dtypes.items():
        _refuse_nested(name, dtype)
        guesses[name] = _guess(profile_of(raw.column(name), raw.missing), hints)
        _report(guesses[name], run)
    guesses = pair_places(guesses)
    columns = {name: guess.column for name, guess in guesses.items()}
    key = next((n for n, g in guesses.items() if _is_key(g)), None)
    layout = raw.layout.model_copy(
        update={
            "missing": {n: _shares(g.profile) for n, g in guesses.items() if g.profile.missing},
            "odd": tuple(n for n, g in guesses.items() if g.profile.odd),
            "storage": {n: kind for n, d in dtypes.items() if (kind := _storage(guesses[n], d, raw.layout.medium))},
            "numbers": {n: g.style for n, g in guesses.items() if g.style != NumberFormat()},
        },
    )
    evidence = {name: (*guess.evidence, *_gaps(guess.profile)) for name, guess in guesses.items()}
    return Inference(TableSchema(columns=columns, primary_key=key, layout=layout), evidence, raw.notes)


def _storage(guess: Guess, dtype: pl.DataType, medium: str) -> str | None:
    """Name the dtype of a column; of a column of a delimited file, only one that its meaning does not tell."""
    if medium != "csv":
        ordered = isinstance(guess.column, Categorical) and guess.column.levels is not None
        return "Categorical" if isinstance(dtype, pl.Enum) and not ordered else name_of(dtype)
    values = guess.profile.values
    plain = guess.style.model_copy(update={"digits": 0}) == NumberFormat()
    if isinstance(guess.column, Numerical):
        return "Float64" if guess.column.decimals == 0 and guess.style.digits and plain else None
    if not isinstance(guess.column, Categorical | Boolean | Identifier) or not plain or values.is_empty():
        return None
    for pattern, name in ((r"^-?(0|[1-9]\d{0,17})$", "Int64"), (r"^-?(0|[1-9]\d{0,14})\.0$", "Float64")):
        if values.str.contains(pattern).all():
            return name
    return None


def _refuse_nested(name: str, dtype: pl.DataType) -> None:
    if dtype.is_nested() or isinstance(dtype, pl.Binary | pl.Object):
        msg = f"Column {name!r} holds {dtype}, not single values. Spread it over several columns, or drop it."
        raise InputError(msg)


def _guess(profile: Profile, hints: Hints) -> Guess:
    if not profile.n_distinct:
        return Guess(Categorical(), ("empty: every value is missing",), profile)
    if profile.source.dtype != pl.String:
        return _guess_typed(profile)
    guess = guess_switch(profile) or _guess_named_number(profile) or guess_time(profile, hints)
    guess = guess or guess_number(profile, hints)
    if guess is not None:
        return guess
    guess = guess_words(profile)
    return Guess(guess.column, (*guess.evidence, *_nearly_numbers(profile)), profile)


def _guess_named_number(profile: Profile) -> Guess | None:
    """Take digits for telephone, card or social security numbers, or postcodes, where the column's name says so."""
    personal = {"phone", "credit_card", "ssn", "postcode"} & {s.name for s in named(profile.name)}
    if not personal or not profile.values.str.contains(r"^\s*\+?\d[\d ()./-]+\s*$").all():
        return None
    guess = guess_words(profile)
    if isinstance(guess.column, Identifier) and guess.column.semantic in personal:
        return guess
    codes = "postcode" in personal and profile.values.str.contains(r"^\s*\d{4,6}\s*$").all()
    return guess if codes and isinstance(guess.column, Categorical) else None


def _nearly_numbers(profile: Profile) -> tuple[str, ...]:
    """Tell why a column that is mostly numbers was not taken for one."""
    numbers = profile.values.str.contains(r"^\s*[+-]?\d+([.,]\d+)?\s*$")
    if not numbers.any():
        return ()
    wrong = profile.values.filter(~numbers)
    if wrong.is_empty():
        return ("leading zeros make codes of its digits",) if profile.values.str.contains(r"^\s*0\d").any() else ()
    counts = profile.counts.filter(~numbers)
    shared = wrong.filter(counts >= LEAST)
    such = f" (such as {shared[0]!r})" if shared.len() else ""
    return (
        f"{int(counts.sum()):,} of {profile.n_known:,} values are no numbers{such}, so it is not taken for numbers",
    )


def _guess_typed(profile: Profile) -> Guess:
    """Take a column for what its dtype says, except that numbers may be switches, codes or keys."""
    dtype = profile.source.dtype
    stored = f"stored as {dtype}"
    match dtype:
        case pl.Boolean():
            guess = Guess(Boolean(), (), profile)
        case pl.Date():
            guess = Guess(Datetime(resolution=resolution_of(profile.values.cast(pl.Datetime("us")))), (), profile)
        case pl.Datetime(time_zone=zone, time_unit=unit):
            fine = unit == "ns" and bool((profile.values.dt.nanosecond() % 1000 != 0).any())
            cut = ("what is finer than a microsecond is cut off",) if fine else ()
            guess = Guess(Datetime(time_zone=zone, resolution=resolution_of(profile.values)), cut, profile)
        case pl.Time():
            guess = Guess(Duration(within_day=True), (), profile)
        case pl.Duration():
            guess = Guess(Duration(), (), profile)
        case pl.Enum() | pl.Categorical():
            guess = _guess_levels(profile)
        case _ if dtype.is_integer() or (isinstance(dtype, pl.Decimal) and not dtype.scale):
            numbers = profile.values.cast(pl.Int64, strict=False)
            fits = not numbers.null_count()
            guess = (
                (guess_dated_number(profile) or guess_quantity(profile, numbers, 0)) if fits else guess_large(profile)
            )
        case _:
            numbers = profile.values.cast(pl.Float64)
            decimals = _grid(numbers, profile.source.dtype)
            guess = guess_dated_number(profile) if decimals == 0 else None
            guess = guess or guess_quantity(profile, numbers, decimals)
    return Guess(guess.column, (stored, *guess.evidence), profile, guess.style)


def _guess_levels(profile: Profile) -> Guess:
    """Look at stored levels as at any words: they may be names, keys or text, whatever they are stored as.

    The levels of an Enum are written down, in their order, only where several rows share each of those that occur.
    """
    values, source = profile.values.cast(pl.String), profile.source.cast(pl.String)
    guess = guess_words(replace(profile, values=values, source=source))
    dtype, shared = profile.source.dtype, set(values.filter(profile.counts >= LEAST))
    if isinstance(guess.column, Categorical) and isinstance(dtype, pl.Enum) and len(shared) == values.len():
        guess = replace(guess, column=Categorical(levels=tuple(c for c in dtype.categories if c in shared)))
    return replace(guess, profile=profile)


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
    return used if used <= most and is_exact(numbers, used) else None


def _report(guess: Guess, run: Reporter) -> None:
    """Say which markers were found that the user might have meant as values, and what will not be written back."""
    name = guess.profile.name
    plain = {"", NULL, "NaN", "NA"} | ({"nan"} if guess.profile.source.dtype.is_float() else set[str]())
    strange = [m for m in guess.profile.missing if m not in plain]
    if strange and not guess.profile.markers_fixed:
        shown = ", ".join(f"{m!r} ({guess.profile.missing[m]:,} rows)" for m in strange[:SHOWN])
        more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
        run.find(
            "missing.markers", f"Column {name!r}: {shown}{more} count as missing, and are written back in their shares."
        )
    if isinstance(guess.column, Datetime) and "|" in (guess.column.format or ""):
        first, *others = str(guess.column.format).split("|")
        run.find(
            "dates.formats", f"Column {name!r} spells dates {first} and {', '.join(others)}; new ones are {first}."
        )


def _gaps(profile: Profile) -> tuple[str, ...]:
    if not profile.n_missing:
        return ()
    said = f"{profile.n_missing:,} of {profile.n_rows:,} values are missing ({profile.n_missing / profile.n_rows:.1%})"
    markers = ", ".join("null" if m == NULL else repr(m) for m in list(profile.missing)[:SHOWN])
    more = " and others" if len(profile.missing) > SHOWN else ""
    return (f"{said}, written {markers}{more}" if markers else said,)


def _shares(profile: Profile) -> dict[str, float]:
    total = sum(profile.missing.values())
    return {marker: count / total for marker, count in profile.missing.items()}


def _is_key(guess: Guess) -> bool:
    return isinstance(guess.column, Identifier) and guess.column.unique and not guess.profile.n_missing
