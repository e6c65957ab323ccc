# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Two sides of a stock as of one moment: what a difference is, and what it is not.

Quantities are Decimal in the product's own unit. A difference is theirs less ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

ZERO = Decimal(0)

# match: none, or within the tolerance. timing: what is on its way between the two explains it.
# lost: a message that did not come explains it. mapping: nobody knows what they speak of.
# variance: nothing explains it.
MATCH, TIMING, LOST, MAPPING, VARIANCE = "match", "timing", "lost", "mapping", "variance"


@dataclass(frozen=True, slots=True)
class Flight:
    """Something that one side may have booked and the other one not: so much more (positive) or
    less is with the partner, wholly or in part. ``hours``: for how long that has been so."""

    quantity: Decimal
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Within ``quantity``, or within ``percent`` of the greater side, and not worth more than
    ``value`` (0: whatever it is worth). ``patience``: hours after which what is on its way should
    have been told."""

    quantity: Decimal = ZERO
    percent: Decimal = ZERO
    value: Decimal = ZERO
    patience: float = 24.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line is; ``explained`` is the part of its difference that something explains."""

    kind: str
    difference: Decimal
    explained: Decimal = ZERO


def judge(
    theirs: Decimal,
    ours: Decimal,
    price: Decimal,
    flights: Sequence[Flight] = (),
    tolerance: Tolerance = Tolerance(),
    misses_messages: bool = False,
) -> Verdict:
    """What a line of a snapshot is, beside our balance as of the same moment.

    :param price: of one, in the company's currency
    :param flights: what is on its way; each may have been worked in part
    :param misses_messages: the partner's counter has gaps: what they told is not known
    """
    difference = theirs - ours
    if not difference or is_within(difference, theirs, ours, price, tolerance):
        return Verdict(MATCH, difference)
    least = sum((min(one.quantity, ZERO) for one in flights), ZERO)
    most = sum((max(one.quantity, ZERO) for one in flights), ZERO)
    explained = min(max(difference, least), most)
    if explained == difference:
        late = [one for one in flights if one.hours > tolerance.patience]
        # It is exactly what should have been told long ago.
        if any(one.quantity == difference for one in late):
            return Verdict(LOST, difference, explained)
        return Verdict(TIMING, difference, explained)
    return Verdict(LOST if misses_messages else VARIANCE, difference, explained)


def spend(flights: Sequence[Flight], explained: Decimal) -> list[Flight]:
    """What is still on its way when it has explained a line: another lot or state of the same
    product cannot be explained by the same goods.

    :param explained: of :class:`Verdict`; what goes the other way stays as it is
    """
    left = []
    for one in flights:
        if explained and (one.quantity > 0) == (explained > 0):
            used = min(one.quantity, explained, key=abs)
            explained -= used
            one = replace(one, quantity=one.quantity - used)
        left.append(one)
    return [one for one in left if one.quantity]


def is_within(
    difference: Decimal, theirs: Decimal, ours: Decimal, price: Decimal, tolerance: Tolerance
) -> bool:
    """Whether a difference is so small that nobody is asked about it."""
    size = abs(difference)
    greater = max(abs(theirs), abs(ours))
    is_small = size <= tolerance.quantity or size <= greater * tolerance.percent / 100
    return is_small and (not tolerance.value or size * price <= tolerance.value)


def accuracy(lines: Sequence[tuple[str, Decimal, Decimal]]) -> tuple[float, float]:
    """Shares of what was compared, from 0 to 1: of lines that match, and of value that is right.

    :param lines: of each line its kind, what the greater side is worth, and what the difference is
    """
    if not lines:
        return 1.0, 1.0
    right = sum(kind == MATCH for kind, _worth, _wrong in lines)
    worth = sum((worth for _kind, worth, _wrong in lines), ZERO)
    wrong = sum((min(wrong, worth) for kind, worth, wrong in lines if kind != MATCH), ZERO)
    return right / len(lines), float(1 - wrong / worth) if worth else right / len(lines)
