"""What a 3PL tells reaches the stock over HTTP, and a person decides about the rest on a page."""

import json
import os
import uuid
from datetime import UTC, datetime

import pytest

from ..simulators.canonical import CanonicalPartner
from ..support.browser import Browser
from ..support.connections import connect
from ..support.people import person
from ..support.polling import wait_for

PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
KEEPER = "keeper_advice"


class Warehouse(CanonicalPartner):
    provider = "warehouse_json"
    name = "Harbour Fulfilment (page)"
    issuer = "harbour"

    def tell(self, *advices):
        """Send advices; the status of the answer."""
        now = datetime.now(UTC).isoformat()
        moment = {"snapshot": "as_of"}
        advices = [
            {"id": str(uuid.uuid4()), moment.get(one["type"], "occurred_at"): now, **one}
            for one in advices
        ]
        message_id = f"msg-{uuid.uuid4()}"
        body = {"id": message_id, "issuer": self.issuer, "advices": advices}
        return self.post(json.dumps(body).encode(), message_id).status


@pytest.fixture
def house(world):
    """A warehouse of its own that a 3PL runs, with two products in stock."""
    rpc = world.rpc
    partner = Warehouse()
    connection = partner.connection = connect(rpc, partner)
    code = f"H{uuid.uuid4().hex[:3].upper()}"
    (warehouse,) = rpc(
        "stock.warehouse",
        "create",
        [{"name": f"Harbour {code}", "code": code, "logistics_connection_id": connection}],
    )
    (row,) = rpc("stock.warehouse", "read", [warehouse], ["lot_stock_id", "out_type_id"])
    partner.code = code
    partner.warehouse, partner.place = warehouse, row["lot_stock_id"][0]
    partner.products = {}
    for name in ("LAMP", "BULB"):
        sku = f"{name}-{code}"
        values = {"name": f"Brass {name.lower()}", "default_code": sku, "is_storable": True}
        (product,) = rpc("product.product", "create", [values])
        quant = {"product_id": product, "location_id": partner.place, "inventory_quantity": 20}
        (quant_id,) = rpc("stock.quant", "create", [quant], context={"inventory_mode": True})
        rpc("stock.quant", "action_apply_inventory", [quant_id])
        partner.products[sku] = product
    return partner


@pytest.fixture
def browser(world):
    """That of a keeper: with the rights of the stock and of Logistics' users, and no other."""
    person(
        world.rpc,
        KEEPER,
        "Kim Keeper",
        "stock.group_stock_user",
        "logistics_connector_base.group_logistics_user",
    )
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, KEEPER, KEEPER)
        yield browser


def photograph(browser, name):
    if PICTURES:
        browser.photograph(os.path.join(PICTURES, f"{name}.png"))


def order(world, house, quantity):
    """A confirmed sales order of both products; its delivery's id and name."""
    rpc = world.rpc
    (customer,) = rpc("res.partner", "create", [{"name": "Ada Advice"}])
    lines = [
        (0, 0, {"product_id": product, "product_uom_qty": quantity})
        for product in house.products.values()
    ]
    (sale,) = rpc(
        "sale.order",
        "create",
        [{"partner_id": customer, "warehouse_id": house.warehouse, "order_line": lines}],
    )
    rpc("sale.order", "action_confirm", [sale])
    (row,) = rpc("sale.order", "read", [sale], ["picking_ids"])
    (picking,) = row["picking_ids"]
    (row,) = rpc("stock.picking", "read", [picking], ["name"])
    return picking, row["name"]


def on_hand(world, house, sku):
    rows = world.rpc(
        "stock.quant",
        "search_read",
        [("product_id", "=", house.products[sku]), ("location_id", "=", house.place)],
        ["quantity"],
    )
    return sum(row["quantity"] for row in rows)


def test_a_person_decides_about_what_differs(world, house, browser):
    lamp, bulb = house.products
    picking, name = order(world, house, 3)
    ship = {
        "type": "ship",
        "order": name,
        "lines": [{"product": lamp, "quantity": 5}, {"product": bulb, "quantity": 3}],
        "packages": [{"key": "P1", "tracking": "1Z999AA10123456784", "carrier": "ups"}],
    }
    assert house.tell(ship) == 202
    wait_for(lambda: on_hand(world, house, bulb) == 17, 60, "the good line was not booked")
    assert on_hand(world, house, lamp) == 20

    browser.open("/odoo/logistics-advices")
    browser.wait_for(".o_data_row:text(Partly booked)")
    photograph(browser, "advices")
    browser.click(f".o_data_row .o_data_cell:text({name})")
    browser.wait_for(".alert:text(2 more than is open)")
    photograph(browser, "advice")
    browser.click("button[name=action_accept]")
    wait_for(lambda: on_hand(world, house, lamp) == 15, 60, "the line was not booked")
    browser.open(f"/odoo/action-stock.action_picking_tree_all/{picking}")
    browser.wait_for("button[name=action_view_advices]")
    browser.click("button[name=action_logistics_trace]")
    browser.wait_for(".o_logistics_trace td:nth-child(4) a:text(Shipped)")
    browser.wait_for(".o_logistics_trace td:nth-child(3) a:text(version 1)")
    photograph(browser, "both-sides")
    rows = world.rpc(
        "logistics.advice",
        "search_read",
        [("order_ref", "=", name)],
        ["state", "booked_picking_ids"],
    )
    assert [row["state"] for row in rows] == ["applied"]
    assert len(rows[0]["booked_picking_ids"]) == 2


def test_adjustments_and_copies(world, house):
    lamp, _bulb = house.products
    change = {
        "type": "adjustment",
        "warehouse": house.code,  # the connection speaks for several buildings
        "id": f"TX-{uuid.uuid4()}",
        "occurred_at": "2026-11-01T10:00:00Z",
        "lines": [{"product": lamp, "quantity": -4, "reason": "BREAKAGE"}],
    }
    # The same deed in several messages at the same time.
    assert {house.tell(change, change), house.tell(change), house.tell(change)} == {202}
    wait_for(lambda: on_hand(world, house, lamp) == 16, 60, "the change was not booked")

    def settled():
        return not world.rpc(
            "logistics.message",
            "search_count",
            [("connection_id", "=", house.connection), ("state", "!=", "processed")],
        )

    wait_for(settled, 60, "the copies were not worked")
    assert on_hand(world, house, lamp) == 16


def test_a_keeper_works_the_differences_of_a_snapshot(world, house, browser):
    lamp, bulb = house.products
    told = {
        "type": "snapshot",
        "warehouse": house.code,
        "lines": [
            {"product": lamp, "on_hand": 17},
            {"product": bulb, "on_hand": 20},
            {"product": "HF-9", "on_hand": 3},
        ],
    }
    assert house.tell(told) == 202
    domain = [("warehouse_id", "=", house.warehouse), ("state", "=", "compared")]
    wait_for(lambda: world.rpc("logistics.snapshot", "search_count", domain), 60, "not compared")
    assert on_hand(world, house, lamp) == 20
    browser.open("/odoo/logistics-snapshots")
    browser.wait_for(f".o_data_row .o_data_cell:text(Harbour {house.code})")
    photograph(browser, "snapshots")
    browser.click(f".o_data_row .o_data_cell:text(Harbour {house.code})")
    browser.wait_for(".o_data_row:text(Unexplained)")
    browser.wait_for(".o_data_row:text(Nobody knows this code)")
    photograph(browser, "two-sides")
    browser.click(".o_data_row:nth-child(1) .o_list_record_selector input")
    browser.click(".o_control_panel button:text(Decide)")
    browser.wait_for(".modal div:text(Ask for a count)")
    photograph(browser, "decide")
    browser.type(".modal .o_field_widget[name=reason] input", "Three are missing")
    browser.click(".modal footer button:text(Ask for a count)")
    browser.wait_for(".alert:text(tell the warehouse by hand)")
    photograph(browser, "count")
    (row,) = world.rpc(
        "logistics.count", "search_read", [("warehouse_id", "=", house.warehouse)], ["name"]
    )
    answer = {
        "type": "count",
        "request": row["name"],
        "warehouse": house.code,
        "lines": [{"product": lamp, "quantity": 17}],
    }
    assert house.tell(answer) == 202

    def counted():
        rows = world.rpc(
            "logistics.count.line", "search_read", [("count_id", "=", row["id"])], ["difference"]
        )
        return [line["difference"] for line in rows] == [-3]

    wait_for(counted, 60, "the count did not come")
