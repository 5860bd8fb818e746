"""Meanings are suggested by whole words of a column's name."""

import pytest

from understudy.schema.semantic import SEMANTICS, named, words_of


@pytest.mark.parametrize("name", ["customer_id", "customerID", "Customer ID", "CustomerId", "customer-id"])
def test_names_are_split_alike(name):
    assert words_of(name) == ["customer", "id"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("E-Mail", "email"),
        ("firstName", "first_name"),
        ("last_name", "last_name"),
        ("ZIP code", "postcode"),
        ("ip", "ipv4"),
    ],
)
def test_names_suggest_meanings(name, first):
    assert named(name)[0].name == first


@pytest.mark.parametrize("name", ["ship", "rezip", "iphone_model", "income", "capital_gain", "x"])
def test_parts_of_words_suggest_nothing(name):
    assert named(name) == ()


def test_every_meaning_is_named_once():
    assert len({s.name for s in SEMANTICS}) == len(SEMANTICS)
