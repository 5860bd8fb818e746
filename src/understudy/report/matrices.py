"""Pictures of tables of cells: relations of columns, and where rows lie."""

from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from understudy.report.svg import WIDTH, at, fit, svg, text
from understudy.report.writing import clean

if TYPE_CHECKING:
    from understudy.report.plots import Associations, Embedding, Projection

__all__ = ["density", "heatmap", "scale_key"]

_STEPS = 5
"""Strengths of a colour; the page's style has one class for each."""


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
    cell = min((WIDTH - room) / (d - 1), 26.0)
    cells: dict[int, list[str]] = {}
    for i in range(1, d):
        for j in range(i):
            level = _level(matrix[i, j] / full)
            cells.setdefault(level, []).append(_square(j * cell, i * cell, cell))
    parts = [f'<path class="h{level}" d="{"".join(path)}"/>' for level, path in sorted(cells.items())]
    for i, name in enumerate(found.columns):
        x = i * cell + 4
        parts.append(text(x, (i + 0.5) * cell + size * 0.35, fit(clean(name), WIDTH - x, size), f"label s{size:.0f}"))
    label = f"Strength of the relation of every two columns, {which}; the pairs that differ most are in the table"
    return svg(parts, label, (WIDTH, d * cell), "heat")


def _square(x: float, y: float, cell: float) -> str:
    side = at(cell - 0.6)
    return f"M{at(x)} {at(y)}h{side}v{side}h-{side}z"


def _level(strength: float) -> int:
    return int(np.clip(np.rint(strength * _STEPS), -_STEPS, _STEPS))


def density(found: "Projection | Embedding", which: str) -> Markup:
    """Draw the rows' density in square bins, stronger colour for more rows (by factors of two); no point is a row.

    Parameters
    ----------
    found : Projection or Embedding
        The counted bins.
    which : {"real", "synthetic", "difference"}
        The difference is coloured by the side that has more rows in a bin.
    """
    first, second = np.asarray(found.real), np.asarray(found.synthetic)
    cell = WIDTH / found.cells
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
        top = (found.cells - 1 - i) * cell
        cells.setdefault(int(levels[i, j]), []).append(_square(j * cell, top, cell + 0.6))
    prefix = {"real": "r", "synthetic": "s", "difference": "d"}[which]
    parts = [f'<rect class="frame" width="{WIDTH}" height="{WIDTH}"/>']
    parts += [f'<path class="{prefix}{level}" d="{"".join(path)}"/>' for level, path in sorted(cells.items())]
    label = f"Where rows lie, {which}: how many of them each of {found.cells} by {found.cells} cells holds"
    return svg(parts, label, (WIDTH, WIDTH), "density")


def scale_key(prefix: str, low: str, middle: str, high: str) -> Markup:
    """Draw the key of a diverging colour scale."""
    levels = range(-_STEPS, _STEPS + 1)
    width = 132.0
    parts = [
        f'<rect class="{prefix}{level}" x="{12 * k}" y="0" width="11.4" height="9"/>' for k, level in enumerate(levels)
    ]
    parts += [
        text(0, 21, low, "tick"),
        text(width / 2, 21, middle, "tick", "middle"),
        text(width, 21, high, "tick", "end"),
    ]
    return svg(parts, f"Colours from {low} over {middle} to {high}", (width, 25.0), "key")
