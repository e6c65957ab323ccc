# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Appointments of trucks at the docks of a warehouse, folded from what the warehouse told of them.

A warehouse tells an appointment again whenever something of it changes: it was set or changed, it
was cancelled, the truck arrived, is at the door, is done, left, or did not come. What an
appointment is, is a function of the set of these tellings: in which order they came, and how often,
changes nothing (law 4).

* The partner's revision says which telling is newer; of one revision, when it was told.
* A window, a door, a carrier, a vehicle, orders are those of the newest telling that names them.
* A cancellation and a no-show end what was: a truck that was turned away and gets another window is
  expected again, and has not arrived. What was told after them counts.
* Of what counts, the furthest that the truck has got is the state: a door that changes while the
  truck stands at the gate does not send it away.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from odoo.addons.logistics_connector_base.core.canonical import Instant
from odoo.addons.logistics_connector_base.core.corrections import revision_rank

# What a truck does, in the order in which it does it.
STAGES = ("arrived", "docked", "finished", "left")
# What ends an appointment, unless more is told after it.
ENDINGS = ("cancelled", "no_show")
STATES = ("set", *STAGES, *ENDINGS)
DIRECTIONS = ("in", "out")


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing that a warehouse told of an appointment.

    ``id`` is its number of the appointment; ``revision`` ("" where it counts none) and ``told``
    say which of two tellings is the newer one. ``direction``: "in" where the truck brings goods,
    "out" where it fetches them. ``state`` is one of :data:`STATES`, and ``occurred`` when it came
    about. What is "", None or empty of the rest was not said. ``orders`` are the numbers of the
    transfers, as we released them.
    """

    desk: ClassVar[str] = "logistics.dock.appointment"
    kind: ClassVar[str] = "appointment"

    id: str
    direction: str
    state: str
    occurred: Instant
    told: Instant
    revision: str = ""
    starts: Instant | None = None
    ends: Instant | None = None
    door: str = ""
    carrier: str = ""
    vehicle: str = ""
    orders: tuple[str, ...] = ()
    warehouse: str = ""
    text: str = ""
    pointer: str = ""

    @property
    def identity(self) -> tuple[str, datetime, str]:
        """What two tellings share that say the same thing: other content under it is a
        contradiction."""
        return (self.revision, self.told.utc, self.state)

    @property
    def digest(self) -> str:
        """Of what it says, wherever in a message it stands; instants by the moment that they
        are."""
        return hashlib.sha256(repr(self._content()).encode()).hexdigest()

    def _content(self) -> tuple:
        moments = (self.occurred, self.told, self.starts, self.ends)
        return (
            self.id,
            self.direction,
            self.state,
            self.revision,
            tuple(moment and moment.utc.isoformat() for moment in moments),
            (self.door, self.carrier, self.vehicle, self.orders, self.warehouse, self.text),
        )

    def rank(self) -> tuple:
        """The newer telling is greater. What nothing else tells apart is told apart by its content,
        never by when it reached us."""
        return (
            revision_rank(self.revision),
            self.told.utc,
            STATES.index(self.state),
            self._content_key(),
        )

    def _content_key(self) -> str:
        return repr(self._content())


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment as it stands. ``times``: state → when it came about (aware), of the stages
    that count, and of the ending where it has ended."""

    state: str
    direction: str
    starts: datetime | None
    ends: datetime | None
    door: str
    carrier: str
    vehicle: str
    orders: tuple[str, ...]
    warehouse: str
    text: str
    times: dict[str, datetime] = field(default_factory=dict)

    @property
    def stay(self) -> int | None:
        """Whole minutes from the arrival to the leaving; None while one of them is not known, or
        where they contradict each other."""
        arrived, left = self.times.get("arrived"), self.times.get("left")
        if arrived is None or left is None or left < arrived:
            return None
        return int((left - arrived).total_seconds() // 60)


def fold(tellings: Iterable[Telling]) -> Appointment:
    """What is known of one appointment.

    :param tellings: all that was told of it, in any order, copies among them
    :raises ValueError: nothing was told
    """
    ordered = sorted(tellings, key=Telling.rank)
    if not ordered:
        raise ValueError("an appointment of which nothing was told")
    ended = max((n for n, one in enumerate(ordered) if one.state in ENDINGS), default=-1)
    standing = ordered[ended + 1 :]
    if standing:
        times = {one.state: one.occurred.utc for one in standing if one.state in STAGES}
        state = max(times, key=STAGES.index, default="set")
    else:
        state = ordered[ended].state
        times = {state: ordered[ended].occurred.utc}
    window = _last(ordered, "starts")
    return Appointment(
        state=state,
        direction=ordered[-1].direction,
        starts=window.starts.utc if window else None,
        ends=window.ends.utc if window and window.ends else None,
        times=times,
        **{name: _said(ordered, name) for name in ("door", "carrier", "vehicle", "warehouse")},
        text=ordered[-1].text,
        orders=_said(ordered, "orders") or (),
    )


def _last(ordered, name):
    """The newest telling that says something of this name; None: none does."""
    return next((one for one in reversed(ordered) if getattr(one, name)), None)


def _said(ordered, name):
    found = _last(ordered, name)
    return getattr(found, name) if found else ""
