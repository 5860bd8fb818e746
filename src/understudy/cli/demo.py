"""``understudy demo``: the main job on a real table that is there already."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.run import execute_plan

__all__ = ["command"]


def command(
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write.")] = Path("understudy-demo"),
    seed: options.Seed = 7,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Do the main job on scikit-learn's breast-cancer table."""
    from understudy.data.demo import LICENCE, SOURCE
    from understudy.pipeline.demo import demo_plan
    from understudy.pipeline.job import work_folder

    with work_folder() as work:
        plan = demo_plan(work, out.absolute(), seed)
        code = execute_plan(plan, workers=None, strict=False, json=json, verbose=verbose, keep_source=True)
    if not json:
        print(f"The real rows: {SOURCE} ({LICENCE}).")
    return code
