"""Where we are in a job. One path names the place; its randomness, findings, log lines and progress bar share it."""

import hashlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np

from understudy.execution.executor import Executor
from understudy.execution.local import Local

__all__ = ["Finding", "Findings", "Progress", "Run", "Silent", "Step"]

Severity = Literal["note", "repair", "degraded"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a user should know about the job.

    Parameters
    ----------
    code : str
        Stable name, lower case with dots, such as ``categories.rare``.
    severity : {"note", "repair", "degraded"}
        A note informs; a repair changed something so that the job could go on; a degraded choice made the result worse
        than was asked for, and fails the job under ``--strict``.
    text : str
        One sentence for the user.
    where : str
        Path of the run that reported it, such as ``fit/forest``.
    """

    code: str
    severity: Severity
    text: str
    where: str = ""


@dataclass(slots=True)
class Findings:
    """Collects findings; the same finding from the same place counts once."""

    seen: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Keep ``finding`` unless it is there already."""
        self.seen.setdefault((finding.code, finding.text, finding.where), finding)

    def all(self) -> list[Finding]:
        """Give every finding, ordered by place and code: the order does not depend on the number of workers."""
        return sorted(self.seen.values(), key=lambda f: (f.where, f.code, f.text))


class Step(Protocol):
    """One line of progress."""

    def advance(self, amount: int = 1) -> None:
        """Move on by ``amount`` units."""
        ...


class Progress(Protocol):
    """Shows how far a job has come."""

    def step(self, where: str, total: int | None, unit: str) -> AbstractContextManager[Step]:
        """Open a line for the place ``where``, of ``total`` (None: unknown) times ``unit``; closing it ends it."""
        ...


class Silent:
    """Progress that shows nothing."""

    def step(self, where: str, total: int | None, unit: str) -> AbstractContextManager[Step]:  # noqa: ARG002
        """Open nothing."""
        return nullcontext(self)

    def advance(self, amount: int = 1) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """The job's seed, means and place.

    Parameters
    ----------
    seed : int
        Decides, with the path, every random draw. In [0, 2**63).
    executor : Executor
        Where independent pieces of work run.
    progress : Progress
        Who shows how far the job has come.
    findings : Findings
        Where notes, repairs and degraded choices are collected; shared by all children.
    path : tuple of str or int
        Place in the job, from the root.
    """

    seed: int
    executor: Executor = field(default_factory=Local)
    progress: Progress = field(default_factory=Silent)
    findings: Findings = field(default_factory=Findings)
    path: tuple[str | int, ...] = ()

    def child(self, *names: str | int) -> "Run":
        """Give the run of a place below this one."""
        return replace(self, path=self.path + names)

    @property
    def where(self) -> str:
        """The path as text, such as ``fit/forest``."""
        return "/".join(map(str, self.path))

    @property
    def rng(self) -> np.random.Generator:
        """A fresh generator that depends on the seed and the path only: not on order, nor on the number of workers."""
        words = np.frombuffer(hashlib.sha256(repr(self.path).encode()).digest(), dtype="<u4")
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=tuple(int(w) for w in words)))

    def find(self, code: str, text: str, severity: Severity = "note") -> None:
        """Report a finding from this place."""
        self.findings.add(Finding(code, severity, text, self.where))

    def step(self, total: int | None = None, unit: str = "") -> AbstractContextManager[Step]:
        """Open this place's line of progress."""
        return self.progress.step(self.where, total, unit)
