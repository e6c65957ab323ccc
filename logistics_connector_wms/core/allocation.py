# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which moves the goods of an advice belong to: what was said, laid on what was asked for.

All quantities are Decimal in the product's own unit. Nothing here knows of lots: goods of one
product are alike for the order, and lots are looked at where they are booked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

# What is done with more than was asked for.
REFUSE, TOLERATE, ACCEPT = "refuse", "tolerate", "accept"

# Why a line is not believed.
NEGATIVE, OVER, NOT_ORDERED, WRONG_PRODUCT, SUBSTITUTE, NO_LINE = (
    "negative",
    "over",
    "not_ordered",
    "wrong_product",
    "substitute",
    "no_line",
)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a move is still to be done.

    ``key`` is the move's id, ``lines`` the numbers by which the partner may call it, ``asked`` what
    the order asked for in the first place: tolerances are measured by it. ``is_closed``: it was
    done; what came of it beyond what it asked for is a negative quantity.
    """

    key: int
    product: int
    quantity: Decimal
    lines: frozenset[int] = frozenset()
    asked: Decimal = ZERO
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A line of an advice. ``substitutes`` is the product in whose place this one was sent (0:
    none). ``is_accepted``: a person said that it is true, whatever the rules say."""

    key: int
    product: int
    quantity: Decimal
    line: int | None = None
    substitutes: int = 0
    is_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a said line is booked on a move. ``wanted`` is the move's key, None where goods
    that nobody ordered get a move of their own. ``replaces``: the move whose demand shrinks by as
    much, because this came in its place."""

    said: int
    wanted: int | None
    quantity: Decimal
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a line is not booked: a code of this module, and by how much it is too much."""

    said: int
    code: str
    excess: Decimal = ZERO


@dataclass(slots=True)
class Plan:
    """What is booked, what is not, and how much of each move is open after that. ``over`` and
    ``replaced`` are the keys of lines that were booked although more, or other goods, came."""

    parts: list[Part] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    open: dict[int, Decimal] = field(default_factory=dict)
    over: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rules:
    """``over``: REFUSE, TOLERATE or ACCEPT; ``percent`` of what the order asked for is tolerated;
    ``substitutes``: whether other goods in the place of the ordered ones are accepted."""

    over: str = REFUSE
    percent: Decimal = ZERO
    substitutes: bool = False


def allocate(wanted: Iterable[Wanted], said: Iterable[Said], rules: Rules) -> Plan:
    """Lay what was said on what was asked for.

    A line that names a move is laid on it first; one that names a product fills what is open of it,
    in the order of the moves. A line in trouble is not booked at all: half of a claim that cannot
    be true is no better than all of it.
    """
    moves = {one.key: one for one in wanted}
    plan = Plan(open={key: one.quantity for key, one in moves.items()})
    # Those that name their move take from it before others do: the result does not depend on the
    # order in which a partner lists them.
    for line in sorted(said, key=lambda one: one.line is None):
        _lay(line, moves, plan, rules)
    return plan


def released(
    wanted: Iterable[Wanted], told: Mapping[int, Decimal], done: Mapping[int, Decimal]
) -> list[Wanted]:
    """What is open, as far as the partner was told of it.

    :param told: line of the release → quantity
    :param done: key of a closed move → what was done of it
    """
    left, found = dict(told), []
    for one in sorted(wanted, key=lambda one: (not one.is_closed, one.key)):
        line = next(iter(sorted(one.lines & left.keys())), None)
        if line is None:
            continue
        taken = done.get(one.key, ZERO) if one.is_closed else min(one.quantity, left[line])
        left[line] = max(left[line] - taken, ZERO)
        if not one.is_closed and taken > ZERO:
            found.append(replace(one, quantity=taken))
    return found


def in_full(wanted: Iterable[Wanted], said: Iterable[Said], first_key: int) -> list[Said]:
    """The lines of an advice that names exceptions only, and those it leaves out: in full.

    :param first_key: of the lines that are added, counted on from there
    """
    said = list(said)
    numbers = {one.line for one in said if one.line is not None}
    products = {one.product for one in said if one.line is None}
    products |= {one.substitutes for one in said if one.substitutes}
    added = []
    for one in wanted:
        if one.quantity > ZERO and not one.lines & numbers and one.product not in products:
            added.append(Said(first_key + len(added), one.product, one.quantity, min(one.lines)))
    return said + added


def _lay(line: Said, moves: dict[int, Wanted], plan: Plan, rules: Rules) -> None:
    if line.quantity < ZERO:
        plan.troubles.append(Trouble(line.key, NEGATIVE))
        return
    candidates = _candidates(line, moves)
    if isinstance(candidates, str):
        plan.troubles.append(Trouble(line.key, candidates))
        return
    is_other = any(one.product != line.product for one in candidates)
    if is_other and not (rules.substitutes or line.is_accepted):
        plan.troubles.append(Trouble(line.key, SUBSTITUTE))
        return
    if not candidates and line.quantity and not line.is_accepted:
        plan.troubles.append(Trouble(line.key, NOT_ORDERED, line.quantity))
        return
    open_ = sum((max(plan.open[one.key], ZERO) for one in candidates), ZERO)
    excess = max(line.quantity - open_, ZERO)
    if excess and not _may_exceed(line, excess, candidates, plan, rules):
        plan.troubles.append(Trouble(line.key, OVER, excess))
        return
    _fill(line, candidates, plan, excess, is_other)


def _candidates(line: Said, moves: dict[int, Wanted]) -> list[Wanted] | str:
    """The moves on which a line may be laid, or why there can be none."""
    # What is done comes first: of the others, the last one takes what is too much.
    ordered = sorted(moves.values(), key=lambda one: (not one.is_closed, one.key))
    product = line.substitutes or line.product
    if line.line is not None:
        named = [one for one in ordered if line.line in one.lines]
        if not named:
            return [] if line.is_accepted else NO_LINE
        if any(one.product != product for one in named):
            return WRONG_PRODUCT
        return named
    return [one for one in ordered if one.product == product]


def _may_exceed(
    line: Said, excess: Decimal, candidates: list[Wanted], plan: Plan, rules: Rules
) -> bool:
    if line.is_accepted or rules.over == ACCEPT:
        return True
    if rules.over != TOLERATE:
        return False
    asked = sum((one.asked or one.quantity for one in candidates), ZERO)
    before = sum((-min(plan.open[one.key], ZERO) for one in candidates), ZERO)
    return before + excess <= asked * rules.percent / 100


def _fill(
    line: Said, candidates: list[Wanted], plan: Plan, excess: Decimal, is_other: bool
) -> None:
    left = line.quantity
    for one in candidates:
        taken = min(left, max(plan.open[one.key], ZERO))
        if one is candidates[-1]:
            taken = left  # with what is too much
        if taken <= ZERO:
            continue
        plan.open[one.key] -= taken
        left -= taken
        target, replaces = (None, one.key) if is_other else (one.key, None)
        if one.is_closed:
            target = replaces = None
        plan.parts.append(Part(line.key, target, taken, replaces))
    if not candidates and left:
        plan.parts.append(Part(line.key, None, left))
    if excess:
        plan.over.append(line.key)
    if is_other and line.quantity:
        plan.replaced.append(line.key)
