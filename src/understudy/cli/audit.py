"""``understudy audit``: attacks synthetic rows for leaks about the rows they were made from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from understudy.cli import options
from understudy.cli.progress import shown
from understudy.cli.summary import grouped, near, print_json

if TYPE_CHECKING:
    from understudy.pipeline.auditing import Audited

__all__ = ["command"]


def command(
    *,
    real: Annotated[Path, typer.Option(metavar="R", help="File with the rows that the synthetic ones were made from.")],
    holdout: Annotated[Path, typer.Option(metavar="H", help="File with real rows that the model never saw.")],
    synthetic: Annotated[Path, typer.Option(metavar="S", help="File with the rows to attack.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write; appears whole or not at all.")],
    level: Annotated[
        Literal["fast", "standard", "thorough"],
        typer.Option(help="How much is tried; thorough fits the synthesizer anew, many times."),
    ] = "standard",
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="M",
            help="Model that made the rows, which is asked how likely they are; thorough fits its kind anew.",
        ),
    ] = None,
    synthesizer: Annotated[
        str | None, typer.Option(metavar="NAME", help="What made the rows, where there is no model file.")
    ] = None,
    secret: Annotated[
        str | None, typer.Option(metavar="COLS", help="Columns that nobody should learn of a person, between commas.")
    ] = None,
    form: options.Form = "html",
    seed: options.Seed = None,
    schema: options.Schema = None,
    workers: options.Workers = None,
    strict: options.Strict = False,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Attack synthetic rows; exit code 2 where they leak."""
    from understudy.pipeline.auditing import audit_files
    from understudy.pipeline.job import exit_code
    from understudy.pipeline.library import Options
    from understudy.pipeline.seed import checked_seed

    secrets = [] if secret is None else [name.strip() for name in secret.split(",")]
    with shown(verbose=verbose) as progress:
        told = Options(
            seed=checked_seed(seed),
            synthesizer=synthesizer or "auto",
            schema=schema,
            model=model,
            workers=workers,
            progress=progress,
        )
        audited = audit_files(real, holdout, synthetic, out, told, level, secrets, form)
    code = exit_code(audited.manifest, strict=strict)
    if json:
        print_json(_verdict(audited, code))
    else:
        _print_summary(audited)
    return code


def _verdict(audited: "Audited", code: int) -> dict[str, Any]:
    audit = audited.report.audit
    return {
        "verdict": audit.verdict,
        "exit_code": code,
        "reason": audit.reason,
        "out": str(audited.folder),
        "report": str(audited.shown),
        "level": audit.level,
        "leaks": [f"{line.question}: {line.name}" for line in audit.lines if line.leak],
        "controls": {control.name: control.seen for control in audit.controls},
        "lines": [
            {
                "question": line.question,
                "name": line.name,
                "value": line.value,
                "reference": line.reference,
                "interval": line.interval,
                "p": line.p,
                "limit": line.limit,
                "leak": line.leak,
            }
            for line in audit.lines
        ],
        "skipped": dict(audit.skipped),
    }


def _print_summary(audited: "Audited") -> None:
    audit = audited.report.audit
    print(f"\n{audit.verdict.upper()}  {audit.rows['synthetic']:,} rows of {audited.report.title}, {audit.level} audit")
    print(f"{audit.reason}\n")
    for line in audit.lines:
        mark = "LEAK" if line.leak else ""
        print(
            f"  {line.question:14}{line.title[:48]:50}{line.value:8.3f}   no leak {line.reference:.3f}  {mark}".rstrip()
        )
    print()
    for control in audit.controls:
        print(f"  {'ok  ' if control.seen else 'weak'}  {control.title}: {control.text}")
    if audited.report.findings:
        print("\nWorth knowing:")
        for text in grouped(audited.report.findings):
            print(f"  - {text}")
    print(f"\nReport: {near(audited.shown)}")
