"""mostlyai-engine's TabularARGN with its defaults; the option ``max_epochs`` shortens a trial."""

from typing import Any

import harness
import pandas as pd
from mostlyai.engine import TabularARGN


def fit(frame: pd.DataFrame, schema: dict[str, Any], settings: harness.Settings) -> harness.Draw:
    """Fit with the column types given, so that nothing is lost to detection."""
    kinds = {
        name: "TABULAR_CATEGORICAL" if kind == "categorical" else "TABULAR_NUMERIC_AUTO"
        for name, kind in schema["types"].items()
    }
    more = {"max_epochs": float(settings.options["max_epochs"])} if "max_epochs" in settings.options else {}
    model = TabularARGN(tgt_encoding_types=kinds, device="cpu", random_state=settings.seed, verbose=0, **more)
    model.fit(frame)
    return lambda rows: model.sample(n_samples=rows)


if __name__ == "__main__":
    harness.run(fit, ("mostlyai-engine", "torch", "numpy", "pandas"))
