"""The entry of a period: what was accrued anew and what is reversed, summed up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Accrued:
    """So much of freight in the company's currency; reversed where ``is_reversed``.

    ``account`` is where the cost stands, ``partner`` who will bill it, ``analytic`` how it is
    spread: any hashable value.
    """

    account: Any
    partner: Any
    analytic: Any
    amount: Decimal
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class EntryLine:
    """``balance``: debit less credit. ``account`` None: the account of what is accrued."""

    account: Any
    partner: Any
    analytic: Any
    balance: Decimal


def entry(accrued: Iterable[Accrued]) -> list[EntryLine]:
    """The lines of the summary entry, which add up to nothing: the cost by account and analytic
    distribution, against what is accrued by carrier. Sums of zero have no line."""
    cost: dict[tuple[Any, Any], Decimal] = defaultdict(Decimal)
    owed: dict[Any, Decimal] = defaultdict(Decimal)
    for one in accrued:
        amount = -one.amount if one.is_reversed else one.amount
        cost[one.account, one.analytic] += amount
        owed[one.partner] -= amount
    lines = [
        EntryLine(account, None, analytic, amount) for (account, analytic), amount in cost.items()
    ]
    lines += [EntryLine(None, partner, None, amount) for partner, amount in owed.items()]
    return [line for line in lines if line.balance]
