# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Where a shipment is on its way, in five steps that everybody knows.

For the eye only: the state is the fold's, this says how to draw it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .taxonomy import STATES

# The steps, and the states that belong to each.
STEPS = ("booked", "picked_up", "in_transit", "out_for_delivery", "delivered")
_STEP_OF = {
    "picked_up": 1,
    "in_transit": 2,
    "at_customs": 2,
    "out_for_delivery": 3,
    "delivery_attempted": 3,
    "available_for_pickup": 3,
    "delivered": 4,
    "returning": 4,
    "returned": 4,
    "lost": 4,
    "destroyed": 4,
    "cancelled": 4,
}
# States that are not what anybody wanted.
BAD = {"release_rejected", "tender_rejected", "returning", "returned", "lost", "destroyed"}
DONE, CURRENT, TODO, SKIPPED, BROKEN = "done", "current", "todo", "skipped", "broken"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``key`` of :data:`STEPS`, ``state`` whose name it shows, ``status`` done, current,
    todo, skipped (the way ended without it) or broken (the shipment is here, and it is bad)."""

    key: str
    state: str
    status: str


def step_of(state: str) -> str:
    """The step that an event leading to this state belongs to."""
    return STEPS[_STEP_OF.get(state, 0)]


def journey(state: str, reached: Iterable[str] = ()) -> tuple[Step, ...]:
    """The five steps of a shipment in ``state``.

    ``reached`` are the steps that its history proves, and with them those before. It matters where
    the way ended early, for then the state alone does not tell how far the goods came.
    """
    here = _STEP_OF.get(state, 0)
    furthest = max((STEPS.index(key) for key in reached), default=-1)
    ended_early = here == 4 and state != "delivered"
    steps = []
    for index, key in enumerate(STEPS):
        if index == here:
            if state in BAD:
                status = BROKEN
            elif state == "cancelled":
                status = SKIPPED
            elif STATES[state].terminal:
                status = DONE
            else:
                status = CURRENT
            steps.append(Step(key, state, status))
        elif index < here:
            missed = ended_early and index > furthest
            steps.append(Step(key, key, SKIPPED if missed else DONE))
        else:
            steps.append(Step(key, key, TODO))
    return tuple(steps)
