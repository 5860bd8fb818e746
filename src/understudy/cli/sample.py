"""``understudy sample``: more rows from a model."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown
from understudy.cli.summary import grouped
from understudy.pipeline.seed import MOST_ROWS

__all__ = ["command"]


def command(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="File that `understudy fit` or `run` wrote.")],
    *,
    n: Annotated[int, typer.Option("-n", metavar="N", min=1, max=MOST_ROWS, help="Rows to make.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="File to write; its end is the format.")
    ],
    seed: options.Seed = None,
    given: Annotated[
        list[str] | None, typer.Option(metavar="COL=VALUE", help="Value that every row must have; may be repeated.")
    ] = None,
    workers: options.Workers = None,
    verbose: options.Verbose = False,
) -> int:
    """Make N rows from MODEL."""
    from understudy.context import Run
    from understudy.execution.local import Local
    from understudy.pipeline import model as models
    from understudy.pipeline.seed import checked_seed

    seed = checked_seed(seed)
    with shown(verbose=verbose) as progress:
        run = Run(seed, executor=Local(workers), progress=progress)
        models.sample_file(models.load(model), n, output, given or [], run)
    print(f"{n:,} rows with seed {seed}: {output}")
    for text in grouped(run.findings.all()):
        print(f"  - {text}")
    return 0
