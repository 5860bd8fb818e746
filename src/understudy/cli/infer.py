"""``understudy infer``: what the columns mean, and why."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options

__all__ = ["command"]


def command(
    file: options.File,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="YAML", help="File to write; else it is printed.")
    ] = None,
) -> int:
    """Write what the columns of FILE mean, and why; edit and obey it."""
    from understudy.pipeline import schema_file
    from understudy.pipeline.library import infer_data
    from understudy.store.workspace import new_file

    inference = infer_data(file)
    text = schema_file.dump(inference.schema, inference.evidence, inference.notes)
    if output is None:
        print(text, end="")
        return 0
    with new_file(output) as work:
        work.write_text(text, encoding="utf-8", newline="\n")
    print(f"Schema of {len(inference.schema.columns)} columns: {output}")
    return 0
