"""The business state of an order, from its lines, shipments and exceptions.

A pure function of what is known; nothing depends on the order in which it became known.
Source: domain.md 1.3 (order business state).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .order_legs import BLOCKING, SHIPPED, Shipment, last_legs
from .order_lines import RESOLVED, Line, Move, Standing, line_standing

__all__ = ["BLOCKING", "SHIPPED", "STATES", "OrderFacts", "Reason", "Verdict", "order_state"]

STATES = ("pending", "in_progress", "partial", "blocked", "fulfilled", "closed", "cancelled")
# Of goods on their way back to us, these are no trouble.
ON_THE_WAY_BACK = {"returning", "returned"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is blocked: ``kind`` is "state:<shipment state>", "hold" or "exception";
    ``text`` the shipment's name or the exception's title; ``id`` that of the shipment or of the
    exception."""

    kind: str
    text: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of one order.

    ``lines``: those with goods; ``shipments``: all live ones, whatever they hang on;
    ``unassigned``: ids of those that hang on the order and on none of its transfers;
    ``other_lines_invoiced``: services and the like have nothing left to invoice;
    ``exceptions``: (title, id) of open exceptions that block.
    """

    cancelled: bool = False
    lines: tuple[Line, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    unassigned: tuple[int, ...] = ()
    other_lines_invoiced: bool = True
    exceptions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``state``: one of ``STATES``, None where there is nothing to ship."""

    state: str | None
    reasons: tuple[Reason, ...] = ()
    lines: Mapping[int, Standing] | None = None
    return_under_way: bool = False


def order_state(facts: OrderFacts) -> Verdict:
    """The order's business state, why it is blocked, and how each line stands."""
    shipments = {shipment.id: shipment for shipment in facts.shipments}
    lines = _with_unassigned(facts)
    standings = {line: line_standing(line, shipments, bool(shipments)) for line in lines}
    shown = {line.id: standing for line, standing in standings.items() if line.id}
    if facts.cancelled:
        return Verdict("cancelled", lines=shown)
    coming_back = any(standing.standing == "returning" for standing in standings.values())
    reasons = _reasons(facts, standings)
    if reasons:
        return Verdict("blocked", reasons, shown, coming_back)
    words = [s.standing for s in standings.values() if s.standing != "none"]
    state = _state(words)
    if state in ("fulfilled", "settling"):
        is_settled = (
            facts.other_lines_invoiced
            and all(standing.is_settled for line, standing in standings.items() if line.id)
            and any(line.id for line in standings)
            and not any(shipment.freight_open for shipment in facts.shipments)
        )
        state = "closed" if is_settled else "partial" if state == "settling" else state
    return Verdict(state, lines=shown, return_under_way=coming_back)


def _state(words: list[str]) -> str | None:
    """The state by the words for the lines; "settling": nothing is to move any more, but something
    came back."""
    if not words:
        return None
    if all(word in RESOLVED for word in words):
        if all(word == "called_off" for word in words):
            return "pending"  # the customer still waits, and nobody sends anything
        return "settling" if "returned" in words else "fulfilled"
    if any(word in ("delivered", "part", "returning", "returned") for word in words):
        return "partial"
    if "moving" in words:
        # Some lines are on their way and others are not.
        return "partial" if {"waiting", "started"} & set(words) else "in_progress"
    return "in_progress" if "started" in words else "pending"


def _with_unassigned(facts: OrderFacts) -> list[Line]:
    """The lines, with the shipments that hang on the order alone: they carry what has no shipment
    of its own. Where nothing is without one, they are something to be delivered by themselves."""
    if not facts.unassigned:
        return list(facts.lines)
    lines, found = [], False
    for line in facts.lines:
        moves = line.moves
        if not any(move.direction in ("out", "back") for move in moves) and line.ordered > 0:
            # Somebody else sends it, and books nothing in our stock.
            has_left = _all_left(facts)
            state = "done" if has_left else "open"
            moves = (*moves, Move(line.ordered, state, shipments=facts.unassigned))
            found = True
        else:
            mine = []
            for move in moves:
                if move.direction == "out" and move.state != "cancelled" and not move.shipments:
                    move, found = replace(move, shipments=facts.unassigned), True
                mine.append(move)
            moves = tuple(mine)
        lines.append(replace(line, moves=moves))
    if not found:
        state = "done" if _all_left(facts) else "open"
        lines.append(Line(0, 1, (Move(1, state, shipments=facts.unassigned),)))
    return lines


def _all_left(facts: OrderFacts) -> bool:
    mine = [shipment for shipment in facts.shipments if shipment.id in facts.unassigned]
    return all(shipment.has_left for shipment in last_legs(mine))


def _reasons(facts: OrderFacts, standings: Mapping[Line, Standing]) -> tuple[Reason, ...]:
    """What nobody gets past without a person. A shipment that failed is past when its goods came
    otherwise, or came back and were booked."""
    carried: dict[int, list[tuple[str, Standing]]] = {}
    for line, standing in standings.items():
        for move in line.moves:
            for number in move.shipments:
                carried.setdefault(number, []).append((move.direction, standing))
    reasons = [
        Reason(f"state:{shipment.state}", shipment.name, shipment.id)
        for shipment in facts.shipments
        if shipment.state in BLOCKING and not _is_past(shipment, carried.get(shipment.id, ()))
    ]
    reasons += [Reason("hold", s.name, s.id) for s in facts.shipments if s.on_hold]
    reasons += [Reason("exception", title, number) for title, number in facts.exceptions]
    return tuple(sorted(reasons, key=lambda reason: (reason.kind, reason.id, reason.text)))


def _is_past(shipment: Shipment, carried: Iterable[tuple[str, Standing]]) -> bool:
    carried = list(carried)
    if not carried:
        return False
    if shipment.state in ON_THE_WAY_BACK:
        if all(direction == "back" for direction, _standing in carried):
            return True
        # Somebody has begun to take it back.
        if all(standing.coming_back or standing.returned for _direction, standing in carried):
            return True
    return all(standing.standing in RESOLVED for _direction, standing in carried)
