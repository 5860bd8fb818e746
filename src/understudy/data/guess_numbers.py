"""Tells which columns hold numbers, and whether a column of numbers is a quantity, a code, a switch or a key."""

from math import lgamma, log

import polars as pl

from understudy.data.grids import is_exact, step_of
from understudy.data.numbers import bare_numbers, read_numbers
from understudy.data.profile import Guess, Profile
from understudy.data.shapes import learn
from understudy.data.spelling import Hints, spelling_of, strict_pattern
from understudy.schema.column import Boolean, Categorical, ColumnType, Identifier, Numerical
from understudy.schema.layout import NumberFormat
from understudy.schema.semantic import named, words_of

__all__ = ["guess_large", "guess_number", "guess_quantity", "is_key_name"]

KEY_WORDS = frozenset({"id", "ids", "key", "pk", "index", "idx", "rownum", "rowid", "uid", "serial", "sku", "unnamed"})
LAST_KEY_WORDS = frozenset({"no", "nr", "num", "number", "code", "ref", "reference", "account", "row"})
NOMINAL_WORDS = frozenset(
    {
        *("id", "code", "type", "class", "category", "region", "zone", "district", "country", "state", "county"),
        *(
            "gender",
            "sex",
            "race",
            "ethnicity",
            "status",
            "browser",
            "system",
            "systems",
            "label",
            "species",
            "cluster",
        ),
        *("zip", "zipcode", "postcode", "plz", "department", "dept", "branch", "channel", "product", "brand", "model"),
    },
)
MEASURE_WORDS = frozenset(
    {
        *("count", "counts", "amount", "total", "sum", "avg", "mean", "median", "min", "max", "share", "rate", "ratio"),
        *("percent", "pct", "score", "rank", "ranking", "position", "level", "grade", "quantity", "qty", "population"),
        *("area", "size", "length", "width", "height", "depth", "weight", "distance", "age", "price", "cost", "income"),
        *("salary", "balance", "duration", "speed", "temperature", "year", "years", "month", "months", "week", "weeks"),
        *("day", "days", "hour", "hours", "minute", "minutes", "second", "seconds", "time", "date", "epoch", "step"),
    },
)
"""Words that say that a number was counted or measured, whatever the other words of the name say."""
FEW_CODES, ROWS_PER_CODE = 100, 10
ENOUGH_KEYS, ENOUGH_SEQUENCE, LONG_KEY = 10, 20, 9
DENSE, CHANCE = 0.5, 1e-6
YEARS = (1500, 2200)
EPOCH_S, EPOCH_MS = (900_000_000, 2_300_000_000), (900_000_000_000, 2_300_000_000_000)
SIGNIFICANT = 15
FULL_FLOAT, MOST_DIGITS = 12, 40
ENDLESS = r"(?i)^[+-]?(inf(inity)?|\d+\.?\d*e\+?\d{3,}|\d{309,})$"
BELOW = r"^\s*[<>≤≥~]"


def guess_number(profile: Profile, hints: Hints) -> Guess | None:
    """Take a column of text for numbers if every value is one, apart from a marker or two.

    Leading zeros are part of a code, not of a number. Infinities cannot be learned from: they are kept as markers of
    missing values, so that they come back in the share they had; so is a word, or a number beyond the range of a float,
    that enough rows hold.

    Parameters
    ----------
    profile : Profile
        The column.
    hints : Hints
        What the other columns tell about marks.

    Returns
    -------
    Guess or None
        None where the column is something else.
    """
    values = profile.values
    style = spelling_of(values, hints)
    if style is None:
        return None
    numbers = _read(values, None, style)
    evidence: list[str] = _said(style)
    wrong = values.filter(numbers.is_null())
    if wrong.len():
        if profile.markers_fixed or not _are_markers(wrong, profile):
            return None
        profile, said = profile.set_aside(wrong, "number")
        evidence += said
        values, numbers = profile.values, numbers.drop_nulls()
    bare = values.to_frame("text").select(bare_numbers(pl.col("text"), style).alias("x"))["x"]
    if values.is_empty() or (bare.str.contains(r"^[+-]?0\d").any() and style.notation == "plain"):
        return None
    decimals, style = _decimals(bare, numbers, style)
    if decimals == 0:
        whole = _read(values, 0, style)
        if whole.null_count():
            guess = guess_large(profile, style)
            return Guess(guess.column, (*evidence, *guess.evidence), profile, guess.style)
        numbers = whole
    guess = guess_quantity(profile, numbers, decimals, style)
    return Guess(guess.column, (*evidence, *guess.evidence), profile, style)


def _read(values: pl.Series, decimals: int | None, style: NumberFormat) -> pl.Series:
    numbers = values.to_frame("text").select(read_numbers(pl.col("text"), decimals, style).alias("x"))["x"]
    if not style.thousands_mark:
        return numbers
    # Where groups are set apart, a mark in another place is no thousands mark.
    pattern = strict_pattern((style.decimal_mark, style.thousands_mark))
    right = values.str.contains(rf"^\D*{pattern}\D*$")
    return values.to_frame("text").select(pl.when(right).then(numbers).alias("x"))["x"]


def _said(style: NumberFormat) -> list[str]:
    """Say what is not plain about the spelling of numbers."""
    names = {"decimal_mark": "decimal mark", "thousands_mark": "thousands mark", "prefix": "prefix", "suffix": "suffix"}
    plain = NumberFormat()
    said = [
        f"{text} {getattr(style, name)!r}"
        for name, text in names.items()
        if getattr(style, name) != getattr(plain, name) and (name == "thousands_mark" or getattr(style, name).strip())
    ]
    said += ["brackets around what is below zero"] * (style.negative == "($5)")
    said += ["the minus behind the number"] * (style.negative == "$5-")
    said += ["exponents"] * (style.notation != "plain")
    return [f"spelled with {', '.join(said)}"] if said else []


def _are_markers(wrong: pl.Series, profile: Profile) -> bool:
    """Tell whether what is no number stands for a missing one: an infinity, a number out of range, a word or two.

    A word counts if it holds no digit, at most two such words occur, there are ten times as many distinct numbers, and
    the words take up no more than half of the rows. What lies below a limit of detection, as "<5", counts likewise.
    """
    rows = int(profile.counts.filter(profile.values.is_in(wrong.implode())).sum())
    numbers = profile.n_distinct - wrong.len()
    strange = wrong.filter(~wrong.str.strip_chars().str.contains(ENDLESS))
    limits = strange.str.contains(BELOW + r"\s*[\d.,]+\s*$")
    words = strange.filter(~limits)
    if words.str.contains(r"\d").any() or words.len() > 2 or not numbers:  # noqa: PLR2004 - a word or two
        return False
    return not strange.len() or (numbers >= 5 * strange.len() and rows <= profile.n_known / 2)


def _decimals(bare: pl.Series, numbers: pl.Series, style: NumberFormat) -> tuple[int | None, NumberFormat]:
    """Give the number of decimals that every value fits in, and how many of them are always written out."""
    fraction = pl.col("text").str.extract(r"\.(\d*)", 1).fill_null("")
    exponent = pl.col("text").str.extract(r"[eE]([+-]?\d{1,4})$", 1).cast(pl.Int64).fill_null(0)
    digits = pl.col("text").str.replace(r"[eE].*$", "").str.replace_all(r"[^\d]", "")
    length = fraction.str.len_bytes().cast(pl.Int64)
    table = bare.to_frame("text")
    found = table.select(
        longest=length.max(),
        used=(fraction.str.strip_chars_end("0").str.len_bytes().cast(pl.Int64) - exponent).max(),
        significant=digits.str.strip_chars_start("0").str.len_bytes().max(),
    )
    longest, used, significant = (int(value) for value in found.row(0))
    if style.notation == "scientific":  # a grid of significant digits, not of decimals
        return None, style.model_copy(update={"digits": min(longest, MOST_DIGITS)})
    used = max(used, 0)
    plain = table.filter(exponent == 0).select(length=length, used=fraction.str.strip_chars_end("0").str.len_bytes())
    written = _digits_written(plain.group_by("length", "used").len().rows())
    if used > FULL_FLOAT or (used and significant > SIGNIFICANT) or not is_exact(numbers, used):
        return None, style.model_copy(update={"digits": min(written, 1)})
    return used, style.model_copy(update={"digits": min(written, MOST_DIGITS)})


def _digits_written(seen: list[tuple[int, int, int]]) -> int:
    """Give the digits that are written even where they are zero: as many as spell the most values as they are.

    Parameters
    ----------
    seen : list of tuple
        Digits written, those of them up to the last that is not zero, and how many values have these.
    """
    alike = {
        digits: sum(n for length, used, n in seen if max(digits, used) == length)
        for digits in range(max((length for length, _, _ in seen), default=0) + 1)
    }
    fewest = min((length for length, _, _ in seen), default=0)
    return max(alike, key=lambda digits: (alike[digits], digits == fewest))


def guess_large(profile: Profile, style: NumberFormat | None = None) -> Guess:
    """Take whole numbers that no 64 bits can hold: for keys where they are all different, else for floats."""
    texts = profile.values.cast(pl.String)
    if profile.unique and profile.n_distinct >= ENOUGH_KEYS:
        why = "whole numbers beyond 64 bits, all different"
        return Guess(Identifier(pattern=learn(texts, counted=True), unique=True), (why,), profile)
    why = "whole numbers beyond 64 bits are held as floats, to about 16 digits"
    numbers = _read(texts, None, style or NumberFormat())
    guess = guess_quantity(profile, numbers, None, style)
    return Guess(guess.column, (why, *guess.evidence), profile, guess.style if style is None else style)


def guess_quantity(
    profile: Profile, numbers: pl.Series, decimals: int | None, style: NumberFormat | None = None
) -> Guess:
    """Tell what a column of numbers is: a quantity, unless there is strong evidence for something else.

    Whole numbers are kept in order, because most codes of a few levels (grades, classes of age, stars) have one and a
    quantity taken for a code loses it. They are a category only where there are two of them, or where the name of the
    column says that the order means nothing (type, region, code, ...) and the levels are few and often repeated; a
    switch where they are 0 and 1; and a key where they are all different and the name, or that they lie so close, says
    that they were given out and not measured.

    Parameters
    ----------
    profile : Profile
        The column.
    numbers : polars.Series
        Its distinct values as numbers, in the order of ``profile.values``.
    decimals : int or None
        Digits after the decimal point.
    style : NumberFormat or None
        How the source spells them; None where it has real numbers.
    """
    distinct = f"{profile.n_distinct:,} distinct numbers in {profile.n_known:,} rows"
    spelled = sorted(profile.values.cast(pl.String).to_list()) if profile.n_distinct == 2 else []  # noqa: PLR2004
    if spelled in (["0", "1"], ["0.0", "1.0"]):
        return Guess(Boolean(true=spelled[1], false=spelled[0]), ("the values are 0 and 1",), profile)
    bare = style is None or style.model_copy(update={"digits": 0}) == NumberFormat()
    if decimals == 0 and bare:
        code = _key(profile, numbers, text=style is not None) or _code(profile)
        if code is not None:
            return Guess(code[0], (distinct, code[1]), profile)
    plain = {0: "whole numbers", 1: "at most one decimal", None: "floats of full precision"}
    evidence = [distinct, plain.get(decimals, f"at most {decimals} decimals")]
    relative = style is not None and style.notation == "scientific"
    step = None if relative else step_of(numbers, profile.counts, decimals)
    if step is not None:
        evidence.append(f"nearly all of them are multiples of {step:,.15g}")
    if profile.n_distinct == 1:
        evidence.append("constant")
    return Guess(Numerical(decimals=decimals, step=step), tuple(evidence), profile)


def is_key_name(name: str) -> bool:
    """Tell whether the name of a column says that it names the rows, as ``customer_id`` or no name at all."""
    words = words_of(name)
    if MEASURE_WORDS & set(words):
        return False
    return not words or bool(KEY_WORDS & set(words)) or words[-1] in LAST_KEY_WORDS


def _key(profile: Profile, numbers: pl.Series, *, text: bool) -> tuple[ColumnType, str] | None:
    """Take whole numbers for keys where they are all different and the name, their density or length says so."""
    if not profile.unique or profile.n_distinct < ENOUGH_KEYS:
        return _repeated_key(profile, numbers)
    pattern = learn(profile.values.cast(pl.String), counted=True)
    low, high = int(numbers.min()), int(numbers.max())  # pyright: ignore[reportArgumentType] - integers, not empty
    if pattern is None or low < 0:
        return None
    semantic = next((s.name for s in named(profile.name) if s.name in {"phone", "credit_card", "ssn"}), None)
    key = Identifier(pattern=pattern, semantic=semantic, unique=True)
    if is_key_name(profile.name) or semantic:
        return key, f"all different, and the column's name {profile.name!r} says that they name the rows"
    if _given_out(profile, low, high):
        return key, "all different though they lie close together: given out one by one, not measured"
    same_length = len(str(low)) == len(str(high))
    moment = any(a <= low and high <= b for a, b in (EPOCH_S, EPOCH_MS))
    if text and same_length and len(str(low)) >= LONG_KEY and not moment and profile.n_distinct >= FEW_CODES:
        return key, f"all different, and all of {len(str(low))} digits"
    return None


def _given_out(profile: Profile, low: int, high: int) -> bool:
    """Tell whether different numbers lie so close that no measurements would all be different.

    Of measurements in a range of ``span`` numbers, two agree least often if all numbers are equally likely; even then
    n of them are all different with the chance span! / (span - n)! / span**n only (the problem of birthdays). Years,
    and what the name of the column calls a measure, may have been chosen one by one all the same.
    """
    n, span = profile.n_distinct, high - low + 1
    measured = MEASURE_WORDS & set(words_of(profile.name)) or (low >= YEARS[0] and high <= YEARS[1])
    if measured or n < ENOUGH_SEQUENCE or n < DENSE * span:
        return False
    return lgamma(span + 1) - lgamma(span - n + 1) - n * log(span) < log(CHANCE)


def _repeated_key(profile: Profile, numbers: pl.Series) -> tuple[ColumnType, str] | None:
    """Take whole numbers for the keys of other rows where the name says so and they are many."""
    words = set(words_of(profile.name))
    many = profile.n_distinct > FEW_CODES and profile.n_distinct * 50 > profile.n_known
    says = bool(KEY_WORDS - {"index"} & words) and not MEASURE_WORDS & words
    if "code" in words and 2 * profile.n_distinct < profile.n_known:
        return None  # codes that repeat are no keys, however many there are
    if not many or not says or int(numbers.min() or 0) < 0:  # pyright: ignore[reportArgumentType]
        return None
    pattern = learn(profile.values.cast(pl.String))
    return Identifier(pattern=pattern, unique=False), f"the column's name {profile.name!r} says that they are keys"


def _code(profile: Profile) -> tuple[ColumnType, str] | None:
    """Take whole numbers for codes without order where there are two, or the name says so and they are repeated."""
    if profile.n_distinct == 2 and profile.n_known >= ENOUGH_SEQUENCE:  # noqa: PLR2004 - two have no order
        return Categorical(), "two numbers, often repeated"
    words = set(words_of(profile.name))
    few = 1 < profile.n_distinct <= FEW_CODES and profile.n_known >= ROWS_PER_CODE * profile.n_distinct
    says = NOMINAL_WORDS & words
    if not says or MEASURE_WORDS & words or not few:
        return None
    return (
        Categorical(),
        f"few numbers, often repeated, and the word {min(says)!r} in the name says that their order means nothing",
    )
