"""What a user wants to know of a synthetic table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from understudy import catalog
from understudy.errors import UnknownName
from understudy.metrics.query import Query
from understudy.protocols import Metric

__all__ = ["ALL", "Shares", "Wanted", "check", "check_names"]

ALL = "all"
"""Asks for every metric, the thorough ones too."""

Shares: TypeAlias = Mapping[str, Mapping[str, float]]
"""For each of some columns, the share of each level in the population that a table shall represent."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is measured, and about what.

    Parameters
    ----------
    target : str or None
        Column that a user of the data wants to predict.
    names : collection of str or None
        Metrics, questions such as ``fidelity``, or "all". A metric's own name asks for it, a question's for those of
        its metrics that are not thorough, "all" for every one; None for all that are not thorough.
    protected : sequence of str
        Columns whose groups shall fare alike. Without any, what compares groups is not asked unless it is named.
    representation : mapping or None
        Shares of groups that the table shall have; likewise.
    queries : sequence of Query
        Questions of the user's own; each is a score by its name.
    besides : collection of str
        Metrics that are measured besides, such as those that a limit is set for.
    """

    target: str | None = None
    names: Collection[str] | None = None
    protected: Sequence[str] = ()
    representation: Shares | None = None
    queries: Sequence[Query] = ()
    besides: Collection[str] = ()

    @property
    def metrics(self) -> dict[str, Metric]:
        """What is measured, by the name of the score: the catalog's in its order, then the user's own.

        Raises
        ------
        UnknownName
            If there is no such metric and no such question.
        """
        told = {
            "target": self.target,
            "protected": tuple(dict.fromkeys(self.protected)),
            "representation": self.representation or {},
        }
        # Who names no group has not asked about groups: there is no answer to miss, and so no reason to list.
        absent = {need for need in ("protected", "representation") if self.names is None and not told[need]}
        kinds = {name: catalog.load("metrics", name) for name in self._chosen()}
        asked: dict[str, Metric] = {
            name: kind(**{need: told[need] for need in told if need in kind.needs})
            for name, kind in kinds.items()
            if name in self.besides or not absent & kind.needs
        }
        return asked | {query.name: cast("Metric", query) for query in self.queries}

    def _chosen(self) -> list[str]:
        only = self.names
        check_names([*(only or ()), *self.besides])
        known = catalog.entries("metrics")
        if only is not None and ALL in only:
            return list(known)
        asked = [name for name, entry in known.items() if only is None or _question(entry) in only]
        named = {*self.besides, *(only or ()), *(name for name in asked if not known[name].load().thorough)}
        return [name for name in known if name in named]


def check(wanted: Wanted) -> None:
    """Refuse names that stand for nothing, or for two things; imports no metric.

    Raises
    ------
    UnknownName
        If there is no such metric and no such question, or a query is named as one.
    """
    check_names(wanted.names)
    known = catalog.entries("metrics")
    own = [query.name for query in wanted.queries]
    for name in wanted.besides:
        if name not in known:
            raise UnknownName.among("metrics", name, [*own, *known])
    for name in own:
        if name in {ALL, *known, *map(_question, known.values())}:
            msg = f"A query is named {name!r}, which is a metric or a question already. Rename it."
            raise UnknownName(msg)


def check_names(names: Collection[str] | None) -> None:
    """Refuse what is neither a metric, nor a question, nor "all"; imports no metric.

    Raises
    ------
    UnknownName
        If there is no such metric and no such question.
    """
    known = catalog.entries("metrics")
    allowed = [ALL, *known, *dict.fromkeys(map(_question, known.values()))]
    for name in () if names is None else names:
        if name not in allowed:
            raise UnknownName.among("metrics", name, allowed)


def _question(entry: catalog.Entry) -> str:
    return entry.group.rpartition(".")[2]
