import pytest

from understudy.cli.doctor import _fits


@pytest.mark.parametrize(
    ("have", "wanted", "fits"),
    [
        ("2", ">=2.0", True),
        ("2.0.0", ">=2", True),
        ("1.9", ">=2.0", False),
        ("10.0", ">=9.1", True),
        ("3.0", ">=2,<3", False),
        ("2.9", ">=2,<3", True),
    ],
)
def test_a_version_is_held_against_its_bounds(have, wanted, fits):
    assert _fits(have, wanted) is fits
