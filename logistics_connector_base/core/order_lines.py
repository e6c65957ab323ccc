"""How one line of an order stands: what of its quantity has left, arrived, come back.

Pure functions; quantities are in the unit of the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .order_legs import FAILED, IDLE, Shipment, last_legs

TOLERANCE = 1e-6  # of a unit; quantities are floats in Odoo

# How a line stands. "none": there is nothing to ship; "waiting": nothing has happened; "started":
# somebody works at it; "moving": all that is owed is on its way; "part": some of it has left or
# arrived; "delivered"; "returning": something is on its way back; "returned": what the customer had
# came back for a refund; "called_off": nothing has left and nothing will.
STANDINGS = (
    "none",
    "waiting",
    "started",
    "moving",
    "part",
    "delivered",
    "returning",
    "returned",
    "called_off",
)
RESOLVED = {"delivered", "returned", "called_off"}


@dataclass(frozen=True, slots=True)
class Move:
    """One stock move of a line.

    ``direction``: "out" to the customer, "back" from the customer, "inside" for the steps before
    (picking, packing, supply from another warehouse); ``state``: "open", "done", "cancelled";
    ``quantity``: what was moved, of an open or cancelled move what was to be moved; ``planned``:
    what was to be moved by a move that is done (less was, and the rest was not split off: it was
    called off); ``refund``: what comes back is not owed any more; ``shipments``: ids of those of
    its transfer.
    """

    quantity: float
    state: str = "open"
    direction: str = "out"
    refund: bool = False
    shipments: tuple[int, ...] = ()
    planned: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line with goods. ``delivered_by_hand``: what somebody typed, where no move tells;
    ``invoiced``: the quantity on invoices less that on credit notes; ``invoice_done``: Odoo sees
    nothing left to invoice."""

    id: int
    ordered: float
    moves: tuple[Move, ...] = ()
    delivered_by_hand: float = 0.0
    invoiced: float = 0.0
    invoice_done: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What a line comes to; the quantities are what people are shown."""

    standing: str
    ordered: float
    shipped: float = 0.0
    delivered: float = 0.0
    returned: float = 0.0
    coming_back: float = 0.0
    called_off: float = 0.0
    to_ship: float = 0.0
    is_settled: bool = False  # what the customer keeps is invoiced, what came back is credited


def line_standing(line: Line, shipments: Mapping[int, Shipment], is_tracked: bool) -> Standing:
    """How a line stands.

    :param shipments: id → live shipment
    :param is_tracked: the order has shipments. Of one that has none Odoo's word counts: what was
        sent has arrived. A transfer without a shipment among others that have one is not known to.
    """
    if line.ordered < 0:
        return _taken_back(line)
    left = arrived = failed = waiting = cancelled = 0.0
    back = refunded = coming_back = 0.0
    some_arrived = started = False
    for move in line.moves:
        known = [shipments[number] for number in move.shipments if number in shipments]
        started = started or any(shipment.state not in IDLE for shipment in known)
        if move.direction == "inside":
            started = started or move.state == "done"
        elif move.direction == "back":
            if move.state == "done":
                back += move.quantity
                refunded += move.quantity if move.refund else 0.0
            elif move.state == "open":
                coming_back += move.quantity
        elif move.state == "cancelled":
            cancelled += move.quantity
        else:
            legs = last_legs(known)
            has_left = move.state == "done" or (bool(legs) and all(leg.has_left for leg in legs))
            if not has_left:
                waiting += move.quantity
                some_arrived = some_arrived or any(leg.state == "delivered" for leg in legs)
                continue
            left += move.quantity
            if move.state == "open":
                # How much went is only known once the transfer is done.
                continue
            cancelled += max(move.planned - move.quantity, 0.0)
            if _has_arrived(legs, is_tracked):
                arrived += move.quantity
            elif legs and all(leg.state in FAILED for leg in legs):
                failed += move.quantity
            some_arrived = some_arrived or any(leg.state == "delivered" for leg in legs)
    if not any(move.direction in ("out", "back") for move in line.moves):
        left = arrived = max(line.delivered_by_hand, 0.0)
    # What came back was first what failed, then what had arrived.
    came_back = max(back - failed, 0.0)
    kept = max(arrived - came_back, 0.0)
    under_way = max(left - arrived - failed - max(came_back - arrived, 0.0), 0.0)
    owed = line.ordered - refunded
    # What came back without a refund, and is not sent again, is still owed.
    called_off = min(cancelled, max(owed - (left - back) - waiting, 0.0))
    called_off = called_off if called_off > TOLERANCE else 0.0
    need = max(owed - called_off, 0.0)
    return Standing(
        _word(
            need=need,
            kept=kept,
            under_way=under_way,
            waiting=waiting,
            coming_back=coming_back,
            refunded=refunded,
            called_off=called_off,
            some_arrived=some_arrived or back > TOLERANCE,
            started=started,
        ),
        ordered=line.ordered,
        shipped=left,
        delivered=arrived,
        returned=back,
        coming_back=coming_back,
        called_off=called_off,
        to_ship=max(need - max(left - back, 0.0), 0.0),
        is_settled=_is_settled(line, kept, bool(refunded or called_off)),
    )


def _has_arrived(legs: list[Shipment], is_tracked: bool) -> bool:
    if not legs:
        return not is_tracked
    return all(leg.is_delivered for leg in legs)


def _word(
    need: float,
    kept: float,
    under_way: float,
    waiting: float,
    coming_back: float,
    refunded: float,
    called_off: float,
    some_arrived: bool,
    started: bool,
) -> str:
    if coming_back > TOLERANCE:
        return "returning"
    if waiting <= TOLERANCE and under_way <= TOLERANCE:
        if need <= TOLERANCE and kept <= TOLERANCE:
            if refunded > TOLERANCE:
                return "returned"
            return "called_off" if called_off > TOLERANCE else "none"
        if kept >= need - TOLERANCE:
            # Something of it came back for good: not all that was ordered is there.
            return "returned" if refunded > TOLERANCE else "delivered"
    gone = under_way + kept
    if gone <= TOLERANCE and not some_arrived:
        return "started" if started else "waiting"
    if kept <= TOLERANCE and not some_arrived and gone >= need - TOLERANCE:
        return "moving" if waiting <= TOLERANCE else "part"
    return "part"


def _taken_back(line: Line) -> Standing:
    """A negative quantity was sold: goods are to come back."""
    done = sum(m.quantity for m in line.moves if m.direction == "back" and m.state == "done")
    open_ = sum(m.quantity for m in line.moves if m.direction == "back" and m.state == "open")
    is_there = done >= -line.ordered - TOLERANCE
    if is_there:
        word = "delivered"
    else:
        word = "returning" if open_ > TOLERANCE else "part" if done > TOLERANCE else "waiting"
    return Standing(
        word,
        ordered=line.ordered,
        returned=done,
        coming_back=open_,
        is_settled=line.invoice_done,
    )


def _is_settled(line: Line, kept: float, is_less: bool) -> bool:
    if is_less and abs(line.invoiced - kept) <= TOLERANCE:
        return True
    return line.invoice_done and (not is_less or line.invoiced <= kept + TOLERANCE)
