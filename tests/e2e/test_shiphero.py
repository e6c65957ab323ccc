"""ShipHero over HTTP: its signed webhooks are taken, and the sweep finds what they lost."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from ..simulators.journey import now
from ..simulators.shiphero import ShipHero
from ..simulators.shiphero.book import nodes
from ..support.connections import connect
from ..support.polling import wait_for

FIXTURES = Path(__file__).parents[2] / "logistics_connector_wms/providers/shiphero/fixtures"


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


class House:
    """A warehouse of its own that runs on ShipHero, with lamps in stock."""

    def __init__(self, world, hero):
        self.world, self.rpc, self.hero = world, world.rpc, hero
        code = uuid.uuid4().hex[:4].upper()
        hero.server_url = hero.url
        self.connection = connect(self.rpc, hero, f"{hero.name} {code}")
        # ``connect`` writes where its webhooks go in the place of its own address.
        hero.target, hero.url = hero.url, hero.server_url
        values = {"name": f"Hero {code}", "code": code, "logistics_code": "7001"}
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
        (self.customer,) = self.rpc("res.partner", "create", [{"name": "Ada Hero"}])

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

    def access(self):
        """Let us in there, with the refresh token."""
        self.hero.allow(self.rpc)
        way = {
            "connection_id": self.connection,
            "kind": "oauth2_refresh",
            "token_url": f"{self.hero.url}/auth/refresh",
            "hosts": "127.0.0.1",
        }
        (access,) = self.rpc("logistics.access", "create", [way])
        secret = {"connection_id": self.connection, "access_id": access}
        self.rpc("logistics.credential", "create", [{**secret, "secret": self.hero.refresh_token}])

    def poll(self, query="", size=2):
        """Ask from now on; the poll's id."""
        self.access()
        values = {
            "name": "Sweep",
            "kind": "feed",
            "connection_id": self.connection,
            "url": f"{self.hero.url}/graphql{query}",
            "shortest_minutes": 1,
            "page_size": size,
            "start_at": str(now().replace(tzinfo=None) - timedelta(days=1)),
        }
        self.poll_id = self.rpc("logistics.poll", "create", [values])[0]
        return self.poll_id

    def progress(self):
        fields = ["state", "since", "watermark", "error", "paused_until", "cursor", "asks"]
        return self.rpc.one("logistics.poll.progress", [("poll_id", "=", self.poll_id)], fields)

    def read_now(self):
        self.rpc("logistics.poll", "action_read_now", [self.poll_id])


def shipped(house, order, key, quantity):
    """The same shipment as a webhook, and as an entry of the list."""
    at = now().replace(microsecond=0)
    told = fixture("shipment_update")
    line = {"id": "x", "sku": house.sku, "quantity": quantity, "package": "Package #1"}
    told["fulfillment"].update(
        shipment_id=key, order_number=order, created_at=f"{at:%Y-%m-%d %H:%M:%S}", line_items=[line]
    )
    found = fixture("shipment_asked")["node"]
    (edge, *_rest) = found["line_items"]["edges"]
    edge["node"].update(quantity=quantity)
    edge["node"]["line_item"].update(sku=house.sku, partner_line_item_id="x")
    found.update(legacy_id=key, order={"order_number": order}, created_date=at.isoformat())
    found["line_items"]["edges"] = [edge]
    return told, found


@pytest.fixture
def house(world):
    with ShipHero() as hero:
        made = House(world, hero)
        yield made
        polls = world.rpc("logistics.poll", "search", [("connection_id", "=", made.connection)])
        world.rpc("logistics.poll", "write", polls, {"active": False})


def test_a_webhook_and_the_sweep(world, house):
    hero = house.hero
    order, lost = house.order(2), house.order(3)
    # ShipHero counts the shipments of all its customers.
    first, second = (uuid.uuid4().int % 10**9 for _ in range(2))
    told, found = shipped(house, order, first, 2)
    forged = hero.tell(told, secret="somebody else's")
    assert forged.status == 401
    answer = hero.tell(told, "m-1")
    assert (answer.status, answer.json()) == (200, {"code": "200", "Status": "Success"})
    assert hero.tell(told, "m-1").json() == {"code": "200", "Status": "Success"}
    wait_for(lambda: house.on_hand() == 38, 60, "what the webhook told was not booked")

    hero.keep("shipments", found)
    _webhook, silent = shipped(house, lost, second, 3)
    hero.keep("shipments", silent)
    hero.credits = 0
    house.poll()
    house.read_now()
    wait_for(lambda: house.progress()["paused_until"], 40, house.progress, interval=0.2)
    assert house.progress()["state"] == "closed", "who is asked to wait is in no trouble"
    hero.credits = 4004
    wait_for(lambda: house.on_hand() == 35, 90, house.progress)
    wait_for(lambda: house.progress()["watermark"] and not house.progress()["since"], 60)
    assert hero.refreshed == 1, "one token for all calls"
    domain = [("connection_id", "=", house.connection)]
    advices = world.rpc("logistics.advice", "search_read", domain, ["name", "state"])
    assert {row["name"]: row["state"] for row in advices} == {
        str(first): "applied",
        str(second): "applied",
    }
    conflicts = [*domain, ("type_code", "in", ("message_conflict", "advice_conflict"))]
    assert world.rpc("logistics.exception", "search_count", conflicts) == 0

    hero.access_token = "ended"
    asks = house.progress()["asks"]
    house.read_now()
    wait_for(lambda: house.progress()["asks"] > asks and not house.progress()["since"], 60)
    assert hero.refreshed == 2, "a token that has ended is renewed"
    assert house.on_hand() == 35


def test_the_whole_stock_is_read_page_by_page_and_compared(world, house):
    house.hero.stock = {house.sku: (36, 3), **{f"NOBODY-{n}": (n, 0) for n in range(1, 4)}}
    house.poll("?stock=7001")
    domain = [("connection_id", "=", house.connection), ("state", "=", "compared")]
    found = wait_for(
        lambda: world.rpc(
            "logistics.snapshot", "search_read", domain, ["parts", "difference_count"]
        ),
        90,
        house.progress,
    )
    assert [row["parts"] for row in found] == [2]
    lines = world.rpc(
        "logistics.snapshot.result",
        "search_read",
        [("snapshot_id", "=", found[0]["id"]), ("product_id", "=", house.lamp)],
        ["condition", "theirs", "ours"],
    )
    # No place was chosen for goods that are held back: all of them are compared as one.
    assert [(row["condition"], row["theirs"], row["ours"]) for row in lines] == [
        ("available", 39, 40)
    ]
    assert house.on_hand() == 40


def releases(house):
    """Have ShipHero told of releases, at its server here."""
    rpc, connection = house.rpc, house.connection
    rpc("logistics.connection", "action_set_up_releases", [connection])
    flow = rpc.one("logistics.flow", [("connection_id", "=", connection)], ["id"])["id"]
    values = {"url": f"{house.hero.url}/graphql", "retry_schedule": "1s"}
    rpc("logistics.flow", "write", [flow], values)


def release_of(house, order):
    return house.rpc.one(
        "logistics.release", [("picking_id.name", "=", order)], ["state", "version", "problem"]
    )


def lines_of(hero, order):
    found = hero.book.order(order)
    return found and [(row["sku"], row["quantity"]) for row in nodes(found)]


def wait_for_release(house, order, state):
    wait_for(
        lambda: release_of(house, order)["state"] == state, 60, lambda: release_of(house, order)
    )


def test_shiphero_is_told_and_tells(world, house):
    hero, rpc = house.hero, house.rpc
    house.access()
    releases(house)
    order = house.order(4)
    wait_for_release(house, order, "accepted")
    assert lines_of(hero, order) == [(house.sku, 4)]
    made = hero.book.order(order)
    assert made["shipping_address"]["last_name"] == "Hero"

    picking = rpc.one("stock.picking", [("name", "=", order)], ["id", "move_ids"])
    rpc("stock.move", "write", picking["move_ids"], {"product_uom_qty": 6})
    rpc("stock.picking", "action_assign", [picking["id"]])
    wait_for(lambda: lines_of(hero, order) == [(house.sku, 6)], 60, lambda: lines_of(hero, order))
    wait_for_release(house, order, "accepted")

    # It ships four of them: the rest leaves later in the same order.
    key = uuid.uuid4().int % 10**9
    told, _found = shipped(house, order, key, 4)
    hero.tell(told)
    nodes(made)[0]["quantity_shipped"] = 4
    wait_for(lambda: house.on_hand() == 36, 60, "what it shipped was not booked")
    told, _found = shipped(house, order, key + 1, 2)
    hero.tell(told)
    wait_for(lambda: house.on_hand() == 34, 60, "the rest was not booked")
    assert hero.book.calls["order_create"] == 1, "what is still open there is not told again"
    assert {one["order_number"] for one in hero.book.orders} == {order}


def test_shiphero_is_asked_before_an_order_is_made_again(world, house):
    """The answer to ``order_create`` is lost: there is one order all the same."""
    hero = house.hero
    house.access()
    releases(house)
    hero.lose_answer_of = "order_create"
    order = house.order(2)
    wait_for_release(house, order, "accepted")
    assert lines_of(hero, order) == [(house.sku, 2)], "and no second one"
    assert hero.book.calls["order_create"] == 1


def test_shiphero_calls_an_order_off_or_says_that_it_is_too_late(world, house):
    hero, rpc = house.hero, house.rpc
    house.access()
    releases(house)
    early, late = house.order(1), house.order(2)
    for order in (early, late):
        wait_for_release(house, order, "accepted")
    nodes(hero.book.order(late))[0]["quantity_shipped"] = 1
    pickings = rpc("stock.picking", "search", [("name", "in", (early, late))])
    rpc("stock.picking", "action_cancel", pickings)
    wait_for_release(house, early, "cancelled")
    assert hero.book.order(early) is None
    wait_for_release(house, late, "too_late")
    assert "shipped of" in release_of(house, late)["problem"]
    assert hero.book.order(late)


def test_what_shiphero_refuses_is_a_case(world, house):
    hero = house.hero
    house.access()
    releases(house)
    hero.book.refusals = ["Product is not in this warehouse"]
    order = house.order(2)
    wait_for_release(house, order, "rejected")
    assert "Product is not in this warehouse" in release_of(house, order)["problem"]
    assert hero.book.order(order) is None
