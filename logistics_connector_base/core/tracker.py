# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How a provider is asked to tell us of single numbers from now on, where it does not by itself: it
"subscribes" (UPS), "registers" (17TRACK) or "creates a tracker" (EasyPost). Plain data and pure
functions; ``logistics.tracker`` keeps what became of each number.

To ask again for what is followed already must do no harm: it is asked again where an answer got
lost, and before it ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# After a refusal: carriers know a number some hours after its label only. Then a person looks.
PAUSES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))
# A number without any news for so long is followed no more.
SILENT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the provider shall call, and what it shall show there."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """``number``: without blanks, in upper case. ``carrier``: its name with the provider, "" where
    the provider is the carrier, or finds it out."""

    number: str
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``url`` without keys: those are our access's."""

    url: str
    body: bytes = field(default=b"", repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one number. ``text``: why not, in the provider's words; ``id``: its name of
    what it made."""

    is_followed: bool
    text: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Trackers:
    """What a provider says of it.

    :param urls: address by environment ("production", "test")
    :param ask: ``(url, wanted, hook, call_id) -> Call`` for at most ``most`` numbers; ``hook`` is
        None where ``needs_hook`` is not set, ``call_id`` unique to the call
    :param read: ``(status, body, wanted) -> dict``, number → Verdict; None where the answer says
        nothing about the numbers: its status is judged then. It may raise ValueError, KeyError,
        TypeError or AttributeError for what it cannot read
    :param most: numbers of a call
    :param lasts: how long a number is followed; None: until it is over
    :param margin: so long before that, it is asked for anew
    :param refuse: ``(Wanted) -> str``: why this number is not asked for, in English as the
        provider's own words would be; "" where it is
    :param needs_hook: our address goes with each call
    """

    urls: Mapping[str, str]
    ask: Callable[[str, tuple[Wanted, ...], Hook | None, str], Call]
    read: Callable[[int, bytes, tuple[Wanted, ...]], dict[str, Verdict] | None]
    most: int = 1
    lasts: timedelta | None = None
    margin: timedelta = timedelta(days=1)
    refuse: Callable[[Wanted], str] = lambda wanted: ""
    needs_hook: bool = False


def looked_at(declared: Trackers, followed_at: datetime) -> tuple[datetime | None, datetime]:
    """Until when a number is followed (None: no end is known), and when it is to be looked at
    again: to be asked for anew, or to be ended."""
    if declared.lasts is None:
        return None, followed_at + SILENT
    until = followed_at + declared.lasts
    return until, max(followed_at, until - declared.margin)


def asked_again(refusals: int, now: datetime) -> datetime | None:
    """When a number that was refused so often is asked for again; None: no more by itself."""
    return now + PAUSES[refusals - 1] if 0 < refusals <= len(PAUSES) else None


def why_over(is_final: bool, news_at: datetime, now: datetime) -> str:
    """Why a number needs to be followed no more: "over", "silent", or "" where it does.

    :param is_final: nothing more is expected of the shipment
    :param news_at: when something new was told of it last, at least when it was made
    """
    if is_final:
        return "over"
    return "silent" if now - news_at >= SILENT else ""
