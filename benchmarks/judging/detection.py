"""The published detection score: 1 where a boosted classifier cannot tell synthetic rows from real ones."""

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

from judging.case import Case

__all__ = ["detect", "detection", "detection_holdout"]


def _numbers(frame: pd.DataFrame, names: list[str]) -> sparse.csr_matrix:
    values = frame[names].astype(np.float64).to_numpy(np.float32)
    rows, columns = values.shape
    # Zeros are stored: in a sparse matrix XGBoost reads what is not stored as missing.
    where = (values.ravel(), np.tile(np.arange(columns), rows), np.arange(0, rows * columns + 1, columns))
    return sparse.csr_matrix(where, shape=values.shape)


def _one_hot(values: pd.Series, levels: pd.Index) -> sparse.csr_matrix:
    code = levels.get_indexer(values)
    rows = np.flatnonzero(code >= 0)  # a category that the real table lacks is a row of zeros
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, code[rows])), shape=(len(code), len(levels)))


def _features(case: Case, frame: pd.DataFrame) -> sparse.csr_matrix:
    """Numbers and whole-number categories as they are, text categories one-hot over the levels of the training rows."""
    names = [name for name in case.types if name in case.numbers or name in case.coded]
    levels = {name: pd.Index(sorted(case.train[name].unique())) for name in case.texts if name not in case.coded}
    one_hot = [_one_hot(frame[name], known) for name, known in levels.items()]
    return sparse.hstack([_numbers(frame, names), *one_hot], format="csr")


def detect(case: Case, real: pd.DataFrame, synthetic: pd.DataFrame, threads: int) -> tuple[float, float]:
    """Give the detection score (1 - (2 max(.5, AUC) - 1), mean over 3 stratified folds) and the mean AUC."""
    x = sparse.vstack([_features(case, real), _features(case, synthetic)], format="csr")
    y = np.repeat([1, 0], [len(real), len(synthetic)])
    areas = []
    for seen, unseen in StratifiedKFold(3, shuffle=True, random_state=0).split(y, y):
        model = XGBClassifier(eval_metric="logloss", enable_categorical=True, random_state=0, n_jobs=threads)
        model.fit(x[seen], y[seen])
        areas.append(roc_auc_score(y[unseen], model.predict_proba(x[unseen])[:, 1]))
    return float(1 - np.mean(2 * np.maximum(areas, 0.5) - 1)), float(np.mean(areas))


def detection(case: Case, threads: int) -> dict[str, float]:
    """Against all training rows, as published. A copy of them scores 1: read it beside the privacy scores."""
    score, area = detect(case, case.train, case.synthetic, threads)
    return {"detection": score, "detection_auc": area}


def detection_holdout(case: Case, threads: int) -> dict[str, float]:
    """Against the test rows and as many synthetic ones, where copying training rows earns nothing."""
    rows = min(len(case.test), len(case.synthetic))
    rng = np.random.default_rng(0)
    real = case.test.iloc[rng.permutation(len(case.test))[:rows]]
    score, area = detect(case, real, case.synthetic.iloc[rng.permutation(len(case.synthetic))[:rows]], threads)
    return {"detection_holdout": score, "detection_holdout_auc": area}
