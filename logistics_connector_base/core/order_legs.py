"""Shipments that carry the same goods, one after the other: only the last one brings them.

A pure function. Two shipments of one order or transfer hang together where one ends at the place at
which the other begins. Where places are not known, nothing is guessed: each is a last leg.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Shipment states in which the goods are on their way or there.
SHIPPED = {
    "picked_up",
    "in_transit",
    "at_customs",
    "out_for_delivery",
    "delivery_attempted",
    "available_for_pickup",
    "delivered",
}
# Shipment states that nobody gets out of without a person.
BLOCKING = {"release_rejected", "tender_rejected", "returning", "returned", "lost", "destroyed"}
# The goods will not arrive by this shipment any more.
FAILED = {"returning", "returned", "lost", "destroyed"}
# Nobody has been told of it yet.
IDLE = {"draft"}


@dataclass(frozen=True, slots=True)
class Shipment:
    """One live shipment (cancelled ones are left out).

    ``partial``: delivered, but not all of it; ``origin`` and ``destination``: places that can be
    compared, empty where they are not known; ``freight_open``: it has charges that nobody approved;
    ``freight_known``: it has charges at all.
    """

    id: int
    name: str
    state: str
    on_hold: bool = False
    partial: bool = False
    origin: str = ""
    destination: str = ""
    freight_open: bool = False
    freight_known: bool = False

    @property
    def is_delivered(self) -> bool:
        return self.state == "delivered" and not self.partial

    @property
    def has_left(self) -> bool:
        return self.state in SHIPPED


def last_legs(shipments: Iterable[Shipment]) -> list[Shipment]:
    """Those that no other one goes on from. Places that lead round in a circle hang together in no
    way that could be understood: then each is a last leg."""
    shipments = list(shipments)
    last = [
        shipment
        for shipment in shipments
        if not any(
            other is not shipment
            and shipment.destination
            and other.origin == shipment.destination
            # Two that go to and fro between the same places carry each other's goods no further.
            and other.destination != shipment.origin
            for other in shipments
        )
    ]
    return last or shipments
