"""Every error that the package raises on purpose.

UnderstudyError
├── InputError             a file or a frame cannot be used as it is
├── SchemaError            the declaration and the data disagree
├── ConditionError         `given=` asks for rows that cannot exist
├── ArtifactError          a model or bundle is truncated, edited, or of a newer version
├── OutputError            a result cannot be written where it was asked for
├── NotApplicable          a metric or encoder says: this is not for me (not a failure)
├── UnknownName            no synthesizer, metric, reader or writer has that name
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
    """No entry has that name."""

    @classmethod
    def among(cls, kind: str, name: str, known: Iterable[str]) -> "UnknownName":
        """Build the error for ``name``, with the nearest of the ``known`` names as a way out."""
        near = get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        singular = kind.removesuffix("s")
        return cls(f"No {singular} is named {name!r}.{hint} Run `understudy list {kind}` to see all of them.")


class MissingExtra(UnderstudyError, ImportError):
    """An optional dependency is not installed."""
