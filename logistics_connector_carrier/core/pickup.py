# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier is asked to fetch, and what it answered: plain values, the same for all carriers.

They travel through the outbox as JSON, as bookings do (``core.booking``). Days are ISO 8601, times
"HH:MM" on the clock of the place where the parcels are (``zone``), weights kilograms, amounts
decimals as text.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from .booking import Party, as_json

__all__ = [
    "NOTHING",
    "Load",
    "PickupAnswer",
    "PickupCancel",
    "PickupRequest",
    "answer_from",
    "as_json",
    "cancel_from",
    "instant_of",
    "request_from",
]


@dataclass(frozen=True, slots=True)
class Load:
    """Parcels that go by one service to one country. ``service``: the carrier's code, "" where none
    is booked yet; ``country``: ISO 3166-1 alpha-2."""

    service: str
    country: str
    count: int
    weight: float


@dataclass(frozen=True, slots=True)
class PickupRequest:
    """``reference``: ours, unique for each order of a van; ``heaviest``: of one parcel; ``kind``:
    which of the carrier's vans, where it has several (``kind_of`` of its reader); ``place``: where
    the driver finds the parcels; ``number``: of one of the parcels, where the carrier asks."""

    reference: str
    day: str
    ready: str
    closing: str
    zone: str
    address: Party
    loads: tuple[Load, ...]
    heaviest: float = 0.0
    kind: str = ""
    place: str = ""
    note: str = ""
    number: str = ""

    @property
    def count(self) -> int:
        return sum(load.count for load in self.loads)

    @property
    def weight(self) -> float:
        return round(sum(load.weight for load in self.loads), 3)


@dataclass(frozen=True, slots=True)
class PickupAnswer:
    """What was ordered. ``number``: the carrier's confirmation, by which it cancels; ``day``,
    ``ready`` and ``closing``: as the carrier has it, "" where it does not say; ``total``: "" where
    no price is told; ``extra``: what its cancellation wants beside the number."""

    number: str
    day: str = ""
    ready: str = ""
    closing: str = ""
    total: str = ""
    currency: str = ""
    warnings: tuple[str, ...] = ()
    extra: dict = field(default_factory=dict)


# In the place of an answer: the carrier was asked, and has no such pickup.
NOTHING = PickupAnswer("")


@dataclass(frozen=True, slots=True)
class PickupCancel:
    """``number`` and ``extra``: of the answer; ``day``: for which it was ordered; ``name``: who
    cancels."""

    number: str
    day: str
    name: str = ""
    extra: dict = field(default_factory=dict)


def request_from(data: dict) -> PickupRequest:
    """The inverse of :func:`as_json`, from what ``json.loads`` gives.

    :raises TypeError, KeyError: it is something else
    """
    address = data["address"]
    return PickupRequest(
        **{
            **data,
            "address": Party(**{**address, "lines": tuple(address["lines"])}),
            "loads": tuple(Load(**one) for one in data["loads"]),
        }
    )


def answer_from(data: dict) -> PickupAnswer:
    """As :func:`request_from`."""
    return PickupAnswer(**{**data, "warnings": tuple(data["warnings"])})


def cancel_from(data: dict) -> PickupCancel:
    """As :func:`request_from`."""
    return PickupCancel(**data)


def instant_of(day: str, clock: str, zone: str) -> datetime:
    """A day and a time on a zone's clock as an instant with its offset.

    :raises ValueError, KeyError: there is no such day, time or zone
    """
    return datetime.combine(
        date.fromisoformat(day), time.fromisoformat(clock), tzinfo=ZoneInfo(zone)
    )
