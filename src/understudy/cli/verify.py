"""``understudy verify``: tells whether a bundle is as it was written, and comes out the same again."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown

__all__ = ["command"]


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `understudy run` wrote.")],
    *,
    rerun: Annotated[bool, typer.Option("--rerun", help="Also do the job again, and compare the bytes.")] = False,
    workers: options.Workers = None,
    verbose: options.Verbose = False,
) -> int:
    """Hash a bundle again; with --rerun, make it again."""
    from understudy.errors import ArtifactError
    from understudy.store import manifest

    record = manifest.load(folder)
    if rerun:
        from understudy.context import Run
        from understudy.execution.local import Local
        from understudy.pipeline.job import rerun as run_again

        with shown(verbose=verbose) as progress:
            problems = run_again(folder, Run(record.seed, executor=Local(workers), progress=progress))
    else:
        problems = manifest.verify(folder)
    if problems:
        msg = f"{folder} is not as it was sealed: {' '.join(problems)}"
        raise ArtifactError(msg)
    again = ", and the job gives the same bytes again" if rerun else ""
    print(f"{folder}: {len(record.outputs)} files are as they were written{again}.")
    return 0
