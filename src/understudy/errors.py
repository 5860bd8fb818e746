"""Every error that the package raises on purpose.

UnderstudyError
├── InputError             a file or a frame cannot be used as it is
├── SchemaError            the declaration and the data disagree
├── ConditionError         `given=` asks for rows that cannot exist
├── ArtifactError          a model or bundle is truncated, edited, or of a newer version
├── OutputError            a result cannot be written where it was asked for
├── NotApplicable          a metric or encoder says: this is not for me (not a failure)
├── UnknownName            no synthesizer, metric, reader or writer has that name, or two of them have
└── MissingExtra           an optional dependency is not installed
"""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "ArtifactError",
    "ConditionError",
    "InputError",
    "MissingExtra",
    "NotApplicable",
    "OutputError",
    "SchemaError",
    "UnderstudyError",
    "UnknownName",
    "listed",
    "nearest",
]


class UnderstudyError(Exception):
    """Base class of every error raised on purpose; its text is one sentence for the user."""


class InputError(UnderstudyError, ValueError):
    """A file or a frame cannot be used as it is."""


class SchemaError(UnderstudyError, ValueError):
    """The declaration and the data disagree."""


class ConditionError(UnderstudyError, ValueError):
    """A condition asks for rows that cannot exist."""


class ArtifactError(UnderstudyError, ValueError):
    """A stored model or bundle is truncated, edited, or of a newer version."""


class OutputError(UnderstudyError, OSError):
    """A result cannot be written where it was asked for."""


class NotApplicable(UnderstudyError):
    """Raised by a metric or encoder to decline; the caller records the reason."""


class UnknownName(UnderstudyError, LookupError):
    """No entry has that name, or more than one."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> "UnknownName":
        """Build the error for ``name``, with the nearest of the ``known`` names as a way out."""
        singular = kind.removesuffix("s")
        where = f" Run `understudy list {kind}` to see all of them." if kind != "kinds" else ""
        return cls(f"No {singular} is named {name!r}.{nearest(name, known)}{where}")


class MissingExtra(UnderstudyError, ImportError):
    """An optional dependency is not installed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Give the question whether another of the ``known`` names was meant, with a blank before it; else nothing."""
    known = list(known)
    lower = {other.lower(): other for other in reversed(known)}
    near = get_close_matches(name.lower(), lower, n=1) or [other for other in lower if name and name.lower() in other]
    return f" Did you mean {lower[near[0]]!r}?" if near else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Give the first of the ``names`` in quotes, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(repr, names[:most])) + more
