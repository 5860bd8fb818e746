"""Who is told what was found. A Run is one; it stands on a floor above this one."""

from typing import Literal, Protocol

__all__ = ["Reporter"]


class Reporter(Protocol):
    """Collects findings."""

    def find(self, code: str, text: str, severity: Literal["note", "repair", "degraded"] = "note") -> None:
        """Report a finding."""
        ...
