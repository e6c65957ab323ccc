# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A message that is read anew tells other facts than before: which stands for which.

The pairs carry over what hangs on a fact and not on its reading: a person's decision, the shipment
that somebody linked; and people read "10:00 becomes 9:00" instead of "one gone, one new".
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime

from .identity import normalise_number


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a fact tells that it is the same one, read otherwise. ``occurred`` is naive UTC."""

    fingerprint: str
    issuer: str = ""
    shipment_key: str = ""
    raw_code: str = ""
    raw_sub_code: str = ""
    classifier: str = "actual"
    source_id: str = ""
    revision: str = ""
    occurred: datetime | None = None


def _by_id(reading: Reading) -> Hashable | None:
    if not reading.source_id:
        return None
    return (reading.issuer, reading.source_id, reading.revision)


def _by_code(reading: Reading) -> Hashable:
    key = normalise_number(reading.shipment_key)
    codes = (reading.raw_code.lower(), reading.raw_sub_code.lower())
    return (reading.issuer, key, *codes)


def _by_time(reading: Reading) -> Hashable | None:
    if reading.occurred is None:
        return None
    return (reading.issuer, normalise_number(reading.shipment_key), reading.occurred)


def _by_code_and_time(reading: Reading) -> Hashable | None:
    if reading.occurred is None:
        return None
    return (reading.issuer, reading.raw_code.lower(), reading.occurred)


# The strongest first: each takes from what the ones before it left.
_RULES: tuple[Callable[[Reading], Hashable | None], ...] = (
    _by_id,
    _by_code,
    _by_time,
    _by_code_and_time,
)


def pairs(old: Iterable[Reading], new: Iterable[Reading]) -> dict[str, str]:
    """Which fact took the place of which, of one message.

    Each fact is in one pair at most. Of several that are alike the first takes the first one's
    place, in the order of their times. Does not depend on the order of its arguments.

    :return: fingerprint of the old one → fingerprint of the new one
    """
    old = sorted({reading.fingerprint: reading for reading in old}.values(), key=_order)
    new = sorted({reading.fingerprint: reading for reading in new}.values(), key=_order)
    kept = {reading.fingerprint for reading in old} & {reading.fingerprint for reading in new}
    old = [reading for reading in old if reading.fingerprint not in kept]
    new = [reading for reading in new if reading.fingerprint not in kept]
    found: dict[str, str] = {}
    for rule in _RULES:
        waiting: dict[Hashable, list[Reading]] = {}
        for reading in new:
            key = rule(reading)
            if key is not None:
                waiting.setdefault(key, []).append(reading)
        taken = set()
        for reading in old:
            key = rule(reading)
            if key is not None and waiting.get(key):
                successor = waiting[key].pop(0)
                found[reading.fingerprint] = successor.fingerprint
                taken.add(successor.fingerprint)
        old = [reading for reading in old if reading.fingerprint not in found]
        new = [reading for reading in new if reading.fingerprint not in taken]
    return found


def _order(reading: Reading) -> tuple[datetime, str]:
    return (reading.occurred or datetime.min, reading.fingerprint)


def groups(members: Iterable[tuple[int, Hashable]]) -> dict[int, int]:
    """Which messages belong together because they share something, directly or by others.

    :param members: pairs of a message's id and of what it is about (a shipment, a number)
    :return: message id → the smallest id of its group
    """
    parent: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        top = node
        while parent.setdefault(top, top) != top:
            top = parent[top]
        while parent[node] != top:  # shorter for whoever comes next
            parent[node], node = top, parent[node]
        return top

    ids = set()
    for message_id, subject in members:
        ids.add(message_id)
        one, other = root(("message", message_id)), root(("subject", subject))
        if one != other:
            parent[other] = one
    smallest: dict[Hashable, int] = {}
    for message_id in sorted(ids):
        smallest.setdefault(root(("message", message_id)), message_id)
    return {message_id: smallest[root(("message", message_id))] for message_id in ids}
