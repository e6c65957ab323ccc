"""What a warehouse is made of: goods on shelves, orders, and the list of all that was done to them.

Nothing here knows a format or Odoo. Quantities are Decimal, in the item's own unit.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

NOTHING = Decimal(0)
AVAILABLE, DAMAGED, QUARANTINE, HELD = "available", "damaged", "quarantine", "held"
CONDITIONS = (AVAILABLE, DAMAGED, QUARANTINE, HELD)
OPEN, DONE, CANCELLED, REJECTED = "open", "done", "cancelled", "rejected"


class Impossible(Exception):
    """Nobody can do that: the goods are not there, or are there already."""


class Key(NamedTuple):
    """What makes goods different from each other. ``lot`` and ``serial`` are "" without one."""

    sku: str
    lot: str = ""
    serial: str = ""
    condition: str = AVAILABLE


@dataclass(frozen=True, slots=True)
class Item:
    """A product as the warehouse knows it. ``tracking``: "none", "lot" or "serial". ``units``: how
    many of the item's own unit each unit of an order is; ``step``: the least quantity of it."""

    sku: str
    tracking: str = "none"
    unit: str = "Units"
    units: dict = field(default_factory=dict)
    step: Decimal = Decimal(1)
    barcode: str = ""

    def in_own(self, quantity, unit):
        """A quantity of an order in the item's own unit.

        :raises Impossible: the warehouse does not know the unit
        """
        if unit in ("", self.unit):
            return quantity
        if unit not in self.units:
            raise Impossible(f"{self.sku} is not counted in {unit}")
        return quantity * self.units[unit]


@dataclass(slots=True)
class OrderLine:
    """``number``: the customer's. ``lots``: those that he asks for, serial numbers included."""

    number: int | None
    sku: str
    asked: Decimal
    lots: tuple = ()
    done: Decimal = NOTHING

    @property
    def left(self):
        return max(self.asked - self.done, NOTHING)


@dataclass(slots=True)
class Order:
    """What the customer wants done. ``kind``: delivery, transfer, receipt or return."""

    number: str
    kind: str
    lines: list
    revision: int = 1
    state: str = OPEN
    trouble: str = ""  # why it cannot be worked
    is_answered: bool = False
    deeds: int = 0  # how many confirmations it has

    @property
    def goes_out(self):
        return self.kind in ("delivery", "transfer")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that happened. ``moves``: by how much stock of each key grew or shrank. ``lines``:
    the same as it is told to the customer (dicts). ``kind``: ship, receipt, adjustment, count,
    release (an answer), progress, appointment or snapshot."""

    id: str
    kind: str
    at: datetime
    moves: tuple = ()
    lines: tuple = ()
    order: str = ""
    final: bool | None = None
    number: int | None = None
    details: dict = field(default_factory=dict)


class Building:
    """The warehouse's own truth.

    :param clock: gives the time, aware; no two deeds have the same one
    """

    def __init__(self, items, clock):
        self.items = {item.sku: item for item in items}
        self.stock, self.orders, self.ledger = {}, {}, []
        self.visits = {}  # of trucks, by the number of the order; None: it comes without a window
        self._clock, self._counts, self._last = clock, Counter(), None

    # -- orders -------------------------------------------------------------------------------

    def take(self, order):
        """Take an order, or a later version of one. What has begun stays as it was begun.

        :return: the order as it is worked, and whether this call changed it
        """
        known = self.orders.get(order.number)
        if known is None:
            self.orders[order.number] = order
            order.trouble = self._trouble(order)
            return order, True
        if order.revision <= known.revision or known.state != OPEN or known.deeds:
            return known, False
        known.lines, known.revision = order.lines, order.revision
        known.trouble, known.is_answered = self._trouble(order), False
        return known, True

    def cancel(self, number):
        """Stop an order if nothing of it was done; whether it is stopped."""
        order = self.orders.setdefault(number, Order(number, "delivery", []))
        if order.state in (CANCELLED, REJECTED):
            return True
        if order.state != OPEN or order.deeds:
            return False
        order.state = CANCELLED
        return True

    def open_orders(self):
        return [order for order in self.orders.values() if order.state == OPEN]

    def _trouble(self, order):
        unknown = sorted({line.sku for line in order.lines} - set(self.items))
        return f"We do not know {', '.join(unknown)}." if unknown else ""

    # -- stock --------------------------------------------------------------------------------

    def shelves(self, sku, condition=AVAILABLE):
        """Where goods of an item are: (key, quantity), in a fixed order."""
        found = [
            (key, quantity)
            for key, quantity in self.stock.items()
            if key.sku == sku and key.condition == condition and quantity > 0
        ]
        return sorted(found)

    def on_hand(self, sku, condition=AVAILABLE):
        return sum((quantity for _key, quantity in self.shelves(sku, condition)), NOTHING)

    def gone(self, sku):
        """What was shipped of an item and is not here: (key, quantity)."""
        away = Counter()
        for deed in self.ledger:
            back = deed.details.get("returned", ())
            for key, by in deed.moves if deed.kind == "ship" else back:
                if key.sku == sku:
                    away[key] -= by
        return sorted((key, quantity) for key, quantity in away.items() if quantity > 0)

    # -- deeds --------------------------------------------------------------------------------

    def do(self, kind, moves=(), lines=(), order=None, final=None, **details):
        """Let something happen, all of it or nothing.

        :param moves: (key, by how much); several of a key add up
        :raises Impossible: more is taken than lies there, or a serial number is there twice
        """
        after = Counter()
        for key, by in moves:
            after[key] += by
        for key, by in after.items():
            there = self.stock.get(key, NOTHING)
            if there + by < 0:
                raise Impossible(f"{key} has {there}: {by} cannot be")
        self._check_serials(after)
        for key, by in after.items():
            self.stock[key] = self.stock.get(key, NOTHING) + by
            if not self.stock[key]:
                del self.stock[key]
        if order:
            order.deeds += kind in ("ship", "receipt")
        deed = Deed(
            self._number(kind),
            kind,
            self.now(),
            tuple(moves),
            tuple(lines),
            order.number if order else details.pop("request", ""),
            final,
            order.deeds if order and kind in ("ship", "receipt") else None,
            details,
        )
        self.ledger.append(deed)
        return deed

    def _check_serials(self, after):
        for key, _by in after.items():
            if not key.serial:
                continue
            total = sum(
                self.stock.get(key._replace(condition=condition), NOTHING)
                + after.get(key._replace(condition=condition), NOTHING)
                for condition in CONDITIONS
            )
            if total not in (0, 1):
                raise Impossible(f"{key.sku} {key.serial} would be there {total} times")

    def _number(self, kind):
        self._counts[kind] += 1
        return f"{kind[:2].upper()}-{self._counts[kind]:05}"

    def now(self):
        """The time, later than whenever it was asked for before."""
        at = self._clock()
        if self._last and at <= self._last:
            at = self._last + timedelta(milliseconds=1)
        self._last = at
        return at

    # -- the truth ----------------------------------------------------------------------------

    def truth(self):
        """What is there, and what was done for each order, for who compares.

        :return: ``stock``: {(sku, lot or serial, condition): quantity}; ``shipped`` and
            ``received``: {(order, line, sku): quantity}, goods in every state included
        """
        stock, done = Counter(), {"ship": Counter(), "receipt": Counter()}
        for key, quantity in self.stock.items():
            stock[key.sku, key.lot or key.serial, key.condition] += quantity
        for deed in self.ledger:
            for line in deed.lines if deed.kind in done else ():
                if line["quantity"]:
                    of = deed.order, line["line"], line["product"]
                    done[deed.kind][of] += line["quantity"]
        return {"stock": dict(stock), "shipped": done["ship"], "received": done["receipt"]}
