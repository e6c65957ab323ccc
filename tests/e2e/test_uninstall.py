"""Installing, using, upgrading and removing the carrier addon and then all of ours, for real.

Not in one of Odoo's test cases: removal commits, and changes the registry of its process.
"""

import os

import pytest

from devtools import databases

from ..support.database import Database
from ..support.inside import Inside

CARRIER, BASE = "logistics_connector_carrier", "logistics_connector_base"
WMS = "logistics_connector_wms"

#: Whatever Odoo complains about while the rest of the program runs.
LISTEN = """
    import logging
    complaints = []
    class Listener(logging.Handler):
        def emit(self, record):
            complaints.append(f"{record.name}: {record.getMessage()}"[:300])
    logging.getLogger().addHandler(Listener(logging.WARNING))
"""

USE = """
    from unittest.mock import patch
    from odoo.addons.logistics_connector_base.intake import accept, waker
    from odoo.tools.misc import file_open

    provider = env.ref("logistics_connector_carrier.provider_ups")
    product = env["product.product"].create({"name": "Lamp", "type": "consu"})
    fee = env["product.product"].create({"name": "UPS", "type": "service"})
    method = env["delivery.carrier"].create({
        "name": "UPS", "product_id": fee.id, "logistics_provider_id": provider.id})
    order = env["sale.order"].create({
        "partner_id": env["res.partner"].create({"name": "Ada"}).id,
        "carrier_id": method.id,
        "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})]})
    order.action_confirm()
    delivery = order.picking_ids
    delivery.carrier_id = method
    delivery.carrier_tracking_ref = "1ZA1B2C30312345674"
    delivery.shipment_ids.ship_date = "2026-03-09"
    delivery.move_ids.write({"quantity": 1, "picked": True})
    delivery.button_validate()
    delivery.shipment_ids.ship_date = "2026-03-09"
    connection = env["logistics.connection"].create({
        "name": "UPS", "provider_id": provider.id, "state": "live"})
    env["logistics.event.mapping"].create({
        "provider": "ups", "raw_code": "MINE",
        "code_id": env.ref("logistics_connector_base.event_code_dlv_out").id})
    env.cr.commit()
    with patch.object(waker, "wake", lambda dbname: None):
        for name in ("normal", "unmapped", "delivery_photo", "two_shipments", "hostile_types"):
            path = f"logistics_connector_carrier/providers/ups/fixtures/{name}.json"
            with file_open(path, "rb") as file:
                accept.accept(env.cr.dbname, connection._make_profile(), file.read(), {})
    service = env.ref("logistics_connector_base.user_logistics_service")
    env["logistics.inbox"].with_user(service)._drain()
    env.cr.commit()
    env.invalidate_all()
    result = (delivery.shipment_ids.state, order.logistics_state)
"""

MODULE = (
    LISTEN
    + """
    env["ir.module.module"].search([("name", "=", "{name}")]).button_immediate_{action}()
    result = complaints
"""
)

LEFT = """
    every = {"active_test": False}
    providers = env["logistics.provider"].with_context(every).search([])
    connections = env["logistics.connection"].with_context(every).search([])
    ours = [("module", "=", "logistics_connector_carrier")]
    messages = env["logistics.message"].search([])
    shipment = env["logistics.shipment"].search([])
    result = {
        "providers": {p.code: p.active for p in providers},
        "connections": [(c.name, c.state, c.active) for c in connections],
        "mappings": sorted(env["logistics.event.mapping"].search([("is_shipped", "=", False)])
                           .mapped("raw_code")),
        "shipped": env["logistics.event.mapping"].with_context(every)
                   .search_count([("is_shipped", "=", True),
                                  ("provider", "not in", ("epcis", "shipbob", "shiphero"))]),
        "messages": sorted(messages.mapped("state")),
        "readable": all(message.body_text for message in messages),
        "shipment": (shipment.state, len(shipment.event_ids)),
        "method": env["delivery.carrier"].search([("name", "=", "UPS")]).active,
        "xml_ids": env["ir.model.data"].search_count(ours),
    }
"""

# A 3PL's connection: whether its provider can be chosen, its state, whether it is shown.
HARBOUR = """
    every = env["logistics.connection"].with_context(active_test=False)
    provider = env["logistics.provider"].with_context(active_test=False).search(
        [("code", "=", "warehouse_json")])
    found = every.search([("name", "=", "Harbour")])
    if not found:
        found = every.create({"name": "Harbour", "provider_id": provider.id, "state": "live"})
        env.cr.commit()
    result = [(c.provider_id.active, c.state, c.active) for c in found]
"""

RETRY = """
    case = env["logistics.exception"].search([("type_code", "=", "unknown_shipment")], limit=1)
    case.action_retry()
    env.cr.commit()
    service = env.ref("logistics_connector_base.user_logistics_service")
    env["logistics.inbox"].with_user(service)._drain()
    env.cr.commit()
    env.invalidate_all()
    result = case.message_id.state
"""


@pytest.fixture(scope="module")
def database():
    name = f"e2e_{os.getpid()}_uninstall"
    databases.create(name)
    try:
        yield name
    finally:
        databases.drop(name)


def run(database, program, **values):
    text = program
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    # A process for each: a removal changes the registry of the one that it happens in. Without base
    # among the server-wide modules, as whoever removes it must do: Odoo keeps those.
    with Inside(database, {"server_wide_modules": "base,rpc,web,queue_job"}) as inside:
        return inside.run(text, timeout=240)


def test_the_addons_come_and_go_without_a_complaint_and_history_stays(database):
    assert run(database, USE) == ("delivered", "fulfilled")
    before = run(database, LEFT)
    assert before["providers"]["ups"] and before["shipped"] > 100

    # The carrier addon goes: what came over its connections stays readable.
    assert run(database, MODULE, name=CARRIER, action="uninstall") == []
    left = run(database, LEFT)
    assert left["providers"].get("ups") is False
    assert "fedex" not in left["providers"]
    assert left["connections"] == [("UPS", "retired", False)]
    assert (left["mappings"], left["shipped"], left["xml_ids"]) == (["MINE"], 0, 0)
    assert left["messages"] == before["messages"] and left["readable"]
    assert left["shipment"] == before["shipment"]
    assert left["method"]

    # It comes back and takes up what it left.
    assert run(database, MODULE, name=CARRIER, action="install") == []
    again = run(database, LEFT)
    assert again["providers"] == before["providers"]
    assert (again["mappings"], again["shipped"]) == (["MINE"], before["shipped"])
    assert run(database, RETRY) == "parked"

    # An upgrade replaces what is shipped and nothing else.
    assert run(database, MODULE, name=CARRIER, action="upgrade") == []
    assert run(database, LEFT) == again

    # The warehouse addon goes and comes back the same way.
    assert run(database, HARBOUR) == [(True, "live", True)]
    assert run(database, MODULE, name=WMS, action="uninstall") == []
    assert run(database, HARBOUR) == [(False, "retired", False)]
    assert run(database, MODULE, name=WMS, action="install") == []
    assert run(database, HARBOUR) == [(True, "retired", False)]

    # Everything goes.
    assert run(database, MODULE, name=BASE, action="uninstall") == []
    rest = Database(database)
    assert rest.column("SELECT tablename FROM pg_tables WHERE tablename ~ '^logistics_'") == []
    assert (
        rest.column(
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE column_name ~ '^(logistics_|shipment_(ids|status))'"
        )
        == []
    )
    assert rest.column("SELECT name FROM ir_model_data WHERE module ~ '^logistics_connector'") == []
    assert rest.value("SELECT count(*) FROM queue_job WHERE state IN ('pending', 'enqueued')") == 0
    # Nothing of ours watches Odoo's own tables any more.
    assert rest.column("SELECT proname FROM pg_proc WHERE proname ~ '^logistics_'") == []
    assert rest.column("SELECT tgname FROM pg_trigger WHERE tgname ~ '^logistics_'") == []
    rest.rows("UPDATE sale_order SET client_order_ref = 'as before'")
    # The delivery itself is as it was.
    deliveries = "SELECT state FROM stock_picking WHERE carrier_tracking_ref IS NOT NULL"
    assert rest.column(deliveries) == ["done"]
