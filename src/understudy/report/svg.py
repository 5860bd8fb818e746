"""What every picture of the page is made of: inline SVG, drawn by a few small functions.

Why not a plotting library: the light core would carry a heavy dependency for five kinds of picture; its output
could not follow the page's light and dark colours (these take theirs from CSS classes); and it would be ten times the
size. Every picture has a label for those who do not see it. Coordinates have one decimal, so the same report gives
the same bytes.
"""

import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

from understudy.report.writing import clean

__all__ = ["WIDTH", "at", "fit", "svg", "text"]

WIDTH = 300.0
"""Width of most pictures, in the units of their drawing."""


def svg(body: Iterable[str], label: str, view: tuple[float, float], kind: str) -> Markup:
    """Put a picture together, with its label for those who do not see it."""
    told = escape(clean(label, 400))
    return Markup(  # noqa: S704 - every piece of text in body went through text
        f'<svg class="fig {kind}" viewBox="0 0 {at(view[0])} {at(view[1])}" role="img" aria-label="{told}">'
        f"<title>{told}</title>{''.join(body)}</svg>"
    )


def at(value: float) -> str:
    """Write a coordinate."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    """Write words at a place."""
    return f'<text class="{kind}" x="{at(x)}" y="{at(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def fit(words: str, room: float, size: float) -> str:
    """Shorten words to a room in px; wide characters (CJK, emoji) count as one em, others as 0.56."""
    widths = [size * (1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56) for c in words]
    if sum(widths) <= room:
        return words
    used, kept = size, 0
    while kept < len(words) and used + widths[kept] <= room:
        used += widths[kept]
        kept += 1
    return words[:kept] + "…"
