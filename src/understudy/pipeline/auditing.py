"""Attacks synthetic rows, whoever made them: frames or files in, a report or a bundle out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from understudy import __version__
from understudy.attacks.audit import Holds, audit
from understudy.attacks.limits import LEVELS, Level
from understudy.attacks.membership.likelihood import Likelihood
from understudy.attacks.membership.shadow import Refit
from understudy.context import Findings, Run, Silent
from understudy.data.table import Table, row_dtype
from understudy.errors import InputError, NotApplicable, nearest
from understudy.pipeline import model as models
from understudy.pipeline import schema_file
from understudy.pipeline.clock import Clock
from understudy.pipeline.fitting import synthesizer_of
from understudy.pipeline.job import finding_records, versions
from understudy.pipeline.judging import read_alike
from understudy.pipeline.library import Data, Options, open_data, title_of
from understudy.pipeline.model import Model
from understudy.pipeline.recipe import Choice
from understudy.pipeline.sampling import CHUNK, sample
from understudy.protocols import SupportsLikelihood
from understudy.report.audit import AuditReport
from understudy.report.output import Form, write_forms
from understudy.schema.table import TableSchema
from understudy.store.manifest import GateRecord, Manifest, hash_file
from understudy.store.workspace import new_folder

__all__ = ["Audited", "audit_data", "audit_files"]


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit whose bundle is in its folder.

    Parameters
    ----------
    folder : Path
        Where it is.
    manifest : Manifest
        What did happen.
    report : AuditReport
        What was found.
    shown : Path
        The file that a person opens.
    """

    folder: Path
    manifest: Manifest
    report: AuditReport
    shown: Path


def audit_data(
    real: Data,
    holdout: Data,
    synthetic: Data,
    options: Options,
    level: Level,
    secrets: Sequence[str] = (),
) -> AuditReport:
    """Attack ``synthetic`` for leaks about the ``real`` rows, with ``holdout`` as rows that leave none.

    The model of the ``options`` is attacked, too, where it tells how likely it makes a row.

    Raises
    ------
    UnderstudyError
        If there is no such level or column, the tables cannot be used, or are too short to be attacked.
    """
    return _audited(real, holdout, synthetic, options, level, secrets, Clock())[0]


def audit_files(
    real: Path,
    holdout: Path,
    synthetic: Path,
    out: Path,
    options: Options,
    level: Level,
    secrets: Sequence[str],
    form: Form = "html",
) -> Audited:
    """Attack a file, and write what was found into a folder that appears whole or not at all.

    ``audit.json`` is always written; ``form`` says what else.

    Raises
    ------
    UnderstudyError
        As :func:`audit_data`; or if the folder cannot be written.
    """
    clock = Clock()
    with new_folder(out) as folder:
        report, schema, seed = _audited(real, holdout, synthetic, options, level, secrets, clock)
        shown = write_forms(report, folder, form, "audit")
        files = {"real": real, "synthetic": synthetic, "holdout": holdout} | _model_file(options)
        told = {"level": level, "secrets": list(secrets), "synthesizer": str(options.synthesizer)}
        manifest = Manifest(
            kind="audit",
            understudy=__version__,
            versions=versions(),
            verdict=report.audit.verdict,
            seed=seed,
            recipe={what: str(path) for what, path in files.items()} | told,
            schema_sha256=schema_file.hash_schema(schema),
            inputs={what: hash_file(path) for what, path in files.items()},
            outputs={path.name: hash_file(path) for path in sorted(folder.iterdir())},
            gates=tuple(
                GateRecord(name=f"{x.question}: {x.name}", passed=not x.leak, value=x.value, limit=x.limit, text=x.text)
                for x in report.audit.lines
                if x.limit is not None
            ),
            findings=finding_records(report.findings),
            steps=tuple(clock.steps),
        )
        manifest.save(folder)
    return Audited(out, manifest, report, out / shown.name)


def _audited(
    real: Data,
    holdout: Data,
    synthetic: Data,
    options: Options,
    level: Level,
    secrets: Sequence[str],
    clock: Clock,
) -> tuple[AuditReport, TableSchema, int]:
    if level not in LEVELS:
        msg = f"No level of an audit is named {level!r}.{nearest(str(level), LEVELS)} There are {', '.join(LEVELS)}."
        raise InputError(msg)
    recipe = options.recipe()
    run = options.run(recipe)
    held = models.load(Path(options.model)) if isinstance(options.model, str | Path) else options.model
    choice = recipe.synthesizer
    if held is not None and choice.name == "auto":
        choice = Choice(name=held.synthesizer)
    refit = None if choice.name == "auto" else _refit(choice)
    given = {"real": real, "synthetic": synthetic, "holdout": holdout}
    with clock.step(run.child("read")):
        raws = {what: open_data(data, run.child("read", what))[0] for what, data in given.items()}
        schema = options.table_schema() or (None if held is None else held.schema)
        tables, _ = read_alike(raws, schema, run)
    for what, table in tables.items():
        if not table.n_rows:
            msg = f"The {what} table has no rows. Give at least one."
            raise InputError(msg)
    with clock.step(run.child("audit")):
        try:
            found = audit(
                tables["real"],
                tables["synthetic"],
                tables["holdout"],
                level,
                run.child("audit"),
                secrets,
                Holds(refit, _likelihood(held, tables["real"].schema)),
            )
        except NotApplicable as reason:
            msg = f"The tables cannot be attacked: {reason}"
            raise InputError(msg) from None
    provenance = {"understudy": __version__, "seed": recipe.seed}
    findings = tuple(run.findings.all())
    return AuditReport(title_of(synthetic), found, findings, provenance), tables["real"].schema, recipe.seed


def _model_file(options: Options) -> dict[str, Path]:
    return {"model": Path(options.model)} if isinstance(options.model, str | Path) else {}


def _likelihood(model: Model | None, schema: TableSchema) -> Likelihood | None:
    """Give the likelihood of rows that were read by ``schema``, under a model that has one.

    Raises
    ------
    InputError
        If the model was fitted on columns of other types.
    """
    if model is None or not isinstance(model.generator, SupportsLikelihood):
        return None
    for name, column in model.schema.columns.items():
        if name not in schema.columns or row_dtype(schema.columns[name]) != row_dtype(column):
            msg = (
                f"The model was fitted on {name!r} as {column.kind}, which the schema does not have so. Leave the "
                "schema out, to read the tables as the model does."
            )
            raise InputError(msg)
    return model.generator.log_likelihood


def _refit(choice: Choice) -> Refit:
    synthesizer = synthesizer_of(choice, None)

    def refit(rows: Table, n: int, run: Run) -> Table:
        run = replace(run, findings=Findings(), progress=Silent())  # of tables that nobody asked for
        generator = synthesizer.fit(rows, run.child("fit"))
        made = tuple(
            part for table in sample(generator, n, run.child("sample"), None, CHUNK) for part in table.partitions
        )
        return Table(made, generator.schema)

    return refit
