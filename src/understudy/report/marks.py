"""Marks of Markdown: tables, lists, and text that stays text."""

import re
from collections.abc import Iterable

from understudy.report.writing import clean

__all__ = ["bullets", "plain", "table"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Write a table; a cell that begins with ``**`` is set as it is."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell if cell.startswith("**") else plain(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def bullets(lines: Iterable[str]) -> str:
    """Write a list."""
    return "\n".join(f"- {plain(line, 600)}" for line in lines)


def plain(text: str, limit: int = 120) -> str:
    """Make text from data stay text: nothing of it is a mark of Markdown, or of HTML within."""
    return _SPECIAL.sub(r"\\\1", clean(text, limit))
