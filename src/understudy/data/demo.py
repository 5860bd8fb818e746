"""A small real table to try the main job on, from a library that is installed anyway."""

import hashlib
from importlib.resources import files

import numpy as np
import polars as pl

from understudy.errors import InputError

__all__ = ["LICENCE", "SOURCE", "TARGET", "breast_cancer"]

SOURCE = (
    "Breast Cancer Wisconsin (Diagnostic), W. Wolberg, O. Mangasarian, N. Street, W. Street (1993), "
    "UCI Machine Learning Repository, doi:10.24432/C5DW2B, as shipped with scikit-learn"
)
LICENCE = "CC BY 4.0"
TARGET = "diagnosis"
ROWS, FEATURES = 569, 30
SHA256 = "54cbf95e148c6eed11e8b2ac1637b5f44a8053293412279de71c47b345e9eb50"
"""Of the values as they are read below: the table is the same whatever scikit-learn ships it in."""


def breast_cancer() -> pl.DataFrame:
    """Give 569 tumours with 30 measures of their cells' nuclei and the diagnosis, malignant or benign.

    Raises
    ------
    InputError
        If scikit-learn ships another table than the one that is described here.
    """
    text = (files("sklearn.datasets") / "data" / "breast_cancer.csv").read_text(encoding="utf-8")
    values = np.array([line.split(",") for line in text.splitlines()[1:]], dtype=np.float64)
    if values.shape != (ROWS, FEATURES + 1) or hashlib.sha256(values.tobytes()).hexdigest() != SHA256:
        msg = "scikit-learn ships another breast-cancer table than expected. Install scikit-learn 1.6 or later anew."
        raise InputError(msg)
    measures = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity")
    measures += ("concave_points", "symmetry", "fractal_dimension")
    names = [f"{kind}_{measure}" for kind in ("mean", "error", "worst") for measure in measures]
    columns = {name: values[:, i] for i, name in enumerate(names)}
    diagnosis = np.where(values[:, FEATURES] == 0, "malignant", "benign")
    return pl.DataFrame(columns | {TARGET: diagnosis})
