"""A fitted model in the hands of a user: rows in, and out, as the user has them."""

import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import polars as pl
from pydantic import ValidationError

from understudy import catalog
from understudy.context import Finding, Run
from understudy.data.frames import back_to
from understudy.data.table import Table
from understudy.data.typed import unparse
from understudy.errors import ArtifactError, InputError, listed
from understudy.pipeline.formats import find_writer
from understudy.pipeline.given import from_words, parse_given
from understudy.pipeline.sampling import CHUNK, sample
from understudy.pipeline.seed import MOST_ROWS, checked_seed, whole
from understudy.protocols import Generator
from understudy.schema.table import TableSchema
from understudy.store import artifact
from understudy.store.workspace import new_file

__all__ = ["Model", "as_path", "load", "sample_file", "save"]

KIND = "synthesizer"
# What restoring a state raises that is not what it should be.
_MISFITS = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    *(pl.exceptions.PolarsError, pl.exceptions.PanicException),
)


def _as_it_is(rows: pl.DataFrame) -> object:
    return rows


@dataclass(frozen=True, slots=True, repr=False)
class Model:
    """Something fitted that makes rows.

    Parameters
    ----------
    generator : Generator
        What was fitted.
    synthesizer : str
        Name of what fitted it.
    give_back : callable
        Makes the caller's kind of frame from a polars one.
    findings : tuple of Finding
        What the user should know about the fit.
    frame : str
        Kind of frame that it was fitted on, which it gives again when it is loaded, in that kind's usual dtypes.
    """

    generator: Generator
    synthesizer: str
    give_back: Callable[[pl.DataFrame], object] = _as_it_is
    findings: tuple[Finding, ...] = ()
    frame: str = "polars"

    @property
    def schema(self) -> TableSchema:
        """Schema of the rows it makes."""
        return self.generator.schema

    def sample(self, n: int, *, seed: int | None = None, given: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - the caller's kind of frame
        """Make ``n`` rows.

        Parameters
        ----------
        n : int
            How many.
        seed : int, optional
            The same seed makes the same rows; drawn where left out.
        given : mapping, optional
            Values that every row must have, such as ``{"sex": "Female"}``; None for missing.

        Raises
        ------
        ConditionError
            If no row can have the given values.
        InputError
            If ``n`` is no whole number, a negative one, or above 10**12.

        Warns
        -----
        UserWarning
            If the rows are worse than was asked for, such as where what is given is very rare.
        """
        n = whole(n, "n", 0, MOST_ROWS)
        run = Run(checked_seed(seed)).child("sample")
        values = parse_given(given, self.schema, run) if given else None
        rows = Table(
            tuple(part for made in sample(self.generator, n, run, values, CHUNK) for part in made.partitions),
            self.schema,
        )
        for finding in run.findings.all():
            if finding.severity == "degraded":
                warnings.warn(finding.text, stacklevel=2)
        return self.give_back(unparse(rows))

    def __repr__(self) -> str:
        columns = self.schema.columns
        return f"Model({self.synthesizer}, {len(columns)} columns: {listed(columns, 6)})"

    def save(self, path: str | Path) -> None:
        """Write it to ``path``.

        Raises
        ------
        InputError, OutputError
            If ``path`` is none, or the file cannot be written.
        """
        with new_file(as_path(path)) as work:
            save(work, self.generator, self.synthesizer, self.frame)

    def describe(self) -> dict[str, Any]:
        """Give what a person should know about it, as JSON values."""
        return self.generator.describe()


def as_path(path: object) -> Path:
    """Give ``path`` as one.

    Raises
    ------
    InputError
        If it is none.
    """
    if not isinstance(path, str | os.PathLike):
        msg = f"A {type(path).__name__} is no path. Give one, such as 'model.understudy'."
        raise InputError(msg)
    return Path(cast("str", path))


def save(path: Path, generator: Generator, synthesizer: str, frame: str = "polars") -> None:
    """Write ``generator``, which ``synthesizer`` fitted, to ``path``."""
    header = {"synthesizer": synthesizer, "columns": list(generator.schema.columns), "frame": frame}
    artifact.write(path, KIND, header, generator.state())


def sample_file(model: Model, n: int, path: Path, given: list[str], run: Run) -> None:
    """Write ``n`` rows of ``model`` to ``path``, in the format that its name ends in, chunk by chunk.

    Raises
    ------
    InputError, ConditionError, OutputError
        If there is no such format, no row can have the ``given`` column=value pairs, or the file cannot be written.
    """
    writer = find_writer(None, path)
    place = run.child("sample")
    values = parse_given(from_words(given, model.schema), model.schema, place)
    with new_file(path) as work, writer.open(work, model.schema, place) as sink, place.step(n, "rows") as line:
        for table in sample(model.generator, n, place, values):
            sink.append(table)
            line.advance(table.n_rows)


def load(path: Path) -> Model:
    """Read a model.

    Raises
    ------
    ArtifactError
        If the file is truncated, edited, of a newer version, or no model.
    UnknownName, MissingExtra
        If what fitted it is not installed.
    """
    header, state = artifact.read(path)
    if header.get("kind") != KIND or not isinstance(header.get("synthesizer"), str):
        msg = f"{str(path)!r} holds a {header.get('kind')}, not a model. Name a file that `understudy fit` wrote."
        raise ArtifactError(msg)
    name = header["synthesizer"]
    kind = catalog.load("synthesizers", name)
    try:
        frame = str(header.get("frame"))
        return Model(kind.restore(state), name, back_to(frame), frame=frame)
    except _MISFITS as error:
        reason = f"it does not hold what {name!r} stores{_told(error)}"
        raise artifact.refusal(path, reason) from error


def _told(error: BaseException) -> str:
    """Give what a check says in words for people, in brackets; what Python itself says helps nobody."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f" ({'.'.join(map(str, first['loc']))}: {first['msg']})"
    return f" ({error})" if type(error) is ValueError else ""
