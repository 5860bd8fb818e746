"""Tells what a column of words is: a category, a switch, a key, something personal, or free text."""

import re
from functools import cache

import polars as pl

from understudy.data.guess_numbers import is_key_name
from understudy.data.profile import Guess, Profile
from understudy.data.shapes import learn
from understudy.schema.column import Boolean, Categorical, Identifier, Text
from understudy.schema.semantic import SEMANTICS, Semantic, named

__all__ = ["guess_switch", "guess_words", "luhn", "mod_97"]

SWITCHES = (
    *(("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("1", "0"), ("1.0", "0.0")),
    *(("ja", "nein"), ("oui", "non"), ("sí", "no"), ("si", "no"), ("sim", "não"), ("ja", "nee"), ("да", "нет")),
    *(("j", "n"), ("wahr", "falsch"), ("vrai", "faux"), ("verdadero", "falso"), ("enabled", "disabled")),
)
SAMPLE = 1_000
NEARLY_ALL, MOST, SOME = 0.95, 0.8, 0.3
NEARLY_UNIQUE, MANY_TIMES = 0.5, 5
LONG_TEXT, WORDS_OF_TEXT = 50, 4
ENOUGH = 20
SEEN = 50
FEW_NAMES = 0.05
SHARED = 6  # rows of a level, of which a training part of 80 % has about the five that it takes to be shown


def guess_switch(profile: Profile) -> Guess | None:
    """Take a column for a switch if it has the two values of one, in one spelling; true or false alone will do too."""
    if profile.n_distinct > 2:  # noqa: PLR2004 - true and false
        return None
    values = profile.values.cast(pl.String).to_list()
    plain = {value.strip().lower(): value for value in values}
    for true, false in SWITCHES:
        if set(plain) == {true, false}:
            column = Boolean(true=plain[true], false=plain[false])
            return Guess(column, (f"the values are {column.true!r} and {column.false!r}",), profile)
    if set(plain) in ({"true"}, {"false"}):
        (only,) = values
        other = "false" if "true" in plain else "true"
        other = other.upper() if only.isupper() else other.title() if only.strip()[0].isupper() else other
        pair = (only, other) if "true" in plain else (other, only)
        return Guess(Boolean(true=pair[0], false=pair[1]), (f"constant, {only!r}",), profile)
    return None


def guess_words(profile: Profile) -> Guess:
    """Tell what a column of words is.

    In this order: something personal, by what the values look like or by the name of the column with values to match;
    a key, where all values are different and have a pattern or a name that says so; free text, where values are long
    and seldom repeated; words that mostly stand for one row or a few, which carry no statistics that could be shown and
    are made up anew; otherwise a category, however many levels it has.
    """
    distinct = f"{profile.n_distinct:,} distinct values in {profile.n_known:,} rows"
    found = _personal(profile) or _key(profile) or _text(profile) or _loose_key(profile) or _rare(profile)
    if found is not None:
        return Guess(found.column, (distinct, *found.evidence), profile)
    constant = ("constant",) if profile.n_distinct == 1 else ()
    return Guess(Categorical(), (distinct, *constant), profile)


def _personal(profile: Profile) -> Guess | None:
    sample = _sample(profile.values)
    suggested = named(profile.name)
    for semantic in (*suggested, *(s for s in SEMANTICS if s not in suggested)):
        hinted = semantic in suggested
        share = sum(map(semantic.matches, sample)) / max(len(sample), 1)
        if share < (MOST if hinted else NEARLY_ALL) or not _convincing(semantic, sample, profile, hinted=hinted):
            continue
        if semantic.sensitivity == "quasi" and (_repeats(profile) or profile.distinct_share < NEARLY_UNIQUE):
            continue
        looks = f"{share:.0%} of the values look like {_a(semantic.title)}"
        reasons = (looks, *((f"the column's name {profile.name!r} says so",) if hinted else ()))
        pattern = learn(profile.values) if semantic.name in PATTERNED else None
        return Guess(Identifier(pattern=pattern, semantic=semantic.name, unique=profile.unique), reasons, profile)
    return None


PATTERNED = frozenset({"uuid", "phone", "credit_card", "iban", "mac", "postcode"})


def _a(title: str) -> str:
    return f"{'an' if title[0].lower() in 'aeio' else 'a'} {title}"


def _sample(values: pl.Series) -> list[str]:
    some = values if values.len() <= SAMPLE else values.gather_every(values.len() // SAMPLE)
    return [value.strip() for value in some.to_list()]


def _repeats(profile: Profile) -> bool:
    """Tell whether most rows hold a value that several other rows hold too."""
    return int(profile.counts.filter(profile.counts >= MANY_TIMES).sum()) > profile.n_known / 2


def _convincing(  # noqa: PLR0911 - one answer for each kind
    semantic: Semantic, sample: list[str], profile: Profile, *, hinted: bool
) -> bool:
    """Tell whether a pattern that could match by chance is borne out by more: a checksum, known names, many values."""
    match semantic.name:
        case "iban":
            return all(map(mod_97, sample))
        case "credit_card":
            return hinted or (all(map(luhn, sample)) and profile.n_distinct >= ENOUGH)
        case "ipv6":
            return hinted or all("::" in v or v.count(":") == 7 for v in sample)  # noqa: PLR2004 - eight groups
        case "phone":
            shaped = sum(bool(re.match(r"\+\d|\(\d{2,4}\) ?\d|\d{3}[-. ]\d{3}[-. ]\d{4}$", v)) for v in sample)
            return hinted or (shaped > NEARLY_ALL * len(sample) and profile.n_distinct >= ENOUGH)
        case "person_name" | "first_name" | "last_name":
            return _are_people(semantic, sample, profile)
        case "ipv4" | "ssn" | "email" | "uuid" | "mac" | "url":
            return True
        case "address":
            numbered = sum(bool(re.match(r"\d+[a-zA-Z]? |.* \d+[a-zA-Z]?(,|$)", v)) for v in sample)
            return hinted and numbered > NEARLY_UNIQUE * len(sample)
        case "postcode":
            return hinted and any(re.search(r"\d", v) for v in sample)
        case _:
            return hinted and profile.n_distinct > 1


def _are_people(semantic: Semantic, sample: list[str], profile: Profile) -> bool:
    """Tell whether words are names of people: with capitals, many, and known ones unless the column says so."""
    capitals = sum(value[:1].isupper() for value in sample)
    hinted = semantic in named(profile.name)
    if capitals < MOST * len(sample) or profile.n_distinct < MANY_TIMES:
        return False
    if semantic.name != "person_name":
        return hinted and profile.distinct_share >= FEW_NAMES
    known = sum(any(word in known_names() for word in re.split(r"[^\w]+", v)) for v in sample) / len(sample)
    if hinted:
        # Names need not be known ones; but a few words that many rows share may be places or products.
        return known > SOME or profile.distinct_share > SOME
    return known > MOST and profile.distinct_share > NEARLY_UNIQUE


@cache
def known_names() -> frozenset[str]:
    """Give first names that are common in some languages."""
    from mimesis import Locale, Person  # noqa: PLC0415 - takes 0.1 s and few tables need it

    people = [Person(locale, seed=0) for locale in (Locale.EN, Locale.DE, Locale.FR, Locale.ES, Locale.IT)]
    return frozenset(p.first_name() for p in people for _ in range(4_000))


def _key(profile: Profile) -> Guess | None:
    """Take words for keys where all are different, without blanks, and a pattern or the name says so."""
    key_name = is_key_name(profile.name)
    some = profile.values.head(100_000)
    solid = not some.str.contains(r"\S\s+\S").any()
    if not solid or profile.n_distinct < MANY_TIMES:
        return None
    if profile.unique:
        pattern = learn(profile.values, counted=True)
        shaped = pattern is not None and bool(profile.values.str.contains(r"\d").all())
        if (shaped and (profile.n_distinct >= ENOUGH or key_name)) or key_name:
            why = f"all different, of the pattern {pattern}" if pattern else "all different, and the name says so"
            return Guess(Identifier(pattern=pattern, unique=True), (why,), profile)
    elif key_name and profile.distinct_share > 0.02 and profile.n_distinct > 100:  # noqa: PLR2004 - as for numbers
        if "code" in profile.name.lower() and profile.distinct_share < NEARLY_UNIQUE:
            return None  # codes that repeat are categories, however many there are
        if _repeats(profile) and profile.distinct_share < 0.1:  # noqa: PLR2004 - levels under the name of a key
            return None
        pattern = learn(profile.values)
        why = f"the column's name {profile.name!r} says that they are keys"
        return Guess(Identifier(pattern=pattern, unique=False), (why,), profile)
    return None


def _text(profile: Profile) -> Guess | None:
    """Take words for free text where most values are long and most occur once."""
    if profile.distinct_share < SOME or profile.n_distinct < MANY_TIMES or _repeats(profile):
        return None
    some = profile.values.head(100_000)
    words = float(some.str.count_matches(r"\S+").mean() or 0)  # pyright: ignore[reportArgumentType] - a number
    length = float(some.str.len_chars().mean() or 0)  # pyright: ignore[reportArgumentType] - a number
    if words < WORDS_OF_TEXT and (length < LONG_TEXT or words < 2):  # noqa: PLR2004 - a single long word is a code
        return None
    return Guess(Text(), (f"{words:.0f} words and {length:.0f} characters on average, seldom repeated",), profile)


def _loose_key(profile: Profile) -> Guess | None:
    """Take words that mostly stand for one row only for keys or text: as levels they would give those rows away."""
    if profile.n_known < SEEN or profile.distinct_share < NEARLY_UNIQUE or _repeats(profile):
        return None
    return _made_up(
        profile, f"{profile.distinct_share:.0%} of the values are different, too many for levels that repeat"
    )


def _rare(profile: Profile) -> Guess | None:
    """Take words for keys or text where the levels of most rows are shared by a few rows only."""
    rare = int(profile.counts.filter(profile.counts < SHARED).sum())
    if profile.n_known < ENOUGH or rare <= profile.n_known / 2:
        return None
    return _made_up(
        profile, f"{rare / profile.n_known:.0%} of the rows have a level that fewer than {SHARED} rows share"
    )


def _made_up(profile: Profile, why: str) -> Guess:
    """Give the type of words that are made up anew."""
    if bool(profile.values.str.contains(r"\S\s+\S").all()) and not profile.values.str.contains(r"\d").any():
        return Guess(Text(), (why,), profile)
    pattern = learn(profile.values, counted=profile.unique)
    column = Text() if pattern is None else Identifier(pattern=pattern, unique=profile.unique)
    return Guess(column, (why,), profile)


def luhn(text: str) -> bool:
    """Tell whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits))]  # noqa: PLR2004
    return bool(digits) and sum(doubled) % 10 == 0


def mod_97(text: str) -> bool:
    """Tell whether the check digits of an IBAN are right (ISO 13616-1)."""
    bare = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", bare):
        return False
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1
