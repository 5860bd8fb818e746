"""The same scores by SDMetrics itself, to check this judge's own against."""

import warnings

import numpy as np
import pandas as pd
from sdmetrics.reports.single_table import QualityReport
from sdmetrics.single_table import LogisticDetection
from sdmetrics.single_table.detection.sklearn import ScikitLearnClassifierDetectionMetric
from xgboost import XGBClassifier

from judging.case import Case

__all__ = ["published"]


class _Boosted(ScikitLearnClassifierDetectionMetric):
    """SDMetrics' detection with XGBoost in the place of logistic regression."""

    name = "XGBoost Detection"

    @staticmethod
    def _get_classifier() -> XGBClassifier:
        return XGBClassifier(eval_metric="logloss", enable_categorical=True, random_state=0, n_jobs=1)


def published(case: Case) -> dict[str, float]:
    """Shape and Trend errors of SDMetrics' quality report, and detection by logistic regression and XGBoost."""
    warnings.filterwarnings("ignore")
    kinds = {name: "categorical" if name in case.texts else "numerical" for name in case.types}
    metadata = {"columns": {name: {"sdtype": kind} for name, kind in kinds.items()}}
    report = QualityReport()
    report.generate(case.train, case.synthetic, metadata, verbose=False)
    scores = report.get_properties().set_index("Property")["Score"]
    # As in the published scripts: categories written as whole numbers reach the detector as numbers.
    coded = dict.fromkeys(case.coded, float)
    real, synthetic = case.train.astype(coded), case.synthetic.astype(coded)
    real, synthetic = (_known(frame, real, case) for frame in (real, synthetic))
    np.random.seed(0)  # noqa: NPY002  SDMetrics draws its folds from the global generator
    return {
        "sdmetrics_shape_error": 100 * (1 - float(scores["Column Shapes"])),
        "sdmetrics_trend_error": 100 * (1 - float(scores["Column Pair Trends"])),
        "sdmetrics_logistic_detection": float(LogisticDetection.compute(real, synthetic)),
        "sdmetrics_boosted_detection": float(_Boosted.compute(real, synthetic)),
    }


def _known(frame: pd.DataFrame, real: pd.DataFrame, case: Case) -> pd.DataFrame:
    """SDMetrics stops at a category that the real table lacks: those rows are left out of this check."""
    texts = [name for name in case.texts if name not in case.coded]
    keep = np.ones(len(frame), bool)
    for name in texts:
        keep &= frame[name].isin(real[name].unique()).to_numpy()
    return frame[keep].reset_index(drop=True)
