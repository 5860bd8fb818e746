"""What the symbols of levels keep, and that rare levels never come out."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.schema.column import Boolean, Categorical
from understudy.transforms.categorical import CategoricalEncoder
from understudy.transforms.protection import Protection

LEVELS = ["a"] * 50 + ["b"] * 30 + ["ü ö"] * 20 + [""] * 8 + ["rare"] * 4 + ["rarer"]


def fitted(values, column=None, protection=None, run=None):
    column = column or Categorical()
    dtype = pl.Boolean if isinstance(column, Boolean) else pl.String
    return CategoricalEncoder.fit(
        pl.Series("x", values, dtype=dtype), column, protection or Protection(), run or Run(1)
    )


def there_and_back(values, column=None, protection=None):
    encoder = fitted(values, column, protection)
    dtype = pl.Boolean if encoder.boolean else pl.String
    return encoder.decode(encoder.encode(pl.Series("x", values, dtype=dtype)), np.random.default_rng(0))


def test_levels_come_back_as_they_were():
    values = ["a", "b", "ü ö", "", None] * 9
    assert there_and_back(values).to_list() == values


def test_levels_are_by_falling_frequency_with_ties_by_name():
    assert fitted(["b"] * 7 + ["c"] * 9 + ["a"] * 7).levels == ("c", "a", "b")


def test_rare_levels_are_neither_stored_nor_generated_and_the_finding_says_so():
    run = Run(1)
    encoder = fitted(LEVELS, run=run)
    codes = encoder.encode(pl.Series(LEVELS))
    drawn = encoder.decode(codes, np.random.default_rng(0))
    assert encoder.levels == ("a", "b", "ü ö", "")
    assert "rare" not in str(encoder.state()["levels"])
    assert set(drawn) == {"a", "b", "ü ö", ""}
    assert encoder.n_symbols == 5
    (finding,) = run.findings.all()
    assert finding.code == "categories.rare"
    assert "2 of 6 levels of column 'x'" in finding.text
    assert not encoder.allowed("rare").any()


def test_a_level_in_just_enough_rows_is_kept():
    assert "rare" in fitted(LEVELS, protection=Protection(rare_rows=4)).levels
    assert "rare" not in fitted(LEVELS, protection=Protection(rare_rows=5)).levels
    assert "rarer" in fitted(LEVELS, protection=Protection(rare_rows=1)).levels


def test_where_most_rows_have_a_rare_level_none_of_them_is_stored_and_the_finding_says_so():
    rare = [f"v{i // 2}" for i in range(100)]
    for values, levels in ((rare, None), ([*rare, *["often"] * 9], {"often"}), ([*rare, None], set())):
        run = Run(1)
        encoder = fitted(values, run=run)
        assert not set(rare) & set(encoder.levels)
        drawn = encoder.decode(encoder.encode(pl.Series(values)), np.random.default_rng(0))
        if levels is None:
            assert drawn.null_count() == 0
            assert drawn.n_unique() > 5
        else:
            assert set(drawn.drop_nulls()) == levels
        (finding,) = run.findings.all()
        assert (finding.code, finding.severity) == ("categories.mostly_rare", "degraded")


def test_levels_never_seen_have_the_symbol_of_the_rare_or_the_most_frequent():
    rare = fitted(LEVELS)
    assert rare.encode(pl.Series(["new"])).tolist() == [rare.n_symbols - 1]
    plain = fitted(["a"] * 9 + ["b"] * 8 + [None])
    assert plain.encode(pl.Series(["new", None])).tolist() == [1, 0]


def test_missing_where_none_was_missing_has_a_symbol():
    encoder = fitted(["a"] * 9 + ["b"] * 8)
    assert encoder.encode(pl.Series([None, "b"], dtype=pl.String)).tolist() == [0, 1]


@pytest.mark.parametrize("values", [[True, False, None] * 9, [True] * 9, [False] * 3, [True] + [False] * 99])
def test_booleans_come_back_as_they_were(values):
    drawn = there_and_back(values, Boolean())
    assert drawn.dtype == pl.Boolean
    assert drawn.to_list() == values


@pytest.mark.parametrize("column", [Boolean(), Categorical()])
def test_a_column_without_any_value_gives_missing_ones(column):
    encoder = fitted([None] * 6, column)
    drawn = encoder.decode(np.zeros(4, dtype=np.uint16), np.random.default_rng(0))
    assert encoder.n_symbols == 1
    assert drawn.null_count() == 4
    assert drawn.dtype == (pl.Boolean if isinstance(column, Boolean) else pl.String)
    assert fitted([], column).n_symbols == 1


def test_given_levels_are_allowed_where_they_can_occur_only():
    encoder = fitted(["1"] * 9 + ["b"] * 8 + [None])
    assert np.flatnonzero(encoder.allowed("b")).tolist() == [2]
    assert encoder.allowed(1).any()
    assert np.flatnonzero(encoder.allowed(None)).tolist() == [0]
    assert not encoder.allowed("c").any()
    switch = fitted([True, False] * 9, Boolean())
    assert switch.allowed(value=True).sum() == 1
    assert not switch.allowed(None).any()


def test_a_restored_encoder_is_the_same():
    encoder = fitted([*LEVELS, None])
    again = CategoricalEncoder.restore(encoder.state())
    codes = encoder.encode(pl.Series([*LEVELS, None]))
    ours, theirs = (e.decode(codes, np.random.default_rng(1)) for e in (encoder, again))
    assert ours.equals(theirs)
    assert again.levels == encoder.levels
    assert np.array_equal(again.weights, encoder.weights)


def test_more_levels_than_symbols_are_cut_to_the_most_frequent():
    values = [f"v{i}" for i in range(70_000)] + ["v5"] * 3
    encoder = fitted(values, protection=Protection(rare_rows=1))
    assert encoder.n_symbols <= 65_535
    assert encoder.rare
    assert encoder.levels[0] == "v5"


def test_codes_keep_their_order_and_names_come_by_frequency():
    codes = pl.Series("hour", [*(str(v) for v in [10, 10, 10, 9, 9, 2, 1, 0, 23, 23]), None])
    run, protection = Run(1), Protection(rare_rows=1)
    encoder = CategoricalEncoder.fit(codes, Categorical(), protection, run)
    assert encoder.levels == ("0", "1", "2", "9", "10", "23")
    assert encoder.ordered
    names = CategoricalEncoder.fit(codes.replace("0", "none"), Categorical(), protection, run)
    assert names.levels[:2] == ("10", "23")
    assert not names.ordered
    few = CategoricalEncoder.fit(codes.filter(codes.is_in(["1", "2", "10"])), Categorical(), protection, run)
    assert not few.ordered


def test_a_code_never_seen_is_taken_for_the_most_frequent():
    codes = pl.Series("hour", [str(v) for v in [10, 10, 10, 9, 9, 2, 1, 0, 23, 23]])
    encoder = CategoricalEncoder.fit(codes, Categorical(), Protection(rare_rows=1), Run(1))
    assert encoder.levels[encoder.encode(pl.Series(["17"]))[0]] == "10"
