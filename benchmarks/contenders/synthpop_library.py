"""py-synthpop with its defaults: sequential CART whose leaves give back values of the training rows."""

import contextlib
import os
from typing import Any

import harness
import pandas as pd
from synthpop import Synthpop


def fit(frame: pd.DataFrame, schema: dict[str, Any], settings: harness.Settings) -> harness.Draw:
    """Fit; its lines of progress are not printed."""
    names = {"categorical": "category", "integer": "int", "float": "float"}
    kinds = {name: names[kind] for name, kind in schema["types"].items()}
    typed = frame.astype(dict.fromkeys(harness.categorical(schema), "category"))
    model = Synthpop(seed=settings.seed)
    with _quiet():
        model.fit(typed, kinds)

    def draw(rows: int) -> pd.DataFrame:
        with _quiet():
            return model.generate(rows)

    return draw


@contextlib.contextmanager
def _quiet() -> Any:  # noqa: ANN401  a generator that a decorator turns into a context manager
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        yield


if __name__ == "__main__":
    harness.run(fit, ("py-synthpop", "numpy", "pandas", "scikit-learn"))
