"""What a schema cannot mean is refused with the schema."""

import pytest
from pydantic import ValidationError

from understudy.schema.column import Datetime, Identifier, Numerical
from understudy.schema.layout import Layout, NumberFormat


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        (Numerical, {"step": 1e-320}, "greater than or equal"),
        (Datetime, {"time_zone": "Mars/X"}, "no time zone is named 'Mars/X'"),
        (Datetime, {"time_zone": "../x"}, "no time zone is named"),
        (Datetime, {"time_zone": "a\0"}, "no time zone is named"),
        (Identifier, {"pattern": ""}, "at least 1 character"),
        (Identifier, {"semantic": "nope"}, "no meaning is named 'nope'. The meanings are address, "),
        (Identifier, {"semantic": "emial"}, "Did you mean 'email'?"),
        (NumberFormat, {"thousands_mark": "."}, "decimal_mark and thousands_mark are both '.'"),
        (Layout, {"quote": ";", "delimiter": ";"}, "quote and delimiter are both ';'"),
        (Layout, {"encoding": "idna"}, "no encoding is named 'idna'"),
        (Layout, {"encoding": "undefined"}, "no encoding is named 'undefined'"),
        (Layout, {"encoding": "\0"}, "no encoding is named"),
    ],
)
def test_what_means_nothing_is_refused(kind, fields, says):
    with pytest.raises(ValidationError) as error:
        kind(**fields)
    assert says in str(error.value)


@pytest.mark.parametrize("zone", [None, "offset", "UTC", "Europe/Berlin", "Etc/GMT-5"])
def test_time_zones_are_taken(zone):
    assert Datetime(time_zone=zone).time_zone == zone
