"""Columns in sequence, each drawn from a small bag of trees that split on a boosted guide and the columns before it."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.protocols import State
from understudy.schema.spec import Spec
from understudy.synthesizers.tabular._codec import Codec
from understudy.synthesizers.tabular.tree._governor import Fitting, govern, strength
from understudy.synthesizers.tabular.tree._guide import Settings
from understudy.synthesizers.tabular.tree._model import ForestGenerator
from understudy.synthesizers.tabular.tree._sequence import Sequence, settled
from understudy.transforms.protection import Protection

__all__ = ["Forest"]

_FEWEST_GOVERNED = 400  # rows below which two halves of them say nothing about closeness
_UNGOVERNED = 100  # rows of a leaf where nothing was measured


class Forest(Spec):
    """Sequential forest of distribution trees with boosted guides: the flagship."""

    source: ClassVar[str] = (
        "Sequential trees: Reiter, Using CART to generate partially synthetic public use microdata, 2005; here with "
        "shrunken laws in place of donors, boosted guides (Wolpert, Stacked generalization, 1992), a privacy governor"
    )

    target: str | None = None
    """Column that a model would predict; it is drawn last, from all the others."""
    trees: Annotated[int, Field(ge=1, le=100)] = 8
    """Trees per column; each row takes one of them."""
    min_leaf: Annotated[int, Field(ge=2)] | None = None
    """Fewest rows of a leaf; empty: what the governor ends on."""
    governor: bool = True
    """Whether leaves are made larger until rows are hardly closer to training rows than to unseen ones."""
    closer_max: Annotated[float, Field(ge=0.5, le=1.0)] = 0.515
    """Greatest share of synthetic rows that may be closer to training rows than to as many unseen ones, as the governor
    measures it; one half where nothing is remembered. More allows smaller leaves: finer dependence for less privacy."""
    boosting_rounds: Annotated[int, Field(ge=30, le=3000)] = 240
    """Most boosted trees of a column's guide, fewer where more do not help held-out rows; two and a half times as many
    for the target, whose guide takes smaller steps."""
    relations: bool = True
    """Whether exact relations between columns are looked for and kept."""
    protection: Protection = Protection()
    """What of the training rows may not show."""

    def fit(self, data: Table, run: Run) -> ForestGenerator:
        """Learn from ``data``."""
        codec = Codec.fit(data, self.protection, run, relations=self.relations)
        codes = codec.encode(data)
        sequence = Sequence.of(codes, codec, self.target, run)
        boosting = Settings(most=self.boosting_rounds)
        told: dict[str, Any] = {}
        chosen = strength(self.min_leaf or min(_UNGOVERNED, max(2, codes.shape[1] // 10)))
        if self.min_leaf is None and self.governor and codes.shape[1] >= _FEWEST_GOVERNED:
            fitting = Fitting(codec, sequence, self.trees, boosting)
            chosen, told = govern(data, codes, fitting, self.closer_max, run.child("governor"))
        grown = sequence.grow(codes, self.trees, boosting, chosen.min_leaf, run.child("columns"))
        columns, leaves = settled(grown, chosen)
        settings = {
            "trees": self.trees,
            "min_leaf": chosen.min_leaf,
            "shrinkage": chosen.shrinkage,
            "kept": chosen.kept,
        }
        names = codec.encoder.names
        told |= {
            "settings": settings,
            "order": [names[j] for j in sequence.order],
            "leaves": {names[j]: round(v, 1) for j, v in zip(sequence.order, leaves, strict=True)},
        }
        return ForestGenerator(codec, sequence.order, columns, told)

    @classmethod
    def restore(cls, state: State) -> ForestGenerator:
        """Build the generator that gave ``state``."""
        return ForestGenerator.restore(state)
