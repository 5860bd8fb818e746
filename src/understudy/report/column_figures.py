"""Pictures of one column, real against synthetic."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from understudy.report.svg import WIDTH, at, fit, svg, text
from understudy.report.writing import percent, share_number

if TYPE_CHECKING:
    from understudy.report.plots import Bars, Histogram

__all__ = ["bars", "histogram", "is_bars", "quantiles"]


def is_bars(plot: object) -> bool:
    """Tell a plot of levels from one on an axis."""
    return hasattr(plot, "labels")


def histogram(plot: "Histogram") -> Markup:
    """Draw real rows as an area and synthetic rows as a line over it, in the same bins."""
    left, right, top, base = 34.0, WIDTH - 2.0, 8.0, 126.0
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
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{at(y)}" y2="{at(y)}"/>')
        parts.append(text(left - 5, y + 3.5, f"{100 * k * step:g}\u202f%", "tick", "end"))
    parts.append(f'<path class="real" d="M{at(left)} {base}{_steps(xs, plot.real, height)}V{base}z"/>')
    parts.append(f'<path class="syn" d="M{at(left)} {base}{_steps(xs, plot.synthetic, height)}V{base}"/>')
    parts.append(f'<line class="axis" x1="{left}" x2="{right}" y1="{base}" y2="{base}"/>')
    last = -math.inf
    for where, label in plot.ticks:
        x = left + (right - left) * (where - edges[0]) / (edges[-1] - edges[0])
        half = 3.1 * len(label)
        x_label = float(np.clip(x, left + half, right - half))
        if x_label - half < last + 6:
            continue
        last = x_label + half
        parts.append(f'<line class="axis" x1="{at(x)}" x2="{at(x)}" y1="{base}" y2="{at(base + 4)}"/>')
        parts.append(text(x_label, base + 16, label, "tick", "middle"))
    label = f"{plot.column}: histogram of real and synthetic rows, which are {share_number(plot.distance)} apart"
    return svg(parts, label, (WIDTH, 146.0), "histogram")


def _steps(xs: NDArray[np.float64], shares: Sequence[float], height: Callable[[float], float]) -> str:
    return "".join(f"V{at(height(share))}H{at(x)}" for share, x in zip(shares, xs[1:].tolist(), strict=True))


def _nice_step(most: float) -> float:
    raw = most / 2
    scale = 10.0 ** math.floor(math.log10(raw))
    return next(scale * m for m in (5, 2, 1) if scale * m <= raw * 1.001)


def bars(plot: "Bars") -> Markup:
    """Draw each level as two bars, real above synthetic, with both shares in numbers."""
    row, left, right = 21.0, 104.0, 208.0
    most = max(*plot.real, *plot.synthetic, 1e-9)
    parts = [
        text(left + (right - left) + 44, 9, "real", "tick", "end"),
        text(WIDTH - 2, 9, "synth.", "tick syn-ink", "end"),
    ]
    for k, (label, real, synthetic) in enumerate(zip(plot.labels, plot.real, plot.synthetic, strict=True)):
        y = 15 + row * k
        spoken = f"{label}: real {percent(real)}, synthetic {percent(synthetic)}"
        parts.append(f"<g><title>{escape(spoken)}</title>")
        rest = k == len(plot.labels) - 1 and (plot.pooled or label == "others")
        parts.append(text(0, y + 12, fit(label, left - 8, 12.0), "label other" if rest else "label"))
        for share, style, down in ((real, "real", 2.0), (synthetic, "syn-bar", 9.0)):
            width = max((right - left) * share / most, 0.8 if share else 0.0)
            parts.append(f'<rect class="{style}" x="{left}" y="{at(y + down)}" width="{at(width)}" height="6"/>')
        parts.append(text(right + 44, y + 12, percent(real), "tick", "end"))
        parts.append(text(WIDTH - 2, y + 12, percent(synthetic), "tick syn-ink", "end") + "</g>")
    apart = share_number(plot.distance)
    label = f"{plot.column}: shares of the levels in real and synthetic rows, which are {apart} apart"
    return svg(parts, label, (WIDTH, 17 + row * len(plot.labels)), "bars")


def quantiles(plot: "Histogram") -> Markup | None:
    """Draw synthetic against real quantiles: on the diagonal, as many lie below a value; None where none is known."""
    if not plot.quantiles:
        return None
    left, right, top, base = 62.0, WIDTH - 62.0, 6.0, 182.0
    low, high = plot.edges[0], plot.edges[-1]

    def x(value: float) -> float:
        return left + (right - left) * (value - low) / (high - low)

    def y(value: float) -> float:
        return base - (base - top) * (value - low) / (high - low)

    parts = [f'<rect class="pane" x="{left}" y="{top}" width="{right - left}" height="{base - top}"/>']
    parts.append(f'<line class="diagonal" x1="{left}" y1="{base}" x2="{right}" y2="{top}"/>')
    last = -math.inf
    for where, label in plot.ticks:
        if low <= where <= high and x(where) - last >= 7 * len(label):
            last = x(where)
            parts.append(f'<line class="axis" x1="{at(x(where))}" x2="{at(x(where))}" y1="{base}" y2="{base + 4}"/>')
            parts.append(text(x(where), base + 16, label, "tick", "middle"))
            parts.append(text(left - 5, y(where) + 3.5, label, "tick", "end"))
    marks = "".join(f"M{at(x(real))} {at(y(synthetic))}h0" for real, synthetic in plot.quantiles)
    parts.append(f'<path class="dots" d="{marks}"/>')
    parts.append(text((left + right) / 2, base + 31, "real", "label", "middle"))
    parts.append(text(right + 6, top + 10, "synth.", "label syn-ink"))
    label = f"{plot.column}: {len(plot.quantiles)} quantiles of the synthetic rows against those of the real ones"
    return svg(parts, label, (WIDTH, base + 36), "quantiles")
