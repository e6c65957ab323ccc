# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which waiting messages may go another way while a partner is down: a pure judgement.

Three laws. *Never both*: what may have arrived stays, and so does what somebody is at. *Never
lost*: what is not moved is still in the line. *In order*: of one key (an order, a shipment) nothing
goes past a message that stays, and what goes is written in its order.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .outcome import ABSENT, GONE, REFUSED, REJECTED, THROTTLED, TROUBLE

WAITING = ("pending", "scheduled")
# After a try that ended so, the partner has certainly not worked the message.
HARMLESS = (TROUBLE, THROTTLED, GONE, REFUSED, REJECTED)
_COPIES = uuid.UUID("0d9c3c0e-5f1b-5a55-9d3b-6c1f6f6b0a11")


@dataclass(frozen=True, slots=True)
class Try:
    """``kind``: what came of it (``core.outcome``), "" of a delivery, and of what a person noted.
    ``status``: of the answer, 0 without one."""

    kind: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is not settled.

    ``key``: what it is about, None: nothing that has an order. ``is_due``: it could be sent now.
    ``is_held``: it stays whatever its tries say, because somebody is at it, because it came over
    itself, because its time has passed or not come."""

    id: int
    key: str | None
    priority: int
    state: str
    is_due: bool = True
    is_held: bool = False
    tries: tuple[Try, ...] = ()

    @property
    def may_move(self) -> bool:
        return self.state in WAITING and not self.is_held and is_absent(self.tries)


def is_absent(tries: Iterable[Try]) -> bool:
    """Whether the partner has certainly not got, or not worked, a message with these tries (oldest
    first). A doubt ends only when the partner, or a person, says that it is not there."""
    absent = True
    for one in tries:
        is_note = not (one.kind or one.status)
        # A conflict may be one with what they have got.
        is_harmless = one.kind in HARMLESS and (one.kind, one.status) != (REJECTED, 409)
        if one.kind == ABSENT:
            absent = True
        elif not (is_note or is_harmless):
            absent = False
    return absent


def movable(
    line: Sequence[Waiting], is_ordered: bool, most: int, keeps_probe: bool = False
) -> list[int]:
    """The ids of at most ``most`` messages that may go now, in the order in which they are to be
    written to the other way.

    :param line: messages of one flow, of each key all that are not settled
    :param is_ordered: whether the messages of a key are to arrive one after the other
    :param keeps_probe: the next message shows whether the partner is back: it stays, unless there
        is one that has to stay anyway and shows it as well
    """
    queues = _queues(line, is_ordered)
    if keeps_probe:
        heads = [queue[0] for queue in queues if queue[0].is_due and queue[0].state in WAITING]
        if heads and all(head.may_move for head in heads):
            probe = min(heads, key=lambda head: (head.priority, head.id))
            queues = [queue for queue in queues if queue[0] is not probe]
    before, going = {}, []
    for queue in queues:
        ahead = []
        for message in queue:
            if not message.may_move:
                break
            before[message.id] = list(ahead)
            ahead.append(message.id)
            going.append(message)
    chosen: dict[int, None] = {}
    for message in sorted(going, key=lambda one: (one.priority, one.id)):
        # What stands before it goes with it, or it does not go.
        group = [number for number in before[message.id] if number not in chosen]
        group += [] if message.id in chosen else [message.id]
        if len(chosen) + len(group) <= most:
            chosen |= dict.fromkeys(group)
    return list(chosen)


def _queues(line, is_ordered):
    """The messages in the queues in which they stand: those of a key one after the other."""
    by_key = defaultdict(list)
    for message in sorted(line, key=lambda one: one.id):
        alone = not (is_ordered and message.key)
        by_key[("id", message.id) if alone else ("key", message.key)].append(message)
    return list(by_key.values())


def copy_receipt(receipt: str) -> str:
    """Our id of the message that goes instead of another one: always the same, so that there can be
    one only."""
    return str(uuid.uuid5(_COPIES, receipt))


def leads(ways: Iterable[tuple[int, int]], start: int, goal: int) -> bool:
    """Whether somebody who follows ``ways`` (from, to) from ``start`` may come to ``goal``."""
    onward = defaultdict(set)
    for here, there in ways:
        onward[here].add(there)
    seen, todo = set(), [start]
    while todo:
        place = todo.pop()
        if place == goal:
            return True
        if place not in seen:
            seen.add(place)
            todo += onward[place]
    return False
