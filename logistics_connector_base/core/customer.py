# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a customer is told of a shipment: in which stage it is, when it is expected, which way it
takes. Which words are used for that is the models' and the translators'.

Internal states have a stage that says no more than the customer may know: a carrier that declined,
or a release that the warehouse refused, is "we are preparing it"; whatever is lost, somebody will
talk about first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .taxonomy import PICKED_UP_RANK, STATES

PREPARING, SHIPPED, OUT, ATTEMPTED, READY = (
    "preparing",
    "shipped",
    "out_for_delivery",
    "attempt_failed",
    "available_for_pickup",
)
DELIVERED, PARTLY, RETURNING, RETURNED, PROBLEM, CANCELLED = (
    "delivered",
    "partly_delivered",
    "returning",
    "returned",
    "problem",
    "cancelled",
)
STAGES = (
    PREPARING,
    SHIPPED,
    OUT,
    ATTEMPTED,
    READY,
    DELIVERED,
    PARTLY,
    RETURNING,
    RETURNED,
    PROBLEM,
    CANCELLED,
)
# Nothing more is to be expected.
ENDED = {DELIVERED, RETURNING, RETURNED, PROBLEM, CANCELLED}
_STAGE_OF = {
    "picked_up": SHIPPED,
    "in_transit": SHIPPED,
    "at_customs": SHIPPED,
    "out_for_delivery": OUT,
    "delivery_attempted": ATTEMPTED,
    "available_for_pickup": READY,
    "delivered": DELIVERED,
    "returning": RETURNING,
    "returned": RETURNED,
    "lost": PROBLEM,
    "destroyed": PROBLEM,
    "cancelled": CANCELLED,
}
# What a customer looks for in a list of shipments, by the states of the canonical shipment.
ON_THE_WAY_STATES = tuple(
    state for state, rank in STATES.items() if not rank.terminal and state != "returning"
)
PROBLEM_STATES = ("delivery_attempted", "returning", "returned", "lost", "destroyed")


def stage(state: str, is_partial: bool = False) -> str:
    """The stage that a customer is shown for a canonical state."""
    found = _STAGE_OF.get(state, PREPARING)
    return PARTLY if found == DELIVERED and is_partial else found


def states_of(*stages: str) -> tuple[str, ...]:
    """The canonical states that are shown as one of these stages."""
    return tuple(state for state in STATES if stage(state) in stages)


# -- when ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expectation:
    """``kind``: "delivered", "expected" and "was_expected" (the carrier's estimate), "planned" and
    "was_planned" (our promise), or "" where nothing is known. ``at`` in the zone of the place;
    ``since`` the beginning of a window of some hours that ends then."""

    kind: str = ""
    at: datetime | None = None
    since: datetime | None = None


# A window that is longer says no more than the day.
LONGEST_WINDOW = timedelta(hours=12)


def expectation(
    stage: str,
    now: datetime,
    delivered_at: datetime | None = None,
    estimated_at: datetime | None = None,
    promised_at: datetime | None = None,
    estimated_from: datetime | None = None,
) -> Expectation:
    """When the goods came, or should. All times aware and in the zone of the place.

    A day is not over before its end: an estimate for noon is "expected" until midnight, because
    that is how carriers mean it. The carrier's estimate goes before our promise, also where it
    has passed: nobody is told the promise again that the carrier took back.
    """
    if stage == DELIVERED and delivered_at:
        return Expectation("delivered", delivered_at)
    if stage in ENDED:
        return Expectation()
    if estimated_at:
        is_over = estimated_at.date() < now.date()
        if is_over:
            return Expectation("was_expected", estimated_at)
        is_window = (
            estimated_from
            and estimated_from.date() == estimated_at.date()
            and timedelta(0) < estimated_at - estimated_from <= LONGEST_WINDOW
        )
        return Expectation("expected", estimated_at, estimated_from if is_window else None)
    if promised_at:
        is_over = promised_at.date() < now.date()
        return Expectation("was_planned" if is_over else "planned", promised_at)
    return Expectation()


def is_delayed(
    stage: str, estimated_at: datetime | None = None, promised_at: datetime | None = None
) -> bool:
    """Whether the carrier expects to come on a later day than was promised."""
    if stage in ENDED or not (estimated_at and promised_at):
        return False
    return estimated_at.date() > promised_at.date()


# -- the way ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the drawing: its label, and whether the goods were there ("done"), are there
    ("here") or have it before them ("todo")."""

    label: str
    status: str


MOST_STOPS = 5


def way(origin: str, visited: Iterable[str], destination: str, state: str) -> tuple[Stop, ...]:
    """The places of a journey, in order.

    ``visited`` are the towns of the carrier's scans, oldest first; neighbours that are the same are
    one. Of many the newest are drawn. Without origin or destination (both may be unknown: "") the
    drawing begins, or ends, with what is known.
    """
    towns: list[str] = []
    for town in visited:
        if town and (not towns or towns[-1] != town):
            towns.append(town)
    while towns and towns[0] == origin:
        towns.pop(0)
    arrived = state == "delivered"
    is_last_town = bool(towns) and towns[-1] == destination and bool(destination)
    if is_last_town:
        towns.pop()
    room = MOST_STOPS - bool(origin) - bool(destination)
    towns = towns[-room:]
    labels = [label for label in (origin, *towns, destination) if label]
    rank = STATES[state].rank
    if not labels or (rank < PICKED_UP_RANK and not towns):
        here = 0
    elif destination and (arrived or is_last_town):
        here = len(labels) - 1
    else:
        here = len(labels) - 1 - bool(destination)
    return tuple(Stop(label, _status(index, here, arrived)) for index, label in enumerate(labels))


def _status(index: int, here: int, arrived: bool) -> str:
    if index == here and not arrived:
        return "here"
    return "done" if index <= here else "todo"


@dataclass(frozen=True, slots=True)
class Dot:
    """A stop as it is drawn: the middle of its circle, where its label stands and how it is
    aligned, and the status of the line that leads to it. In units of :data:`WIDTH`."""

    x: int
    label: str
    label_y: int
    anchor: str
    status: str


WIDTH, EDGE, MIDDLE = 340, 12, 34
LABEL_BELOW, LABEL_ABOVE, LONGEST = 60, 14, 16


def drawing(stops: tuple[Stop, ...]) -> tuple[Dot, ...]:
    """Where the stops stand in a drawing of :data:`WIDTH` by 72. Labels of neighbours stand on
    two sides of the line, so that they have room on a telephone."""
    last = len(stops) - 1
    between = (WIDTH - 2 * EDGE) / last if last > 0 else 0
    dots = []
    for index, stop in enumerate(stops):
        label = stop.label
        if len(label) > LONGEST:
            label = label[: LONGEST - 1].rstrip() + "…"
        anchor = "start" if index == 0 else "end" if index == last else "middle"
        y = LABEL_ABOVE if last > 1 and index % 2 else LABEL_BELOW
        dots.append(Dot(round(EDGE + index * between), label, y, anchor, stop.status))
    return tuple(dots)


# -- news ---------------------------------------------------------------------------------------


def local(moment: datetime, offset_minutes: int) -> datetime:
    """A naive UTC time as the clock of the place showed it, naive."""
    return moment + timedelta(minutes=offset_minutes or 0)
