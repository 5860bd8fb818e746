"""The whole declared job: what ``understudy run recipe.yaml`` obeys and ``understudy run FILE`` writes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

from understudy.metrics.query import Query
from understudy.metrics.wanted import Wanted
from understudy.pipeline import document
from understudy.pipeline.gate import Gate
from understudy.pipeline.seed import MOST_ROWS
from understudy.schema.spec import Spec

__all__ = ["Choice", "Evaluate", "Fit", "Output", "Recipe", "Sample", "Source", "dump", "load"]

Name = Annotated[str, StringConstraints(min_length=1)]
Place = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=1, le=MOST_ROWS, strict=True)]  # strict: true is no number of rows


class Choice(Spec):
    """Something chosen by name; every other field is an option of what was chosen."""

    model_config = ConfigDict(extra="allow")

    name: Name
    """Its name; `understudy list` shows them."""

    @property
    def options(self) -> dict[str, Any]:
        """The other fields."""
        return dict(self.model_extra or {})


class Source(Spec):
    """The real rows; every field besides those below is an option of the reader."""

    model_config = ConfigDict(extra="allow")

    path: Place
    """File with the real rows, relative to the folder of the recipe."""
    reader: Name | None = None
    """How to read it; empty: by the end of its name."""

    @property
    def options(self) -> dict[str, Any]:
        """The options of the reader."""
        return dict(self.model_extra or {})


class Fit(Spec):
    """How much may go into learning."""

    rows: Annotated[int, Field(ge=2, strict=True)] | None = None
    """Training rows to learn from, drawn at random; empty: all."""
    time_budget: Annotated[float, Field(gt=0)] | None = None
    """Seconds for choosing and fitting; empty: no limit."""


class Sample(Spec):
    """How many rows to make."""

    rows: Count | None = None
    """Rows to make; empty: as many as the source has."""
    chunk: Annotated[int, Field(ge=1, le=10_000_000, strict=True)] = 20_000
    """Rows made at a time: bounds the memory, and decides the draws whatever the number of workers."""


# Blank tags: pydantic puts them into the places of errors, where nobody wrote them.
Asked = Annotated[
    Annotated[Name, Tag("")] | Annotated[Query, Tag(" ")],
    Discriminator(lambda asked: "" if isinstance(asked, str) else " "),
]


class Evaluate(Spec):
    """How the rows are judged."""

    target: Name | None = None
    """Column that a model would predict; empty: utility is not measured."""
    metrics: tuple[Asked, ...] | None = None
    """Questions (fidelity, diversity, utility, fairness, privacy) or metrics, or all; empty: the usual ones. Besides,
    questions of your own, as in {name: mean by fraud, sql: select fraud, avg(amount) from data group by fraud}."""
    protected: tuple[Name, ...] | None = None
    """Columns whose groups shall fare as in the real rows; empty: groups are not compared."""
    representation: dict[Name, dict[str, Annotated[float, Field(ge=0)]]] | None = None
    """For each of some columns, the share of each group in the population to represent; empty: not compared."""
    holdout: Annotated[float, Field(gt=0, lt=1)] = 0.2
    """Share of the real rows that no model sees and that judge it."""

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [query.name for query in self.queries]
        for name in names:
            if names.count(name) > 1:
                msg = f"two queries are named {name!r}; rename one"
                raise ValueError(msg)
        return self

    @property
    def names(self) -> tuple[str, ...] | None:
        """Metrics and questions that are named; None where the usual ones are meant."""
        named = tuple(asked for asked in self.metrics or () if isinstance(asked, str))
        return None if self.metrics is None or (self.queries and not named) else named

    @property
    def queries(self) -> tuple[Query, ...]:
        """The user's own questions."""
        return tuple(asked for asked in self.metrics or () if isinstance(asked, Query))


class Output(Spec):
    """What is written, and where."""

    path: Place | None = None
    """Folder to write, relative to the folder of the recipe; empty: the name of the source with "-synthetic"."""
    writer: Name | None = None
    """Format of the rows; empty: that of the source."""
    report: Literal["html"] = "html"
    """Format of the report."""


class Recipe(Spec):
    """A job, from the real rows to the judged synthetic ones."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    source: Source | None = None
    """The real rows; empty where they came as a frame."""
    schema_path: Place | None = Field(default=None, alias="schema")
    """File with the schema, relative to the folder of the recipe; empty: inferred."""
    seed: Annotated[int, Field(ge=0, lt=2**63, strict=True)]
    """Decides every draw."""
    synthesizer: Choice = Choice(name="auto")
    """What learns; "auto" races the candidates."""
    fit: Fit = Fit()
    """How much may go into learning."""
    sample: Sample = Sample()
    """How many rows to make."""
    evaluate: Evaluate = Evaluate()
    """How the rows are judged."""
    gate: Gate = Gate()
    """What must hold for the verdict "passed"."""
    output: Output = Output()
    """What is written, and where."""

    @model_validator(mode="after")
    def _auto_has_no_options(self) -> Self:
        if self.synthesizer.name == "auto" and self.synthesizer.options:
            msg = f"synthesizer 'auto' has no option {min(self.synthesizer.options)!r}; name the synthesizer it is for"
            raise ValueError(msg)
        return self

    @property
    def wanted(self) -> Wanted:
        """What is measured."""
        asked = self.evaluate
        own = {query.name for query in asked.queries}
        return Wanted(
            asked.target,
            asked.names,
            asked.protected or (),
            asked.representation,
            asked.queries,
            [name for name in self.gate.limits if name not in own],
        )

    def changed(self, **fields: dict[str, Any] | object) -> Self:
        """Give this recipe with other values; a dict changes those fields of a part, and None changes nothing."""
        values = self.model_dump(by_alias=False)
        for name, value in fields.items():
            if isinstance(value, dict):
                values[name] = (values[name] or {}) | {key: item for key, item in value.items() if item is not None}
            elif value is not None:
                values[name] = value
        return document.check(type(self), values, "The options")

    def at(self, folder: Path) -> Self:
        """Give this recipe, whose paths are relative to ``folder``, with paths that hold from anywhere."""
        return self._moved(lambda path: os.path.normpath(folder.absolute() / path))

    def seen_from(self, folder: Path) -> Self:
        """Give this recipe, whose paths hold from anywhere, with paths relative to ``folder``."""
        return self._moved(lambda path: _relative(Path(path), folder))

    def _moved(self, move: Callable[[str], str]) -> Self:
        changes: dict[str, Any] = {}
        if self.source:
            changes["source"] = self.source.model_copy(update={"path": move(self.source.path)})
        if self.schema_path:
            changes["schema_path"] = move(self.schema_path)
        if self.output.path:
            changes["output"] = self.output.model_copy(update={"path": move(self.output.path)})
        return self.model_copy(update=changes)


def load(path: Path) -> Recipe:
    """Read a recipe; its paths then hold from anywhere.

    Raises
    ------
    InputError
        If it cannot be read or does not describe a job; names the line.
    """
    return document.load(path, Recipe, "recipe").at(path.parent)


def dump(recipe: Recipe) -> str:
    """Write a recipe as YAML, with the help of each part as a comment."""
    comments = {
        (field.alias or name,): [field.description] for name, field in Recipe.model_fields.items() if field.description
    }
    values = recipe.model_dump(mode="json", by_alias=True, exclude_none=True)
    return document.dump({name: value for name, value in values.items() if value != {}}, comments)


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive, on Windows
        return str(path)
