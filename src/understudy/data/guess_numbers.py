"""Tells which columns hold numbers, and whether a column of numbers is a quantity, a code, a switch or a key."""

import re

import polars as pl

from understudy.data.numbers import read_numbers
from understudy.data.profile import Guess, Profile
from understudy.data.shapes import learn
from understudy.schema.column import Boolean, Categorical, ColumnType, Identifier, Numerical
from understudy.schema.layout import Layout, NumberFormat
from understudy.schema.semantic import named, words_of

__all__ = ["guess_number", "guess_quantity", "is_key_name"]

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
FEW_CODES, ROWS_PER_CODE = 100, 10
ENOUGH_KEYS, ENOUGH_SEQUENCE, LONG_KEY = 10, 20, 9
EPOCH_S, EPOCH_MS = (900_000_000, 2_300_000_000), (900_000_000_000, 2_300_000_000_000)
SIGNIFICANT = 15
FULL_FLOAT = 12
MOSTLY = 0.9
CURRENCY = r"[$€£¥₹]|(?:USD|EUR|GBP|CHF|JPY|INR)"
AFFIXED = re.compile(
    rf"(\s*)-?((?:(?:{CURRENCY})\s?)?)[+-]?\d.*?((?:\s?(?:%|{CURRENCY}|°[CF]?)|\s[A-Za-z/²³]{{1,4}})?\s*)"
)


def is_key_name(name: str) -> bool:
    """Tell whether the name of a column says that it names the rows, as ``customer_id`` or no name at all."""
    words = words_of(name)
    return not words or bool(KEY_WORDS & set(words)) or words[-1] in LAST_KEY_WORDS


def guess_number(profile: Profile, layout: Layout) -> Guess | None:
    """Take a column of text for numbers if every value is one, apart from a marker or two.

    Leading zeros are part of a code, not of a number. Infinities and numbers beyond the range of a float cannot be
    learned from: they are kept as markers of missing values, so that they come back in the share they had.

    Returns
    -------
    Guess or None
        None where the column is something else.
    """
    values = profile.values
    style = _affixes(values)
    if style is None:
        return None
    style = style.model_copy(update={"grouped": _grouped(values, layout)})
    table = profile.values.to_frame("text")
    numbers = table.select(read_numbers(pl.col("text"), None, style, layout).alias("x"))["x"]
    evidence: list[str] = []
    wrong = values.filter(numbers.is_null())
    if wrong.len():
        if profile.markers_fixed or not _are_markers(wrong, profile):
            return None
        evidence.append(
            f"{', '.join(repr(v) for v in wrong.head(5).to_list())} count{'s' * (wrong.len() == 1)} as missing"
        )
        profile = profile.without(wrong)
        values, numbers = profile.values, numbers.drop_nulls()
    bare = _bare(values, style, layout)
    if bare.str.contains(r"^[+-]?0\d").any() or values.is_empty():
        return None
    decimals, style = _decimals(bare, style)
    if decimals == 0:
        whole = values.to_frame("text").select(read_numbers(pl.col("text"), 0, style, layout).alias("x"))["x"]
        if whole.null_count():
            decimals = None
            evidence.append("whole numbers beyond 64 bits are held as floats, to about 16 digits")
        else:
            numbers = whole
    guess = guess_quantity(profile, numbers, decimals, text=True)
    return Guess(guess.column, (*evidence, *guess.evidence), profile, style)


def _affixes(values: pl.Series) -> NumberFormat | None:
    """Find what stands before and after every number; None where the first values are no numbers."""
    found = {(m[1] + m[2], m[3]) if (m := AFFIXED.fullmatch(v)) else None for v in values.head(100).to_list()}
    found.discard(None)
    if not found:
        # Numbers such as ".5" and markers only.
        return NumberFormat() if values.str.contains(r"^\s*[+-]?\.?\d").any() else None
    (prefix, suffix), *others = sorted(p for p in found if p is not None)
    if others and any(p[0].strip() or p[1].strip() for p in found if p):
        return None
    if others:
        return NumberFormat()
    return NumberFormat(prefix=prefix, suffix=suffix)


def _grouped(values: pl.Series, layout: Layout) -> bool:
    if not layout.thousands_mark:
        return False
    mark = re.escape(layout.thousands_mark)
    held = values.filter(values.str.contains(rf"\d{mark}\d"))
    return held.len() > 0 and bool(held.str.contains(rf"^\D*\d{{1,3}}({mark}\d{{3}})+(\D|$)").all())


def _bare(values: pl.Series, style: NumberFormat, layout: Layout) -> pl.Series:
    """Give the digits with their sign and a decimal point."""
    bare = values.str.replace(style.prefix.strip(), "", literal=True) if style.prefix.strip() else values
    bare = bare.str.strip_chars()
    if style.suffix.strip():
        bare = bare.str.strip_suffix(style.suffix.strip()).str.strip_chars()
    if style.grouped:
        bare = bare.str.replace_all(layout.thousands_mark, "", literal=True)
    return bare.str.replace(",", ".", literal=True) if layout.decimal_mark == "," else bare


def _are_markers(wrong: pl.Series, profile: Profile) -> bool:
    """Tell whether what is no number stands for a missing one: an infinity, a number out of range, a word or two.

    A word counts if it holds no digit, at most two such words occur, there are ten times as many distinct numbers, and
    the words take up no more than half of the rows.
    """
    rows = int(profile.counts.filter(profile.values.is_in(wrong.implode())).sum())
    numbers = profile.n_distinct - wrong.len()
    strange = wrong.filter(~wrong.str.strip_chars().str.contains(r"(?i)^[+-]?(inf(inity)?|\d[\d.]*e?[+-]?\d*)$"))
    if strange.str.contains(r"\d").any() or strange.len() > 2 or not numbers:  # noqa: PLR2004 - a word or two
        return False
    return not strange.len() or (numbers >= 10 * strange.len() and rows <= profile.n_known / 2)


def _decimals(bare: pl.Series, style: NumberFormat) -> tuple[int | None, NumberFormat]:
    """Give the number of decimals that every value fits in, and how many of them are always written out."""
    fraction = pl.col("text").str.extract(r"\.(\d*)", 1).fill_null("")
    exponent = pl.col("text").str.extract(r"[eE]([+-]?\d{1,4})$", 1).cast(pl.Int64).fill_null(0)
    digits = pl.col("text").str.replace(r"[eE].*$", "").str.replace_all(r"[^\d]", "")
    length = fraction.str.len_bytes().cast(pl.Int64)
    found = bare.to_frame("text").select(
        fewest=length.filter(exponent == 0).min().fill_null(0),
        used=(fraction.str.strip_chars_end("0").str.len_bytes().cast(pl.Int64) - exponent).max(),
        significant=digits.str.strip_chars_start("0").str.len_bytes().max(),
    )
    fewest, used, significant = (int(value) for value in found.row(0))
    used = max(used, 0)
    if used > FULL_FLOAT or (used and significant > SIGNIFICANT):
        return None, style.model_copy(update={"digits": min(fewest, 1)})
    return used, style.model_copy(update={"digits": min(fewest, 17)})


def guess_quantity(profile: Profile, numbers: pl.Series, decimals: int | None, *, text: bool) -> Guess:
    """Tell what a column of numbers is: a quantity, unless there is strong evidence for something else.

    Whole numbers are kept in order, because most codes of a few levels (grades, classes of age, stars) have one and a
    quantity taken for a code loses it. They are a category only where the name of the column says that the order means
    nothing (type, region, code, ...) and the levels are few and often repeated; a switch where they are 0 and 1; and a
    key where they are all different and the name or the sequence says so.

    Parameters
    ----------
    profile : Profile
        The column.
    numbers : polars.Series
        Its distinct values as numbers, in the order of ``profile.values``.
    decimals : int or None
        Digits after the decimal point.
    text : bool
        Whether the source spells them as text.
    """
    distinct = f"{profile.n_distinct:,} distinct numbers in {profile.n_known:,} rows"
    spelled = sorted(profile.values.cast(pl.String).to_list()) if profile.n_distinct == 2 else []  # noqa: PLR2004
    if spelled in (["0", "1"], ["0.0", "1.0"]):
        return Guess(Boolean(true=spelled[1], false=spelled[0]), ("the values are 0 and 1",), profile)
    if decimals == 0:
        key = _key(profile, numbers, text=text) or _code(profile)
        if key is not None:
            return Guess(key[0], (distinct, key[1]), profile)
    plain = {0: "whole numbers", 1: "at most one decimal", None: "floats of full precision"}
    grid = plain.get(decimals, f"at most {decimals} decimals")
    constant = ("constant",) if profile.n_distinct == 1 else ()
    return Guess(Numerical(decimals=decimals), (distinct, grid, *constant), profile)


def _key(profile: Profile, numbers: pl.Series, *, text: bool) -> tuple[ColumnType, str] | None:
    """Take whole numbers for keys where they are all different and the name, the sequence or the length says so."""
    if not profile.unique or profile.n_distinct < ENOUGH_KEYS:
        return _repeated_key(profile, numbers)
    pattern = learn(numbers.cast(pl.String))
    low, high = int(numbers.min()), int(numbers.max())  # pyright: ignore[reportArgumentType] - integers, not empty
    if pattern is None or low < 0:
        return None
    sequence = high - low == profile.n_known - 1
    semantic = next((s.name for s in named(profile.name) if s.name in {"phone", "credit_card", "ssn"}), None)
    key = Identifier(pattern=pattern, semantic=semantic, unique=True)
    if is_key_name(profile.name) or semantic:
        return key, f"all different, and the column's name {profile.name!r} says that they name the rows"
    if sequence and profile.n_distinct >= ENOUGH_SEQUENCE and numbers.is_sorted():
        return key, f"they count the rows from {low}"
    same_length = len(str(low)) == len(str(high))
    moment = any(a <= low and high <= b for a, b in (EPOCH_S, EPOCH_MS))
    if text and same_length and len(str(low)) >= LONG_KEY and not moment and profile.n_distinct >= FEW_CODES:
        return key, f"all different, and all of {len(str(low))} digits"
    return None


def _repeated_key(profile: Profile, numbers: pl.Series) -> tuple[ColumnType, str] | None:
    """Take whole numbers for the keys of other rows where the name says so and they are many."""
    words = words_of(profile.name)
    many = profile.n_distinct > FEW_CODES and profile.n_distinct * 50 > profile.n_known
    if not many or not (KEY_WORDS & set(words)) or int(numbers.min() or 0) < 0:  # pyright: ignore[reportArgumentType]
        return None
    pattern = learn(numbers.cast(pl.String))
    return Identifier(pattern=pattern, unique=False), f"the column's name {profile.name!r} says that they are keys"


def _code(profile: Profile) -> tuple[ColumnType, str] | None:
    """Take whole numbers for codes without order where the name says so, and they are few and repeated."""
    words = NOMINAL_WORDS & set(words_of(profile.name))
    few = 1 < profile.n_distinct <= FEW_CODES and profile.n_known >= ROWS_PER_CODE * profile.n_distinct
    if not words or not few:
        return None
    return (
        Categorical(),
        f"few numbers, often repeated, and the word {min(words)!r} in the name says that their order means nothing",
    )
