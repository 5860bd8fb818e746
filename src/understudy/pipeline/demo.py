"""The main job on a real table that comes with an installed dependency."""

from pathlib import Path

from understudy.data.demo import TARGET, breast_cancer
from understudy.pipeline.plan import Plan, make_plan
from understudy.pipeline.recipe import Evaluate, Output, Recipe, Source
from understudy.pipeline.seed import checked_seed

__all__ = ["demo_plan"]


def demo_plan(work: Path, out: Path, seed: int | None) -> Plan:
    """Write the table into ``work`` as a file, and plan the job on it."""
    path = work / "breast_cancer.csv"
    breast_cancer().write_csv(path)
    recipe = Recipe(
        source=Source(path=str(path)),
        seed=checked_seed(seed),
        evaluate=Evaluate(target=TARGET),
        output=Output(path=str(out)),
    )
    return make_plan(recipe, out.parent)
