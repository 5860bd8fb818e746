"""A recipe, checked as far as it can be without the rows, as steps that can be printed."""

import os
from dataclasses import dataclass
from pathlib import Path

from understudy import catalog
from understudy.errors import InputError, OutputError
from understudy.metrics.wanted import check
from understudy.pipeline import schema_file
from understudy.pipeline.fitting import synthesizer_of
from understudy.pipeline.formats import Reader, Writer, find_reader, find_writer, suffix_of
from understudy.pipeline.race import CANDIDATES
from understudy.pipeline.recipe import Recipe
from understudy.schema.table import TableSchema
from understudy.store.workspace import check_folder

__all__ = ["Plan", "make_plan", "stem_of"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a job will do.

    Parameters
    ----------
    recipe : Recipe
        The job; its paths hold from anywhere.
    source : Path
        File with the real rows.
    reader : Reader
        How it is read.
    schema : TableSchema or None
        What the columns mean, where the user says so.
    writer : Writer
        How the synthetic rows are written.
    out : Path
        Folder to write.
    """

    recipe: Recipe
    source: Path
    reader: Reader
    schema: TableSchema | None
    writer: Writer
    out: Path

    @property
    def data_name(self) -> str:
        """Name of the file with the synthetic rows."""
        return f"data{suffix_of(self.writer)}"

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Name of each step and what it does."""
        recipe = self.recipe
        rows = "as many rows as the source has" if recipe.sample.rows is None else f"{recipe.sample.rows:,} rows"
        name = recipe.synthesizer.name
        budget = recipe.fit.time_budget
        how = (
            f"{name} on the training rows"
            if name != "auto"
            else f"the winner of a race between {', '.join(CANDIDATES)}"
        )
        target, own = recipe.evaluate.target, [query.name for query in recipe.evaluate.queries]
        return (
            ("read", f"{self.source} with the reader {type(self.reader).__name__.lower()}"),
            ("schema", f"as {recipe.schema_path} says" if self.schema else "inferred from the rows"),
            ("split", f"{recipe.evaluate.holdout:.0%} of the rows held out, seed {recipe.seed}"),
            ("fit", how + (f", within {budget:g} s" if budget else "")),
            ("sample", f"{rows}, {recipe.sample.chunk:,} at a time"),
            ("write", str(self.out / self.data_name)),
            (
                "evaluate",
                f"{', '.join([*(recipe.evaluate.names or ('every metric that applies',)), *own])} against the holdout"
                + (f", predicting {target!r}" if target else ""),
            ),
            ("gate", ", ".join(f"{name} {limit:g}" for name, limit in recipe.gate.all.items())),
            ("report", f"{self.out / 'report.html'}"),
            ("manifest", f"{self.out / 'manifest.json'}"),
        )

    def __str__(self) -> str:
        """Give the plan as lines."""
        return "\n".join(f"{i:2} {name:9} {text}" for i, (name, text) in enumerate(self.steps, 1))


def make_plan(recipe: Recipe, folder: Path) -> Plan:
    """Check ``recipe``; where it names no output, it goes into ``folder``.

    Raises
    ------
    InputError, UnknownName, MissingExtra, OutputError
        If a file is missing, nothing has a name that it uses, or the output cannot be placed.
    """
    if recipe.source is None:
        msg = "The recipe names no source. Add `source: {path: FILE}`."
        raise InputError(msg)
    source = Path(recipe.source.path)
    if source.is_dir():
        msg = f"{str(source)!r} is a folder. Name a file."
        raise InputError(msg)
    if not source.is_file():
        msg = f"There is no file {str(source)!r}. Check the name."
        raise InputError(msg)
    reader = find_reader(source, recipe.source.reader, recipe.source.options)
    if recipe.synthesizer.name != "auto":
        synthesizer_of(recipe.synthesizer, recipe.evaluate.target)
    check(recipe.wanted)
    schema = schema_file.load(Path(recipe.schema_path)) if recipe.schema_path else None
    medium = type(reader).__name__.lower()
    writer = find_writer(recipe.output.writer or (medium if medium in catalog.entries("writers") else "csv"))
    out = Path(recipe.output.path) if recipe.output.path else folder.absolute() / f"{stem_of(source)}-synthetic"
    check_folder(out)
    if Path(os.path.realpath(out)) in Path(os.path.realpath(source)).parents:
        msg = (
            f"The source {str(source)!r} lies in {str(out)!r}, which would be replaced. Name another folder with --out."
        )
        raise OutputError(msg)
    output = recipe.output.model_copy(update={"path": str(out)})
    return Plan(recipe.model_copy(update={"output": output}), source, reader, schema, writer, out)


def stem_of(path: Path) -> str:
    """Give a file's name without its ends, such as ``adult`` for ``adult.csv.gz``."""
    return path.name.removesuffix(".gz").rpartition(".")[0] or path.name
