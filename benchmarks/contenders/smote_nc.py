"""SMOTE-NC as a synthesizer: each new row lies between a training row and one of its neighbours of the same class.

A number as target is cut at its median into two classes and takes part as a feature, as tabular benchmarks do.
"""

from typing import Any

import harness
import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTENC


def fit(frame: pd.DataFrame, schema: dict[str, Any], settings: harness.Settings) -> harness.Draw:
    """Keep the rows; all the work is done when rows are drawn."""
    target = schema["target"]
    is_number = schema["types"][target] != "categorical"
    label = (frame[target] > frame[target].median()).astype(int) if is_number else frame[target]
    features = frame if is_number else frame.drop(columns=target)
    texts = [name for name in harness.categorical(schema) if name in features]

    def draw(rows: int) -> pd.DataFrame:
        counts = label.value_counts()
        per_class = (counts * rows / len(frame)).round().astype(int)
        per_class.iloc[0] += rows - per_class.sum()
        strategy = {name: int(counts[name] + per_class[name]) for name in counts.index}
        kind = SMOTENC(texts, sampling_strategy=strategy, random_state=settings.seed) if texts else None
        kind = kind or SMOTE(sampling_strategy=strategy, random_state=settings.seed)
        made, classes = kind.fit_resample(features, label)
        made = made.iloc[len(frame) :].reset_index(drop=True)  # the training rows come first
        if not is_number:
            made[target] = np.asarray(classes)[len(frame) :]
        for name in harness.integer(schema):
            made[name] = made[name].round().astype("int64")
        return made.sample(frac=1, random_state=settings.seed).reset_index(drop=True)

    return draw


if __name__ == "__main__":
    harness.run(fit, ("imbalanced-learn", "numpy", "pandas", "scikit-learn"))
