"""What is known of a shipment on its way: the furthest point that it has reached, and when."""

from collections.abc import Mapping
from typing import TypeVar

Moment = TypeVar("Moment")

#: States in the order of progress (domain.md 1.3). A scan further on says more than one before it;
#: a parcel that goes back to the depot after an attempt is one that was attempted.
MILESTONES = (
    "picked_up",
    "in_transit",
    "at_customs",
    "out_for_delivery",
    "delivery_attempted",
    "available_for_pickup",
)


def furthest(reached: Mapping[str, Moment]) -> tuple[str, Moment] | None:
    """The furthest milestone and when it was reached for the first time.

    It is a function of the set of what happened, as the state is: nothing depends on the order in
    which scans came.

    :param reached: milestone → when for the first time; others are ignored
    """
    for name in reversed(MILESTONES):
        if name in reached:
            return name, reached[name]
    return None
