"""Shape and Trend errors in percent, as the published tables count them, and Trend with common bins."""

from itertools import combinations

import numpy as np
import pandas as pd

from judging.case import Case

__all__ = ["shape", "trend"]

Codes = tuple[np.ndarray, np.ndarray, int]


def _kolmogorov_smirnov(real: np.ndarray, synthetic: np.ndarray) -> float:
    real, synthetic = np.sort(real.round(14)), np.sort(synthetic.round(14))
    at = np.concatenate([real, synthetic])
    below = (np.searchsorted(values, at, side="right") / len(values) for values in (real, synthetic))
    return float(np.abs(next(below) - next(below)).max())


def _total_variation(real: np.ndarray, synthetic: np.ndarray, size: int) -> float:
    p, q = (np.bincount(codes, minlength=size) / len(codes) for codes in (real, synthetic))
    return float(0.5 * np.abs(p - q).sum())


def _categories(case: Case) -> dict[str, Codes]:
    codes = {}
    for name in case.texts:
        levels = pd.Index(pd.unique(pd.concat([case.train[name], case.synthetic[name]])))
        codes[name] = levels.get_indexer(case.train[name]), levels.get_indexer(case.synthetic[name]), len(levels)
    return codes


def shape(case: Case) -> dict[str, object]:
    """Mean over all columns of the Kolmogorov-Smirnov distance (numbers) or the total variation (categories)."""
    errors = {name: _total_variation(*codes) for name, codes in _categories(case).items()}
    for name in case.numbers:
        errors[name] = _kolmogorov_smirnov(case.train[name].to_numpy(float), case.synthetic[name].to_numpy(float))
    worst = sorted(errors.items(), key=lambda item: -item[1])[:3]
    return {
        "shape_error": 100 * float(np.mean(list(errors.values()))),
        "shape_worst": {name: round(100 * error, 2) for name, error in worst},
    }


def _binned(case: Case, *, common: bool) -> dict[str, Codes]:
    """Ten bins of equal width: over each table's own range (published), or over the training rows' for both."""
    codes = _categories(case)
    for name in case.numbers:
        real, synthetic = case.train[name].to_numpy(float), case.synthetic[name].to_numpy(float)
        edges = np.histogram_bin_edges(real)
        if common:
            codes[name] = np.digitize(real, edges[1:-1]), np.digitize(synthetic, edges[1:-1]), len(edges)
        else:
            own = np.histogram_bin_edges(synthetic)
            codes[name] = np.digitize(real, edges), np.digitize(synthetic, own), len(edges) + 1
    return codes


def _correlations(frame: pd.DataFrame) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.atleast_2d(np.corrcoef(frame.to_numpy(float).T)))


def _pairs(case: Case, codes: dict[str, Codes]) -> float:
    real, synthetic = (_correlations(frame[case.numbers]) for frame in (case.train, case.synthetic))
    errors = []
    for first, second in combinations(case.types, 2):
        if first in case.numbers and second in case.numbers:
            at = case.numbers.index(first), case.numbers.index(second)
            errors.append(abs(real[at] - synthetic[at]) / 2)
            continue
        (real_a, made_a, size_a), (real_b, made_b, size_b) = codes[first], codes[second]
        errors.append(_total_variation(real_a * size_b + real_b, made_a * size_b + made_b, size_a * size_b))
    return 100 * float(np.mean(errors))


def trend(case: Case) -> dict[str, float]:
    """Mean over all pairs: half the difference of correlations, or the total variation of contingency tables."""
    return {
        "trend_error": _pairs(case, _binned(case, common=False)),
        "trend_error_common": _pairs(case, _binned(case, common=True)),
    }
