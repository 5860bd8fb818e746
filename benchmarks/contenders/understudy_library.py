"""Understudy through its library; the option ``synthesizer`` says which one, ``target=1`` names the target to it."""

from typing import Any

import harness
import pandas as pd

import understudy as us


def fit(frame: pd.DataFrame, schema: dict[str, Any], settings: harness.Settings) -> harness.Draw:
    """Fit; ``schema`` is not handed over beyond dtypes: Understudy reads the table as any caller's."""
    typed = frame.astype(dict.fromkeys(harness.categorical(schema), "category"))
    more = {"target": schema["target"]} if "target" in settings.options else {}
    model = us.fit(typed, synthesizer=settings.options.get("synthesizer", "forest"), seed=settings.seed, **more)
    return lambda rows: model.sample(rows, seed=settings.seed + 1)


if __name__ == "__main__":
    harness.run(fit, ("understudy", "numpy", "numba", "polars", "scikit-learn"))
