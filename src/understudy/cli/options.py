"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

__all__ = [
    "Budget",
    "File",
    "Form",
    "Format",
    "Json",
    "Out",
    "Protected",
    "Schema",
    "Seed",
    "Strict",
    "Synthesizer",
    "Target",
    "Verbose",
    "Workers",
    "names",
]

File: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV, Parquet, JSON lines, Arrow or Excel file with the real rows.")
]
Target: TypeAlias = Annotated[
    str | None, typer.Option(metavar="COL", help="Column that a model would predict; utility is measured on it.")
]
Out: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder to write; appears whole or not at all.")
]
Protected: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLS",
        help="Columns whose groups shall fare as in the real rows, between commas; sex*race are both together.",
    ),
]
Format: TypeAlias = Annotated[
    Literal["csv", "parquet", "jsonl", "arrow", "excel"] | None,
    typer.Option(help="Format of the synthetic rows; else that of the source."),
]
Form: TypeAlias = Annotated[
    Literal["html", "md", "json"],
    typer.Option("--format", help="Form of the report, beside its numbers as JSON: a page, Markdown, or none."),
]
Seed: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="Same seed, same bytes; drawn and recorded where left out.")
]
Synthesizer: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="What learns: auto, or one of `understudy list synthesizers`.")
]
Budget: TypeAlias = Annotated[float | None, typer.Option(metavar="S", help="Seconds for choosing and fitting.")]
Schema: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="YAML", help="Schema to obey, as `understudy infer` writes it.")
]
Strict: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--strict", help="Exit with 3 where a step did less than was asked for, or too few rows leave a doubt."
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Workers: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Pieces of work done at a time, one per core unless told; changes no byte of the rows."
    ),
]
Verbose: TypeAlias = Annotated[bool, typer.Option("--verbose", help="Show every step, and warnings of libraries.")]


def names(text: str | None) -> list[str] | None:
    """Give the names between the commas."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
