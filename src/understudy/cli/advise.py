"""``understudy advise``: whether synthetic rows help a model that can have the real ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from understudy.cli import options
from understudy.cli.progress import shown as shown_progress
from understudy.cli.summary import grouped, near, print_json

if TYPE_CHECKING:
    from understudy.report.advice import Advice

__all__ = ["command"]


def command(
    *,
    real: Annotated[Path, typer.Option(metavar="R", help="File with the real rows to learn from.")],
    target: Annotated[str, typer.Option(metavar="COL", help="Column that the model shall predict.")],
    holdout: Annotated[
        Path | None, typer.Option(metavar="H", help="File with unseen real rows; else a fifth of R is set aside.")
    ] = None,
    synthesizer: options.Synthesizer = None,
    learner: Annotated[
        Literal["boosted", "linear", "neural"], typer.Option(help="Kind of model that is trained.")
    ] = "boosted",
    measure: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What decides: auc, pr_auc, accuracy, precision, recall or f1; of quantities r2, rmse or mae.",
        ),
    ] = None,
    out: options.Out = None,
    form: options.Form = "html",
    seed: options.Seed = None,
    time_budget: options.Budget = None,
    schema: options.Schema = None,
    workers: options.Workers = None,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Say whether synthetic rows help a model: beside the real rows, in their place, or not at all."""
    from understudy.pipeline.advise import advise_files
    from understudy.pipeline.library import Options
    from understudy.pipeline.seed import checked_seed

    with shown_progress(verbose=verbose) as progress:
        told = Options(
            target, checked_seed(seed), synthesizer or "auto", {}, None, schema, time_budget, workers, progress
        )
        advice, shown = advise_files(real, holdout, out, told, learner, measure, form)
    if json:
        places = {} if shown is None else {"out": str(out), "report": str(shown)}
        print_json({"exit_code": 0, **advice.record(), **places})
        return 0
    _print(advice)
    if shown is not None:
        print(f"\nAdvice: {near(shown)}")
    return 0


def _print(advice: "Advice") -> None:
    from understudy.report.advice import difference

    print(f"\n{advice.sentence}\n{advice.instead}\n")
    wide = max(len(option.title) for option in advice.options)
    print(f"  {'trained on':{wide}}  {'rows':>9}  {advice.measure:>9}  difference (95 % interval for all at once)")
    for option in advice.options:
        rows = option.real_rows + option.other_rows
        print(f"  {option.title:{wide}}  {rows:9,}  {option.value:9.4g}  {difference(option)}".rstrip())
    for name, reason in advice.skipped.items():
        print(f"  Left out, {name}: {reason}")
    print(
        f"\n{advice.learner.capitalize()} models of {advice.target!r}, tested on {advice.holdout_rows:,} unseen real "
        f"rows; synthetic rows by {advice.synthesizer}, seed {advice.seed}."
    )
    for text in grouped(advice.findings):
        print(f"  - {text}")
