"""Dates in every spelling are dates, stay valid when new ones are made, and are written back the same way."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from understudy.context import Run
from understudy.data.infer import infer
from understudy.data.raw import Raw
from understudy.data.typed import parse, unparse
from understudy.schema.column import Categorical, Datetime, Duration
from understudy.schema.layout import Layout
from understudy.schema.table import TableSchema
from understudy.transforms.numerical import QuantityEncoder
from understudy.transforms.protection import Protection

RNG = np.random.default_rng(3)
MONTHS = [f"{year}-{month:02d}" for year in (2021, 2022, 2023) for month in range(1, 13)]
DAYS = [dt.date(2023, 1, 2) + dt.timedelta(days=int(day)) for day in RNG.permutation(700)[:60]]
WEEKS = [dt.date(2023, 1, 6) + dt.timedelta(weeks=int(week)) for week in RNG.permutation(90)[:40]]


def understood(values, dtype=pl.String, layout=None):
    """Give the type, the rows written back, new rows, and all that was found."""
    frame = pl.DataFrame({"x": pl.Series(values, dtype=dtype, strict=False)})
    run = Run(0)
    raw = Raw((frame,), layout or Layout(medium="csv" if dtype == pl.String else "frame"))
    found = infer(raw, run)
    table = parse(raw, found.schema, run)
    column = found.schema.columns["x"]
    encoder = QuantityEncoder.fit(table.rows["x"], column, Protection(), run)
    made = encoder.decode(encoder.encode(table.rows["x"]), np.random.default_rng(1))
    rows = type(table).of(made.alias("x").to_frame(), found.schema)
    return column, unparse(table)["x"].to_list(), unparse(rows)["x"].to_list(), (found, run)


SPELLINGS = {
    "%Y%m": [month.replace("-", "") for month in MONTHS],
    "%Y-%m": MONTHS,
    "%Y%m%d.0": [f"{day:%Y%m%d}.0" for day in DAYS],
    "%G-W%V": [f"2024-W{week:02d}" for week in range(1, 53)],
    "%GW%V": [f"2020W{week:02d}" for week in range(1, 54)],
    "%G-W%V-%u": [f"2024-W{week:02d}-{1 + week % 7}" for week in range(1, 53)],
    "%Y-Q%q": [f"{year}-Q{quarter}" for year in range(1990, 2010) for quarter in range(1, 5)],
    "Q%q %Y": [f"Q{quarter} {year}" for year in range(1990, 2010) for quarter in range(1, 5)],
    "%Y%m%dT%H%M%S": [f"{day:%Y%m%d}T093015" for day in DAYS],
    "%d/%b/%Y:%H:%M:%S %z": [f"{day:%d}/{day:%b}/2023:10:30:05 +0000" for day in DAYS],
    "%a %b %e %H:%M:%S %Y": [f"{day:%a %b} {day.day:2d} 10:30:05 {day.year}" for day in DAYS],
    "%Y-%m-%d %H:%M:%S CET": [f"{day} 10:30:05 CET" for day in DAYS],
    "%b %-d %Y": [f"{day:%b} {day.day} {day.year}" for day in DAYS],
}


@pytest.mark.parametrize("format_", SPELLINGS)
def test_a_spelling_is_found_and_new_dates_are_real_ones(format_):
    values = SPELLINGS[format_] * 9
    column, back, made, _ = understood(values)
    assert isinstance(column, Datetime)
    assert column.format == format_
    assert back == values
    # What was made can be read again by the same format.
    schema = understood(values)[3][0].schema
    parse(Raw((pl.DataFrame({"x": made}),), schema.layout), schema, Run(0))


def test_new_iso_weeks_are_weeks_of_their_year():
    made = understood([f"2024-W{week:02d}" for week in range(1, 53)] * 9)[2]
    assert {int(week[-2:]) for week in made} <= set(range(1, 53))


def test_whole_numbers_that_spell_dates_are_dates_and_stay_numbers():
    values = [int(f"{day:%Y%m%d}") for day in DAYS] * 9
    for dtype in (pl.Int32, pl.Int64, pl.Float64):
        column, back, made, (found, _) = understood(values, dtype)
        assert column == Datetime(format="%Y%m%d", resolution="day")
        assert back == values
        assert all(dt.datetime.strptime(str(int(value)), "%Y%m%d") for value in made)  # noqa: DTZ007 - dates
        assert found.schema.layout.storage == {"x": str(dtype)}
    assert not isinstance(understood([20231301, 20230101, 20230215] * 9, pl.Int64)[0], Datetime)
    assert not isinstance(understood([202313, 202301, 202302, 202303, 202304] * 9, pl.Int64)[0], Datetime)


OFFSETS = {
    "+02:00": "Etc/GMT-2",
    "+09:30": "+09:30",
    "-05:00": "Etc/GMT+5",
    "Z": "UTC",
}


@pytest.mark.parametrize("offset", OFFSETS)
def test_midnights_with_an_offset_keep_it(offset):
    values = [f"{day}T00:00:00{offset}" for day in DAYS] * 9
    column, back, made, _ = understood(values)
    assert (column.time_zone, column.resolution) == (OFFSETS[offset], "day")
    assert back == values
    assert all(value.endswith(f"T00:00:00{offset}") for value in made)


def test_midnights_of_a_zone_are_midnights_in_summer_and_winter():
    values = [dt.datetime(day.year, day.month, day.day) for day in DAYS]  # noqa: DTZ001 - set below
    series = pl.Series("x", values).dt.replace_time_zone("Europe/Berlin")
    column, back, made, _ = understood(series.to_list() * 9, pl.Datetime("us", "Europe/Berlin"))
    assert (column.time_zone, column.resolution) == ("Europe/Berlin", "day")
    assert back == series.to_list() * 9
    assert {value.hour for value in made} == {0}


def test_a_clock_that_was_put_forward_never_shows_what_was_skipped():
    hours = [dt.datetime(2023, 3, 25, 0) + dt.timedelta(hours=int(h)) for h in RNG.integers(0, 48, 900)]  # noqa: DTZ001 - naive
    series = pl.Series("x", hours).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Berlin")
    made = understood(series.to_list(), pl.Datetime("us", "Europe/Berlin"))[2]
    assert None not in made


GRIDS = {
    "month": [dt.date(2000 + i // 12, 1 + i % 12, 1) for i in range(200)],
    "quarter": [dt.date(1960 + i // 4, 1 + 3 * (i % 4), 1) for i in range(200)],
    "year": [dt.date(1800 + i, 1, 1) for i in range(150)],
    "week": WEEKS,
    "day": DAYS,
}


@pytest.mark.parametrize("resolution", GRIDS)
def test_dates_stay_on_the_days_that_they_are_on(resolution):
    values = GRIDS[resolution] * 2
    column, back, made, _ = understood(values, pl.Date)
    assert column.resolution == resolution
    assert back == values
    match resolution:
        case "week":
            assert {day.weekday() for day in made} == {WEEKS[0].weekday()}
        case "month" | "quarter" | "year":
            months = {"month": set(range(1, 13)), "quarter": {1, 4, 7, 10}, "year": {1}}[resolution]
            assert {day.month for day in made} <= months
            assert {day.day for day in made} == {1}


def test_moments_stay_on_quarter_hours():
    values = [f"{day} {RNG.integers(24):02d}:{RNG.choice([0, 15, 30, 45]):02d}" for day in DAYS for _ in range(9)]
    _, back, made, _ = understood(values)
    assert back == values
    assert {value[-2:] for value in made} == {"00", "15", "30", "45"}


def test_times_of_a_day_stay_within_it():
    values = [f"{RNG.integers(24):02d}:{RNG.integers(60):02d}" for _ in range(500)] + ["23:59"] * 3
    column, _, made, _ = understood(values)
    assert column == Duration(format="%H:%M", within_day=True)
    assert max(made) <= "23:59"
    times = [dt.time(int(RNG.integers(24)), int(RNG.integers(60))) for _ in range(500)]
    assert understood(times, pl.Time)[0] == Duration(within_day=True)


NAMED = {
    "%Y-%j": ["2024-031", "2023-365"],
    "%s": ["1700000000", "86400"],
    "%F": ["2024-01-31", "2023-12-01"],
    "%F %T": ["2024-01-31 10:11:12", "2023-12-01 00:00:00"],
    "%D": ["01/31/24", "12/01/23"],
    "%Y": ["2024", "2023"],
    "%m/%Y": ["01/2024", "12/2023"],
}


@pytest.mark.parametrize("format_", NAMED)
def test_formats_that_a_schema_names_are_read_and_written(format_):
    raw = Raw((pl.DataFrame({"x": NAMED[format_]}),), Layout(medium="csv"))
    schema = TableSchema(columns={"x": Datetime(format=format_)}, layout=Layout(medium="csv"))
    table = parse(raw, schema, Run(0))
    assert table.rows["x"].null_count() == 0
    assert unparse(table)["x"].to_list() == NAMED[format_]


@pytest.mark.parametrize("odd", ["0000-00-00", "9999-12-31", "unknown", "2023-02-30"])
def test_a_word_among_dates_counts_as_missing_and_is_written_back(odd):
    values = [str(day) for day in DAYS] + [odd] * 5
    column, back, _, (found, run) = understood(values)
    assert isinstance(column, Datetime)
    assert back == values
    assert f"{odd!r} counts as missing" in " ".join(found.evidence["x"])
    assert "missing.markers" in [finding.code for finding in run.findings.all()]


def test_dates_in_two_spellings_are_read_and_a_finding_says_how_new_ones_are_written():
    values = [str(day) for day in DAYS] + [f"{day:%d/%m/%Y}" for day in DAYS[:20]]
    column, back, _, (_, run) = understood(values)
    assert column.format == "%Y-%m-%d|%d/%m/%Y"
    assert back == [str(day) for day in [*DAYS, *DAYS[:20]]]
    assert "dates.formats" in [finding.code for finding in run.findings.all()]


def test_days_and_months_in_two_orders_are_not_guessed():
    values = [f"{day:%d/%m/%Y}" for day in DAYS] + [f"{day:%m/%d/%Y}" for day in DAYS if day.day > 12]
    assert not isinstance(_kind(values), Datetime)


def _kind(values):
    raw = Raw((pl.DataFrame({"x": values}),), Layout(medium="csv"))
    return infer(raw, Run(0)).schema.columns["x"]


def test_the_end_of_a_day_is_the_beginning_of_the_next():
    values = [f"2024-01-{day:02d} {hour:02d}:00" for day in range(1, 29) for hour in (1, 12, 24)]
    column, back, made, (found, _) = understood(values)
    assert column.format == "%Y-%m-%d %H:%M"
    assert back[2] == "2024-01-02 00:00"
    assert "24:00 is read as 0:00 of the next day" in " ".join(found.evidence["x"])
    assert not any("24:" in value[11:] for value in made)


@pytest.mark.parametrize(
    "values", [["1.2.3", "10.4.17"], ["202313", "202301"], ["2023.13", "2023.01"], ["1:70", "2:30"]]
)
def test_what_looks_like_a_date_is_none(values):
    assert isinstance(_kind(values * 9), Categorical) or _kind(values * 9).kind == "numerical"
