"""Patterns are learned from values, and written in a form that can be read again."""

import polars as pl
import pytest

from understudy.data.shapes import learn, pieces_of, text_of


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ([f"AB-{i:03}" for i in range(0, 999, 200)], "AB-[0-9]{3}"),
        (["7", "12", "40000"], "[1-9][0-9]{0,4}"),
        (["a1", "bc2"], "[a-z]{1,2}[0-9]"),
        ([f"X[{i}]" for i in range(5)], "X\\[[0-9]]"),
        (["1a2bc3d4", "f987dc6e", "ab01c2e9", "0c9de41b"], "[0-9a-f]{8}"),
        (["q1w", "22", "zz"], "[a-z0-9]{2,3}"),
        (["é1", "ü2"], None),
        (["x" * 100, "y" * 100], None),
    ],
)
def test_patterns_are_learned(values, pattern):
    assert learn(pl.Series(values)) == pattern
    if pattern is not None:
        assert text_of(pieces_of(pattern)) == pattern


@pytest.mark.parametrize("pattern", ["[0-9", "[x-y]{2}", "["])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match="cannot be read from"):
        pieces_of(pattern)


def test_shared_digits_are_left_out_where_keys_would_outgrow_them():
    assert learn(pl.Series([f"48{i:03}" for i in range(100, 900, 2)])) == "[1-9][0-9]{4}"
    assert learn(pl.Series([f"48{i:05}" for i in range(10_000, 90_000, 200)])) == "48[1-9][0-9]{4}"


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        (range(10_001, 10_801), "[1-9][0-9]{4}"),
        (range(1, 10), "[1-9][0-9]{0,1}"),
        (range(800), "[0-9]{1,3}"),
        ((f"E-{i}/24" for i in range(1_200, 1_700)), "E-[1-9][0-9]{3}/24"),
        ((f"A{i:03}" for i in range(900)), "A[0-9]{3,4}"),
        ((f"A{i:05}" for i in range(900)), "A[0-9]{5}"),
    ],
)
def test_keys_that_count_may_go_on(values, pattern):
    assert learn(pl.Series(list(map(str, values))), counted=True) == pattern


def test_a_single_value_is_not_its_own_pattern():
    assert learn(pl.Series(["AB-123456"])) == "[A-Z]{2}-[0-9]{6}"


@pytest.mark.parametrize("n", [2, 3, 4])
def test_letters_that_only_a_few_values_share_are_not_in_the_pattern(n):
    assert learn(pl.Series([f"SMITH-{i}7" for i in range(n)])) == "[A-Z]{5}-[0-9]{2}"
    assert learn(pl.Series([f"Q-2024-{i}" for i in range(n)])) == "[A-Z]-[0-9]{4}-[0-9]"
    assert learn(pl.Series([f"Жук-{i}" for i in range(n)])) is None
    assert learn(pl.Series([f"SMITH-{i}7" for i in range(5)])) == "SMITH-[0-9]{2}"
