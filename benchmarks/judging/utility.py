"""What a model trained on synthetic rows loses on real test rows against one trained on the real rows."""

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.metrics import roc_auc_score

from judging.case import Case

__all__ = ["utility"]


def _features(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for name in case.types:
        if name == case.schema["target"]:
            continue
        levels = sorted(case.train[name].unique()) if name in case.texts else None
        columns[name] = frame[name].astype(float) if levels is None else pd.Categorical(frame[name], categories=levels)
    return pd.DataFrame(columns)


def _answers(case: Case, frame: pd.DataFrame) -> np.ndarray:
    """Give the rarer class as 1, or the logarithm of the target clipped as the published protocol clips it."""
    values = frame[case.schema["target"]]
    if case.schema["task"] == "regression":
        return np.log(np.clip(values.to_numpy(float), 1, 20_000))
    return (values == case.train[case.schema["target"]].value_counts().index[-1]).to_numpy(int)


def _trained_on(case: Case, rows: pd.DataFrame, threads: int) -> float:
    settings = {"n_estimators": 200, "learning_rate": 0.05, "random_state": 0, "verbose": -1, "n_jobs": threads}
    x, y, unseen, truth = (
        _features(case, rows),
        _answers(case, rows),
        _features(case, case.test),
        _answers(case, case.test),
    )
    if case.schema["task"] == "regression":
        return float(np.sqrt(np.mean((LGBMRegressor(**settings).fit(x, y).predict(unseen) - truth) ** 2)))
    if len(np.unique(y)) == 1:
        return 0.5
    return float(roc_auc_score(truth, LGBMClassifier(**settings).fit(x, y).predict_proba(unseen)[:, 1]))


def utility(case: Case, threads: int) -> dict[str, object]:
    """AUC (or RMSE) of LightGBM trained on real and on synthetic rows, and the gap; above 0 the synthetic lose."""
    real, synthetic = (_trained_on(case, rows, threads) for rows in (case.train, case.synthetic))
    is_regression = case.schema["task"] == "regression"
    gap = synthetic - real if is_regression else real - synthetic
    return {
        "utility_score": "rmse" if is_regression else "auc",
        "utility_real": real,
        "utility_synthetic": synthetic,
        "utility_gap": gap,
    }
