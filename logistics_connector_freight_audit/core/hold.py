"""How much of what was delivered may be billed, where a delivery is billed once it is proven."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moved:
    """Goods of one line of an order that moved.

    ``quantity`` is in the line's unit, negative where they came back; ``takes_back`` is the
    ``number`` of the movement that brought them out, None where nobody knows. ``is_held``: the
    delivery is not proven yet.
    """

    number: int
    quantity: float
    is_held: bool = False
    takes_back: int | None = None


def waiting(moved: Iterable[Moved]) -> float:
    """What was delivered and is not proven. What came back of it waits no more; what came back of
    nobody knows which delivery came back of a proven one, so that nothing unproven is billed."""
    held: dict[int, float] = {}
    moved = list(moved)
    for one in moved:
        if one.is_held and one.quantity > 0:
            held[one.number] = held.get(one.number, 0.0) + one.quantity
    for one in moved:
        if one.takes_back in held and one.quantity < 0:
            held[one.takes_back] = max(held[one.takes_back] + one.quantity, 0.0)
    return sum(held.values())


def billable(to_bill: float, held: float) -> float:
    """What may be billed now of ``to_bill``: a credit is given in any case, and what was billed
    before it was held is not taken back."""
    return to_bill if to_bill <= 0 else max(to_bill - held, 0.0)
