"""From where on a leak is one: what an audit fails on."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from understudy.schema.spec import Spec

__all__ = ["LEVELS", "Effort", "Level", "Limits"]

Level: TypeAlias = Literal["fast", "standard", "thorough"]
Share = Annotated[float, Field(ge=0, le=1)]


class Limits(Spec):
    """Limits of an audit. A finding fails it only if its whole interval, widened for all comparisons, lies beyond."""

    auc: Annotated[float, Field(ge=0.5, le=1)] = 0.53
    """Most that the best attack on membership may reach (area under the ROC curve; 0.5 is guessing)."""
    caught: Share = 0.02
    """Greatest share of members that may be caught where 1 % of the others are taken for members."""
    closer: Share = 0.55
    """Greatest share of synthetic rows that may be closer to training rows than to as many unseen ones."""
    excess: Share = 0.02
    """Most by which an attack may succeed more often on training rows than on unseen ones: secrets guessed, rows
    singled out, halves of records linked."""


class Effort(Spec):
    """How much an audit looks at."""

    targets: int
    """Members, and others, that are attacked at most."""
    rows: int
    """Synthetic rows, and reference rows, that the attacker uses at most."""
    secrets: int
    """Columns that are guessed where none is named."""
    descriptions: int
    """Descriptions of single rows that are tried, of each kind; 0: none."""
    ladder_rows: int
    """Rows of each table of the copy ladder."""
    column_groups: int
    """Groups of columns, of each kind, over which distances are measured besides all columns."""
    subgroups: bool
    """Whether isolated records and rare categories are attacked on their own."""
    shadows: int
    """Models that are fitted anew to learn what membership looks like; 0: none."""
    canaries: int
    """Rows that are planted to bound the privacy loss; 0: none."""


LEVELS: dict[Level, Effort] = {
    "fast": Effort(
        targets=2_000,
        rows=50_000,
        secrets=0,
        descriptions=0,
        ladder_rows=2_000,
        column_groups=0,
        subgroups=False,
        shadows=0,
        canaries=0,
    ),
    "standard": Effort(
        targets=5_000,
        rows=50_000,
        secrets=5,
        descriptions=1_000,
        ladder_rows=8_000,
        column_groups=3,
        subgroups=True,
        shadows=0,
        canaries=0,
    ),
    "thorough": Effort(
        targets=5_000,
        rows=50_000,
        secrets=5,
        descriptions=2_000,
        ladder_rows=8_000,
        column_groups=3,
        subgroups=True,
        shadows=32,
        canaries=1_000,
    ),
}
"""What each level looks at."""
