"""``understudy evaluate``: judges synthetic rows, whoever made them."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown
from understudy.cli.summary import print_json, print_summary, verdict_object

__all__ = ["command"]

_FILES = {"html": "report.html", "md": "report.md", "json": "evaluation.json"}


def command(
    *,
    real: Annotated[Path, typer.Option(metavar="R", help="File with the rows that the synthetic ones were made from.")],
    synthetic: Annotated[Path, typer.Option(metavar="S", help="File with the rows to judge.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write; appears whole or not at all.")],
    holdout: Annotated[
        Path | None, typer.Option(metavar="H", help="File with real rows that the model never saw.")
    ] = None,
    target: options.Target = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Metrics or questions, between commas, as in privacy,tstr; all: also those that take long.",
        ),
    ] = None,
    protected: options.Protected = None,
    form: options.Form = "html",
    previous: Annotated[
        Path | None, typer.Option(metavar="JSON", help="evaluation.json of an earlier job: tells what changed since.")
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="Recipe whose evaluate and gate say what to measure and what must hold."),
    ] = None,
    seed: options.Seed = None,
    schema: options.Schema = None,
    workers: options.Workers = None,
    strict: options.Strict = False,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Judge synthetic rows by the real ones, against a holdout."""
    from understudy.pipeline.job import exit_code
    from understudy.pipeline.judging import evaluate_files
    from understudy.pipeline.library import Options
    from understudy.pipeline.seed import checked_seed

    named = None if metrics is None else [name.strip() for name in metrics.split(",")]
    with shown(verbose=verbose) as progress:
        told = Options(
            target=target,
            seed=checked_seed(seed),
            schema=schema,
            workers=workers,
            progress=progress,
            protected=options.names(protected) or (),
            metrics=named,
            base=recipe,
        )
        finished = evaluate_files(real, holdout, synthetic, out, told, previous, form)
    code = exit_code(finished.manifest, strict=strict)
    if json:
        print_json(
            verdict_object(finished.report, finished.folder, code) | {"report": str(finished.folder / _FILES[form])}
        )
    else:
        about = f"{finished.report.sizes.synthetic:,} rows of {synthetic}"
        print_summary(finished.report, finished.folder, about, _FILES[form])
    return code
