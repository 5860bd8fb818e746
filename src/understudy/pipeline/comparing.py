"""Several tables that would stand in for one: how true, how useful and how leaky each of them is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from understudy import __version__
from understudy.anonymize.generalise import generalise, make_alike
from understudy.anonymize.mask import mask
from understudy.anonymize.noise import add_noise
from understudy.anonymize.swap import swap
from understudy.attacks.audit import Audit, audit
from understudy.context import Run
from understudy.data.table import Table
from understudy.errors import InputError, NotApplicable, UnknownName
from understudy.metrics.evaluate import evaluate
from understudy.metrics.wanted import Wanted
from understudy.pipeline import schema_file
from understudy.pipeline.clock import Clock
from understudy.pipeline.gate import Gate, Judgement, judge
from understudy.pipeline.job import finding_records, gate_records, versions
from understudy.pipeline.judging import read_alike
from understudy.pipeline.library import Data, Options, open_data, title_of
from understudy.pipeline.steps import check_target
from understudy.report.comparison import Candidate, Comparison
from understudy.report.output import Form, write_forms
from understudy.report.wording import verdict
from understudy.schema.table import TableSchema
from understudy.store.manifest import Manifest, hash_file
from understudy.store.workspace import new_folder

__all__ = ["TECHNIQUES", "compare_data", "compare_files"]

TECHNIQUES: Mapping[str, Callable[[Table, Run], Table]] = {
    "masking": mask,
    "generalisation": generalise,
    "k-anonymity": make_alike,
    "noise": add_noise,
    "swapping": swap,
}
"""Other ways to hide people, to compare with: each changes real rows."""

_METRICS = ("marginals", "pairs", "mutual_information", "boosted_detection", "tstr", "valid_rows", "privacy")


def compare_data(
    real: Data, holdout: Data, candidates: Mapping[str, Data], techniques: Sequence[str], options: Options
) -> Comparison:
    """Judge and attack every candidate, and what ``techniques`` make of the real rows, alike.

    Parameters
    ----------
    real, holdout : frame or path
        Rows that the candidates were made from, and rows of the same population that nothing was made from.
    candidates : mapping of str to frame or path
        Tables to compare, by name.
    techniques : sequence of str
        Of :data:`TECHNIQUES`.
    options : Options
        Target, seed, schema, workers, progress.

    Raises
    ------
    UnderstudyError
        If there is nothing to compare, or a table or a name cannot be used.
    """
    return _compared(real, holdout, candidates, techniques, options, Clock())[0]


def compare_files(
    real: Path,
    holdout: Path,
    candidates: Sequence[Path],
    techniques: Sequence[str],
    out: Path,
    options: Options,
    form: Form = "html",
) -> tuple[Comparison, Path]:
    """Compare files into a folder that appears whole or not at all; give what a person opens there, too.

    ``comparison.json`` is always written; ``form`` says what else.
    """
    named = {title_of(path): path for path in candidates}
    if len(named) < len(candidates):
        named = {str(path): path for path in candidates}
    clock = Clock()
    with new_folder(out) as folder:
        found, schema, run = _compared(real, holdout, named, techniques, options, clock)
        shown = write_forms(found, folder, form, "comparison")
        files = {"real": real, "holdout": holdout, **named}
        Manifest(
            kind="compare",
            understudy=__version__,
            versions=versions(),
            verdict="passed",
            seed=run.seed,
            recipe={what: str(path) for what, path in files.items()}
            | {"techniques": list(techniques), "target": options.target},
            schema_sha256=schema_file.hash_schema(schema),
            inputs={what: hash_file(path) for what, path in files.items()},
            outputs={path.name: hash_file(path) for path in sorted(folder.iterdir())},
            gates=gate_records(()),
            findings=finding_records(run.findings.all()),
            steps=tuple(clock.steps),
        ).save(folder)
    return found, out / shown.name


def _compared(
    real: Data,
    holdout: Data,
    candidates: Mapping[str, Data],
    techniques: Sequence[str],
    options: Options,
    clock: Clock,
) -> tuple[Comparison, TableSchema, Run]:
    if not candidates and not techniques:
        msg = "There is nothing to compare. Give synthetic tables, techniques such as k-anonymity, or both."
        raise InputError(msg)
    for name in techniques:
        if name not in TECHNIQUES:
            raise UnknownName.among("techniques", name, TECHNIQUES)
    recipe = options.recipe()
    run = options.run(recipe)
    target = recipe.evaluate.target
    with clock.step(run.child("read")):
        raws = {"real": open_data(real, run.child("read", "real"))[0]}
        raws["holdout"] = open_data(holdout, run.child("read", "holdout"))[0]
        tables, _ = read_alike(raws, options.table_schema(), run)
        schema = tables["real"].schema
        check_target(target, schema)
        made: dict[str, Table] = {}
        for name, data in candidates.items():
            place = run.child("read", name)
            made[name] = read_alike({"synthetic": open_data(data, place)[0]}, schema, place)[0]["synthetic"]
        for name in techniques:
            made[name] = TECHNIQUES[name](tables["real"], run.child("technique", name))
    found: list[Candidate] = []
    judging = run.child("judge")
    with clock.step(judging, shown=False), judging.step(len(made), "tables") as line:
        for name, table in made.items():
            found.append(_judged(name, table, tables, target, judging.child(name), technique=name in techniques))
            line.advance()
    provenance = {"understudy": __version__, "seed": recipe.seed}
    told = tuple(run.findings.all())
    return Comparison(title_of(real), target, tuple(_with_frontier(found)), provenance, told), schema, run


def _judged(
    name: str, table: Table, tables: Mapping[str, Table], target: str | None, run: Run, *, technique: bool
) -> Candidate:
    if not table.n_rows:
        msg = f"The table {name!r} has no rows. Give at least one."
        raise InputError(msg)
    real, holdout = tables["real"], tables["holdout"]
    found = evaluate(real, table, holdout, Wanted(target, _METRICS), run)
    gates = judge(Gate(), found)
    try:
        attacked: Audit | None = audit(real, table, holdout, "fast", run.child("attacks"))
    except NotApplicable as reason:
        run.find("compare.not_attacked", f"{name!r} could not be attacked. {reason}", "degraded")
        attacked = None
    fidelity = found.scores.get("boosted_detection")
    outcome, why = verdict(gates, ())
    leaks = () if attacked is None else tuple(line.title for line in attacked.lines if line.leak)
    return Candidate(
        name=name,
        technique=technique,
        rows=table.n_rows,
        verdict="failed" if leaks else outcome,
        reason=why,
        fidelity=None if fidelity is None else fidelity.value,
        utility=_part(gates),
        membership=None if attacked is None else max(_areas(attacked)),
        copied=None if attacked is None else next(line.value for line in attacked.lines if line.name == "ladder"),
        leaks=leaks,
        scores={what: score.value for what, score in found.scores.items()},
    )


def _part(gates: Sequence[Judgement]) -> float | None:
    return next((gate.value for gate in gates if gate.name == "tstr_ratio"), None)


def _areas(attacked: Audit) -> list[float]:
    return [line.value for line in attacked.lines if line.question == "membership"]


def _with_frontier(found: Sequence[Candidate]) -> list[Candidate]:
    """Mark who leaks nothing and is beaten by nobody who does not either.

    A table is beaten by another that is as good in fidelity, utility and privacy, and better in one.
    """
    sound = [candidate for candidate in found if not candidate.leaks]

    def worth(candidate: Candidate) -> tuple[float, ...]:
        area = 1.0 if candidate.membership is None else candidate.membership
        return (candidate.fidelity or 0.0, candidate.utility or 0.0, -max(area, 0.5))

    def beaten(candidate: Candidate) -> bool:
        own = worth(candidate)
        return any(
            all(b >= a for a, b in zip(own, worth(other), strict=True)) and worth(other) != own for other in sound
        )

    return [replace(candidate, frontier=not (candidate.leaks or beaten(candidate))) for candidate in found]
