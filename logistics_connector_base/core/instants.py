# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Times as partners write them, read into :class:`~.canonical.Instant`.

Every function here either returns an Instant or raises ``ValueError`` with plain words and a short
excerpt of the text: a wrong time is worse than none, so nothing is repaired by guessing.

Local times without an offset are resolved with the IANA zone given. Two wall-clock cases need a
rule, and it is the one of :mod:`zoneinfo` with ``fold=0``:

* a time that happens twice (clocks set back) is the *first* of the two, still in summer time;
* a time that never happens (clocks set forward) is read with the offset from before the change,
  so 02:30 becomes the instant that the clocks then showed as 03:30.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from .canonical import Instant

OLDEST_PLAUSIBLE = datetime(2000, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=24)
# Vessel schedules and appointments are made months ahead, never years.
MAX_AHEAD_PLANNED = timedelta(days=2 * 366)
# UTC-12:00 to UTC+14:00 are in use; both bounds are widened to the larger one.
MAX_OFFSET_MINUTES = 14 * 60

_NOON = time(12)

# re.ASCII: without it \d also matches digits of other scripts.
_ISO = re.compile(
    r"""
    (?P<year>\d{4})(?P<dash>-?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})
    (?:
        [Tt\ ]
        (?P<hour>\d{2}):?(?P<minute>\d{2})
        (?: :?(?P<second>\d{2}) (?:[.,](?P<fraction>\d{1,9}))? )?
    )?
    \ ?(?P<offset>[Zz]|[+-]\d{2}(?::\d{2}(?P<seconds>:[0-5]\d)?|\d{2})?)?
    (?:\[!?(?P<zone>[A-Za-z0-9_+/-]{1,64})\])?      # RFC 9557, as Java's ZonedDateTime writes it
    """,
    re.VERBOSE | re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?", re.ASCII)
_DATE_DIGITS = re.compile(r"\d{8}", re.ASCII)
# HHMM, HHMMSS, and X12's HHMMSSD and HHMMSSDD (tenths and hundredths of a second)
_TIME_DIGITS = re.compile(r"\d{4}|\d{6,8}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)


def _excerpt(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return repr(text if len(text) <= 40 else text[:37] + "...")


def zone(name: str) -> tzinfo:
    """The IANA zone of that name, UTC for "". Raises ValueError for a name that is none.

    zoneinfo answers bad names with five kinds of exceptions (KeyError, ValueError, and the
    OSErrors of a folder such as "America"): here they are one.
    """
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise ValueError(f"{_excerpt(name)} is not a known time zone") from error


def offset_minutes(text: str) -> int | None:
    """Minutes east of UTC of "Z", "+02:00", "-0530" or "+02".

    None for "-00:00", which in RFC 3339 says: the instant is right, the local offset is not known.
    Raises ValueError for anything else, and beyond +-14 hours.
    """
    if text in ("Z", "z"):
        return 0
    match = _OFFSET.fullmatch(text)
    if not match:
        raise ValueError(f"{_excerpt(text)} is not an offset from UTC")
    sign, hours, minutes = match.group(1), int(match.group(2)), int(match.group(3) or 0)
    total = hours * 60 + minutes
    if minutes > 59 or total > MAX_OFFSET_MINUTES:
        raise ValueError(f"{_excerpt(text)} is not an offset from UTC")
    if sign == "-":
        return -total if total else None
    return total


def _build(
    day: date,
    clock: time | None,
    precision: str,
    offset: int | None,
    offset_known: bool,
    zone_name: str,
    shift: timedelta = timedelta(0),
) -> Instant:
    """Put the parts together. ``offset_known`` with ``offset`` None is RFC 3339's "-00:00"."""
    wall = datetime.combine(day, clock if clock is not None else _NOON)
    assumed = not offset_known
    if offset_known:
        source_zone: tzinfo = timezone(timedelta(minutes=offset or 0))
    else:
        source_zone = zone(zone_name)
        offset = None
    try:
        utc = (wall.replace(tzinfo=source_zone, fold=0) + shift).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{wall.isoformat()} is out of range") from error
    return Instant(utc=utc, offset_minutes=offset, precision=precision, assumed=assumed)


def _clock(hour: int, minute: int, second: int, microsecond: int = 0) -> tuple[time, timedelta]:
    """A time of day and what must be added to it: ISO 8601 knows 24:00 and the leap second :60."""
    if hour == 24 and not (minute or second or microsecond):
        return time(0), timedelta(days=1)
    if second == 60 and minute == 59:
        return time(hour, minute, 59), timedelta(seconds=1)
    return time(hour, minute, second, microsecond), timedelta(0)


def parse_iso(text: str, default_zone: str = "") -> Instant:
    """Read an ISO 8601 / RFC 3339 date or date and time.

    Accepted: extended and basic form, "T", "t" or one blank between date and time, "Z", "+hh:mm",
    "+hhmm", "+hh", "+hh:mm:ss" (zones before clocks were agreed on: Python and Java write those),
    1 to 9 digits of fraction (cut to microseconds), no seconds (precision "minute"), no time
    (precision "day", at noon), a zone in brackets behind (RFC 9557; used only where there is no
    offset).

    ``default_zone`` (IANA name, "" for UTC) is used where the text has neither offset nor zone;
    the Instant then says ``assumed`` and has no ``offset_minutes``.

    Raises ValueError for everything else, an unknown zone included.
    """
    match = _ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if not match:
        raise ValueError(f"{_excerpt(text)} is not an ISO 8601 time")
    part = match.groupdict()
    try:
        day = date(int(part["year"]), int(part["month"]), int(part["day"]))
        clock, shift, precision = None, timedelta(0), "day"
        if part["hour"] is not None:
            precision = "minute" if part["second"] is None else "second"
            micro = int((part["fraction"] or "0").ljust(6, "0")[:6])
            clock, shift = _clock(
                int(part["hour"]), int(part["minute"]), int(part["second"] or 0), micro
            )
    except ValueError as error:
        raise ValueError(f"{_excerpt(text)} is not an ISO 8601 time: {error}") from error
    seconds = part["seconds"] or ""
    offset_text = (part["offset"] or "").removesuffix(seconds)
    offset = offset_minutes(offset_text) if offset_text else None
    known = bool(offset_text)
    if seconds:
        # The instant is exact; the offset by which it is shown is kept in whole minutes.
        odd = timedelta(seconds=int(seconds[1:]))
        shift += odd if offset_text[0] == "-" else -odd
    if not known and part["zone"]:
        # The source named its zone: nothing is assumed, and its offset follows from the zone.
        assumed = _build(day, clock, precision, None, False, part["zone"], shift)
        local = assumed.utc.astimezone(zone(part["zone"]))
        return Instant(assumed.utc, _minutes(local.utcoffset()), precision)
    return _build(day, clock, precision, offset, known, default_zone, shift)


def from_parts(
    date_digits: str, time_digits: str = "", offset: int | str | None = None, zone: str = ""
) -> Instant:
    """Read a date and a time in separate fields of digits, as UPS and X12 write them.

    ``date_digits`` is YYYYMMDD; ``time_digits`` is HHMMSS, HHMM (precision "minute"), HHMMSSD(D),
    or "" (precision "day"). ``offset`` is the source's own, in minutes east of UTC or as text
    ("-04:00", "Z"); pass 0 for fields in GMT. Without one, ``zone`` (IANA, "" for UTC) is assumed:
    in X12 an empty AT707 means the local time of the place, so pass the place's zone.

    Raises ValueError.
    """
    date_digits, time_digits = date_digits or "", time_digits or ""
    if not _DATE_DIGITS.fullmatch(date_digits):
        raise ValueError(f"{_excerpt(date_digits)} is not a date of the form YYYYMMDD")
    if time_digits and not _TIME_DIGITS.fullmatch(time_digits):
        raise ValueError(f"{_excerpt(time_digits)} is not a time of the form HHMM or HHMMSS")
    try:
        day = date(int(date_digits[:4]), int(date_digits[4:6]), int(date_digits[6:]))
        clock, shift, precision = None, timedelta(0), "day"
        if time_digits:
            precision = "second" if len(time_digits) >= 6 else "minute"
            clock, shift = _clock(
                int(time_digits[:2]),
                int(time_digits[2:4]),
                int(time_digits[4:6] or 0),
                int(time_digits[6:].ljust(6, "0")),
            )
    except ValueError as error:
        text = f"{date_digits} {time_digits}"
        raise ValueError(f"{_excerpt(text)} is not a date and time: {error}") from error
    known = offset is not None
    minutes: int | None = None
    if isinstance(offset, str):
        minutes = offset_minutes(offset)
    elif offset is not None:
        if abs(offset) > MAX_OFFSET_MINUTES:
            raise ValueError(f"{offset} minutes is not an offset from UTC")
        minutes = offset
    return _build(day, clock, precision, minutes, known, zone, shift)


def _minutes(delta: timedelta | None) -> int | None:
    return None if delta is None else round(delta.total_seconds() / 60)


def from_utc_and_local(utc_dt: datetime, local_dt: datetime, precision: str = "second") -> Instant:
    """An instant that the source gives twice: in UTC and on the wall clock of the place.

    Both naive (an aware ``utc_dt`` is converted; a zone on ``local_dt`` is dropped). Their
    difference is the offset. A difference that no clock on earth shows (not a quarter of an hour,
    or beyond +-14 h) leaves ``offset_minutes`` None: the UTC half is still good.
    """
    utc = utc_dt.astimezone(UTC) if utc_dt.tzinfo else utc_dt.replace(tzinfo=UTC)
    offset = _minutes(local_dt.replace(tzinfo=UTC) - utc)
    if offset is not None and (offset % 15 or abs(offset) > MAX_OFFSET_MINUTES):
        offset = None
    return Instant(utc=utc, offset_minutes=offset, precision=precision)


def from_unix(seconds: int | float | str, unit: str = "s") -> Instant:
    """Seconds (``unit`` "s") or milliseconds ("ms") since 1970-01-01 UTC, a number or its digits.

    The unit is never guessed from the size. Such a count knows no local offset, and needs none.
    Raises ValueError.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | str):
        raise ValueError(f"{_excerpt(seconds)} is not a Unix time")
    if unit not in ("s", "ms"):
        raise ValueError(f"{_excerpt(unit)} is not a unit of Unix time")
    if isinstance(seconds, str):
        if not _NUMBER.fullmatch(seconds.strip()):
            raise ValueError(f"{_excerpt(seconds)} is not a Unix time")
        seconds = float(seconds) if "." in seconds else int(seconds)
    try:
        delta = timedelta(**{"seconds" if unit == "s" else "milliseconds": seconds})
        utc = datetime(1970, 1, 1, tzinfo=UTC) + delta
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{_excerpt(seconds)} is not a Unix time") from error
    return Instant(utc=utc)


def whole_day(instant: Instant, default_zone: str = "") -> Instant:
    """A midnight read as its day: carriers write an expected day so, and nobody means the second.

    ``default_zone``: as it was given when the instant was read. Any other time stays as it is.
    """
    shift = timedelta(minutes=instant.offset_minutes or 0)
    source_zone = zone(default_zone) if instant.assumed else timezone(shift)
    local = instant.utc.astimezone(source_zone)
    if local.time() != time(0):
        return instant
    noon = datetime.combine(local.date(), _NOON, source_zone)
    return Instant(noon.astimezone(UTC), instant.offset_minutes, "day", instant.assumed)


def plausible(instant: Instant, received_at: datetime, classifier: str = "actual") -> bool:
    """Whether a time can be true: from the year 2000 on, and at most 24 hours after ``received_at``
    (aware). Planned and estimated times may lie up to two years ahead.

    False means: keep the event, but leave it out of the fold until a person decides
    (reliability.md 3, rule 6).
    """
    ahead = MAX_AHEAD if classifier == "actual" else MAX_AHEAD_PLANNED
    return OLDEST_PLAUSIBLE <= instant.utc <= received_at + ahead


def to_iso(instant: Instant) -> str:
    """Write an Instant as RFC 3339 in the source's own offset ("-00:00" where it is not known),
    cut to its precision. ``parse_iso`` reads it back, but for ``assumed``."""
    local = instant.utc.astimezone(timezone(timedelta(minutes=instant.offset_minutes or 0)))
    suffix = local.strftime("%z")
    suffix = "-00:00" if instant.offset_minutes is None else f"{suffix[:3]}:{suffix[3:5]}"
    if instant.precision == "day":
        return local.date().isoformat() + suffix
    naive = local.replace(tzinfo=None)
    if instant.precision == "minute":
        return naive.isoformat(timespec="minutes") + suffix
    return naive.isoformat() + suffix
