"""ShipBob over HTTP: it is told of orders, its signed webhooks are taken, the sweep books."""

import uuid
from datetime import timedelta

import pytest

from ..simulators.journey import now
from ..simulators.shipbob import ShipBob
from ..support.connections import connect
from ..support.polling import wait_for


class House:
    """A warehouse of its own that ShipBob runs, with lamps in stock."""

    def __init__(self, world, bob):
        self.world, self.rpc, self.bob = world, world.rpc, bob
        code = uuid.uuid4().hex[:4].upper()
        server_url = bob.url
        self.connection = connect(self.rpc, bob, f"{bob.name} {code}")
        # ``connect`` writes where its webhooks go in the place of its own address.
        bob.target, bob.url = bob.url, server_url
        values = {"name": f"Bob {code}", "code": code, "logistics_code": "10"}
        (self.warehouse,) = self.rpc(
            "stock.warehouse", "create", [{**values, "logistics_connection_id": self.connection}]
        )
        (row,) = self.rpc("stock.warehouse", "read", [self.warehouse], ["lot_stock_id"])
        self.place, self.sku = row["lot_stock_id"][0], f"LAMP-{code}"
        values = {"name": "Lamp", "default_code": self.sku, "is_storable": True}
        (self.lamp,) = self.rpc("product.product", "create", [values])
        quant = {"product_id": self.lamp, "location_id": self.place, "inventory_quantity": 40}
        (quant_id,) = self.rpc("stock.quant", "create", [quant], context={"inventory_mode": True})
        self.rpc("stock.quant", "action_apply_inventory", [quant_id])
        address = {"street": "12 Dock Road", "city": "Leith", "zip": "EH6 6LX"}
        country = self.rpc("res.country", "search", [("code", "=", "GB")])[0]
        (self.customer,) = self.rpc(
            "res.partner", "create", [{"name": "Ada Bob", "country_id": country, **address}]
        )
        self._connect()

    def _connect(self):
        """Our access, releases told, and the sweep."""
        rpc, bob = self.rpc, self.bob
        bob.allow(rpc)
        way = {"connection_id": self.connection, "kind": "bearer", "hosts": "127.0.0.1"}
        (access,) = rpc("logistics.access", "create", [way])
        secret = {"connection_id": self.connection, "access_id": access, "secret": bob.token}
        rpc("logistics.credential", "create", [secret])
        rpc("logistics.connection", "action_set_up_releases", [self.connection])
        flow = rpc.one("logistics.flow", [("connection_id", "=", self.connection)], ["id"])["id"]
        values = {"url": f"{bob.url}/2.0", "retry_schedule": "1s"}
        rpc("logistics.flow", "write", [flow], values)
        values = {
            "name": "Sweep",
            "kind": "feed",
            "connection_id": self.connection,
            "url": f"{bob.url}/2.0",
            "shortest_minutes": 1,
            "page_size": 2,
            "start_at": str(now().replace(tzinfo=None) - timedelta(days=1)),
        }
        (self.poll,) = rpc("logistics.poll", "create", [values])

    def order(self, quantity):
        """A confirmed order; its delivery's name."""
        line = (0, 0, {"product_id": self.lamp, "product_uom_qty": quantity})
        values = {"partner_id": self.customer, "warehouse_id": self.warehouse, "order_line": [line]}
        (sale,) = self.rpc("sale.order", "create", [values])
        self.rpc("sale.order", "action_confirm", [sale])
        (row,) = self.rpc("sale.order", "read", [sale], ["picking_ids"])
        (row,) = self.rpc("stock.picking", "read", row["picking_ids"], ["name"])
        return row["name"]

    def on_hand(self):
        domain = [("product_id", "=", self.lamp), ("location_id", "=", self.place)]
        rows = self.rpc("stock.quant", "search_read", domain, ["quantity"])
        return sum(row["quantity"] for row in rows)

    def release(self, order):
        return self.rpc.one(
            "logistics.release", [("picking_id.name", "=", order)], ["state", "version", "problem"]
        )

    def wait_for_release(self, order, state):
        wait_for(lambda: self.release(order)["state"] == state, 60, lambda: self.release(order))


@pytest.fixture
def house(world):
    with ShipBob() as bob:
        made = House(world, bob)
        yield made
        world.rpc("logistics.poll", "write", [made.poll], {"active": False})


def test_shipbob_is_told_and_tells(world, house):
    bob, rpc = house.bob, house.rpc
    orders = [house.order(quantity) for quantity in (2, 3, 4)]
    for order in orders:
        house.wait_for_release(order, "accepted")
    first, second, third = orders
    (made,) = bob.live(first)
    assert made["recipient"]["address"]["city"] == "Leith"
    assert [one["quantity"] for one in made["products"]] == [2]

    # The label is there: nothing has left. Then it has, and only the sweep tells.
    forged = bob.tell(made["shipments"][0], secret="whsec_c29tZWJvZHkgZWxzZSdzIGtleSBoZXJl")
    assert forged.status == 401
    bob.ship(made)
    label = {**made["shipments"][0], "status": "LabeledCreated", "actual_fulfillment_date": None}
    assert bob.tell(label).status == 200
    (other,) = bob.live(second)
    bob.ship(other)
    rpc("logistics.poll", "action_read_now", [house.poll])
    wait_for(lambda: house.on_hand() == 35, 90, "what the sweep told was not booked")

    # One is told by webhook, and by the sweep again.
    (last,) = bob.live(third)
    assert bob.tell(bob.ship(last), "order.shipment.tracking.updated").status == 200
    wait_for(lambda: house.on_hand() == 31, 60, "what the webhook told was not booked")
    rpc("logistics.poll", "action_read_now", [house.poll])
    domain = [("connection_id", "=", house.connection)]
    advices = rpc("logistics.advice", "search_read", domain, ["state"])
    assert [row["state"] for row in advices] == ["applied"] * 3
    assert house.on_hand() == 31


def test_a_change_takes_the_place_of_the_order(world, house):
    bob, rpc = house.bob, house.rpc
    order = house.order(2)
    house.wait_for_release(order, "accepted")
    picking = rpc.one("stock.picking", [("name", "=", order)], ["id", "move_ids"])
    bob.lose_answer_of = "/order"
    rpc("stock.move", "write", picking["move_ids"], {"product_uom_qty": 5})
    rpc("stock.picking", "action_assign", [picking["id"]])

    def told():
        return [[one["quantity"] for one in made["products"]] for made in bob.live(order)]

    wait_for(lambda: told() == [[5]], 60, told)
    house.wait_for_release(order, "accepted")
    assert not bob.lose_answer_of, "an answer was lost on the way"
    assert told() == [[5]], "and there is one order all the same"
    bob.ship(bob.live(order)[0])
    rpc("logistics.poll", "action_read_now", [house.poll])
    wait_for(lambda: house.on_hand() == 35, 90, "under its new name it is the same transfer")

    late = house.order(1)
    house.wait_for_release(late, "accepted")
    bob.ship(bob.live(late)[0])
    pickings = rpc("stock.picking", "search", [("name", "=", late)])
    rpc("stock.picking", "action_cancel", pickings)
    house.wait_for_release(late, "too_late")
    assert "has shipped" in house.release(late)["problem"]
