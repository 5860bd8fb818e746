"""Fresh texts depend on the key and the place only; the fast ways give what the slow, obvious ones do."""

import numpy as np
import polars as pl
import pytest

from understudy.transforms import _fresh
from understudy.transforms._fakes import mold_of, mold_of_pattern
from understudy.transforms._fresh import Avoid, fresh
from understudy.transforms._mixing import Draws, permuted

WORD = (1 << 64) - 1
NONE = Avoid(np.zeros(0, dtype=np.uint8), b"x" * 16)


def finisher(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & WORD
    return x ^ (x >> 31)


def test_draws_are_what_one_place_after_the_other_gives():
    places, key = np.array([0, 7, 7, 10**12]), 12345678901234567
    draws = Draws(key, places)
    for drawn, n in enumerate((10, 1 << 32, 3), start=1):
        slow = [
            finisher(
                finisher((int(place) * 0x9E3779B97F4A7C15 + finisher(key)) & WORD)
                ^ finisher((drawn * 0x9E3779B97F4A7C15) & WORD)
            )
            for place in places
        ]
        assert draws.below(n).tolist() == [((word >> 32) * n) >> 32 for word in slow]


def test_draws_are_even():
    counts = np.bincount(Draws(5, np.arange(100_000)).below(10), minlength=10)
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 28  # chi-squared of 9 degrees of freedom: 1 in 1,000


@pytest.mark.parametrize("avoided", [False, True])
@pytest.mark.parametrize("mold", [mold_of("uuid", None), mold_of_pattern("[A-Za-z0-9]{30,40}")], ids=["uuid", "long"])
def test_a_text_of_very_many_depends_on_its_place_only(mold, avoided):
    avoid = Avoid.of(fresh(mold, NONE, np.arange(500), 9), b"x" * 16) if avoided else NONE
    whole = fresh(mold, avoid, np.arange(300), 3)
    assert whole.n_unique() == 300
    assert avoid.passes(whole).all()
    for places in ([5, 6, 7], [5, 5, 6], [299], [7, 5, 6, 5]):
        assert fresh(mold, avoid, np.array(places), 3).to_list() == whole.gather(places).to_list()
    assert not set(fresh(mold, avoid, np.arange(300), 4)) & set(whole)


def test_another_chunk_does_not_look_at_the_texts_before_again(monkeypatch):
    mold, looked_at = mold_of_pattern("[0-9]{5}"), []
    avoid = Avoid.of(pl.Series([f"{v:05d}" for v in range(0, 100_000, 5)]), b"y" * 16)
    monkeypatch.setattr(_fresh, "permuted", lambda n, *rest: looked_at.append(len(n)) or permuted(n, *rest))
    parts = [fresh(mold, avoid, np.arange(k, k + 5_000), 3) for k in range(0, 40_000, 5_000)]
    assert pl.concat(parts).n_unique() == 40_000
    assert sum(looked_at) < 2 * 100_000
