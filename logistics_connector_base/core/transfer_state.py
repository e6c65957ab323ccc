"""The business state of one transfer: a delivery, a receipt, a return, a step inside.

A pure function, with the words of an order's state (``core.order_state``).
"""

from dataclasses import dataclass

from .order_legs import BLOCKING, IDLE, Shipment, last_legs
from .order_state import ON_THE_WAY_BACK, Reason

# Whose goods are there when a carrier says so, not when we have booked them.
LEAVES = {"delivery", "drop_ship"}


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """What is known of one transfer.

    ``kind``: "delivery", "drop_ship", "receipt", "return" (from a customer) or "transfer";
    ``state``: "open", "done", "cancelled"; ``rest_open``: a back-order of it is still open;
    ``shipments``: its live ones; ``exceptions``: (title, id) of open exceptions that block;
    ``invoiced``: the customer's (or the vendor's) invoices of what it brought are
    done, None where nobody invoices it or it is not known.
    """

    kind: str
    state: str = "open"
    rest_open: bool = False
    shipments: tuple[Shipment, ...] = ()
    exceptions: tuple[tuple[str, int], ...] = ()
    invoiced: bool | None = None


def transfer_state(facts: TransferFacts) -> tuple[str, tuple[Reason, ...]]:
    """The transfer's business state and, when blocked, why."""
    if facts.state == "cancelled":
        return "cancelled", ()
    reasons = _reasons(facts)
    if reasons:
        return "blocked", reasons
    legs = last_legs(facts.shipments)
    if facts.state == "open":
        return _open_state(facts, legs), ()
    if facts.rest_open:
        return "partial", ()
    if facts.kind in LEAVES and legs:
        if any(leg.state == "delivered" for leg in legs):
            if not all(leg.is_delivered for leg in legs):
                return "partial", ()
        else:
            return "in_progress", ()
    return ("closed" if _is_settled(facts) else "fulfilled"), ()


def _open_state(facts: TransferFacts, legs: list[Shipment]) -> str:
    has_left = [leg.has_left for leg in legs]
    if any(has_left) and not all(has_left):
        return "partial"
    if any(leg.state == "delivered" for leg in legs) and len(legs) > 1:
        # Some parcels are there; all of them there, and nobody has booked them: in progress.
        return "in_progress" if all(leg.is_delivered for leg in legs) else "partial"
    # A shipment that is known to nobody else yet is no progress.
    started = any(shipment.state not in IDLE for shipment in facts.shipments)
    return "in_progress" if started else "pending"


def _is_settled(facts: TransferFacts) -> bool:
    """Nothing is left to do: invoiced, where somebody invoices it, and its freight approved. Where
    neither is known, nothing says that it is closed."""
    if any(shipment.freight_open for shipment in facts.shipments):
        return False
    if facts.invoiced is None:
        return facts.kind == "transfer" and any(s.freight_known for s in facts.shipments)
    return facts.invoiced


def _reasons(facts: TransferFacts) -> tuple[Reason, ...]:
    fatal = BLOCKING - ON_THE_WAY_BACK if facts.kind == "return" else BLOCKING
    is_over = facts.state == "done" and facts.kind not in LEAVES  # the goods are here
    reasons = [
        Reason(f"state:{s.state}", s.name, s.id)
        for s in facts.shipments
        if s.state in fatal and not is_over
    ]
    reasons += [Reason("hold", s.name, s.id) for s in facts.shipments if s.on_hold]
    reasons += [Reason("exception", title, number) for title, number in facts.exceptions]
    return tuple(sorted(reasons, key=lambda reason: (reason.kind, reason.id, reason.text)))
