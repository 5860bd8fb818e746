import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score

from understudy.attacks.curve import Curve, clopper_pearson
from understudy.attacks.excess import Excess


def test_a_curve_has_the_area_of_scikit_learn():
    rng = np.random.default_rng(1)
    guesses = np.concatenate([rng.normal(0.3, 1, 400), rng.normal(0, 1, 400)])
    curve = Curve.of(guesses, 400)
    assert curve.auc == pytest.approx(roc_auc_score(np.repeat([1, 0], 400), guesses))
    assert curve.interval[0] < curve.auc < curve.interval[1]
    assert curve.p < 1e-4
    threshold = np.sort(guesses[400:])[-40]
    assert curve.caught[2] == pytest.approx((guesses[:400] >= threshold).mean(), abs=0.005)
    best = max((guesses[:400] >= t).mean() - (guesses[400:] >= t).mean() for t in guesses)
    assert curve.advantage == pytest.approx(best)


def test_equal_guesses_are_guessing():
    curve = Curve.of(np.zeros(200), 100)
    assert (curve.auc, curve.p, curve.advantage) == (0.5, 1.0, 0.0)
    assert curve.caught == pytest.approx((0.001, 0.01, 0.1))


def test_perfect_guesses_catch_everybody():
    curve = Curve.of(np.repeat([1.0, 0.0], 100), 100)
    assert (curve.auc, curve.p, curve.caught, curve.advantage) == (1.0, 0.0, (1.0, 1.0, 1.0), 1.0)


def test_exact_intervals_keep_their_error():
    low, high = clopper_pearson(7, 40)
    assert binom.sf(6, 40, low) == pytest.approx(0.025)
    assert binom.cdf(7, 40, high) == pytest.approx(0.025)
    assert clopper_pearson(0, 10)[0] == 0
    assert clopper_pearson(10, 10)[1] == 1


def test_an_excess_widens_with_the_comparisons():
    excess = Excess(60, 200, 40, 200)
    assert excess.value == pytest.approx(0.1)
    one, many = excess.interval(), excess.interval(10)
    assert many[0] < one[0] < excess.value < one[1] < many[1]
    assert excess.p == pytest.approx(0.0105, abs=1e-3)
    assert Excess(0, 50, 0, 50).p == 1.0
