# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a warehouse is told of a transfer: whether it may be, what a change means, what an answer
means, and when the first version leaves."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

HELD, QUEUED, SENT, ACCEPTED, REJECTED = "held", "queued", "sent", "accepted", "rejected"
CANCEL_ASKED, CANCELLED, TOO_LATE, CLOSED = "cancel_asked", "cancelled", "too_late", "closed"
STATES = (HELD, QUEUED, SENT, ACCEPTED, REJECTED, CANCEL_ASKED, CANCELLED, TOO_LATE, CLOSED)
OVER = (CANCELLED, CLOSED)
# The partner has it, or will have.
AT_WORK = (QUEUED, SENT, ACCEPTED)

# What a change means.
NOTHING = "nothing"
RELEASE = "release"  # tell it for the first time, or anew
REPLACE = "replace"  # tell that it is different now
CANCEL = "cancel"  # ask that it is not worked
WITHDRAW = "withdraw"  # the partner knows nothing of it, so there is nothing to call off
CLASH = "clash"  # the partner is working it already, or goods leave: a person decides

# Of a line, what only describes the product: a new name is no new order.
DESCRIPTIONS = ("name", "barcode")


def digest(content: dict[str, Any]) -> str:
    """What tells one content from another: the same facts have the same digest.

    :param content: of a message, without ``type``, ``version`` and ``revision``
    """
    lines = [
        {name: value for name, value in line.items() if name not in DESCRIPTIONS}
        for line in content.get("lines", ())
    ]
    text = json.dumps({**content, "lines": lines}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# -- changes --------------------------------------------------------------------------------------


def step(
    state: str,
    wanted: str,
    told: str,
    is_known: bool = False,
    is_worked: bool = False,
    has_left: bool = False,
) -> str:
    """What is to be done about a transfer, as Odoo has it now.

    :param state: one of :data:`STATES`
    :param wanted: digest of what would be told now; "" for a transfer that was cancelled
    :param told: digest of the last version that was told, or waits to be; "" for none
    :param is_known: whether the partner may know of it
    :param is_worked: whether it has said that it picks or packs it
    :param has_left: whether the goods have left
    """
    if state in OVER:
        return NOTHING
    if not wanted:
        if state in (CANCEL_ASKED, TOO_LATE):
            return NOTHING
        if not is_known or state == REJECTED:
            return WITHDRAW
        return CLASH if has_left else CANCEL
    if state == CANCEL_ASKED or wanted == told:
        return NOTHING
    if not is_known or state == REJECTED:
        return RELEASE
    if state == TOO_LATE or is_worked or has_left:
        return CLASH
    return REPLACE


def answered(
    state: str, answer: str, is_latest: bool, is_called_off: bool = False, is_certain: bool = False
) -> str:
    """The state after an answer of the partner, whatever the order in which answers come.

    :param answer: "accepted", "rejected", "cancelled" or "too_late"
    :param is_latest: whether it speaks of the last version that it was told; what it says of an
        older one is noted, and changes nothing
    :param is_called_off: whether it was asked not to work it
    :param is_certain: whether it has answered that it does not, then
    """
    if state in (CLOSED, HELD):
        return state
    if is_called_off:
        # That it does not go out is certain, however late "too late" is heard. A mere receipt of
        # the request is not.
        if answer == "cancelled" or is_certain:
            return CANCELLED
        return TOO_LATE if answer == "too_late" else state
    if state in (CANCELLED, TOO_LATE) or not is_latest:
        return state
    return {
        "accepted": ACCEPTED,
        "rejected": REJECTED,
        "cancelled": REJECTED,  # by itself: it does not work what Odoo still wants
        "too_late": TOO_LATE,
    }[answer]


# -- gates ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    city: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    needs_zip: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gates of a warehouse are asked about.

    ``hold``: why a person holds it back, "" otherwise. ``address``: None where the gate is not
    wanted, and ``wants_phone`` belongs to it. ``lines``: (wanted, reserved) of each line of the
    transfer, and ``stock`` one of "some" and "all". ``order_lines``: the same of all that is open
    of the order, None where it need not be complete. ``unknown``: names of the products that
    the warehouse has to know, and does not. ``owed`` and ``limit`` of the customer, None where the
    credit is not looked at.
    """

    hold: str = ""
    address: Address | None = None
    wants_phone: bool = False
    stock: str = ""
    lines: Sequence[tuple[float, float]] = ()
    order_lines: Sequence[tuple[float, float]] | None = None
    unknown: tuple[str, ...] = ()
    owed: float = 0.0
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a transfer is held back. ``code``: hold, stock, unknown, address, incomplete or credit;
    ``detail``: what is missing, for its words."""

    code: str
    detail: tuple = ()


def reasons(facts: Facts, is_forced: bool = False) -> list[Reason]:
    """Why a transfer is not told to the warehouse yet; empty when it may be.

    :param is_forced: a person let it go past the gates; what cannot be worked at all still waits
    """
    found = []
    if facts.hold:
        found.append(Reason("hold", (facts.hold,)))
    ready = sum(1 for wanted, reserved in facts.lines if reserved >= wanted)
    is_any = any(reserved > 0 for _wanted, reserved in facts.lines)
    if facts.stock and (
        not is_any or (facts.stock == "all" and ready < len(facts.lines) and not is_forced)
    ):
        found.append(Reason("stock", (ready, len(facts.lines))))
    if is_forced:
        return found
    if facts.unknown:
        found.append(Reason("unknown", facts.unknown))
    if facts.address is not None:
        missing = _missing(facts.address, facts.wants_phone)
        if missing:
            found.append(Reason("address", missing))
    if facts.order_lines is not None:
        open_ = sum(1 for wanted, reserved in facts.order_lines if reserved < wanted)
        if open_:
            found.append(Reason("incomplete", (open_, len(facts.order_lines))))
    if facts.limit is not None and facts.owed > facts.limit:
        found.append(Reason("credit", (facts.owed, facts.limit)))
    return found


def _missing(address: Address, wants_phone: bool) -> tuple[str, ...]:
    wanted = ["street", "city", "country"]
    if address.needs_zip:
        wanted.insert(2, "zip")
    if wants_phone:
        wanted.append("phone")
    return tuple(name for name in wanted if not getattr(address, name).strip())


# -- when -----------------------------------------------------------------------------------------


def departure(
    now: datetime,
    cut_off: time | None,
    zone: str = "UTC",
    working: Iterable[tuple[datetime, datetime]] | None = None,
) -> datetime:
    """When the first version may leave: at once before the day's cut-off, else with the next
    working day.

    :param now: aware
    :param cut_off: time of the day in ``zone``; None: there is none
    :param zone: IANA name
    :param working: working times from today on, in order, aware; None: each day is a working day
    :return: in UTC. ``now`` where no working time is known that could come
    """
    now = now.astimezone(UTC)
    if cut_off is None:
        return now
    local = ZoneInfo(zone)
    here = now.astimezone(local)
    is_late = here.time() > cut_off
    if working is None:
        if not is_late:
            return now
        morning = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=local)
        return morning.astimezone(UTC)
    for start, _end in working:
        day = start.astimezone(local).date()
        if day == here.date() and not is_late:
            return now
        if day > here.date():
            return start.astimezone(UTC)
    return now
