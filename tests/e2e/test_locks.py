"""Rows that somebody else keeps: the messages for them wait, all others go on, and nothing is noted
as a failure."""

import contextlib
from datetime import timedelta

import psycopg2
import pytest

from ..simulators import Parcel, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..support.inside import Inside
from ..support.polling import wait_for


def scan(world, number):
    """A message that tells of the pick-up; its receipt."""
    steps = journey("moving", now(), EINDHOVEN, UTRECHT)
    return world.partner.deliver(world.partner.body(Parcel(number), steps[1:2])).receipt


@contextlib.contextmanager
def held(world, table, record_id):
    """A row that a stranger's transaction keeps."""
    database = world.database
    connection = psycopg2.connect(database.cluster.dsn(database.name))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", (record_id,))
        yield
    finally:
        connection.close()


def order_of(world, shipment_id):
    """A sales order for a shipment."""
    rpc = world.rpc
    customer = rpc("res.partner", "create", [{"name": "Ada"}])[0]
    order_id = rpc("sale.order", "create", [{"partner_id": customer}])[0]
    rpc("logistics.shipment", "write", [shipment_id], {"sale_order_ids": [(6, 0, [order_id])]})
    return order_id


def test_a_held_order_keeps_no_message(world):
    """People who save an order, and programs that import it, are in nobody's way."""
    shipment_id, number = world.shipment()
    order_id = order_of(world, shipment_id)
    with held(world, "sale_order", order_id):
        assert world.fate(scan(world, number))["state"] == "processed"
        assert world.read("logistics.shipment", shipment_id, "state")["state"] == "picked_up"
        assert world.read("sale.order", order_id, "shipment_count")["shipment_count"] == 1


def test_a_held_row_keeps_only_its_own_messages(world):
    shipment_id, number = world.shipment()
    _other, free = world.shipment()
    with held(world, "logistics_shipment", shipment_id):
        waiting = scan(world, number)
        assert world.fate(scan(world, free))["state"] == "processed"
        again = "SELECT next_try_at IS NOT NULL FROM logistics_message WHERE receipt = %s"
        wait_for(lambda: world.database.value(again, waiting), 20, "it was not put aside")
    assert world.fate(waiting)["state"] == "processed"
    attempts = "SELECT count(*) FROM logistics_message_attempt a JOIN logistics_message m"
    attempts += " ON m.id = a.message_id WHERE m.receipt = %s"
    assert world.database.value(attempts, waiting) == 0
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "picked_up"


# Somebody whose transaction began before a fact came, adds another one and folds without the first.
FOLD_BLINDLY = """
    from odoo.sql_db import db_connect

    shipment = env["logistics.shipment"].browse({shipment})
    assert len(shipment.event_ids) == 2
    with db_connect(env.cr.dbname).cursor() as other:
        count = 2
        while count == 2:
            other.rollback()
            other.execute(
                "SELECT count(*) FROM logistics_event e JOIN logistics_message m "
                "ON m.id = e.message_id WHERE e.shipment_id = %s AND m.state = 'processed'",
                [shipment.id],
            )
            count = other.fetchone()[0]
    shipment._record_own_event("LBL_CREATED")
    result = True
"""


def test_nobody_folds_blindly(world, database_name):
    """Also when the fact that came meanwhile changes nothing that can be seen of the shipment."""
    shipment_id, number = world.shipment()
    steps = journey("delivered", now() - timedelta(days=3), EINDHOVEN, UTRECHT)
    _manifested, picked_up, _departed, arrived, out, _delivered = steps
    for delivery in world.partner.tell(Parcel(number), [picked_up, out]):
        world.fate(delivery.receipt)
    with Inside(database_name) as inside:
        inside.start(FOLD_BLINDLY.format(shipment=shipment_id))
        snapshot = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        snapshot += " AND state = 'idle in transaction' AND query LIKE '%logistics_event%'"
        wait_for(lambda: world.database.value(snapshot), 20, "the snapshot was not taken")
        late = world.partner.deliver(world.partner.body(Parcel(number), [arrived]))
        world.fate(late.receipt)
        # Odoo does a request again after this error.
        with pytest.raises(AssertionError, match="could not serialize"):
            inside.result()
    events = world.rpc("logistics.event", "search_count", [("shipment_id", "=", shipment_id)])
    assert events == 3
