"""Moments, and what a clock on the wall shows of them: in an IANA zone, or at a fixed offset such as +05:30."""

import re
from datetime import timedelta
from typing import Literal

import polars as pl

__all__ = ["fixed_offset", "moment_of", "wall_of"]

PLAIN = frozenset({None, "UTC", "offset"})
OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def fixed_offset(zone: str | None) -> timedelta | None:
    """Give how far clocks are ahead of UTC in a zone that is named by just that, such as -03:30; else None."""
    match = OFFSET.fullmatch(zone or "")
    if match is None:
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -ahead if match[1] == "-" else ahead


def wall_of(moment: pl.Expr, zone: str | None) -> pl.Expr:
    """Give what clocks show, without a zone, of moments in UTC (or without a zone, where the column has none)."""
    ahead = fixed_offset(zone)
    if ahead is not None:
        return moment.dt.replace_time_zone(None) + ahead
    if zone not in PLAIN:
        moment = moment.dt.convert_time_zone(str(zone))
    return moment.dt.replace_time_zone(None)


def moment_of(wall: pl.Expr, zone: str | None, skipped: Literal["null", "later"] = "null") -> pl.Expr:
    """Give the moments, in UTC, at which clocks show ``wall``: the earlier of two.

    Parameters
    ----------
    wall : polars.Expr
        Datetime without a zone.
    zone : str or None
        The column's; None leaves what clocks show.
    skipped : {"null", "later"}
        What becomes of times that clocks skip in spring: no moment, or that of an hour later.
    """
    if zone is None:
        return wall
    ahead = fixed_offset(zone)
    if ahead is not None:
        return (wall - ahead).dt.replace_time_zone("UTC")
    if zone in PLAIN:
        return wall.dt.replace_time_zone("UTC")
    there = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    if skipped == "later":
        after = (wall + timedelta(hours=1)).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        there = pl.coalesce(there, after)
    return there.dt.convert_time_zone("UTC")
