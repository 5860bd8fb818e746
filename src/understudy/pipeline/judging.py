"""Judges synthetic rows, whoever made them: frames or files in, a report or a bundle out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from understudy import __version__
from understudy.context import Finding, Run
from understudy.data.infer import infer
from understudy.data.raw import Raw
from understudy.data.table import Table
from understudy.data.typed import parse
from understudy.errors import SchemaError, listed
from understudy.metrics.evaluate import Evaluation, evaluate
from understudy.metrics.groups import score_groups
from understudy.metrics.wanted import check
from understudy.pipeline import schema_file
from understudy.pipeline.clock import Clock
from understudy.pipeline.gate import Judgement, judge
from understudy.pipeline.job import Finished, finding_records, gate_records, versions
from understudy.pipeline.library import Data, Options, open_data, title_of
from understudy.pipeline.model import as_path
from understudy.pipeline.steps import check_groups, check_target
from understudy.report.build import About, build
from understudy.report.changes import read_previous
from understudy.report.output import Form, write_forms
from understudy.report.report import Report
from understudy.schema.column import (
    Boolean,
    Categorical,
    ColumnType,
    Datetime,
    Duration,
    Identifier,
    Location,
    Numerical,
    Text,
)
from understudy.schema.table import TableSchema
from understudy.store.manifest import Manifest, hash_file
from understudy.store.workspace import new_folder

__all__ = ["Judged", "evaluate_data", "evaluate_files", "read_alike"]

_SHOWN = 3  # values that do not fit, of each column


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation gives."""

    schema: TableSchema
    seed: int
    report: Report
    evaluation: Evaluation
    gates: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    asked: dict[str, Any]
    """What was to be measured, and the limits, as a recipe would have it."""


def evaluate_data(
    real: Data,
    holdout: Data | None,
    synthetic: Data,
    options: Options,
    previous: str | Path | None = None,
    clock: Clock | None = None,
) -> Judged:
    """Judge ``synthetic`` by the ``real`` rows it was made from, against a ``holdout`` of unseen ones.

    ``previous`` is the ``evaluation.json`` of an earlier job, since which the changes are told.
    """
    clock = clock or Clock()
    before = None if previous is None else read_previous(as_path(previous))
    recipe = options.recipe()
    check(recipe.wanted)
    run = options.run(recipe)
    given = {"real": real, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
    with clock.step(run.child("read")):
        raws = {what: open_data(data, run.child("read", what))[0] for what, data in given.items()}
        tables, evidence = read_alike(raws, options.table_schema(), run)
    schema, unseen = tables["real"].schema, tables.get("holdout")
    check_target(recipe.evaluate.target, schema)
    check_groups(recipe.evaluate, schema)
    for query in recipe.evaluate.queries:
        query.check(tables["real"])
    place = run.child("evaluate")
    if unseen is None:
        text = "No holdout was given, so neither utility nor privacy could be judged."
        place.find("evaluate.no_holdout", text, "degraded")
    with clock.step(place, shown=False):
        scores = evaluate(tables["real"], tables["synthetic"], unseen, recipe.wanted, place)
        groups = score_groups(tables["real"], tables["synthetic"], unseen, recipe.wanted, place.child("groups"))
    gates = judge(recipe.gate, scores)
    findings = run.findings.all()
    with clock.step(run.child("report")):
        provenance = {"understudy": __version__, "seed": recipe.seed}
        about = About(title_of(synthetic), recipe.evaluate.target, findings, evidence, {}, provenance, before, groups)
        report = build(tables["real"], tables["synthetic"], unseen, scores, gates, about, run.child("report"))
    asked = recipe.model_dump(mode="json", include={"evaluate", "gate"})
    return Judged(schema, recipe.seed, report, scores, gates, tuple(findings), asked)


def evaluate_files(
    real: Path,
    holdout: Path | None,
    synthetic: Path,
    out: Path,
    options: Options,
    previous: Path | None = None,
    form: Form = "html",
) -> Finished:
    """Judge a file, and write the report into a folder that appears whole or not at all.

    ``evaluation.json`` is always written; ``form`` says what else.

    Raises
    ------
    UnderstudyError
        If the files cannot be used or compared, or the folder cannot be written.
    """
    clock = Clock()
    with new_folder(out) as folder:
        judged = evaluate_data(real, holdout, synthetic, options, previous, clock)
        write_forms(judged.report, folder, form, "report", "evaluation")
        files = {"real": real, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
        files |= {} if previous is None else {"previous": previous}
        manifest = Manifest(
            kind="evaluate",
            understudy=__version__,
            versions=versions(),
            verdict=judged.report.verdict,
            seed=judged.seed,
            recipe={what: str(path) for what, path in files.items()} | judged.asked,
            schema_sha256=schema_file.hash_schema(judged.schema),
            inputs={what: hash_file(path) for what, path in files.items()},
            outputs={path.name: hash_file(path) for path in sorted(folder.iterdir())},
            gates=gate_records(judged.gates),
            findings=finding_records(judged.findings),
            steps=tuple(clock.steps),
        )
        manifest.save(folder)
    return Finished(out, manifest, judged.report)


def read_alike(
    raws: Mapping[str, Raw], schema: TableSchema | None, run: Run
) -> tuple[dict[str, Table], Mapping[str, Sequence[str]]]:
    """Read all tables with the schema of the real rows.

    One rule for values that it cannot hold, in whatever order the columns come: among real rows they are an error; in
    the synthetic table they count as missing, their rows as invalid, and a finding names them.

    Parameters
    ----------
    raws : mapping
        The tables, as "real" and, where there are, "synthetic" and "holdout".
    schema : TableSchema or None
        What the columns mean; None: inferred from the real rows.
    run : Run
        The job.

    Returns
    -------
    tuple
        The tables by the same names, and the evidence for the inferred schema.

    Raises
    ------
    SchemaError
        If a column is missing, or real rows disagree with the schema.
    """
    place = run.child("schema")
    evidence: Mapping[str, Sequence[str]] = {}
    if schema is None:
        inference = infer(_real_rows(raws), place)
        schema, evidence = inference.schema, inference.evidence
    for what, raw in raws.items():
        absent = next((name for name in schema.columns if name not in raw.dtypes), None)
        if absent is not None and what != "real":
            msg = (
                f"The {what} table has no column {absent!r}, which the real one has; its columns are "
                f"{listed(raw.dtypes)}. Give tables with the same columns."
            )
            raise SchemaError(msg)
    tables = {what: parse(raw, schema, place.child(what), strict=what != "synthetic") for what, raw in raws.items()}
    unfit = tables["synthetic"].unfit if "synthetic" in tables else None
    for values in () if unfit is None else unfit:
        known = values.drop_nulls()
        shown = ", ".join(map(repr, known.unique(maintain_order=True).head(_SHOWN)))
        place.child("synthetic").find(
            "evaluate.unfit",
            f"Column {values.name!r}: {known.len():,} of {values.len():,} synthetic values are not "
            f"{_what(schema.columns[values.name])}, as real ones are (first: {shown}); they count as missing, and "
            "their rows as invalid.",
            "repair",
        )
    return tables, evidence


def _real_rows(raws: Mapping[str, Raw]) -> Raw:
    """Give training and holdout rows as one source, where they are held alike: a longer table tells more."""
    real, holdout = raws["real"], raws.get("holdout")
    if holdout is None or dict(sorted(real.dtypes.items())) != dict(sorted(holdout.dtypes.items())):
        return real
    return replace(real, partitions=(*real.partitions, *holdout.partitions))


def _what(column: ColumnType) -> str:
    """Say what values of a column are."""
    match column:
        case Numerical(decimals=0):
            return "whole numbers"
        case Numerical() | Location():
            return "numbers"
        case Boolean(true=true, false=false):
            return f"{true!r} or {false!r}"
        case Datetime():
            return "dates of the same format"
        case Duration():
            return "lengths of time of the same format"
        case Categorical() | Identifier() | Text():
            return "among the declared levels"
