"""Fresh identifiers look like the real ones, are none of them, and are unique across chunks."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.guess_words import luhn, mod_97
from understudy.data.shapes import expression_of, learn
from understudy.schema.column import Identifier
from understudy.schema.semantic import SEMANTICS
from understudy.transforms.identifier import IdentifierEncoder

RNG = np.random.default_rng(3)


def fitted(values, semantic=None, *, unique=True):
    series = pl.Series("key", values, dtype=pl.String)
    pattern = learn(series.drop_nulls(), counted=unique)
    column = Identifier(
        pattern=pattern if semantic in {None, "phone", "credit_card", "iban"} else None,
        semantic=semantic,
        unique=unique,
    )
    return IdentifierEncoder.fit(series, column, Run(1)), pattern


def drawn(encoder, n, seed=5, first=0):
    return encoder.decode(np.full(n, encoder.n_symbols - 1, dtype=np.uint16), np.random.default_rng(seed), first)


KEYS = {
    "numbers": [str(v) for v in RNG.permutation(900_000)[:3_000] + 100_000],
    "letters and digits": [f"AB{v:05d}-{chr(65 + v % 26)}" for v in RNG.permutation(90_000)[:3_000]],
    "hashes": [RNG.bytes(16).hex() for _ in range(500)],
    "mixed": [f"{'x' * (v % 3)}{v}Q" for v in RNG.permutation(90_000)[:500]],
}


@pytest.mark.parametrize("case", KEYS)
def test_fresh_keys_fit_the_pattern_and_are_never_real(case):
    encoder, pattern = fitted(KEYS[case])
    keys = drawn(encoder, 5_000)
    assert keys.n_unique() == 5_000
    assert not set(keys.to_list()) & set(KEYS[case])
    assert keys.str.contains(f"^{pattern}$").all()


def test_no_real_value_is_in_the_model():
    encoder, _ = fitted(KEYS["numbers"])
    state = repr(encoder.state())
    assert not any(value in state for value in KEYS["numbers"])
    # Half of all other values are held back too: a value that does not pass is not thereby known to be real.
    others = pl.Series([str(v) for v in range(100_000, 200_000)]).filter(
        ~pl.Series([str(v) for v in range(100_000, 200_000)]).is_in(KEYS["numbers"])
    )
    assert 0.47 < encoder.avoid.passes(others).mean() < 0.53
    assert not encoder.avoid.passes(pl.Series(KEYS["numbers"])).any()


@pytest.mark.parametrize("case", KEYS)
def test_chunks_do_not_repeat_a_key(case):
    encoder, _ = fitted(KEYS[case])
    whole = drawn(encoder, 3_000)
    parts = [drawn(encoder, 1_000, first=first) for first in (0, 1_000, 2_000)]
    assert pl.concat(parts).n_unique() == 3_000
    assert pl.concat(parts).to_list() == whole.to_list()
    assert drawn(encoder, 1, first=2_500).to_list() == whole[2_500:2_501].to_list()


def test_a_pattern_that_is_used_up_goes_on_with_longer_keys():
    encoder, _ = fitted([f"A{v}" for v in RNG.permutation(100)[:60]])
    keys = drawn(encoder, 5_000)
    assert keys.n_unique() == 5_000
    assert keys.str.starts_with("A").all()


def test_where_little_is_left_of_a_pattern_none_of_it_is_wasted():
    real = [f"{v:05d}" for v in RNG.permutation(90_000)[:20_000] + 10_000]
    encoder, pattern = fitted(real)
    keys = drawn(encoder, 20_000)
    assert keys.n_unique() == 20_000
    assert keys.str.contains(f"^{pattern}$").all()
    assert not set(keys.to_list()) & set(real)
    parts = [drawn(encoder, 5_000, first=first) for first in (0, 5_000, 10_000, 15_000)]
    assert pl.concat(parts).to_list() == keys.to_list()


def test_codes_that_fill_their_pattern_stay_as_short_as_they_are():
    for real, unique in (
        ([f"{v}{w}" for v in "ADGHKMPRTX" for w in range(0, 10, 2)], True),
        ([f"{v}{w}" for v in "ADGHKMPRTX" for w in range(0, 10, 2)], False),
        ([f"{v}:{w}" for v in range(1, 9) for w in range(9)], False),
    ):
        encoder, pattern = fitted(real, unique=unique)
        assert drawn(encoder, 60).str.contains(f"^{pattern}$").all()


def test_sequences_go_on_past_the_last_real_key_at_a_round_number():
    encoder, _ = fitted([str(v) for v in range(1, 1_001) if v % 5])
    assert drawn(encoder, 2, first=2).to_list() == ["1002", "1003"]
    encoder, pattern = fitted([f"C-{v:06d}" for v in range(5_000, 6_000) if v % 5])
    assert drawn(encoder, 2).to_list() == ["C-006000", "C-006001"]
    assert drawn(encoder, 2).str.contains(expression_of(pattern)).all()
    encoder, _ = fitted([f"Person {v} Smith" for v in range(800)])
    assert drawn(encoder, 2).to_list() == ["Person 800 Smith", "Person 801 Smith"]


def test_a_sequence_that_leaves_a_declared_pattern_gives_way_to_it():
    real = pl.Series([str(v) for v in range(10_001, 10_801)])
    encoder = IdentifierEncoder.fit(real, Identifier(pattern="10[0-9]{3}"), Run(1))
    assert drawn(encoder, 800).str.contains("^10[0-9]{3}$").all()


@pytest.mark.parametrize("semantic", [s.name for s in SEMANTICS])
def test_every_meaning_has_fakes_that_look_like_it_and_are_unique(semantic):
    meaning = next(s for s in SEMANTICS if s.name == semantic)
    column = Identifier(semantic=semantic)
    encoder = IdentifierEncoder.fit(pl.Series([f"real {i}" for i in range(50)]), column, Run(1))
    fakes = drawn(encoder, 500)
    assert fakes.n_unique() == 500
    assert all(map(meaning.matches, fakes.to_list())), fakes.head(3).to_list()


def test_check_digits_are_right():
    cards, _ = fitted([f"4{v:015d}" for v in range(7, 10**15, 10**13)], "credit_card")
    assert all(map(luhn, drawn(cards, 200).to_list()))
    ibans, _ = fitted([f"DE{v:020d}" for v in range(7, 10**15, 10**13)], "iban")
    assert all(map(mod_97, drawn(ibans, 200).to_list()))


@pytest.mark.parametrize("pattern", ["4[0-9]{15}", "4111 11[0-9]{6}", "[0-9]{13,16}", "34[0-9]{12}-7"])
def test_card_numbers_with_check_digits_are_all_different_and_none_is_real(pattern):
    column = Identifier(pattern=pattern, semantic="credit_card")
    real = drawn(IdentifierEncoder.fit(pl.Series(["none"]), column, Run(1)), 2_000, seed=3)
    encoder = IdentifierEncoder.fit(real, column, Run(1))
    made = drawn(encoder, 100_000 if pattern.startswith("4[") else 20_000)
    assert made.n_unique() == made.len()
    assert all(map(luhn, made.to_list()))
    assert not made.is_in(real.implode()).any()
    if pattern != "34[0-9]{12}-7":  # whose check digit has to change
        assert made.str.contains(expression_of(pattern)).all()


def test_account_numbers_with_check_digits_are_all_different_and_none_is_real():
    column = Identifier(pattern="DE[0-9]{2} 5001 00[0-9]{4}", semantic="iban")
    real = drawn(IdentifierEncoder.fit(pl.Series(["none"]), column, Run(1)), 900, seed=3)
    made = drawn(IdentifierEncoder.fit(real, column, Run(1)), 3_000)
    assert made.n_unique() == 3_000
    assert all(int(f"{t[5:].replace(' ', '')}1314{t[2:4]}") % 97 == 1 for t in made.to_list())
    assert made.str.contains(expression_of(column.pattern)).all()
    assert not made.is_in(real.implode()).any()


def test_keys_that_repeat_repeat_about_as_often():
    encoder, _ = fitted([f"K{v:06d}" for v in RNG.integers(0, 200, 2_000) * 37], unique=False)
    keys = drawn(encoder, 2_000)
    assert 150 < keys.n_unique() <= 200
    both = pl.concat([keys, drawn(encoder, 2_000, first=2_000)])
    assert both.n_unique() <= 200
    assert drawn(encoder, 4_000).to_list() == both.to_list()


def test_missing_keys_are_a_symbol():
    encoder, _ = fitted(["A1", None, "A2"])
    assert encoder.n_symbols == 2
    assert encoder.encode(pl.Series(["A1", None])).tolist() == [1, 0]
    assert encoder.decode(np.array([0, 1, 0], dtype=np.uint16), np.random.default_rng(1)).is_null().to_list() == [
        True,
        False,
        True,
    ]
    encoder, _ = fitted(["A1", "A2"])
    assert encoder.n_symbols == 1
    assert encoder.encode(pl.Series(["A1", "A2"])).tolist() == [0, 0]


@pytest.mark.parametrize("case", [*KEYS, "sequence"])
def test_a_restored_encoder_draws_the_same(case):
    encoder, _ = fitted(KEYS.get(case, [str(v) for v in range(100)]))
    assert drawn(IdentifierEncoder.restore(encoder.state()), 50).to_list() == drawn(encoder, 50).to_list()


def test_a_column_without_values_can_be_fitted():
    encoder, _ = fitted([None, None])
    assert encoder.decode(np.zeros(3, dtype=np.uint16), np.random.default_rng(1)).null_count() == 3


def test_another_seed_gives_other_keys():
    encoder, _ = fitted(KEYS["numbers"])
    assert drawn(encoder, 50, seed=1).to_list() == drawn(encoder, 50, seed=1).to_list()
    assert drawn(encoder, 50, seed=1).to_list() != drawn(encoder, 50, seed=2).to_list()


def test_a_pattern_that_is_one_text_only_is_told_apart_by_numbers():
    encoder = IdentifierEncoder.fit(pl.Series(["fixed"]), Identifier(pattern="fixed"), Run(1))
    made = drawn(encoder, 500)
    assert made.n_unique() == 500
    assert "fixed" not in made
