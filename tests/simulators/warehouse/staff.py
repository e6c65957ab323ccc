"""Who works in the warehouse: what happens to orders and goods, decided by a seeded random."""

from dataclasses import dataclass, field, replace

from .building import AVAILABLE, CONDITIONS, DONE, NOTHING, OPEN, REJECTED
from .gate import Gate
from .inbound import Dock
from .words import goods, pieces

REASONS = ("BREAKAGE", "LOST", "EXPIRED", "FOUND", "THEFT")


@dataclass(frozen=True, slots=True)
class Habits:
    """What people do, by weight, and how often (0 to 1) what else happens in an hour.

    ``picking``: full, short (final), later (the rest in a second confirmation), over (a little),
    far_over, substitute, nothing. ``receiving``: full, short, later, over, far_over.
    """

    picking: dict
    receiving: dict
    idle: float = 0.3  # an order lies for an hour
    other_lot: float = 0.2  # than the customer asked for, where there is another
    damaged: float = 0.25  # of receipts: some of it came damaged
    lost: float = 0.5  # of short lines: what was missed is booked out
    reject: float = 0.0  # of orders: the warehouse does not work them
    adjust: float = 0.4
    count: float = 0.0
    snapshot: float = 0.0
    appointments: float = 0.0  # of receipts: their truck gets a window at a dock
    terse: float = 0.2  # of full shipments: only exceptions are told
    dispositions: dict = field(
        default_factory=lambda: {"restock": 4, "quarantine": 2, "scrap": 1, "refurbish": 1}
    )


#: What Odoo can book without a person, where the connection accepts more and other goods.
AGREED = Habits(
    picking={"full": 8, "short": 2, "later": 3, "over": 1, "substitute": 1},
    receiving={"full": 5, "short": 2, "later": 3, "over": 2},
)
#: Whatever warehouses do.
EVERYTHING = replace(
    AGREED,
    picking={**AGREED.picking, "far_over": 1, "nothing": 1},
    receiving={**AGREED.receiving, "far_over": 1},
    reject=0.1,
    count=0.2,
    snapshot=0.1,
)


class Staff:
    """
    :param building: in which they work
    :param rng: a random.Random, from which all that happens follows
    :param substitutes: {sku: sku that may be sent in its place}
    """

    def __init__(self, building, rng, habits=AGREED, substitutes=None):
        self.building, self.rng, self.habits = building, rng, habits
        self.substitutes = substitutes or {}
        self.dock, self.gate = Dock(building, rng, habits), Gate(building, rng, habits)

    def work(self):
        """An hour's work; the deeds, in the order in which they were done."""
        ledger = self.building.ledger
        before = len(ledger)
        orders = self.building.open_orders()
        self.rng.shuffle(orders)
        for order in orders:
            if not order.is_answered:
                self._answer(order)
            if order.state == OPEN and self.rng.random() >= self.habits.idle:
                if order.goes_out:
                    self._pick(order)
                elif self.gate.admit(order):
                    self.dock.receive(order)
                    self.gate.dismiss(order)
        for chance, act in (
            (self.habits.adjust, self._adjust),
            (self.habits.count, self._count),
            (self.habits.snapshot, self.snapshot),
        ):
            if self.rng.random() < chance:
                act()
        return ledger[before:]

    def stop(self, number):
        """The customer wants an order not to be worked; whether there was time."""
        order = self.building.orders.get(number)
        in_time = self.building.cancel(number)
        order = order or self.building.orders[number]
        self._say(order, "cancelled" if in_time else "too_late")
        return in_time

    def refuse(self, order, revision):
        """A change of an order comes too late."""
        self._say(order, "too_late", "It is being worked.", revision)

    # -- answers ------------------------------------------------------------------------------

    def _answer(self, order):
        order.is_answered = True
        is_unwilling = not order.deeds and self.rng.random() < self.habits.reject
        reason = order.trouble or ("We do not do that today." if is_unwilling else "")
        if reason:
            order.state = REJECTED
        self._say(order, "rejected" if reason else "accepted", reason)

    def _say(self, order, answer, reason="", revision=None):
        details = {"answer": answer, "release": revision or order.revision, "reason": reason}
        self.building.do("release", order=order, **details)

    # -- shipping -----------------------------------------------------------------------------

    def _pick(self, order):
        if not order.deeds:
            self.building.do("progress", order=order, stage="started")
        story = _choose(self.rng, self.habits.picking) if not order.deeds else "full"
        moves, lines, missed = [], [], []
        for line in order.lines:
            if order.deeds and not line.left:
                continue
            missed += self._pick_line(order, line, story, moves, lines)
        is_last = story != "later" or not any(line.left for line in order.lines)
        if story == "later" and not moves:
            return  # nothing yet: there is nothing to tell
        details = {"packages": self._packages(lines)}
        if story == "full" and not order.deeds and self._is_as_asked(order, lines):
            details["terse"] = self.rng.random() < self.habits.terse
        self.building.do("ship", moves, lines, order, final=is_last, **details)
        if is_last:
            order.state = DONE
        for key, quantity in missed:
            self._write_off(key, quantity)

    def _pick_line(self, order, line, story, moves, lines):
        """Take the goods of a line from the shelves; what should lie there and does not."""
        wanted, sku, step = line.left, line.sku, self.building.items[line.sku].step
        has_whim = self.rng.random() < 0.6  # the story is that of some of the lines
        if story == "nothing":
            wanted = NOTHING
        elif story in ("short", "later") and has_whim:
            wanted = step * self.rng.randint(0, max(int(wanted / step) - 1, 0))
        elif story == "over" and has_whim:
            wanted += step * max(int(wanted / step) // 10, 1)
        elif story == "far_over" and has_whim:
            wanted += line.asked + step
        elif story == "substitute" and has_whim and self.substitutes.get(sku):
            sku = self.substitutes[sku]
        taken = self._take(sku, wanted, line.lots, moves)
        if not taken and sku != line.sku:
            sku, taken = line.sku, self._take(line.sku, wanted, line.lots, moves)
        told = {"line": line.number, "product": sku}
        if sku != line.sku:
            told |= {"substitutes": line.sku, "reason": "SUBST"}
        total = sum((quantity for _key, quantity in taken), NOTHING)
        if total < line.left and story != "later":
            told["reason"] = "SHORT"
        lines += pieces(taken, told) or [{**told, "quantity": NOTHING}]
        line.done += total
        if story != "short" or self.rng.random() >= self.habits.lost or sku != line.sku:
            return []
        return [(key, min(quantity, line.left)) for key, quantity in self._rest(sku, moves)[:1]]

    def _take(self, sku, wanted, lots, moves):
        """Pieces (key, quantity) of an item up to ``wanted``, the lots that were asked for first;
        they are added to ``moves``."""
        shelves = self._rest(sku, moves)
        is_obedient = self.rng.random() >= self.habits.other_lot
        if lots and is_obedient:
            shelves.sort(key=lambda one: (one[0].lot or one[0].serial) not in lots)
        elif lots:
            self.rng.shuffle(shelves)
        taken = []
        for key, quantity in shelves:
            piece = min(quantity, wanted)
            if piece > 0:
                taken.append((key, piece))
                wanted -= piece
        moves += [(key, -piece) for key, piece in taken]
        return taken

    def _rest(self, sku, moves):
        """What lies on the shelves beside what is in the trolley already."""
        used = {}
        for key, by in moves:
            used[key] = used.get(key, NOTHING) - by
        found = [
            (key, quantity - used.get(key, NOTHING)) for key, quantity in self.building.shelves(sku)
        ]
        return [(key, quantity) for key, quantity in found if quantity > 0]

    def _is_as_asked(self, order, lines):
        """Whether a confirmation that lists no line would say the same."""
        asked = {line.number: line for line in order.lines}
        return all(
            self.building.items[line["product"]].tracking == "none"
            and asked[line["line"]].asked == line["quantity"]
            and not line.get("substitutes")
            for line in lines
        )

    def _packages(self, lines):
        """Parcels; each line is told in which one it is."""
        moved = [line for line in lines if line["quantity"]]
        count = min(len(moved), self.rng.randint(1, 2))
        for line in moved:
            line["package"] = f"P{self.rng.randint(1, count)}"
        return [
            {
                "key": key,
                "tracking": f"HF{self.rng.randrange(10**10):010}",
                "carrier": "harbour",
                "weight_kg": self.rng.randint(1, 200) / 10,
            }
            for key in sorted({line["package"] for line in moved})
        ]

    def _write_off(self, key, quantity):
        quantity = min(quantity, self.building.stock.get(key, NOTHING))
        if quantity:
            line = goods(key, -quantity, reason="LOST")
            self.building.do("adjustment", [(key, -quantity)], [line])

    # -- stock changes by itself --------------------------------------------------------------

    def _adjust(self):
        found = sorted(key for key, quantity in self.building.stock.items() if quantity > 0)
        if not found:
            return
        key = self.rng.choice(found)
        item, there = self.building.items[key.sku], self.building.stock[key]
        most = max(int(there / item.step) // 4, 1)
        quantity = item.step * self.rng.randint(1, most)
        what = self.rng.choice(("shrinks", "grows", "changes", "changes"))
        if what == "changes":
            others = [place for place in CONDITIONS if place != key.condition]
            to = key._replace(condition=self.rng.choice(others))
            line = goods(key, quantity, moved_to=to.condition, reason="INSPECT")
            moves = [(key, -quantity), (to, quantity)]
        else:
            # A serial number that is there cannot be found once more.
            is_less = what == "shrinks" or item.tracking == "serial"
            by = -quantity if is_less else quantity
            line, moves = goods(key, by, reason=self.rng.choice(REASONS)), [(key, by)]
        self.building.do("adjustment", moves, [line])

    def _count(self):
        """What was asked to be counted is found as the books have it: changes are told apart."""
        sku = self.rng.choice(sorted(self.building.items))
        lines = [goods(key, quantity) for key, quantity in self.building.shelves(sku)]
        if lines and self.building.items[sku].tracking != "serial":
            self.building.do("count", (), lines)

    def count(self, request, asked):
        """Count what a customer asks for.

        :param str request: the customer's number
        :param asked: [(sku, lot or "", condition)]
        """
        lines = []
        for sku, lot, condition in asked:
            found = [
                goods(key, quantity)
                for key, quantity in self.building.shelves(sku, condition)
                if not lot or lot in (key.lot, key.serial)
            ]
            nothing = {"product": sku, "quantity": NOTHING, "condition": condition}
            lines += found or [{**nothing, "lot": lot} if lot else nothing]
        return self.building.do("count", (), lines, request=request)

    def snapshot(self):
        """The stock of the whole building, as of this moment."""
        rows = {}
        for key, quantity in sorted(self.building.stock.items()):
            row = rows.setdefault((key.sku, key.lot or key.serial), {"on_hand": NOTHING})
            row["on_hand"] += quantity
            if key.condition != AVAILABLE:
                row[key.condition] = row.get(key.condition, NOTHING) + quantity
        lines = [
            {"product": sku, **({"lot": lot} if lot else {}), **row}
            for (sku, lot), row in rows.items()
        ]
        return self.building.do("snapshot", (), lines)


def _choose(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]
