# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Times as partners write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import instants
from odoo.addons.logistics_connector_base.core.canonical import Instant

laws = settings(deadline=None, max_examples=100)

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1))
OFFSETS = st.integers(-14 * 60, 14 * 60)
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu"]
)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "offset", "precision"),
    [
        ("2024-05-01T12:30:45Z", utc(2024, 5, 1, 12, 30, 45), 0, "second"),
        ("2024-05-01t12:30:45z", utc(2024, 5, 1, 12, 30, 45), 0, "second"),
        ("2024-05-01T12:30:45+02:00", utc(2024, 5, 1, 10, 30, 45), 120, "second"),
        ("2024-05-01 12:30:45 +0200", utc(2024, 5, 1, 10, 30, 45), 120, "second"),
        ("20240501T123045-05", utc(2024, 5, 1, 17, 30, 45), -300, "second"),
        ("2024-05-01T12:30:45-03:30", utc(2024, 5, 1, 16, 0, 45), -210, "second"),
        ("  2024-05-01T12:30Z\n", utc(2024, 5, 1, 12, 30), 0, "minute"),
        # Starshipit writes seven digits, Java nine; Python's own reader knows three or six.
        ("2024-05-01T12:30:45.1Z", utc(2024, 5, 1, 12, 30, 45, 100000), 0, "second"),
        ("2024-05-01T12:30:45.1234567Z", utc(2024, 5, 1, 12, 30, 45, 123456), 0, "second"),
        ("2024-05-01T12:30:45,999999999Z", utc(2024, 5, 1, 12, 30, 45, 999999), 0, "second"),
        # RFC 3339 4.3: the instant is known, the local offset is not
        ("2024-05-01T12:30:45-00:00", utc(2024, 5, 1, 12, 30, 45), None, "second"),
        ("2024-02-29T24:00:00Z", utc(2024, 3, 1), 0, "second"),
        ("2016-12-31T23:59:60Z", utc(2017, 1, 1), 0, "second"),
        ("2024-05-01+02:00", utc(2024, 5, 1, 10), 120, "day"),
        # RFC 9557, as Java's ZonedDateTime writes it
        ("2024-05-01T12:30:45+02:00[Europe/Berlin]", utc(2024, 5, 1, 10, 30, 45), 120, "second"),
        ("2024-05-01T12:30:45[Europe/Berlin]", utc(2024, 5, 1, 10, 30, 45), 120, "second"),
    ],
)
def test_iso_with_a_zone_assumes_nothing(text, moment, offset, precision):
    found = instants.parse_iso(text, default_zone="Asia/Tokyo")
    assert found == Instant(moment, offset, precision, assumed=False)


@pytest.mark.parametrize(
    ("text", "zone", "moment", "precision"),
    [
        ("2024-05-01T12:30:45", "", utc(2024, 5, 1, 12, 30, 45), "second"),
        ("2024-05-01T12:30:45", "Europe/Berlin", utc(2024, 5, 1, 10, 30, 45), "second"),
        ("2024-01-01 12:30", "Europe/Berlin", utc(2024, 1, 1, 11, 30), "minute"),
        ("2024-05-01", "", utc(2024, 5, 1, 12), "day"),
        ("2024-05-01", "America/New_York", utc(2024, 5, 1, 16), "day"),
    ],
)
def test_iso_without_a_zone_takes_the_default_and_says_so(text, zone, moment, precision):
    assert instants.parse_iso(text, zone) == Instant(moment, None, precision, assumed=True)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "yesterday", "2024", "2024-05", "2024-13-01", "2023-02-29", "2024-05-01T25:00:00Z",
        "2024-05-01T24:00:01Z", "2024-05-01T12:60:00Z", "2024-05-01T12:30:60Z",
        "2024-05-01T12:30:45.Z", "2024-05-01T12:30:45.1234567890Z", "2024-05-01T12:30:45+14:01",
        "2024-05-01T12:30:45+02:60", "2024-05-01T12:30:45 CEST", "2024-0501", "202405-01",
        "01/05/2024", "2024-05-01T12:30:45Z trailing", "２０２４-05-01", "0000-01-01",
        "0001-01-01T00:00:00+14:00", "9999-12-31T24:00:00Z", "2024-05-01T12:30:45[No/Where]",
        "1714566645", None, 20240501, True, b"2024-05-01",
    ],
)  # fmt: skip
def test_garbage_is_refused_with_an_excerpt(text):
    with pytest.raises(ValueError) as caught:
        instants.parse_iso(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("yesterday", "'yesterday'"),
        ("x" * 40, "'" + "x" * 40 + "'"),
        ("x" * 41, "'" + "x" * 37 + "...'"),
        ("x" * 10_000, "'" + "x" * 37 + "...'"),
        (20240501, "'20240501'"),
    ],
)
def test_the_excerpt_is_short_and_shows_the_text(text, shown):
    with pytest.raises(ValueError) as caught:
        instants.parse_iso(text)
    assert str(caught.value) == f"{shown} is not an ISO 8601 time"


@pytest.mark.parametrize("zone", ["Mars/Base", "America", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_an_unknown_zone_is_a_value_error(zone):
    with pytest.raises(ValueError, match="not a known time zone"):
        instants.parse_iso("2024-05-01T12:00:00", zone)


def test_a_time_that_happens_twice_is_the_first():
    # Berlin, 27 October 2024: 02:30 came at +02:00 and again at +01:00.
    found = instants.parse_iso("2024-10-27T02:30:00", "Europe/Berlin")
    assert found.utc == utc(2024, 10, 27, 0, 30)


def test_a_time_that_never_happens_moves_behind_the_gap():
    # Berlin, 31 March 2024: after 01:59 came 03:00.
    found = instants.parse_iso("2024-03-31T02:30:00", "Europe/Berlin")
    assert found.utc == utc(2024, 3, 31, 1, 30)
    assert found.utc.astimezone(ZoneInfo("Europe/Berlin")).hour == 3


@laws
@given(st.one_of(st.text(max_size=40), st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.{0,8}")))
def test_any_text_is_an_instant_or_a_value_error(text):
    try:
        found = instants.parse_iso(text)
    except ValueError:
        return
    assert found.utc.tzinfo is UTC


@laws
@given(MOMENTS, st.one_of(st.none(), OFFSETS), st.sampled_from(["second", "minute", "day"]))
def test_what_is_written_is_read_back(moment, offset, precision):
    if precision == "minute":
        moment = moment.replace(second=0, microsecond=0)
    if precision == "day":
        noon = moment.replace(hour=12, minute=0, second=0, microsecond=0)
        moment = noon - timedelta(minutes=offset or 0)
    instant = Instant(moment.replace(tzinfo=UTC), offset, precision)
    if offset is None and precision == "day":
        return  # "2024-05-01-00:00" cannot say more than a day in UTC
    expected = Instant(instant.utc, offset, precision)
    assert instants.parse_iso(instants.to_iso(instant)) == expected


@laws
@given(MOMENTS, OFFSETS)
def test_the_same_instant_in_any_offset(moment, offset):
    local = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=offset)))
    found = instants.parse_iso(local.isoformat())
    assert found.utc == moment.replace(tzinfo=UTC)
    assert found.offset_minutes == offset or (found.offset_minutes is None and offset == 0)


@laws
@given(MOMENTS, ZONES)
def test_a_local_time_is_found_again_on_the_clocks_of_its_zone(moment, zone):
    local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    found = instants.parse_iso(local.replace(tzinfo=None).isoformat(), zone)
    again = found.utc.astimezone(ZoneInfo(zone))
    # Every time that was ever shown is shown at the instant found; the first, if there were two.
    assert again.replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0)
    assert found.utc <= moment.replace(tzinfo=UTC)
    assert found.assumed and found.offset_minutes is None


@pytest.mark.parametrize(
    ("day", "clock", "offset", "expected"),
    [
        ("20240501", "123045", 0, Instant(utc(2024, 5, 1, 12, 30, 45), 0)),
        ("20240501", "123045", "-04:00", Instant(utc(2024, 5, 1, 16, 30, 45), -240)),
        ("20240501", "123045", -240, Instant(utc(2024, 5, 1, 16, 30, 45), -240)),
        ("20240501", "1230", "Z", Instant(utc(2024, 5, 1, 12, 30), 0, "minute")),
        ("20240501", "12304507", 0, Instant(utc(2024, 5, 1, 12, 30, 45, 70000), 0)),
        ("20240501", "", 0, Instant(utc(2024, 5, 1, 12), 0, "day")),
        ("20240501", None, 0, Instant(utc(2024, 5, 1, 12), 0, "day")),
        ("20240501", "240000", 0, Instant(utc(2024, 5, 2), 0)),
        ("20241231", "2359", -840, Instant(utc(2025, 1, 1, 13, 59), -840, "minute")),
        ("20241231", "2359", 840, Instant(utc(2024, 12, 31, 9, 59), 840, "minute")),
    ],
)
def test_parts(day, clock, offset, expected):
    assert instants.from_parts(day, clock, offset) == expected


def test_parts_without_an_offset_assume_the_zone():
    # X12: an empty AT707 means the local time of the place.
    found = instants.from_parts("20240501", "123045", zone="America/Chicago")
    assert found == Instant(utc(2024, 5, 1, 17, 30, 45), None, "second", assumed=True)


@pytest.mark.parametrize(
    ("day", "clock", "offset"),
    [
        ("240501", "1230", 0), ("20241301", "1230", 0), ("20240230", "", 0), ("", "1230", 0),
        ("20240501", "12", 0), ("20240501", "12304", 0), ("20240501", "123099", 0),
        ("20240501", "1230456789", 0), ("20240501", "12:30", 0), ("20240501", "1230", 841),
        ("20240501", "1230", "EST"), ("٢٠٢٤٠٥٠١", "1230", 0), (None, "1230", 0),
    ],
)  # fmt: skip
def test_broken_parts_are_refused(day, clock, offset):
    with pytest.raises(ValueError):
        instants.from_parts(day, clock, offset)


@laws
@given(MOMENTS, st.integers(-56, 56))
def test_the_difference_of_utc_and_local_is_the_offset(moment, quarters):
    local = moment + timedelta(minutes=15 * quarters)
    expected = Instant(moment.replace(tzinfo=UTC), 15 * quarters)
    assert instants.from_utc_and_local(moment, local) == expected
    assert instants.from_utc_and_local(moment.replace(tzinfo=UTC), local) == expected
    elsewhere = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=5)))
    assert instants.from_utc_and_local(elsewhere, local) == expected


@pytest.mark.parametrize("minutes", [7, 15 * 60, -24 * 60])
def test_an_offset_that_no_clock_shows_is_not_taken(minutes):
    moment = datetime(2024, 5, 1, 12)
    found = instants.from_utc_and_local(moment, moment + timedelta(minutes=minutes))
    assert found == Instant(utc(2024, 5, 1, 12), None)


@pytest.mark.parametrize(
    ("value", "unit", "moment"),
    [
        (0, "s", utc(1970, 1, 1)),
        (1614265330, "s", utc(2021, 2, 25, 15, 2, 10)),
        ("1614265330", "s", utc(2021, 2, 25, 15, 2, 10)),
        (1614265330.5, "s", utc(2021, 2, 25, 15, 2, 10, 500000)),
        ("1614265330500", "ms", utc(2021, 2, 25, 15, 2, 10, 500000)),
    ],
)
def test_unix(value, unit, moment):
    assert instants.from_unix(value, unit) == Instant(moment)


@pytest.mark.parametrize(
    "value",
    ["", "abc", "1e9", "0x10", "²", None, True, float("nan"), float("inf"), 10**18, [], "9" * 5000],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_unix_time_is_refused(value):
    with pytest.raises(ValueError, match="is not a Unix time"):
        instants.from_unix(value)


def test_the_unit_of_unix_time_is_named():
    assert instants.from_unix(" 86400 ") == Instant(utc(1970, 1, 2))
    with pytest.raises(ValueError, match="not a unit"):
        instants.from_unix(1, "us")


RECEIVED = utc(2024, 5, 1, 12)


@pytest.mark.parametrize(
    ("moment", "classifier", "expected"),
    [
        (RECEIVED, "actual", True),
        (RECEIVED + timedelta(hours=24), "actual", True),
        (RECEIVED + timedelta(hours=24, seconds=1), "actual", False),
        (RECEIVED + timedelta(days=60), "actual", False),
        (RECEIVED + timedelta(days=60), "estimated", True),
        (RECEIVED + timedelta(days=60), "planned", True),
        (RECEIVED + timedelta(days=732), "planned", True),
        (RECEIVED + timedelta(days=732, seconds=1), "planned", False),
        (utc(2000, 1, 1), "actual", True),
        (utc(1999, 12, 31, 23, 59, 59), "actual", False),
        (utc(1970, 1, 1), "planned", False),
    ],
)
def test_plausible(moment, classifier, expected):
    if classifier == "actual":
        assert instants.plausible(Instant(moment), RECEIVED) is expected
    assert instants.plausible(Instant(moment), RECEIVED, classifier) is expected


def test_offset_with_seconds():
    """Amsterdam had +00:19:32 until 1937; Python and Java write such offsets."""
    instant = instants.parse_iso("2026-03-10T12:00:00+00:19:32")
    assert (instant.utc, instant.offset_minutes) == (utc(2026, 3, 10, 11, 40, 28), 19)
    west = instants.parse_iso("2026-03-10T12:00:00-03:30:15")
    assert (west.utc, west.offset_minutes) == (utc(2026, 3, 10, 15, 30, 15), -210)
    with pytest.raises(ValueError):
        instants.parse_iso("2026-03-10T12:00:00+00:19:72")


def test_seven_digits_leap_day_and_midnight_at_the_end():
    assert instants.parse_iso("2024-02-29T23:59:59.1234567Z").utc.microsecond == 123456
    assert instants.parse_iso("2024-02-29T24:00:00Z").utc == utc(2024, 3, 1)
    with pytest.raises(ValueError):
        instants.parse_iso("2026-02-29T10:00:00Z")
