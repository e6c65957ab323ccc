# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Sums that must agree: two sides of the same thing, counted from different tables."""

from dataclasses import dataclass
from decimal import Decimal

LEFT, RIGHT = "left", "right"


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a sum: its code, its name for people, and the side it stands on."""

    code: str
    label: str
    side: str


@dataclass(frozen=True, slots=True)
class Total:
    """How a sum came out for one company: both sides, and the numbers in the order of the parts."""

    left: Decimal
    right: Decimal
    numbers: tuple[tuple[str, Decimal], ...]

    @property
    def difference(self) -> Decimal:
        """What the left side has more than the right one."""
        return self.left - self.right


def totals(parts, rows) -> dict[int, Total]:
    """Add up what was counted.

    :param parts: of Part
    :param rows: (company id, code of a part, number) in any order, a part as often as it comes
    :return: company id → Total; only of companies with rows
    :raises KeyError: a row is of no part
    """
    sides = {part.code: part.side for part in parts}
    found: dict[int, dict[str, Decimal]] = {}
    for company, code, number in rows:
        sides[code]  # of no part: nothing may be left out of both sides unseen
        mine = found.setdefault(company, dict.fromkeys(sides, Decimal(0)))
        mine[code] += Decimal(str(number or 0))
    return {
        company: Total(
            sum((mine[code] for code in mine if sides[code] == LEFT), Decimal(0)),
            sum((mine[code] for code in mine if sides[code] == RIGHT), Decimal(0)),
            tuple(mine.items()),
        )
        for company, mine in found.items()
    }
