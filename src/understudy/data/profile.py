"""What inference looks at in one column: its distinct values, how often each occurs, and what stands for missing."""

from dataclasses import dataclass, field, replace

import polars as pl

from understudy.data.levels import LEAST
from understudy.data.missing import NOT_FINITE, USUAL
from understudy.data.raw import NULL
from understudy.schema.column import ColumnType
from understudy.schema.layout import NumberFormat

__all__ = ["Guess", "Profile", "profile_of"]

COUNTRY_CODES, MOSTLY_CODES = 5, 0.8
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Profile:
    """One column of a source.

    Parameters
    ----------
    name : str
        Its name.
    source : polars.Series
        Every value in order, missing ones included, as the source holds them.
    values : polars.Series
        Distinct values that are not missing.
    counts : polars.Series
        How often each of ``values`` occurs.
    missing : dict
        How often each marker of a missing value occurs, and :data:`NULL` for real nulls.
    markers_fixed : bool
        Whether the user has named the markers, so that none may be added.
    odd : int
        How many rows hold a text that is none of the column's kind and that too few rows share for a marker: missing,
        too, but written nowhere.
    """

    name: str
    source: pl.Series
    values: pl.Series
    counts: pl.Series
    missing: dict[str, int]
    markers_fixed: bool = False
    odd: int = 0

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.source.len()

    @property
    def n_missing(self) -> int:
        """Number of rows that are missing."""
        return sum(self.missing.values()) + self.odd

    @property
    def n_known(self) -> int:
        """Number of rows that are not missing."""
        return self.n_rows - self.n_missing

    @property
    def n_distinct(self) -> int:
        """Number of distinct values."""
        return self.values.len()

    @property
    def unique(self) -> bool:
        """Whether no value occurs twice."""
        return self.n_distinct == self.n_known

    @property
    def distinct_share(self) -> float:
        """Distinct values per row that is not missing; 1 where there is none."""
        return self.n_distinct / max(self.n_known, 1)

    def without(self, markers: pl.Series) -> "Profile":
        """Give the profile in which some of the values count as markers of missing values."""
        marked = self.values.is_in(markers.implode())
        gone = dict(zip(self.values.filter(marked).to_list(), self.counts.filter(marked).to_list(), strict=True))
        values, counts = self.values.filter(~marked), self.counts.filter(~marked)
        gone = {str(marker): count for marker, count in gone.items()}
        return replace(self, values=values, counts=counts, missing=self.missing | gone)

    def set_aside(self, texts: pl.Series, what: str) -> tuple["Profile", tuple[str, ...]]:
        """Give the profile in which values that are no ``what`` count as missing, and say so.

        Those of at least :data:`LEAST` rows are markers, and so are infinities; of all others, only how many rows
        hold them is kept.
        """
        wrong = self.values.is_in(texts.implode())
        usual = self.values.str.strip_chars().is_in(list(NOT_FINITE))
        shared = self.values.filter(wrong & (usual | (self.counts >= LEAST)))
        rest = self.without(shared)
        rare = rest.values.is_in(texts.implode())
        rows = int(rest.counts.filter(rare).sum())
        said: list[str] = []
        if shared.len():
            shown = ", ".join(map(repr, shared.head(SHOWN).to_list()))
            said.append(f"{shown} count{'s' * (shared.len() == 1)} as missing")
        if rows:
            one = rows == 1
            said.append(
                f"{rows:,} value{'s' * (not one)} that {'is' if one else 'are'} no {what} count{'s' * one} as missing; "
                f"held by fewer than {LEAST} rows each, they are shown and written nowhere"
            )
        return replace(rest, values=rest.values.filter(~rare), counts=rest.counts.filter(~rare), odd=rows), tuple(said)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is taken for, and why.

    Parameters
    ----------
    column : ColumnType
        The type.
    evidence : tuple of str
        Sentences without a full stop.
    profile : Profile
        The profile, in which more markers may count as missing than before the guess.
    style : NumberFormat
        How its numbers are spelled.
    """

    column: ColumnType
    evidence: tuple[str, ...]
    profile: Profile
    style: NumberFormat = field(default_factory=NumberFormat)


def profile_of(source: pl.Series, markers: tuple[str, ...] | None) -> Profile:
    """Count the values of a column and set those aside that stand for missing ones.

    Parameters
    ----------
    source : polars.Series
        The column.
    markers : tuple of str or None
        Markers that the user has named, beside the empty field; None looks for the usual ones.
    """
    name = source.name
    table = source.to_frame("value").group_by("value", maintain_order=True).len("count")
    missing: dict[str, int] = {}
    nulls = table.filter(pl.col("value").is_null())
    if nulls.height:
        missing[NULL] = int(nulls["count"][0])
        table = table.filter(pl.col("value").is_not_null())
    profile = Profile(name, source, table["value"], table["count"], missing, markers is not None)
    if source.dtype.is_float():
        return profile.without(profile.values.filter(~profile.values.is_finite()))
    if source.dtype != pl.String:
        return profile
    looked_for = USUAL if markers is None else ("", *markers)
    held = profile.values.filter(profile.values.str.strip_chars().is_in(list(looked_for)))
    if markers is None and _are_values(held, profile.values):
        held = held.filter(held.str.strip_chars() == "")
    return profile.without(held)


def _are_values(markers: pl.Series, values: pl.Series) -> bool:
    """Tell whether what looks like a marker is a value here: NA is Namibia among countries, - is not + among signs."""
    others = values.filter(~values.is_in(markers.implode()))
    if markers.is_in(["NA"]).any():
        codes = int(others.str.contains(r"^[A-Z]{2}$").sum())
        return codes >= COUNTRY_CODES - 1 and codes >= MOSTLY_CODES * others.len()
    return others.len() > 0 and bool(others.is_in(["+", "0", "++"]).all()) and bool(markers.is_in(["-", "--"]).any())
