"""Correlations of latent normal variables, of which only the intervals that they fall in are seen."""

import numpy as np

from understudy.synthesizers.tabular.copula._layout import Layout, Margin

__all__ = ["latent_correlation", "nearest", "shrunk"]

_ROWS = 65_536  # scored at a time, so that memory does not grow with the table
_TERMS = 100
_HALVINGS = 40
_PROJECTIONS = 20


def latent_correlation(codes: np.ndarray, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the latent correlations from the covariances of the symbols' scores, exactly corrected for the cuts.

    With scores s(x) = E[x | interval] the covariance of two cut variables is, by Mehler's formula, the power series
    sum_m a_m b_m rho**m, whose coefficients are those of the two step functions in normalised Hermite polynomials. It
    rises with rho, so it can be inverted. Rows in which one of the two is not seen are left out of their covariance.

    Parameters
    ----------
    codes : array of shape (d, n)
        Symbols.
    layout : Layout
        Their latent variables, of which there are l.

    Returns
    -------
    correlation, variance : arrays of shape (l, l)
        Estimates, in [-1, 1] with ones on the diagonal (not always positive definite), and their sampling variances.

    References
    ----------
    Kotz, Balakrishnan, Johnson, *Continuous Multivariate Distributions* 1, 2nd ed., 2000, ch. 46 (Mehler's expansion);
    Olsson, *Maximum likelihood estimation of the polychoric correlation coefficient*, Psychometrika 44, 1979.
    """
    covariance, rows = _covariance(codes, layout)
    series = np.array([_hermite(m) for m in layout.margins]).reshape(len(layout.margins), _TERMS)
    first, second = np.triu_indices(len(series), 1)
    rho = _invert(series[first] * series[second], covariance[first, second])
    rho[rows[first, second] < 3] = 0.0  # noqa: PLR2004 - two rows always lie on a line
    correlation = np.eye(len(series))
    correlation[first, second] = correlation[second, first] = rho
    kept = series[:, 0]  # variance of the scores: what the cuts have left of the latent variable's 1
    spread = (1 - correlation**2) ** 2 / np.maximum(rows - 1, 1) / np.maximum(np.outer(kept, kept), 1e-12)
    np.fill_diagonal(spread, 0.0)
    return correlation, spread


def _covariance(codes: np.ndarray, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Give the covariances of the scores over the rows in which both variables are seen, and the numbers of these."""
    column, scores, seen = layout.tables()
    n_latent, n = len(column), codes.shape[1]
    partly = bool((layout.gate >= 0).any())
    products, sums, rows = (np.zeros((n_latent, n_latent)) for _ in range(3))
    for start in range(0, n, _ROWS):
        part = codes[column, start : start + _ROWS]
        s = np.take_along_axis(scores, part.astype(np.intp), axis=1)
        products += s @ s.T
        if partly:
            w = np.take_along_axis(seen, part.astype(np.intp), axis=1)
            sums += s @ w.T
            rows += w @ w.T
    if not partly:
        return products / max(n, 1), np.full((n_latent, n_latent), float(n))
    shared = np.maximum(rows, 1.0)
    return products / shared - sums * sums.T / shared**2, rows


def _hermite(margin: Margin) -> np.ndarray:
    """Give the coefficients of the scores, as a function of the latent variable, for m = 1 to the last term."""
    cuts = margin.cuts[1:-1]
    jumps = np.diff(margin.scores)
    # h holds the normalised polynomial of degree m - 1 times the density; their integrals step down by one degree.
    before, h = np.zeros_like(cuts), np.exp(-0.5 * cuts**2) / np.sqrt(2 * np.pi)
    coefficients = np.empty(_TERMS)
    for m in range(1, _TERMS + 1):
        coefficients[m - 1] = jumps @ h / np.sqrt(m)
        before, h = h, (cuts * h - np.sqrt(m - 1) * before) / np.sqrt(m)
    return coefficients


def _invert(series: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Find the correlation at which each power series, shape (pairs, terms), has the value ``covariance``."""
    low, high = np.full(len(series), -1.0), np.ones(len(series))
    by_term = np.ascontiguousarray(series.T[::-1])
    for _ in range(_HALVINGS):
        rho = (low + high) / 2
        value = np.zeros_like(rho)
        for term in by_term:
            value = (value + term) * rho
        below = value < covariance
        low, high = np.where(below, rho, low), np.where(below, high, rho)
    return (low + high) / 2


def shrunk(correlation: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, float]:
    """Shrink correlations towards 0 by the share of them that is noise, and give that share.

    References
    ----------
    Schäfer and Strimmer, *A shrinkage approach to large-scale covariance matrix estimation*, Statistical Applications in
    Genetics and Molecular Biology 4, 2005, target D with unit variances.
    """
    off = correlation - np.eye(len(correlation))
    signal = float((off**2).sum())
    share = min(1.0, float(variance.sum()) / signal) if signal > 0 else 0.0
    return np.eye(len(correlation)) + (1 - share) * off, share


def nearest(correlation: np.ndarray, floor: float) -> np.ndarray:
    """Give a correlation matrix near ``correlation`` whose eigenvalues are at least about ``floor``.

    References
    ----------
    Higham, *Computing the nearest correlation matrix*, IMA Journal of Numerical Analysis 22, 2002, algorithm 3.3.
    """
    near, change = correlation.copy(), np.zeros_like(correlation)
    for _ in range(_PROJECTIONS):
        moved = near - change
        values, vectors = np.linalg.eigh(moved)
        if values.size == 0 or values[0] >= floor:
            break
        near = (vectors * np.maximum(values, floor)) @ vectors.T
        change = near - moved
        np.fill_diagonal(near, 1.0)
    values, vectors = np.linalg.eigh(near)
    near = (vectors * np.maximum(values, floor)) @ vectors.T
    scale = np.sqrt(np.diag(near))
    near = near / np.outer(scale, scale)
    return (near + near.T) / 2
