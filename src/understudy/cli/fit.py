"""``understudy fit``: a model, to sample from later."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown
from understudy.cli.summary import grouped

__all__ = ["command"]


def command(
    file: options.File,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="File to write, model.understudy.")],
    synthesizer: options.Synthesizer = "auto",
    target: options.Target = None,
    time_budget: options.Budget = None,
    seed: options.Seed = None,
    schema: options.Schema = None,
    workers: options.Workers = None,
    verbose: options.Verbose = False,
) -> int:
    """Fit a model on all rows of FILE, to sample from later."""
    from understudy.pipeline.library import Options, fit_data
    from understudy.pipeline.seed import checked_seed
    from understudy.store.workspace import check_file

    seed = checked_seed(seed)
    check_file(output)
    with shown(verbose=verbose) as progress:
        told = Options(target, seed, synthesizer or "auto", {}, None, schema, time_budget, workers, progress)
        model = fit_data(file, told)
        model.save(output)
    print(f"Model of {model.synthesizer} with seed {seed}: {output}")
    for text in grouped(model.findings):
        print(f"  - {text}")
    return 0
