"""``understudy review``: lets someone who knows the field judge records blindly."""

from pathlib import Path
from typing import Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown
from understudy.cli.summary import print_json

__all__ = ["commands"]

commands = typer.Typer(
    help="Let someone who knows the field judge records blindly: real or synthetic, plausible or not.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_SHOWN = 10


@commands.command()
def make(
    *,
    real: Annotated[Path, typer.Option(metavar="R", help="File with real rows; some are shown on the page.")],
    synthetic: Annotated[Path, typer.Option(metavar="S", help="File with synthetic rows.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PAGE", help="Page to write; the key goes beside it.")
    ] = Path("review.html"),
    n: Annotated[int, typer.Option("-n", metavar="N", min=2, max=500, help="Records to show, half of each kind.")] = 40,
    seed: options.Seed = None,
    schema: options.Schema = None,
    verbose: options.Verbose = False,
) -> int:
    """Write a page with real and synthetic records in random order, and the key to it."""
    from understudy.pipeline.library import Options
    from understudy.pipeline.reviewing import make_review
    from understudy.pipeline.seed import checked_seed

    with shown(verbose=verbose) as progress:
        told = Options(seed=checked_seed(seed), schema=schema, progress=progress)
        key = make_review(real, synthetic, output, n, told)
    print(f"{output}: {n} records to judge, in a browser. It shows real ones: treat it as you treat {real}.")
    print(f"{key}: which are which; keep it from who judges. Then: understudy review score ANSWERS --key {key}")
    return 0


@commands.command()
def score(
    answers: Annotated[list[Path], typer.Argument(metavar="ANSWERS...", help="Files that the page saved.")],
    *,
    key: Annotated[Path, typer.Option(metavar="KEY", help="Key that was written beside the page.")],
    json: options.Json = False,
) -> int:
    """Say how often the synthetic records were told from the real ones, and which were called implausible."""
    from understudy.pipeline.reviewing import score_review

    found = score_review(answers, key)
    if json:
        print_json(found.model_dump(mode="json"))
        return 0
    if found.rate is None or found.interval is None or found.p is None:
        print("No record was taken for real or synthetic.")
    else:
        low, high = found.interval
        sure = "more than guessing gives" if found.p < 0.05 else "no more than guessing may give"  # noqa: PLR2004
        print(
            f"{found.right} of {found.guesses} guesses were right: {found.rate:.0%} (95 % interval {low:.0%} to "
            f"{high:.0%}), {sure}; half is guessing."
        )
    for what, (odd, judged) in (("synthetic", found.implausible_synthetic), ("real", found.implausible_real)):
        print(f"{odd} of {judged} {what} records were called implausible.")
    for record in found.implausible[:_SHOWN]:
        values = ", ".join(f"{name}={value or 'missing'}" for name, value in record["values"].items())
        print(f"  record {record['record']}: {values}{''.join(f' ({note})' for note in record['notes'])}")
    if len(found.implausible) > _SHOWN:
        print(f"  and {len(found.implausible) - _SHOWN} more: see --json.")
    return 0
