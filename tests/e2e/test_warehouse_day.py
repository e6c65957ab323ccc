"""Days of a 3PL that has a truth of its own: it picks short, over, other lots and other goods,
breaks and finds things, and tells of it late, twice and in another order. In the evening Odoo's
stock, lots, deliveries and back-orders are what the warehouse did; and each snapshot and count of
the day, looked at again, is the same as the books as of its own moment.

With odd seeds the shop trusts the warehouse, with even ones a person accepts what differs.
Five days here; ``./dev exam wms`` plays fifty.
"""

import itertools
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ..simulators.warehouse import AGREED, EVERYTHING, Manners, WarehouseServer
from ..support.polling import wait_for
from ..support.warehouse import CAREFUL, TRUSTING, Harbour, rounded

FIRST = int(os.environ.get("WAREHOUSE_SEED", 1))
COUNT = int(os.environ.get("WAREHOUSE_SEEDS", 5))
HOURS = 5
UNSETTLED = """
SELECT (SELECT count(*) FROM logistics_message WHERE connection_id = %s AND state IN
        ('received', 'processing', 'scheduled', 'pending', 'sending', 'doubt'))
     + (SELECT count(*) FROM logistics_advice WHERE connection_id = %s
        AND state IN ('ready', 'waiting'))
     + (SELECT count(*) FROM logistics_snapshot WHERE connection_id = %s AND state = 'to_compare')
"""
DONE = "SELECT count(*) FROM stock_move WHERE state = 'done'"
SIDES = ["snapshot_id", "product_id", "lot_id", "condition", "theirs", "ours", "kind"]
COUNTED = ["count_id", "product_id", "lot_id", "condition", "counted", "ours", "state"]
TROUBLES = ["name", "kind", "state", "problem", "order_ref"]


class Day:
    """A day in a warehouse, by seed. ``policy``: of the connection; ``whims``: how often in an hour
    a customer cancels an order, 0 to 1."""

    whims = 0.1

    def __init__(self, world, server, seed, policy):
        self.world, self.server, self.rng = world, server, random.Random(f"day {seed}")
        self.harbour = Harbour(world.rpc, server, policy)
        self.orders = []
        self.skus = self.harbour.make_products()
        lamp, bulb = self.skus[:2]
        server.staff.substitutes[lamp] = bulb

    def goods(self, most):
        chosen = self.rng.sample(self.skus, self.rng.randint(1, len(self.skus)))
        return {sku: self.harbour.items[sku].step * self.rng.randint(1, most) for sku in chosen}

    def play(self):
        self.harbour.receive({sku: self.harbour.items[sku].step * 30 for sku in self.skus})
        self.evening()
        for _hour in range(HOURS):
            if self.rng.random() < 0.8:
                self.orders.append(self.harbour.sell(self.goods(12)))
            if self.orders and self.rng.random() < self.whims:
                self.harbour.cancel(self.orders.pop(self.rng.randrange(len(self.orders))))
            if self.rng.random() < 0.3:
                self.harbour.receive(self.goods(20))
            if self.rng.random() < 0.4:
                self.send_back()
            self.server.tick()
        self.evening()

    def send_back(self):
        done = [
            ("picking_type_id", "=", self.harbour.out_type),
            ("state", "=", "done"),
            ("return_ids", "=", False),
        ]
        found = self.world.rpc("stock.picking", "search", done)
        if found:
            self.harbour.send_back(self.rng.choice(found))

    def evening(self, most=40):
        """Work until nothing is left to do, and all of it is told and booked."""
        for _hour in range(most):
            self.settle()
            orders = len(self.server.building.orders)
            self.server.tick()
            self.send_all()
            # What waits for goods that were told of last is in trouble until these are booked.
            for _look in range(5):
                if not self.harbour.accept():
                    break
                self.settle()
            is_new = len(self.server.building.orders) > orders
            if not is_new and not self.server.building.open_orders():
                break
        else:
            raise AssertionError(f"still open: {self.server.building.open_orders()}")

    def send_all(self):
        """All that was done is told: what never left is asked for, by the numbers that are missing.
        What is missing at the end no number shows."""
        for _round in range(5):
            self.server.empty()
            self.server.post.last_ones()
            self.server.empty()
            self.settle()
            if not self.harbour.ask_again():
                return
            self.settle()
        raise AssertionError(f"{self.harbour.ask_again()} counters have gaps")

    def settle(self):
        """Until Odoo has sent and booked all that it can."""
        connection = self.harbour.connection_id

        def look():
            return not self.world.database.value(UNSETTLED, *[connection] * 3)

        wait_for(look, 120, self.unsettled)

    def unsettled(self):
        domain = [("connection_id", "=", self.harbour.connection_id)]
        waiting = [*domain, ("state", "in", ("ready", "waiting"))]
        return {
            "advices": self.world.rpc("logistics.advice", "search_read", waiting, TROUBLES),
            "messages": self.world.rpc(
                "logistics.message",
                "search_read",
                [*domain, ("state", "not in", ("delivered", "processed", "cancelled"))],
                ["display_name", "state", "error_text", "next_try_at"],
            ),
        }

    # -- the verdict --------------------------------------------------------------------------

    def check(self):
        """Odoo has what the warehouse did."""
        domain = [("connection_id", "=", self.harbour.connection_id)]
        left = [*domain, ("state", "not in", ("applied", "superseded"))]
        assert self.world.rpc("logistics.advice", "search_read", left, TROUBLES) == []
        assert self.differences() == []
        assert self.looked_at_again() == []

    def looked_at_again(self):
        """What differs in the snapshots and counts of the day, now that all is told: nothing, by
        whatever way the messages came."""
        self.server.staff.snapshot()
        self.send_all()
        rpc, domain = self.world.rpc, [("connection_id", "=", self.harbour.connection_id)]
        snapshots = rpc("logistics.snapshot", "search", domain)
        assert len(snapshots) == self.told("snapshot")
        rpc("logistics.snapshot", "action_compare_again", snapshots)
        counts = rpc("logistics.count", "search", domain)
        assert len(counts) == self.told("count")
        rpc("logistics.count", "action_compare_again", counts)
        self.settle()
        states = rpc("logistics.snapshot", "read", snapshots, ["name", "state", "compared_count"])
        # The first may be of an empty building, of which nothing is to be compared.
        empty = sum(not row["compared_count"] for row in states)
        assert empty <= sum(not deed.lines for deed in self.deeds("snapshot"))
        found = [row for row in states if row["state"] != "compared"]
        differing = [*domain, ("kind", "!=", "match")]
        found += rpc("logistics.snapshot.result", "search_read", differing, SIDES)
        differing = [*domain, ("state", "!=", "same")]
        return found + rpc("logistics.count.line", "search_read", differing, COUNTED)

    def deeds(self, kind):
        return [deed for deed in self.server.building.ledger if deed.kind == kind]

    def told(self, kind):
        return len(self.deeds(kind))

    def differences(self):
        truth = self.server.building.truth()
        theirs = {of: rounded(quantity) for of, quantity in truth["stock"].items()}
        found = differing("stock", theirs, self.harbour.stock())
        delivered, left = self.expected(truth)
        ours = Counter()
        for line in self.harbour.sold():
            of = line["order_id"][0], line["product_id"][0]
            ours[of] += line["qty_delivered"]
        found += differing("delivered", delivered, ours)
        waiting = Counter()
        for move in self.harbour.moves():
            is_open = move["state"] not in ("done", "cancel")
            if move["sale_line_id"] and is_open and move["picking_code"] == "outgoing":
                waiting[move["sale_line_id"][0]] += rounded(move["product_qty"])
        return found + differing("back-orders", left, dict(waiting))

    def expected(self, truth):
        """What was delivered of each order and product, and what of each sold line is to come.

        Odoo gives goods that were sent in the place of others a line of their own, with nothing
        ordered.
        """
        moves = {move["id"]: move for move in self.harbour.moves()}
        lines = {line["id"]: line for line in self.harbour.sold()}
        delivered, served = Counter(), Counter()
        for (_order, number, sku), quantity in truth["shipped"].items():
            line = moves[number]["sale_line_id"][0]
            served[line] += quantity
            delivered[lines[line]["order_id"][0], self.harbour.products[sku]] += quantity
        returns = {
            (move["picking_id"][1], move["product_id"][0]): lines[move["sale_line_id"][0]]
            for move in moves.values()
            if move["picking_code"] == "incoming" and move["sale_line_id"]
        }
        for (order, _number, sku), quantity in truth["received"].items():
            product = self.harbour.products[sku]
            if (order, product) in returns:
                delivered[returns[order, product]["order_id"][0], product] -= quantity
        left = {
            number: max(line["product_uom_qty"] - served[number], Decimal(0))
            for number, line in lines.items()
            if line["state"] != "cancel"
        }
        return delivered, left


def differing(what, theirs, ours):
    """Where two tables of quantities differ; what is missing is zero."""
    keys = sorted({*theirs, *ours}, key=str)
    pairs = [(key, theirs.get(key, 0), ours.get(key, 0)) for key in keys]
    return [
        f"{what} {key}: the warehouse {their:g}, Odoo {our:g}"
        for key, their, our in pairs
        if Decimal(their) != Decimal(our)
    ]


def by_seconds():
    """A clock that is a second further each time it is looked at: what happens in one second is
    told with one time, and nobody can say which side of a snapshot it is on."""
    start, looks = datetime.now(UTC).replace(microsecond=0), itertools.count()
    return lambda: start + timedelta(minutes=-30, seconds=next(looks))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_in_the_evening_odoo_has_what_the_warehouse_did(world, seed):
    policy, habits = (CAREFUL, EVERYTHING) if seed % 2 == 0 else (TRUSTING, AGREED)
    habits = replace(habits, count=0.3, snapshot=0.3)
    manners = Manners(forgotten=0.1)
    with WarehouseServer(
        seed, habits=habits, manners=manners, hands=3, clock=by_seconds()
    ) as server:
        day = Day(world, server, seed, policy)
        day.play()
        day.check()
        before = day.harbour.stock(), day.harbour.sold(), day.world.database.value(DONE)
        server.post.repeat()
        day.settle()
        assert day.differences() == []
        after = day.harbour.stock(), day.harbour.sold(), day.world.database.value(DONE)
        assert after == before, "what is told again changes nothing"
