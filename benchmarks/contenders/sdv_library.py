"""SDV's GaussianCopula and CTGAN with their defaults; the option ``model`` says which, ``epochs`` shortens a trial."""

import warnings
from typing import Any

import harness
import pandas as pd
import torch
from sdv.metadata import Metadata
from sdv.single_table import CTGANSynthesizer, GaussianCopulaSynthesizer


def fit(frame: pd.DataFrame, schema: dict[str, Any], settings: harness.Settings) -> harness.Draw:
    """Fit with the column types given, so that nothing is lost to detection."""
    warnings.filterwarnings("ignore")
    torch.manual_seed(settings.seed)
    kinds = {
        name: {"sdtype": "categorical" if kind == "categorical" else "numerical"}
        for name, kind in schema["types"].items()
    }
    metadata = Metadata.load_from_dict({"METADATA_SPEC_VERSION": "V1", "tables": {"table": {"columns": kinds}}})
    if settings.options.get("model") == "ctgan":
        more = {"epochs": int(settings.options["epochs"])} if "epochs" in settings.options else {}
        model = CTGANSynthesizer(metadata, enable_gpu=False, **more)
    else:
        model = GaussianCopulaSynthesizer(metadata)
    model.fit({"table": frame})

    def draw(rows: int) -> pd.DataFrame:
        made = model.sample(num_rows=rows)
        return made["table"] if isinstance(made, dict) else made

    return draw


if __name__ == "__main__":
    harness.run(fit, ("sdv", "ctgan", "copulas", "torch", "numpy", "pandas"))
