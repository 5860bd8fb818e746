"""Words on every page stand out from what is behind them, by the measure of WCAG 2.2 (4.5 for text)."""

import re
from itertools import product
from pathlib import Path

import pytest

import understudy

STYLE = (Path(understudy.__file__).parent / "report" / "templates" / "report.css").read_text(encoding="utf-8")


def colours():
    """Give the colours by name, of light, dark and paper pages."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(blocks) == 3
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block)) for block in blocks]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first, second):
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("page", [0, 1, 2])
def test_every_colour_of_words_is_readable_on_every_ground(page):
    known = colours()[0] | colours()[page]
    for ink, ground in product(("ink", "muted", "syn", "good", "fair", "weak"), ("paper", "surface", "soft")):
        assert contrast(known[ink], known[ground]) >= 4.5, (ink, ground)


def test_no_words_are_smaller_than_11_px():
    sizes = re.findall(r"font(?:-size)?:\s*(?:\d+ )?([\d.]+)(px|rem)", STYLE)
    assert len(sizes) > 15
    small = {float(size) * (16 if unit == "rem" else 1) for size, unit in sizes}
    # Names in a heat map of many columns are; the table beside it has the pairs in full size.
    assert {size for size in small if size < 11} <= {8.5, 10}
