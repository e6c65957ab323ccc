"""Orders as Odoo's own addons for drop shipping and kits move them: a database of its own with
stock_dropshipping and sale_mrp, on which our addons are installed as a customer would."""

import os

import pytest

from devtools import databases

from ..support.inside import Inside

ODOOS = ["stock_dropshipping", "sale_mrp"]
# What the programs below have in common.
TOOLS = """
from odoo import Command
from odoo.tests import Form

def product(name, **values):
    return env["product.product"].create(
        {"name": name, "is_storable": True, "invoice_policy": "delivery", **values})

def sell(product, quantity):
    customer = env["res.partner"].create({"name": "Ada", "street": "Lindenweg 1"})
    order = env["sale.order"].create({
        "partner_id": customer.id,
        "order_line": [Command.create({"product_id": product.id, "product_uom_qty": quantity})]})
    order.action_confirm()
    return order

def send(picking, **parts):
    picking.action_assign()
    for move in picking.move_ids:
        move.quantity = parts.get(move.product_id.name, move.product_uom_qty)
    picking.move_ids.picked = True
    action = picking.button_validate()
    if isinstance(action, dict):
        wizard = Form.from_action(env, action).save()
        wizard.process()
    assert picking.state == "done", picking.state

def take_back(picking, quantity):
    wizard = Form(env["stock.return.picking"].with_context(
        active_id=picking.id, active_ids=picking.ids, active_model="stock.picking")).save()
    wizard.product_return_moves.write({"quantity": quantity, "to_refund": True})
    return env["stock.picking"].browse(wizard.action_create_returns()["res_id"])

def state(record):
    '''As it is read, and as it is searched by once the desk has looked.'''
    env.flush_all()
    read = record.logistics_state
    desk = env["logistics.business.desk"]
    while desk._take_and_write():
        pass
    env.invalidate_all()
    found = env[record._name].search([("id", "=", record.id), ("logistics_state", "=", read)])
    assert found == record, (read, record.logistics_state)
    return read

def tell(shipment, code):
    shipment._record_own_event(code)
"""
DROP_SHIP = """
vendor = env["res.partner"].create({"name": "Vendor"})
lamp = product("Far lamp", route_ids=[Command.set(
    env.ref("stock_dropshipping.route_drop_shipping").ids)],
    seller_ids=[Command.create({"partner_id": vendor.id, "price": 3})])
order = sell(lamp, 5)
seen = [state(order)]
purchase = env["purchase.order"].search([("partner_id", "=", vendor.id)])
purchase.button_confirm()
drop = purchase.picking_ids
assert drop.picking_type_code == "dropship" and drop in order.picking_ids
seen.append(state(order))
shipment = drop._ensure_shipment()
stops = {stop.role: stop.partner_id.name for stop in shipment.stop_ids}
assert stops == {"origin": "Vendor", "destination": "Ada"}, stops
assert shipment.sale_order_ids == order and shipment.partner_id.name == "Ada"
tell(shipment, "PUP_PICKED_UP")
seen.append(state(order))
send(drop, **{"Far lamp": 3})
rest = order.picking_ids - drop
assert rest.picking_type_code == "dropship"
seen.append(state(order))
tell(shipment, "DLV_DELIVERED")
seen.append(state(order))
second = rest._ensure_shipment()
assert second != shipment
tell(second, "PUP_PICKED_UP")
send(rest)
seen.append((state(order), state(drop), state(rest)))
tell(second, "DLV_DELIVERED")
seen.append((state(order), state(drop), state(rest)))
order._create_invoices(final=True).action_post()
seen.append((state(order), state(drop), state(rest)))
kinds = env["logistics.business.state"].search([("picking_id", "in", (drop | rest).ids)])
assert set(kinds.mapped("kind")) == {"drop_ship"}, kinds.mapped("kind")
back = take_back(drop, 2)
seen.append((state(order), state(back), order.logistics_return_under_way))
send(back)
seen.append((state(order), state(back), order.logistics_return_under_way))
order._create_invoices(final=True).action_post()
seen.append(state(order))
result = seen
"""
SEEN = [
    "pending",
    "pending",
    "in_progress",  # with the carrier
    "partial",  # three of five, the rest is still with the vendor
    "partial",
    ("partial", "fulfilled", "in_progress"),
    ("fulfilled", "fulfilled", "fulfilled"),
    ("closed", "closed", "closed"),
    ("partial", "pending", True),
    ("partial", "fulfilled", False),  # what came back is to be credited
    "closed",
]
KIT = """
kit, board, leg = product("Table kit"), product("Board"), product("Leg")
kit.is_storable = False
env["mrp.bom"].create({
    "product_tmpl_id": kit.product_tmpl_id.id, "type": "phantom", "product_qty": 1,
    "bom_line_ids": [
        Command.create({"product_id": board.id, "product_qty": 1}),
        Command.create({"product_id": leg.id, "product_qty": 4})]})
place = env["stock.warehouse"].search([], limit=1).lot_stock_id
for part in board, leg:
    env["stock.quant"]._update_available_quantity(part, place, 100)
order = sell(kit, 5)
out = order.picking_ids
seen = [state(order)]
send(out, Board=3, Leg=12)
rest = order.picking_ids - out
seen.append((state(order), {(l["to_ship"]) for l in order.logistics_lines}))
{then}
result = seen
"""
CALLED_OFF = """
rest.action_cancel()
seen.append((state(order), order.logistics_lines[0]["delivered"],
             order.logistics_lines[0]["called_off"]))
"""
SENT = """
send(rest, Board=2, Leg=7)
seen.append(state(order))  # a leg is missing
send(order.picking_ids - out - rest)
seen.append((state(order), order.logistics_lines[0]["delivered"]))
"""


@pytest.fixture(scope="module")
def inside():
    name = f"drop_ship_{os.getpid()}"
    databases.create(name)
    try:
        databases.install(name, ODOOS)
        with Inside(name) as inside:
            yield inside
    finally:
        databases.drop(name)


def test_from_the_vendor_to_the_customer_and_back(inside):
    assert inside.run(TOOLS + DROP_SHIP) == SEEN


def test_a_kit_is_there_when_its_parts_are(inside):
    assert inside.run(TOOLS + KIT.replace("{then}", SENT)) == [
        "pending",
        ("partial", {2.0}),
        "partial",
        ("fulfilled", 5.0),
    ]


def test_the_rest_of_a_kit_is_called_off(inside):
    assert inside.run(TOOLS + KIT.replace("{then}", CALLED_OFF)) == [
        "pending",
        ("partial", {2.0}),
        ("fulfilled", 3.0, 2.0),
    ]
