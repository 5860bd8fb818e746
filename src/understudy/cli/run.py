"""``understudy run``: from real rows to synthetic ones that are judged."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from understudy.cli import options
from understudy.cli.progress import shown
from understudy.cli.summary import near, print_json, print_summary, verdict_object

if TYPE_CHECKING:
    from understudy.pipeline.plan import Plan
    from understudy.pipeline.recipe import Recipe

__all__ = ["command", "execute_plan"]


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File with the real rows, or a recipe.yaml.")],
    *,
    target: options.Target = None,
    protected: options.Protected = None,
    rows: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Rows to make; else as many as the source has.")
    ] = None,
    out: options.Out = None,
    format: options.Format = None,  # noqa: A002 - the option's name
    seed: options.Seed = None,
    synthesizer: options.Synthesizer = None,
    time_budget: options.Budget = None,
    schema: options.Schema = None,
    workers: options.Workers = None,
    strict: options.Strict = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="See that the rows fit it, print the plan, and stop.")
    ] = False,
    json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Make a table that stands in for FILE, with the evidence for it."""
    from understudy.pipeline.job import rehearse
    from understudy.pipeline.plan import make_plan

    declared, folder = _base(file, seed)
    recipe = declared.changed(
        seed=seed,
        evaluate={"target": target, "protected": options.names(protected)},
        sample={"rows": rows},
        synthesizer=None if synthesizer is None else _choice(declared, synthesizer),
        fit={"time_budget": time_budget},
        schema_path=None if schema is None else str(schema.absolute()),
        output={"path": None if out is None else str(out.absolute()), "writer": format},
    )
    plan = make_plan(recipe, folder)
    if dry_run:
        rehearse(plan)
        print_json({"plan": dict(plan.steps)}) if json else print(plan)
        return 0
    return execute_plan(plan, workers=workers, strict=strict, json=json, verbose=verbose)


def execute_plan(
    plan: "Plan", *, workers: int | None, strict: bool, json: bool, verbose: bool, keep_source: bool = False
) -> int:
    """Do the job of ``plan``, tell what came out, and give the exit code."""
    from understudy.context import Run
    from understudy.execution.local import Local
    from understudy.pipeline.job import execute, exit_code

    with shown(verbose=verbose) as progress:
        run = Run(plan.recipe.seed, executor=Local(workers), progress=progress)
        finished = execute(plan, run, keep_source=keep_source)
    manifest, report = finished.manifest, finished.report
    code = exit_code(manifest, strict=strict)
    if json:
        more = {"seed": manifest.seed, "synthesizer": manifest.synthesizer, "data": str(plan.out / plan.data_name)}
        print_json(verdict_object(report, plan.out, code, **more))
    else:
        seconds = sum(step.seconds for step in manifest.steps)
        about = (
            f"{report.sizes.synthetic:,} rows in {near(plan.out / plan.data_name)} "
            f"({manifest.synthesizer}, seed {manifest.seed}, {seconds:.0f} s)"
        )
        print_summary(report, plan.out, about)
    return code


def _base(file: Path, seed: int | None) -> tuple["Recipe", Path]:
    """Give the recipe to start from, and the folder that its output goes to by default."""
    from understudy.pipeline import document, recipe
    from understudy.pipeline.seed import checked_seed

    if file.suffix.lower() in {".yaml", ".yml"}:
        return recipe.load(file), file.parent
    source = document.check(recipe.Source, {"path": str(file.absolute())}, "The source")
    return recipe.Recipe(source=source, seed=checked_seed(seed)), Path.cwd()


def _choice(declared: "Recipe", name: str) -> dict[str, object]:
    """Keep the options of the recipe's synthesizer only where it is the same one."""
    return declared.synthesizer.model_dump() if name == declared.synthesizer.name else {"name": name}
