# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The time that a sender signed. The text itself is what was signed; it is only read here."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\d{1,12}", re.ASCII)
_MILLISECONDS = re.compile(r"\d{13}", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_RFC_2822 = re.compile(
    r"([A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (GMT|UTC|UT|[+-]\d{4})", re.ASCII
)


def read_moment(text: str) -> float | None:
    """Unix time in seconds of a signed time, None for anything else.

    Unix seconds or milliseconds, ISO 8601 with its zone, RFC 2822 with its zone (EasyPost).
    """
    if _SECONDS.fullmatch(text):
        return float(text)
    if _MILLISECONDS.fullmatch(text):
        return int(text) / 1000
    try:
        if _ISO.fullmatch(text):
            # Python reads at most six digits of a second; the others change nothing here.
            return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).timestamp()
        if _RFC_2822.fullmatch(text):
            moment = parsedate_to_datetime(text)
            # "-0000" (EasyPost's) is UTC that knows no zone: Python leaves it naive, and would
            # take it for this machine's time.
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return None


def is_fresh(text: str, now: float | None, tolerance: float) -> bool:
    """Whether a signed time is one, and within ``tolerance`` seconds of ``now`` either way."""
    moment = read_moment(text)
    return moment is not None and now is not None and abs(now - moment) <= tolerance
