"""``understudy compare``: judges several tables side by side, and other techniques beside them."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown as shown_progress
from understudy.cli.summary import near, print_json

__all__ = ["command"]


def command(
    tables: Annotated[
        list[Path] | None, typer.Argument(metavar="[TABLES]...", help="Files with synthetic rows to compare.")
    ] = None,
    *,
    real: Annotated[Path, typer.Option(metavar="R", help="File with the rows that they were made from.")],
    holdout: Annotated[Path, typer.Option(metavar="H", help="File with real rows that none was made from.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write; appears whole or not at all.")],
    techniques: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="NAMES",
            help="Other techniques, between commas: masking, generalisation, k-anonymity, noise, swapping.",
        ),
    ] = None,
    target: options.Target = None,
    form: options.Form = "html",
    seed: options.Seed = None,
    schema: options.Schema = None,
    workers: options.Workers = None,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Judge and attack several tables alike, and say which stands in best."""
    from understudy.pipeline.comparing import compare_files
    from understudy.pipeline.library import Options
    from understudy.pipeline.seed import checked_seed

    named = [] if techniques is None else [name.strip() for name in techniques.split(",")]
    with shown_progress(verbose=verbose) as progress:
        told = Options(target=target, seed=checked_seed(seed), schema=schema, workers=workers, progress=progress)
        found, shown = compare_files(real, holdout, tables or [], named, out, told, form)
    if json:
        candidates = [
            {
                "name": c.name,
                "verdict": c.verdict,
                "frontier": c.frontier,
                "fidelity": c.fidelity,
                "utility": c.utility,
                "membership": c.membership,
                "copied": c.copied,
                "leaks": list(c.leaks),
            }
            for c in found.candidates
        ]
        print_json({"text": found.text, "out": str(out), "report": str(shown), "candidates": candidates})
        return 0
    print(f"\n{found.text}\n")
    print(f"  {'table':28}{'verdict':14}{'detection':>10}{'utility':>10}{'attack':>10}{'copied':>10}{'leaks':>7}")
    for c in found.candidates:
        numbers = "".join(f"{'–' if x is None else f'{x:.3f}':>10}" for x in (c.fidelity, c.utility, c.membership))  # noqa: RUF001
        copied = "–" if c.copied is None else f"{c.copied:.0%}"  # noqa: RUF001 - as in the report
        marks = f"{copied:>10}{len(c.leaks):>7}{'  frontier' if c.frontier else ''}"
        print(f"  {c.name[:27]:28}{c.verdict:14}{numbers}{marks}")
    print(f"\nReport: {near(shown)}")
    return 0
