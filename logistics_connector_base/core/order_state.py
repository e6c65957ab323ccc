"""The business state of an order, from its shipments, deliveries and exceptions.

A pure function; the sale order shows what it returns and says why an order is blocked.
Source: domain.md 1.3 (order business state).
"""

from dataclasses import dataclass, field

STATES = ("pending", "in_progress", "partial", "blocked", "fulfilled", "closed", "cancelled")

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


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of one order.

    ``open_deliveries``: outgoing transfers neither done nor cancelled; ``done_deliveries``: done
    ones; ``shipment_states``: one state per shipment, cancelled shipments left out;
    ``shipment_names``: their names in the same order; ``holds``: names of shipments on hold;
    ``blocking_exceptions``: titles of open exceptions of severity major or critical.
    """

    cancelled: bool = False
    invoiced: bool = False
    open_deliveries: int = 0
    done_deliveries: int = 0
    shipment_states: tuple[str, ...] = ()
    shipment_names: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    blocking_exceptions: tuple[str, ...] = field(default=())


def order_state(facts: OrderFacts) -> tuple[str, list[tuple[str, str]]]:
    """The order's business state and, when blocked, why.

    :return: ``(state, reasons)``; a reason is ``(kind, text)`` with kind "state:<shipment state>",
        "hold" or "exception" and the shipment's name or the exception's title as text
    """
    if facts.cancelled:
        return "cancelled", []
    reasons = [
        (f"state:{state}", name)
        for state, name in zip(facts.shipment_states, facts.shipment_names, strict=True)
        if state in BLOCKING
    ]
    reasons += [("hold", name) for name in facts.holds]
    reasons += [("exception", title) for title in facts.blocking_exceptions]
    if reasons:
        return "blocked", reasons
    states = facts.shipment_states
    if not states and not facts.done_deliveries:
        return "pending", []
    delivered = [state == "delivered" for state in states]
    # A delivery that is done but has no shipment cannot be known to have arrived.
    complete = not facts.open_deliveries and bool(states) and all(delivered)
    if complete and len(states) >= facts.done_deliveries:
        return ("closed" if facts.invoiced else "fulfilled"), []
    shipped = [state in SHIPPED for state in states]
    some_left_behind = facts.open_deliveries and (any(shipped) or facts.done_deliveries)
    if some_left_behind or (any(delivered) and not all(delivered)):
        return "partial", []
    if any(shipped) and not all(shipped):
        return "partial", []
    return "in_progress", []
