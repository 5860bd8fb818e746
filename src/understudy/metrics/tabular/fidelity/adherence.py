"""Whether each column keeps to the real one's range, levels and grid, told column by column."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field

from understudy.context import Run
from understudy.data.table import Table
from understudy.metrics.tabular._coding import capped, is_category, is_number, numbers
from understudy.metrics.tabular._means import Means, within_part
from understudy.protocols import Better, Score, StandIn
from understudy.schema.column import UNIT_US, Datetime, Numerical
from understudy.schema.spec import Spec

__all__ = ["Adherence"]


class Adherence(Spec):
    """Mean share of values that keep to what the real column holds, in [0, 1].

    A column counts once for each of these that apply to it. ``range``: the share of synthetic quantities between the
    least and the greatest real one. ``levels``: the share of synthetic categories that occur among the real ones.
    ``grid``: for numbers with a ``step`` and moments with a resolution of a minute or more, the share of synthetic
    values on that grid as a part of the real values' share, at most 1. Missing values are left out.

    Where ``valid_rows`` asks whether a value can be at all, this takes the real rows at their word: unseen real rows
    exceed the range a little, as the ceiling shows. The interval follows from the influence of each synthetic row.

    References
    ----------
    SDMetrics, *BoundaryAdherence* and *CategoryAdherence*.
    """

    better: ClassVar[Better] = "higher"
    title: ClassVar[str] = "Ranges, levels and grids"
    needs: ClassVar[frozenset[str]] = frozenset()
    stand_in: ClassVar[StandIn] = "holdout"
    thorough: ClassVar[bool] = False

    max_rows: int = Field(default=500_000, ge=2)
    """Rows of each table that are compared at most; larger tables are sampled."""

    def __call__(self, real: Table, synthetic: Table, holdout: Table | None, run: Run) -> Score:  # noqa: ARG002 - protocol
        """Look at each column; ``details`` has one row per column and rule."""
        a, b = capped(real, self.max_rows, run.child("real")), capped(synthetic, self.max_rows, run.child("synthetic"))
        means = Means((a.height, b.height))
        for name, column in real.schema.columns.items():
            if is_number(column):
                x, y = numbers(a[name]), numbers(b[name])
                seen = x[~np.isnan(x)]
                known = ~np.isnan(y)
                if len(seen) and known.any():
                    inside = (y >= seen.min()) & (y <= seen.max())
                    _add(means, name, "range", 1.0, inside[known], known)
            elif is_category(column):
                known = b[name].is_not_null().to_numpy()
                if known.any() and a[name].is_not_null().any():
                    held = b[name].is_in(a[name].drop_nulls().unique().implode()).fill_null(value=False)
                    _add(means, name, "levels", 1.0, held.to_numpy()[known], known)
            for x, y in _grids(column, a[name], b[name]):
                if x.drop_nulls().len() and y.drop_nulls().len() and x.any():
                    known = y.is_not_null().to_numpy()
                    share = float(x.cast(pl.Float64).mean() or 0.0)  # pyright: ignore[reportArgumentType] - a share
                    _add(means, name, "grid", share, y.drop_nulls().to_numpy(), known)
        return means.score("No column has a value in both tables.")


def _add(means: Means, name: str, measure: str, real: float, kept: np.ndarray, known: np.ndarray) -> None:
    share = float(kept.mean())
    score = min(1.0, share / real)
    on = within_part(kept / real, known) if score < 1 else np.zeros(len(known))
    means.add({"column": name, "measure": measure, "real": real, "synthetic": share}, score, None, on)


def _grids(column: object, real: pl.Series, synthetic: pl.Series) -> Iterator[tuple[pl.Series, pl.Series]]:
    """Tell which values of either table lie on the grid that the schema names, if it names one."""
    if isinstance(column, Numerical) and column.step is not None:
        yield _on_step(real, column.step), _on_step(synthetic, column.step)
    elif isinstance(column, Datetime) and column.resolution not in {"microsecond", "millisecond", "second"}:
        x, y = _wall(real, column), _wall(synthetic, column)
        weekday = x.dt.weekday().drop_nulls().mode().sort()
        first = int(weekday[0]) if weekday.len() else 1
        yield _on_clock(x, column, first), _on_clock(y, column, first)


def _on_step(values: pl.Series, step: float) -> pl.Series:
    places = values.cast(pl.Float64) / step
    off = (places - places.round(0)).abs()
    return pl.select(pl.when(places.is_finite()).then(off <= 1e-6 + 1e-15 * places.abs())).to_series()


def _wall(values: pl.Series, column: Datetime) -> pl.Series:
    """Give moments as the clocks of their place show them, where one zone is known."""
    if column.time_zone is None or column.time_zone == "offset" or ":" in column.time_zone:
        return values
    return values.dt.convert_time_zone(column.time_zone).dt.replace_time_zone(None)


def _on_clock(wall: pl.Series, column: Datetime, weekday: int) -> pl.Series:
    if column.resolution in UNIT_US:
        return wall.to_physical() % UNIT_US[column.resolution] == 0
    midnight = wall.to_physical() % UNIT_US["day"] == 0
    match column.resolution:
        case "week":
            return midnight & (wall.dt.weekday() == weekday)
        case "quarter":
            return midnight & (wall.dt.day() == 1) & ((wall.dt.month() - 1) % 3 == 0)
        case "year":
            return midnight & (wall.dt.day() == 1) & (wall.dt.month() == 1)
        case _:
            return midnight & (wall.dt.day() == 1)
