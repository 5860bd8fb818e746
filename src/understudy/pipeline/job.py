"""From a plan to a bundle in a folder, and back: run, and verify by running again."""

import platform
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from understudy import __version__
from understudy.context import Finding, Run
from understudy.errors import InputError, OutputError
from understudy.pipeline import document, model, recipe, schema_file
from understudy.pipeline.clock import Clock
from understudy.pipeline.formats import Reader
from understudy.pipeline.gate import Judgement
from understudy.pipeline.plan import Plan, make_plan
from understudy.pipeline.steps import Done, Surroundings, understand, walk
from understudy.report.report import Report
from understudy.schema.spec import Spec
from understudy.store.manifest import (
    MANIFEST,
    FileRecord,
    FindingRecord,
    GateRecord,
    Manifest,
    hash_file,
    load,
    verify,
)
from understudy.store.workspace import new_folder

__all__ = [
    "Finished",
    "execute",
    "exit_code",
    "finding_records",
    "gate_records",
    "rehearse",
    "rerun",
    "spacious",
    "versions",
    "work_folder",
]

_DECIDE_THE_BYTES = ("numpy", "scipy", "polars", "scikit-learn", "numba", "mimesis", "charset-normalizer")
_REPRODUCED = ("schema.yaml", "model.understudy")


@dataclass(frozen=True, slots=True)
class Finished:
    """A job whose bundle is in its folder.

    Parameters
    ----------
    folder : Path
        Where it is.
    manifest : Manifest
        What did happen.
    report : Report
        The evidence.
    """

    folder: Path
    manifest: Manifest
    report: Report


def execute(plan: Plan, run: Run, *, keep_source: bool = False) -> Finished:
    """Do the job, and write its bundle; an error or Ctrl-C leaves nothing behind.

    Parameters
    ----------
    plan : Plan
        The job.
    run : Run
        Its seed and means.
    keep_source : bool
        Whether a copy of the real rows goes into the bundle, which only public data should do.

    Raises
    ------
    UnderstudyError
        If the input cannot be used, or the output cannot be written.
    """
    clock = Clock()
    if keep_source:
        plan = replace(plan, recipe=plan.recipe.changed(source={"path": str(plan.out / plan.source.name)}))
    with work_folder() as work, new_folder(plan.out) as folder:
        inputs = {plan.source.name: hash_file(plan.source)}
        if plan.recipe.schema_path:
            inputs[Path(plan.recipe.schema_path).name] = hash_file(Path(plan.recipe.schema_path))
        with clock.step(run.child("read")):
            raw = spacious(plan.reader, work).read(plan.source, run.child("read"))
        around = Surroundings(
            title=plan.source.name,
            clock=clock,
            writer=plan.writer,
            path=folder / plan.data_name,
            work=work,
            provenance={f"SHA-256 of {name}": record.sha256 for name, record in inputs.items()},
        )
        done = walk(raw, plan.schema, plan.recipe, run, around)
        if keep_source:
            shutil.copyfile(plan.source, folder / plan.source.name)
        _write(folder, plan, done)
        manifest = _manifest(folder, plan, done, run, clock, inputs)
        manifest.save(folder)
    return Finished(folder=plan.out, manifest=manifest, report=done.report)


def rehearse(plan: Plan) -> None:
    """Read the rows of ``plan`` and see that they fit its schema and recipe; nothing is fitted, nothing written.

    Raises
    ------
    UnderstudyError
        As :func:`execute` would, before its work begins.
    """
    run = Run(plan.recipe.seed)
    with work_folder() as work:
        raw = spacious(plan.reader, work).read(plan.source, run.child("read"))
        understand(raw, plan.schema, plan.recipe, run, Clock())


def exit_code(manifest: Manifest, *, strict: bool) -> int:
    """Give what the process ends with: 0 passed, 2 a gate failed, 3 degraded or underpowered where that counts."""
    if manifest.verdict == "failed":
        return 2
    return 3 if strict and manifest.verdict != "passed" else 0


def rerun(folder: Path, run: Run) -> tuple[str, ...]:
    """Check the seal of the bundle in ``folder``, do its job again, and say in a sentence each what differs.

    Where ``auto`` chose under a time budget, its choice is taken over: time is not reproducible.

    Raises
    ------
    UnderstudyError
        If the bundle is broken, or its source is gone.
    """
    problems = list(verify(folder))
    manifest = load(folder)
    if manifest.kind != "run":
        msg = f"{str(folder)!r} holds no rows that could be made again: `{manifest.kind}` made none. Leave out --rerun."
        raise InputError(msg)
    with work_folder() as work:
        declared = recipe.load(folder / "recipe.yaml").changed(output={"path": str(work / "again")})
        if manifest.race:
            declared = declared.model_copy(
                update={"synthesizer": document.check(recipe.Choice, {"name": manifest.synthesizer}, "The manifest")}
            )
        limits = document.check(recipe.Fit, {"rows": manifest.fit_rows}, "The manifest")
        plan = make_plan(declared.model_copy(update={"fit": limits}), work)
        if hash_file(plan.source) != manifest.inputs.get(plan.source.name):
            msg = f"The source {str(plan.source)!r} is not the one that was used. Put that file back to run again."
            raise InputError(msg)
        again = execute(plan, run).manifest
    problems += [
        f"{name} comes out different when the job is run again."
        for name in (plan.data_name, *_REPRODUCED)
        if again.outputs[name] != manifest.outputs.get(name)
    ]
    judged, judged_again = ({gate.name: gate.passed for gate in record.gates} for record in (manifest, again))
    if (manifest.verdict, judged) != (again.verdict, judged_again):
        problems.append(f"The verdict comes out different when the job is run again: {again.verdict}.")
    return tuple(problems)


def versions() -> dict[str, str]:
    """Give the versions of what decides the bytes."""
    packages = {name: version(name) for name in _DECIDE_THE_BYTES}
    return {"python": platform.python_version(), "platform": sys.platform, **packages}


def gate_records(judgements: Iterable[Judgement]) -> tuple[GateRecord, ...]:
    """Give what the manifest keeps of the gate."""
    return tuple(
        GateRecord(name=j.name, passed=j.passed, value=j.value, limit=j.limit, text=j.text) for j in judgements
    )


def finding_records(findings: Iterable[Finding]) -> tuple[FindingRecord, ...]:
    """Give what the manifest keeps of the findings."""
    return tuple(FindingRecord(code=f.code, severity=f.severity, text=f.text, where=f.where) for f in findings)


@contextmanager
def work_folder() -> Generator[Path, None, None]:
    """Give a folder for rows that do not fit into memory; it is removed afterwards."""
    # Windows keeps files that are still mapped into memory, and an unremoved temporary file is no failure of the job.
    try:
        folder = tempfile.TemporaryDirectory(prefix="understudy-", ignore_cleanup_errors=True)
    except OSError as error:
        msg = f"No folder for temporary files can be written ({error.strerror}). Set TMPDIR to one that can."
        raise OutputError(msg) from error
    with folder as name:
        yield Path(name)


def spacious(reader: Reader, work: Path) -> Reader:
    """Give ``reader`` with a folder for partitions, where it can use one."""
    if isinstance(reader, Spec) and "work" in type(reader).model_fields:
        return reader.model_copy(update={"work": work})
    return reader


def _write(folder: Path, plan: Plan, done: Done) -> None:
    written = plan.recipe.seen_from(plan.out)
    (folder / "recipe.yaml").write_text(recipe.dump(written), encoding="utf-8", newline="\n")
    text = schema_file.dump(done.understood.schema, done.understood.evidence)
    (folder / "schema.yaml").write_text(text, encoding="utf-8", newline="\n")
    model.save(folder / "model.understudy", done.fitted.generator, done.fitted.synthesizer)
    done.report.to_html(folder / "report.html")
    done.report.to_json(folder / "evaluation.json")


def _manifest(folder: Path, plan: Plan, done: Done, run: Run, clock: Clock, inputs: dict[str, FileRecord]) -> Manifest:
    fitted = done.fitted
    return Manifest(
        understudy=__version__,
        versions=versions(),
        verdict=done.report.verdict,
        seed=run.seed,
        recipe=plan.recipe.seen_from(plan.out).model_dump(mode="json", by_alias=True, exclude_none=True),
        synthesizer=fitted.synthesizer,
        fit_rows=fitted.rows,
        race=fitted.race.record() if fitted.race else None,
        settings=fitted.generator.describe(),
        schema_sha256=schema_file.hash_schema(done.understood.schema),
        inputs=inputs,
        outputs={path.name: hash_file(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST},
        gates=gate_records(done.judgements),
        findings=finding_records(run.findings.all()),
        steps=tuple(clock.steps),
    )
