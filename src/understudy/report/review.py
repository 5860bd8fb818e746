"""The page of a blind review: records to judge, without the truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from understudy.report.html import template

__all__ = ["Record", "render_review"]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it is shown.

    Parameters
    ----------
    number : int
        From 1 on.
    values : mapping of str to str
        As the real file spells them; missing is empty.
    """

    number: int
    values: Mapping[str, str]


def render_review(name: str, records: Sequence[Record]) -> str:
    """Give the page; ``name`` tells which key belongs to it."""
    return template("review.html.j2").render(name=name, records=records)
