# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The states of a shipment, the moves between them, and what an event code does.

The states are few and fixed: they live here. The codes are many and edited by people: they are
data, handed to the fold as a mapping code -> :class:`CodeRule`. Source: domain.md 1.2 to 1.4.
"""

from dataclasses import dataclass
from typing import NamedTuple


class State(NamedTuple):
    """One state: ``rank`` orders progress; ``terminal`` ends the shipment's life."""

    rank: int
    terminal: bool = False


# In the order of progress.
STATES: dict[str, State] = {
    "draft": State(0),
    "released": State(10),
    "release_rejected": State(15),
    "in_fulfilment": State(20),
    "packed": State(30),
    "tendered": State(40),
    "tender_rejected": State(45),
    "booked": State(50),
    "manifested": State(55),
    "picked_up": State(60),
    "in_transit": State(70),
    "at_customs": State(75),
    "out_for_delivery": State(80),
    "delivery_attempted": State(82),
    "available_for_pickup": State(84),
    "delivered": State(90, terminal=True),
    "returning": State(91),
    "returned": State(92, terminal=True),
    "lost": State(95, terminal=True),
    "destroyed": State(96, terminal=True),
    "cancelled": State(99, terminal=True),
}
INITIAL_STATE = "draft"

# Before the carrier has the goods, and only then, a shipment can be cancelled.
PICKED_UP_RANK = STATES["picked_up"].rank

# The only steps back. Anything else with a lower rank is a late scan and changes nothing.
ALLOWED_BACK: dict[str, frozenset[str]] = {
    # refused, then mended or offered to the next carrier
    "release_rejected": frozenset({"released"}),
    "tender_rejected": frozenset({"tendered"}),
    # cleared
    "at_customs": frozenset({"in_transit"}),
    # back to the depot, on hold there, and out again the next day
    "delivery_attempted": frozenset({"in_transit", "at_customs", "out_for_delivery"}),
    # freight waits at the terminal for its appointment; a parcel is sent out on request
    "available_for_pickup": frozenset({"out_for_delivery"}),
    # "lost" says only that nobody knows: a hand-over refutes it
    "lost": frozenset({"delivered", "returning", "returned"}),
}

# Steps out of a terminal state to a higher rank. Without an entry a terminal state is final.
ALLOWED_AFTER_END: dict[str, frozenset[str]] = {
    "delivered": frozenset({"returning", "returned"}),
}

# States whose event proves that the carrier has, or had, the goods. Not customs: papers are
# handed in before the pick-up, too.
PROOF_OF_PICKUP = frozenset(
    {"picked_up", "in_transit", "out_for_delivery", "delivery_attempted"}
    | {"available_for_pickup", "delivered", "returning", "returned"}
)

FLAGS = ("pod_received", "partial", "damaged", "short", "on_hold", "exception")


@dataclass(frozen=True, slots=True)
class CodeRule:
    """What an event of this code does to its shipment; made from one row of the code table.

    ``state`` is the state it leads to, "" for none. ``flag_set``/``flag_clear`` name side flags.
    ``default_classifier`` is how such an event is normally meant: the report of a delay is an
    estimate.
    ``overlay`` says that the event tells of trouble without being a state (domain.md 1.2 rule 3);
    it is for the workbench, the fold does not read it.
    Raises ValueError for a state or flag that does not exist: bad data is refused when loaded.
    """

    code: str
    state: str = ""
    flag_set: tuple[str, ...] = ()
    flag_clear: tuple[str, ...] = ()
    overlay: bool = False
    default_classifier: str = "actual"

    def __post_init__(self) -> None:
        if self.state and self.state not in STATES:
            raise ValueError(f"Event code {self.code}: there is no state {self.state!r}")
        for flag in (*self.flag_set, *self.flag_clear):
            if flag not in FLAGS:
                raise ValueError(f"Event code {self.code}: there is no flag {flag!r}")
        if both := set(self.flag_set) & set(self.flag_clear):
            raise ValueError(f"Event code {self.code} both sets and clears {sorted(both)}")

    @property
    def rank(self) -> int:
        """The rank of its state, -1 for a code without one."""
        return STATES[self.state].rank if self.state else -1


def may_move(current: str, target: str) -> bool:
    """Whether an actual event that happened later takes a shipment from one state to another.

    Forward by rank is free, but a terminal state is left only as :data:`ALLOWED_AFTER_END` says;
    backward only as :data:`ALLOWED_BACK` says; to "cancelled" only before the pick-up.
    """
    if current == target:
        return False
    if target in ALLOWED_BACK.get(current, ()):
        return True
    if STATES[current].terminal:
        return target in ALLOWED_AFTER_END.get(current, ())
    if target == "cancelled":
        return STATES[current].rank < PICKED_UP_RANK
    return STATES[target].rank > STATES[current].rank
