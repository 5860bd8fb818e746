"""``understudy list``: what can be chosen by name. Nothing of it is imported."""

import ast
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from understudy.catalog import Entry

__all__ = ["command"]


def command(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="synthesizers, metrics, readers or writers; else all.")
    ] = None,
) -> int:
    """List what can be chosen by name."""
    from understudy.catalog import KINDS, entries
    from understudy.errors import InputError

    if kind is not None and kind not in KINDS:
        msg = f"There are no {kind!r} to list. Ask for {', '.join(KINDS)}, or leave it out to see all."
        raise InputError(msg)
    for name in [kind] if kind else KINDS:
        found = entries(name)
        print(f"{name}:")
        if name == "synthesizers":
            print(f"  {'auto':24}{'':20}Races the candidates on a part of the rows, and says why it chose.")
        for entry in found.values():
            extra = f" (needs the extra {entry.requires[1]})" if entry.requires else ""
            print(f"  {entry.name:24}{entry.group.removeprefix('tabular.'):20}{_title(entry)}{extra}")
    return 0


def _title(entry: "Entry") -> str:
    """Give the first sentence of the module's docstring, read from its source."""
    spec = find_spec(entry.target)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return ""
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())
