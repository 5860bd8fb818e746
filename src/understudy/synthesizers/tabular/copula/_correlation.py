"""Correlations of latent normal variables, of which only the intervals that they fall in are seen."""

import numpy as np

from understudy.synthesizers.tabular.copula._layout import Layout, Margin

__all__ = ["latent_correlation", "nearest"]

_ROWS = 65_536  # scored at a time, so that memory does not grow with the table
_TERMS = 100
_HALVINGS = 40
_PROJECTIONS = 20
_TINY = 1e-12


def latent_correlation(codes: np.ndarray, layout: Layout, fewest: int = 5) -> tuple[np.ndarray, float]:
    """Estimate the latent correlations from the covariances of the symbols' scores, exactly corrected for the cuts.

    With scores s(x) = E[x | interval] the covariance of two cut variables is, by Mehler's formula, the power series
    sum_m a_m b_m rho**m, whose coefficients are those of the two step functions in normalised Hermite polynomials. It
    rises with rho, so it can be inverted. Rows in which one of the two is not seen are left out of their covariance.

    Estimates are then shrunk towards 0 by what they owe to noise: the correlations are taken to be normal around 0,
    with a variance that is estimated from all of them by moments, and each gets its most likely value given its
    covariance.
    One that few rows speak of, such as where the cell of two rare levels is empty by chance, loses most; one that is
    well determined stays as it is.

    Parameters
    ----------
    codes : array of shape (d, n)
        Symbols.
    layout : Layout
        Their latent variables, of which there are l.
    fewest : int
        A variable with fewer rows than these outside its most frequent symbol counts as uncorrelated: what so few rows
        say is noise, and about them.

    Returns
    -------
    correlation : array of shape (l, l)
        Estimates, in [-1, 1] with ones on the diagonal; not always positive definite.
    shrinkage : float
        How much of the sum of squared correlations was taken for noise, in [0, 1].

    References
    ----------
    Kotz, Balakrishnan, Johnson, *Continuous Multivariate Distributions* 1, 2nd ed., 2000, ch. 46 (Mehler's expansion);
    Olsson, *Maximum likelihood estimation of the polychoric correlation coefficient*, Psychometrika 44, 1979; Efron and
    Morris, *Data analysis using Stein's estimator and its generalizations*, Journal of the American Statistical
    Association 70, 1975; DerSimonian and Laird, *Meta-analysis in clinical trials*, Controlled Clinical Trials 7, 1986.
    """
    covariances, rows = _covariance(codes, layout)
    single = np.array([_hermite(m) for m in layout.margins]).reshape(len(layout.margins), _TERMS)
    others = np.array([m.counts.sum() - m.counts.max() for m in layout.margins])
    first, second = np.triu_indices(len(single), 1)
    told = (rows[first, second] >= fewest) & (np.minimum(others[first], others[second]) >= fewest)
    first, second = first[told], second[told]
    series, covariance = single[first] * single[second], covariances[first, second]
    # The first coefficient of a variable is the variance of its scores: what the cuts have left of the latent 1.
    noise = series[:, 0] / rows[first, second]
    raw = _invert(series, covariance, np.zeros(len(series)))
    precision = series[:, 0] ** 2 / noise
    signal = max(0.0, float((precision * raw**2).sum()) - len(raw)) / max(float(precision.sum()), _TINY)
    noise = noise * (1 - np.clip(covariance / series[:, 0], -1.0, 1.0) ** 2) ** 2
    rho = _invert(series, covariance, noise / signal) if signal > 0 else np.zeros_like(raw)
    correlation = np.eye(len(single))
    correlation[first, second] = correlation[second, first] = rho
    return correlation, 1 - float((rho * raw).sum()) / max(float((raw**2).sum()), _TINY) if len(raw) else 0.0


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


def _invert(series: np.ndarray, covariance: np.ndarray, doubt: np.ndarray) -> np.ndarray:
    """Find where (value - covariance)**2 + doubt * rho**2 is least, for power series of shape (pairs, terms) in rho.

    ``doubt`` is the variance of the covariance over that of the correlations; 0 inverts the series.
    """
    low, high = np.full(len(series), -1.0), np.ones(len(series))
    by_term = np.ascontiguousarray(series.T[::-1])
    for _ in range(_HALVINGS):
        rho = (low + high) / 2
        value, slope = np.zeros_like(rho), np.zeros_like(rho)
        for term in by_term:  # Horner's rule, of the series over rho and of its derivative
            slope = slope * rho + value
            value = value * rho + term
        slope = np.maximum(slope * rho + value, _TINY)  # it rises; only the truncated series may not, near -1
        below = value * rho - covariance + doubt * rho / slope < 0
        low, high = np.where(below, rho, low), np.where(below, high, rho)
    return (low + high) / 2


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
