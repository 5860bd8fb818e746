"""Numbers in any spelling are numbers, are written back the same way, and what is no number is not taken for one."""

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.infer import infer
from understudy.data.numbers import write_numbers
from understudy.data.raw import Raw
from understudy.data.typed import parse, unparse
from understudy.schema.column import Categorical, Identifier, Numerical
from understudy.schema.layout import Layout, NumberFormat

RNG = np.random.default_rng(11)
CSV = Layout(medium="csv")


def through(columns, layout=CSV, marks=None):
    """Give the schema, the rows written back, and the evidence."""
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in columns.items()})
    raw = Raw((frame,), layout, marks=marks or NumberFormat())
    found = infer(raw, Run(0))
    return found.schema, unparse(parse(raw, found.schema, Run(0))), found.evidence


SPELLINGS = {
    "decimal comma": (["1,5", "12,25", "3,75"], {"decimal_mark": ",", "digits": 1}),
    "grouped": (["1,234.50", "12.25", "1,000,000.00"], {"thousands_mark": ",", "digits": 2}),
    "grouped with points": (["1.234,50", "12,25"], {"decimal_mark": ",", "thousands_mark": ".", "digits": 2}),
    "grouped with blanks": (
        ["1 234,5", "2,5", "1 000 000,5"],
        {"decimal_mark": ",", "thousands_mark": " ", "digits": 1},
    ),
    "grouped with narrow blanks": (["1\u202f234", "2\u202f500", "17"], {"thousands_mark": "\u202f"}),
    "grouped with apostrophes": (["1'234.5", "17.5"], {"thousands_mark": "'", "digits": 1}),
    "grouped whole numbers": (["1,234", "12,345", "2,500", "17"], {"thousands_mark": ","}),
    "only grouped ones": (["1,234", "12,345", "2,500"], {"thousands_mark": ","}),
    "grouped millions": (["1,234,567", "2,000,000"], {"thousands_mark": ","}),
    "dollars": (["$1.50", "-$3.25", "$20.00"], {"prefix": "$", "digits": 2}),
    "grouped dollars": (["$1,234", "$17", "-$1,000,000"], {"prefix": "$", "thousands_mark": ","}),
    "minus behind the dollar": (["$1.50", "$-3.25"], {"prefix": "$", "digits": 2, "negative": "$-5"}),
    "euros behind": (["1,50 €", "2,00 €", "-3,25 €"], {"suffix": " €", "decimal_mark": ",", "digits": 2}),
    "codes of currencies": (["USD 5", "USD 17"], {"prefix": "USD "}),
    "percent": (["10%", "15%", "-2%"], {"suffix": "%"}),
    "units": (["12 kg", "7 kg"], {"suffix": " kg"}),
    "units without a blank": (["12cm", "7cm", "180cm"], {"suffix": "cm"}),
    "brackets": (["(5)", "17", "(1,200)", "2,500", "3,000"], {"negative": "($5)", "thousands_mark": ","}),
    "brackets around dollars": (["($5.00)", "$17.50"], {"negative": "($5)", "prefix": "$", "digits": 2}),
    "minus behind": (["5-", "17", "120-"], {"negative": "$5-"}),
    "long minus": (["\u22125", "17"], {"minus": "\u2212"}),
    "plus": (["+5", "-3", "+17"], {"plus": True}),
    "no zero": ([".5", "-.25", "1.75"], {"zero": False, "digits": 1}),
    "fixed decimals": (["1.50", "2.25"], {"digits": 2}),
    "scientific": (["1.234e+05", "-5.600e-03"], {"notation": "scientific", "digits": 3}),
    "scientific in capitals": (["1.2E+05", "5.6E-03"], {"notation": "scientific", "exponent": "E+00", "digits": 1}),
    "scientific and short": (["7e4", "1e3", "9e12"], {"notation": "scientific", "exponent": "e0"}),
    "scientific of numpy": (
        ["1.000000000000000000e+00", "2.500000000000000000e-01"],
        {"notation": "scientific", "digits": 18},
    ),
    "exponents where needed": (["1.5e-07", "0.25", "3e-05"], {"notation": "shortest", "digits": 2}),
    "exponents as of JavaScript": (
        ["9.9e-7", "0.000001996", "0.25", "123456789012345680000", "1e+21"],
        {"notation": "shortest", "exponent": "e+0", "plain_range": (1e-6, 1e21)},
    ),
    "exponents as of Java": (
        ["9.9E-4", "0.001", "0.25", "1234567", "1.5E7"],
        {"notation": "shortest", "exponent": "E0", "plain_range": (1e-3, 1e7)},
    ),
    "blanks around": ([" 5 ", " 17 "], {"prefix": " ", "suffix": " "}),
    "right-aligned": (["    5", "   17", "  120"], {"width": 5}),
}


@pytest.mark.parametrize("case", SPELLINGS)
def test_a_spelling_is_found_and_written_back(case):
    values, style = SPELLINGS[case]
    schema, back, _ = through({"x": values * 9})
    assert isinstance(schema.columns["x"], Numerical)
    assert schema.layout.numbers.get("x", NumberFormat()) == NumberFormat(**style)
    assert back["x"].to_list() == values * 9


@pytest.mark.parametrize("case", SPELLINGS)
def test_a_column_of_text_in_a_frame_is_read_like_one_in_a_file(case):
    values, style = SPELLINGS[case]
    schema, back, _ = through({"x": values * 9}, Layout(medium="frame"))
    assert schema.layout.numbers.get("x", NumberFormat()) == NumberFormat(**style)
    assert back["x"].to_list() == values * 9


def test_a_number_without_its_last_zero_does_not_take_it_from_the_others():
    values = ["7.20", "18.25", "6.70", "1.5", "3.40", "2.10"] * 9
    schema, back, _ = through({"x": values})
    assert schema.layout.numbers["x"] == NumberFormat(digits=2)
    assert back["x"].to_list()[:4] == ["7.20", "18.25", "6.70", "1.50"]


def test_marks_are_decided_for_each_column():
    columns = {
        "grouped": ["1,234,567", "17", "2,500"] * 9,
        "plain": ["1234567", "17", "2500"] * 9,
        "three decimals": ["1.234", "5.678", "2.500"] * 9,
        "comma": ["1,5", "2,25", "17,75"] * 9,
    }
    schema, back, evidence = through(columns, Layout(medium="csv", delimiter=";"))
    assert {name: column.decimals for name, column in schema.columns.items()} == {
        "grouped": 0,
        "plain": 0,
        "three decimals": 3,
        "comma": 2,
    }
    assert back.to_dict(as_series=False) == columns
    assert "spelled with thousands mark ','" in evidence["grouped"]


@pytest.mark.parametrize(
    ("others", "delimiter", "decimals"),
    [
        (["1.5", "2.25"], ",", 0),
        (["1,5", "2,25"], ",", 3),
        (["1,234,567"], ";", 0),
        (["x", "y"], ";", 3),
        (["x", "y"], ",", 0),
    ],
)
def test_what_a_column_does_not_tell_the_others_do(others, delimiter, decimals):
    columns = {"x": ["1,234", "17,345", "2,501"] * 9, "y": (others * 27)[:27]}
    schema, back, _ = through(columns, Layout(medium="csv", delimiter=delimiter))
    assert schema.columns["x"].decimals == decimals
    assert back["x"].to_list() == columns["x"]


def test_marks_that_the_user_names_decide():
    values = ["1,234", "2,500", "17,345"] * 9
    assert through({"x": values}, marks=NumberFormat(decimal_mark=","))[0].columns["x"].decimals == 3
    assert through({"x": values}, marks=NumberFormat(thousands_mark=","))[0].columns["x"].decimals == 0


WORDS = {
    "versions": ["1.2.3", "10.4.17"],
    "clocks and scores": ["3:1", "12:0"],
    "ranges": ["18-25", "26-35"],
    "fractions": ["1/2", "3/4"],
    "groups of two": ["12,34", "1,23,4"],
    "leading zeros": ["007", "042"],
    "letters in turn": ["12a", "13b", "14c"],
    "several units": ["5 kg", "3 lb", "7 oz"],
    "hexadecimal": ["0x1F", "0xA0"],
}


@pytest.mark.parametrize("case", WORDS)
def test_what_is_no_number_is_not_taken_for_one(case):
    schema, back, _ = through({"x": WORDS[case] * 9})
    assert isinstance(schema.columns["x"], Categorical)
    assert back["x"].to_list() == WORDS[case] * 9


def test_what_lies_below_a_limit_counts_as_missing_and_is_written_back():
    values = [str(v) for v in range(20, 80, 3)] * 3 + ["<5"] * 6
    schema, back, evidence = through({"x": values})
    assert isinstance(schema.columns["x"], Numerical)
    assert "'<5' counts as missing" in evidence["x"]
    assert back["x"].to_list() == values


def test_whole_numbers_beyond_64_bits_are_written_with_all_their_digits():
    values = ["1000000000000000000000000000000", "500000000000000000000000000000", "7"] * 9
    schema, back, _ = through({"x": values})
    assert schema.columns["x"] == Numerical()
    assert back["x"].to_list() == values


def test_different_whole_numbers_beyond_64_bits_are_keys():
    values = [f"1{v:029d}" for v in RNG.permutation(10**6)[:60]]
    schema, back, _ = through({"x": values})
    assert isinstance(schema.columns["x"], Identifier)
    assert schema.columns["x"].unique
    assert back["x"].to_list() == values


def test_numbers_too_large_for_their_decimals_are_written_with_all_their_digits():
    values = pl.Series([54321.5, 1e300, -123456789.25])
    text = pl.select(write_numbers(pl.lit(values), 12, NumberFormat(digits=1))).to_series()
    assert [float(cell) for cell in text] == values.to_list()
    assert text[0] == "54321.5"


def test_exponents_beside_thousands_marks_are_no_numbers():
    schema, back, _ = through({"x": ["0E0", "1 000"]})
    assert isinstance(schema.columns["x"], Categorical)
    assert back["x"].to_list() == ["0E0", "1 000"]


@pytest.mark.parametrize("decimals", [2, 15, 17])
def test_numbers_finer_than_floats_keep_the_decimals_they_have(decimals):
    numbers = pl.Series("x", [1e15 + 0.5, 12.25, 5.276652576559582, 3.0, 1e300, 90071992547409.93])
    texts = numbers.to_frame().select(x=write_numbers(pl.col("x"), decimals, NumberFormat()))["x"]
    assert texts.cast(pl.Float64).to_list() == [round(x, decimals) for x in numbers]
    assert "e" not in "".join(texts)
    padded = numbers.to_frame().select(x=write_numbers(pl.col("x"), decimals, NumberFormat(digits=1)))["x"]
    assert all("." in text for text in padded)
