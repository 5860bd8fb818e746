"""Finds what can be chosen by name, without importing any of it.

A module's path is its identity: ``understudy/synthesizers/tabular/tree/forest.py`` is the synthesizer ``forest``, and
the one class in its ``__all__`` is what it offers. Modules whose name begins with an underscore are helpers. A folder
says what it needs: its ``__init__`` may hold ``REQUIRES = ("torch", "deep")``, a module and the extra that brings it.
Other packages add entries through the entry-point groups ``understudy.synthesizers`` and ``understudy.metrics``.
"""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import walk_packages
from typing import Any

from understudy._optional import require
from understudy.errors import UnknownName

__all__ = ["KINDS", "Entry", "entries", "load"]

KINDS = {
    "synthesizers": "understudy.synthesizers",
    "metrics": "understudy.metrics",
    "readers": "understudy.data.readers",
    "writers": "understudy.data.writers",
}
"""What can be listed, and the package that holds it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be chosen by name.

    Parameters
    ----------
    name : str
        Name to choose it by.
    target : str
        Module that holds it.
    group : str
        Where it stands below its kind, such as ``tabular.tree``; "plugin" for another package's.
    """

    name: str
    target: str
    group: str

    @property
    def requires(self) -> tuple[str, str] | None:
        """The module it needs beyond the core, and the extra that brings it."""
        package = self.target.rpartition(".")[0]  # empty for another package's top-level module, which has no folder
        return getattr(import_module(package), "REQUIRES", None) if package else None

    def load(self) -> Any:  # noqa: ANN401 - a class of the kind asked for; its protocol is checked by the contract tests
        """Import it.

        Raises
        ------
        MissingExtra
            If it needs a module that is not installed.
        """
        if self.requires:
            module, extra = self.requires
            require(module, extra=extra, what=self.name)
        module = import_module(self.target)
        (public,) = module.__all__
        return getattr(module, public)


@cache
def entries(kind: str) -> dict[str, Entry]:
    """Give every entry of ``kind`` by name, in the order of their places.

    Raises
    ------
    UnknownName
        If there is no such kind, or two entries have one name.
    """
    if kind not in KINDS:
        raise UnknownName.among("kinds", kind, KINDS)
    package = KINDS[kind]
    found: dict[str, Entry] = {}
    for info in walk_packages(import_module(package).__path__, f"{package}."):
        place, _, name = info.name.removeprefix(f"{package}.").rpartition(".")
        if info.ispkg or name.startswith("_") or (kind in {"synthesizers", "metrics"} and not place):
            continue
        _add(found, Entry(name, info.name, place))
    for point in entry_points(group=f"understudy.{kind}"):
        _add(found, Entry(point.name, point.module, "plugin"))
    return found


def _add(found: dict[str, Entry], entry: Entry) -> None:
    if entry.name in found:
        msg = f"Both {found[entry.name].target} and {entry.target} are named {entry.name!r}. Rename one."
        raise UnknownName(msg)
    found[entry.name] = entry


def load(kind: str, name: str) -> Any:  # noqa: ANN401 - as Entry.load
    """Import the entry of ``kind`` that is named ``name``.

    Raises
    ------
    UnknownName
        If there is none; the error names the nearest.
    """
    known = entries(kind)
    if name not in known:
        raise UnknownName.among(kind, name, known)
    return known[name].load()
