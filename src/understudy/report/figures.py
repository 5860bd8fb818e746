"""Pictures as inline SVG, drawn by a few small functions.

Why not a plotting library: the light core would carry a heavy dependency for five kinds of picture; its output
could not follow the page's light and dark colours (these take theirs from CSS classes); and it would be ten times the
size. Every picture has a label for those who do not see it. Coordinates have one decimal, so the same report gives
the same bytes.
"""

import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from understudy.report.wording import measured
from understudy.report.writing import clean, percent, share_number

if TYPE_CHECKING:
    from understudy.report.plots import Associations, Bars, Histogram, Projection
    from understudy.report.report import ScoreLine

__all__ = ["bars", "density", "heatmap", "histogram", "is_bars", "ladder", "scale_key", "strip"]

_WIDTH = 300.0
_STEPS = 5
"""Strengths of a colour; the page's style has one class for each."""


def _svg(body: Iterable[str], label: str, view: tuple[float, float], kind: str) -> Markup:
    told = escape(clean(label, 400))
    return Markup(  # noqa: S704 - every piece of text in body went through _text
        f'<svg class="fig {kind}" viewBox="0 0 {_at(view[0])} {_at(view[1])}" role="img" aria-label="{told}">'
        f"<title>{told}</title>{''.join(body)}</svg>"
    )


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}">{escape(words)}</text>'


def _fit(words: str, room: float, size: float) -> str:
    """Shorten words to a room in px; wide characters (CJK, emoji) count as one em, others as 0.56."""
    widths = [size * (1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56) for c in words]
    if sum(widths) <= room:
        return words
    used, kept = size, 0
    while kept < len(words) and used + widths[kept] <= room:
        used += widths[kept]
        kept += 1
    return words[:kept] + "…"


def is_bars(plot: object) -> bool:
    """Tell a plot of levels from one on an axis."""
    return hasattr(plot, "labels")


# ---- score strip ----------------------------------------------------------------------------------------------------


def strip(score: "ScoreLine") -> Markup:
    """Draw a score between its references; further right is better, and one half is in the middle where it is ideal."""
    place = _scale(score)
    parts = ['<line class="rule" x1="0" x2="100%" y1="14" y2="14"/>']
    if score.better == "half":
        parts.append('<line class="ideal" x1="50%" x2="50%" y1="4" y2="24"/>')
    elif score.floor is not None and score.ceiling is not None:
        left, right = sorted((place(score.floor), place(score.ceiling)))
        parts.append(f'<rect class="reach" x="{left:.1f}%" width="{right - left:.1f}%" y="10" height="8"/>')
    if score.floor is not None:
        parts.append(_glyph(place(score.floor), '<path class="floor" d="M-5 4.5h10L0 12.5z"/>'))
    if score.ceiling_interval is not None:
        left, right = sorted(place(end) for end in score.ceiling_interval)
        parts.append(f'<line class="ceiling-interval" x1="{left:.1f}%" x2="{right:.1f}%" y1="24" y2="24"/>')
    if score.ceiling is not None:
        parts.append(_glyph(place(score.ceiling), '<path class="ceiling" d="M0 3v22"/>'))
    if score.interval is not None:
        left, right = sorted(place(end) for end in score.interval)
        parts.append(f'<line class="interval" x1="{left:.1f}%" x2="{right:.1f}%" y1="14" y2="14"/>')
    parts.append(f'<circle class="value {score.standing}" cx="{place(score.value):.1f}%" cy="14" r="5"/>')
    told = escape(clean(_spoken(score), 400))
    return Markup(  # noqa: S704 - numbers and escaped words only
        f'<svg class="strip" role="img" aria-label="{told}"><title>{told}</title>{"".join(parts)}</svg>'
    )


def ladder(share: float, interval: tuple[float, float]) -> Markup:
    """Draw where a share of copied cells stands on the ladder from none to all."""
    left, right, top = 20.0, 780.0, 34.0
    step = (right - left) / 10

    def place(value: float) -> float:
        return left + value * (right - left)

    parts = [f'<line class="axis" x1="{_at(left)}" x2="{_at(right)}" y1="{_at(top)}" y2="{_at(top)}"/>']
    for rung in range(11):
        x = left + rung * step
        parts.append(f'<line class="axis" x1="{_at(x)}" x2="{_at(x)}" y1="{_at(top - 7)}" y2="{_at(top + 7)}"/>')
        parts.append(_text(x, top + 26, f"{10 * rung} %", "tick", "middle"))
    low, high = map(place, interval)
    parts.append(
        f'<line class="interval" x1="{_at(low)}" x2="{_at(max(high, low + 1))}" y1="{_at(top)}" y2="{_at(top)}"/>'
    )
    parts.append(f'<circle class="value" cx="{_at(place(share))}" cy="{_at(top)}" r="7"/>')
    parts.append(_text(left, 14, "independent columns", "label"))
    parts.append(_text(right, 14, "copies of training rows", "label", "end"))
    ends = f"95 % interval {interval[0]:.0%} to {interval[1]:.0%}"
    told = f"Share of cells copied from one training row: {share:.0%}, {ends}"
    return _svg(parts, told, (800.0, 66.0), "ladder")


def _glyph(x: float, path: str) -> str:
    return f'<svg x="{x:.1f}%" class="glyph">{path}</svg>'


def _spoken(score: "ScoreLine") -> str:
    def told(value: float) -> str:
        return measured(score.name, value)

    said = [f"{score.title}: {told(score.value)}"]
    if score.interval is not None:
        said.append(f"95 % interval {told(score.interval[0])} to {told(score.interval[1])}")
    if score.floor is not None:
        said.append(f"shuffled columns {told(score.floor)}")
    if score.ceiling is not None:
        said.append(f"unseen real rows {told(score.ceiling)}")
    return ", ".join(said)


def _scale(score: "ScoreLine") -> Callable[[float], float]:
    """Give the map from a value to a percentage of the strip, better to the right."""
    references = [x for x in (score.floor, score.ceiling) if x is not None]
    known = [score.value, *references, *(score.interval or ()), *(score.ceiling_interval or ())]
    if score.better == "half":
        reach = max(0.1, *(1.15 * abs(x - 0.5) for x in known))
        low, high = 0.5 - reach, 0.5 + reach
    else:
        low, high = min(known), max(known)
        # A strip never magnifies: a tenth of the value is its least span, so that trifles look like trifles.
        spare = max(0.0, 0.1 * max(abs(low), abs(high), 1e-9) - (high - low)) / 2
        pad = 0.08 * (high - low + 2 * spare)
        low, high = _within(low - spare - pad, high + spare + pad, known)
    flip = score.better == "lower"

    def place(value: float) -> float:
        share = 100 * (value - low) / (high - low)
        return float(np.clip(100 - share if flip else share, 1.5, 98.5))

    return place


def _within(low: float, high: float, known: Sequence[float]) -> tuple[float, float]:
    """Move a scale that sticks out of [0, 1] back where all values are shares: what is perfect lies at its end."""
    if min(known) < 0 or max(known) > 1:
        return low, high
    edge = 0.02 * (high - low)
    if high > 1 + edge:
        return low - (high - 1 - edge), 1 + edge
    if low < -edge:
        return -edge, high - low - edge
    return low, high


# ---- one column -----------------------------------------------------------------------------------------------------


def histogram(plot: "Histogram") -> Markup:
    """Draw real rows as an area and synthetic rows as a line over it, in the same bins."""
    left, right, top, base = 34.0, _WIDTH - 2.0, 8.0, 126.0
    edges = np.asarray(plot.edges)
    xs = left + (right - left) * (edges - edges[0]) / (edges[-1] - edges[0])
    most = max(*plot.real, *plot.synthetic, 1e-9)
    step = _nice_step(most)
    most = max(most, step) * 1.04

    def height(share: float) -> float:
        return base - (base - top) * share / most

    parts: list[str] = []
    for k in range(1, int(most / step) + 1):
        y = height(k * step)
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{_at(y)}" y2="{_at(y)}"/>')
        parts.append(_text(left - 5, y + 3.5, f"{100 * k * step:g}\u202f%", "tick", "end"))
    parts.append(f'<path class="real" d="M{_at(left)} {base}{_steps(xs, plot.real, height)}V{base}z"/>')
    parts.append(f'<path class="syn" d="M{_at(left)} {base}{_steps(xs, plot.synthetic, height)}V{base}"/>')
    parts.append(f'<line class="axis" x1="{left}" x2="{right}" y1="{base}" y2="{base}"/>')
    last = -math.inf
    for where, label in plot.ticks:
        x = left + (right - left) * (where - edges[0]) / (edges[-1] - edges[0])
        half = 3.1 * len(label)
        x_label = float(np.clip(x, left + half, right - half))
        if x_label - half < last + 6:
            continue
        last = x_label + half
        parts.append(f'<line class="axis" x1="{_at(x)}" x2="{_at(x)}" y1="{base}" y2="{_at(base + 4)}"/>')
        parts.append(_text(x_label, base + 16, label, "tick", "middle"))
    label = f"{plot.column}: histogram of real and synthetic rows, which are {share_number(plot.distance)} apart"
    return _svg(parts, label, (_WIDTH, 146.0), "histogram")


def _steps(xs: NDArray[np.float64], shares: Sequence[float], height: Callable[[float], float]) -> str:
    return "".join(f"V{_at(height(share))}H{_at(x)}" for share, x in zip(shares, xs[1:].tolist(), strict=True))


def _nice_step(most: float) -> float:
    raw = most / 2
    scale = 10.0 ** math.floor(math.log10(raw))
    return next(scale * m for m in (5, 2, 1) if scale * m <= raw * 1.001)


def bars(plot: "Bars") -> Markup:
    """Draw each level as two bars, real above synthetic, with both shares in numbers."""
    row, left, right = 21.0, 104.0, 208.0
    most = max(*plot.real, *plot.synthetic, 1e-9)
    parts = [
        _text(left + (right - left) + 44, 9, "real", "tick", "end"),
        _text(_WIDTH - 2, 9, "synth.", "tick syn-ink", "end"),
    ]
    for k, (label, real, synthetic) in enumerate(zip(plot.labels, plot.real, plot.synthetic, strict=True)):
        y = 15 + row * k
        spoken = f"{label}: real {percent(real)}, synthetic {percent(synthetic)}"
        parts.append(f"<g><title>{escape(spoken)}</title>")
        rest = k == len(plot.labels) - 1 and (plot.pooled or label == "others")
        parts.append(_text(0, y + 12, _fit(label, left - 8, 12.0), "label other" if rest else "label"))
        for share, style, at in ((real, "real", 2.0), (synthetic, "syn-bar", 9.0)):
            width = max((right - left) * share / most, 0.8 if share else 0.0)
            parts.append(f'<rect class="{style}" x="{left}" y="{_at(y + at)}" width="{_at(width)}" height="6"/>')
        parts.append(_text(right + 44, y + 12, percent(real), "tick", "end"))
        parts.append(_text(_WIDTH - 2, y + 12, percent(synthetic), "tick syn-ink", "end") + "</g>")
    apart = share_number(plot.distance)
    label = f"{plot.column}: shares of the levels in real and synthetic rows, which are {apart} apart"
    return _svg(parts, label, (_WIDTH, 17 + row * len(plot.labels)), "bars")


# ---- matrices -------------------------------------------------------------------------------------------------------


def heatmap(found: "Associations", which: str) -> Markup:
    """Draw the lower triangle of a matrix, names on its diagonal: each name stands for its row and its column.

    Parameters
    ----------
    found : Associations
        The matrices.
    which : {"real", "synthetic", "difference"}
        The difference is synthetic minus real, its colours at full strength from 0.25.
    """
    matrix = np.asarray(found.synthetic if which == "synthetic" else found.real)
    full = 1.0
    if which == "difference":
        matrix, full = np.asarray(found.synthetic) - matrix, 0.25
    d = len(found.columns)
    room, size = 92.0, 10.0 if d <= 16 else 8.5  # noqa: PLR2004 - smaller rows, smaller names
    cell = min((_WIDTH - room) / (d - 1), 26.0)
    cells: dict[int, list[str]] = {}
    for i in range(1, d):
        for j in range(i):
            level = _level(matrix[i, j] / full)
            cells.setdefault(level, []).append(_square(j * cell, i * cell, cell))
    parts = [f'<path class="h{level}" d="{"".join(path)}"/>' for level, path in sorted(cells.items())]
    for i, name in enumerate(found.columns):
        x = i * cell + 4
        parts.append(
            _text(x, (i + 0.5) * cell + size * 0.35, _fit(clean(name), _WIDTH - x, size), f"label s{size:.0f}")
        )
    label = f"Strength of the relation of every two columns, {which}; the pairs that differ most are in the table"
    return _svg(parts, label, (_WIDTH, d * cell), "heat")


def _square(x: float, y: float, cell: float) -> str:
    side = _at(cell - 0.6)
    return f"M{_at(x)} {_at(y)}h{side}v{side}h-{side}z"


def _level(strength: float) -> int:
    return int(np.clip(np.rint(strength * _STEPS), -_STEPS, _STEPS))


def density(found: "Projection", which: str) -> Markup:
    """Draw the rows' density in square bins, stronger colour for more rows (by factors of two); no point is a row.

    Parameters
    ----------
    found : Projection
        The counted bins.
    which : {"real", "synthetic", "difference"}
        The difference is coloured by the side that has more rows in a bin.
    """
    first, second = np.asarray(found.real), np.asarray(found.synthetic)
    cell = _WIDTH / found.cells
    most = max(first.max(), second.max(), 1e-12)
    if which == "difference":
        levels = np.rint(_STEPS * (second - first) / max(float(np.abs(second - first).max()), 0.2 * most))
    else:
        shown = first if which == "real" else second
        halvings = np.full_like(shown, -np.inf)
        np.log2(shown / most, out=halvings, where=shown > 0)
        levels = np.where(shown > 0, np.maximum(_STEPS + np.rint(halvings), 1), 0)
    cells: dict[int, list[str]] = {}
    for i, j in np.argwhere(levels != 0).tolist():
        at = (found.cells - 1 - i) * cell
        cells.setdefault(int(levels[i, j]), []).append(_square(j * cell, at, cell + 0.6))
    prefix = {"real": "r", "synthetic": "s", "difference": "d"}[which]
    parts = [f'<rect class="frame" width="{_WIDTH}" height="{_WIDTH}"/>']
    parts += [f'<path class="{prefix}{level}" d="{"".join(path)}"/>' for level, path in sorted(cells.items())]
    return _svg(parts, f"Density of the projected rows, {which}", (_WIDTH, _WIDTH), "density")


def scale_key(prefix: str, low: str, middle: str, high: str) -> Markup:
    """Draw the key of a diverging colour scale."""
    levels = range(-_STEPS, _STEPS + 1)
    width = 132.0
    parts = [
        f'<rect class="{prefix}{level}" x="{12 * k}" y="0" width="11.4" height="9"/>' for k, level in enumerate(levels)
    ]
    parts += [
        _text(0, 21, low, "tick"),
        _text(width / 2, 21, middle, "tick", "middle"),
        _text(width, 21, high, "tick", "end"),
    ]
    return _svg(parts, f"Colours from {low} over {middle} to {high}", (width, 25.0), "key")
