"""Where orders stand, kept up by a real server: soon after a scan, after a crash, and with several
at work."""

import contextlib

import psycopg2

from ..exam.gate import Gate
from ..simulators import Parcel, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..support.inside import Inside
from ..support.polling import wait_for

STATE = "SELECT state FROM logistics_business_state WHERE sale_order_id = %s"
DUE = "SELECT count(*) FROM logistics_business_due"
DESK_LOCK = 1280264004
GATE = 77_010_612
IN_LINE = "SELECT count(*) FROM pg_locks WHERE NOT granted AND classid = %s"
# A process that dies while it works: what it took is due again.
DIES = """
    import os
    from odoo.addons.logistics_connector_base.business_state import judge

    desk = env["logistics.business.desk"]
    with desk._transaction() as mine:
        # First in line for the lock: else the server's own desk may be quicker.
        mine.cr.execute("SELECT set_config('lock_timeout', '0', true)")
        mine.cr.execute("SELECT pg_advisory_xact_lock({lock}, 0)")
        taken = mine["logistics.business.desk"]._take_and_write(100)
        assert taken, "nothing was due"
        mine.cr.execute("SELECT state FROM logistics_business_state WHERE sale_order_id = {order}")
        assert mine.cr.fetchone() == ("in_progress",)
        mine.cr.rollback()
    result = taken
"""
# The rows of one another's orders, again and again, by two desks and by people.
WORK = """
    desk = env["logistics.business.desk"]
    worked = 0
    for _round in range(20):
        worked += desk._work_batch(10)
    env.cr.commit()
    result = worked
"""


def sold(world, count=1):
    """Confirmed orders of a lamp each, sold by a person before the screen; their ids."""
    (goods,) = world.rpc("product.product", "create", [{"name": "Lamp", "type": "consu"}])
    (ada,) = world.rpc("res.partner", "create", [{"name": "Ada"}])
    line = (0, 0, {"product_id": goods, "product_uom_qty": 1})
    orders = [{"partner_id": ada, "order_line": [line]} for _order in range(count)]
    ids = world.rpc("sale.order", "create", orders)
    world.rpc("sale.order", "action_confirm", ids)
    return ids


def scan(world, number, step=1):
    steps = journey("moving", now(), EINDHOVEN, UTRECHT)
    return world.partner.deliver(world.partner.body(Parcel(number), steps[step : step + 1])).receipt


@contextlib.contextmanager
def stranger(world):
    connection = psycopg2.connect(world.database.cluster.dsn(world.database.name))
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def test_a_scan_is_seen_in_the_order_within_seconds(world):
    (order,) = sold(world)
    wait_for(lambda: world.database.value(STATE, order) == "pending", 10, "it was not looked at")
    shipment_id, number = world.shipment()
    world.rpc("logistics.shipment", "write", [shipment_id], {"sale_order_ids": [(6, 0, [order])]})
    world.fate(scan(world, number))
    wait_for(lambda: world.database.value(STATE, order) == "in_progress", 10, "it is not seen")
    wait_for(lambda: not world.database.value(DUE), 10, "something is left")


def test_while_people_edit_orders_nobody_waits_and_nothing_is_lost(world, database_name):
    orders = sold(world, 30)
    wait_for(lambda: not world.database.value(DUE), 20, "something is left")
    with stranger(world) as cursor:
        # Somebody keeps all of them, as an import does.
        cursor.execute("SELECT id FROM sale_order WHERE id = ANY(%s) FOR UPDATE", (orders,))
        world.database.rows(
            "INSERT INTO logistics_business_due (kind, record_id) SELECT 'order', unnest(%s)",
            orders,
        )
        with Inside(database_name) as one, Inside(database_name) as other:
            one.start(WORK)
            other.start(WORK)
            one.result()
            other.result()
        assert not world.database.value(DUE)
    states = "SELECT count(*) FROM logistics_business_state WHERE sale_order_id = ANY(%s)"
    assert world.database.value(states, orders) == 30


def test_what_a_dying_desk_had_taken_is_looked_at_again(world, database_name):
    (order,) = sold(world)
    wait_for(lambda: not world.database.value(DUE), 20, "something is left")
    shipment_id, _number = world.shipment()
    with Inside(database_name) as inside, stranger(world) as cursor:
        # No other desk works meanwhile.
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", (DESK_LOCK,))
        world.rpc(
            "logistics.shipment", "write", [shipment_id], {"sale_order_ids": [(6, 0, [order])]}
        )
        world.database.rows(
            "UPDATE logistics_shipment SET state = 'booked' WHERE id = %s", shipment_id
        )
        assert world.database.value(STATE, order) == "pending"
        assert world.database.value(DUE)
        inside.start(DIES.format(order=order, lock=DESK_LOCK))
        wait_for(lambda: world.database.value(IN_LINE, DESK_LOCK), 20, "it does not come")
        cursor.execute("SELECT pg_advisory_unlock(%s, 0)", (DESK_LOCK,))
        assert inside.result()
    wait_for(lambda: world.database.value(STATE, order) == "in_progress", 90, "it was forgotten")


def test_workers_that_are_killed_while_they_write_states(world):
    """The job itself, in a real worker, by kill -9: before a state is written, and when all of a
    batch are and nothing is committed."""
    orders = sold(world, 12)
    wait_for(lambda: not world.database.value(DUE), 30, "something is left")
    shipments = [world.shipment()[0] for _order in orders]
    links = list(zip(shipments, orders, strict=True))
    condition = f"NEW.sale_order_id = {orders[-1]}"
    for when, target, expected in (
        ("BEFORE UPDATE", "booked", "in_progress"),
        ("AFTER UPDATE", "lost", "blocked"),
    ):
        with Gate(world.database, "logistics_business_state", condition, GATE, when) as gate:
            for shipment, order in links:
                world.rpc(
                    "logistics.shipment", "write", [shipment], {"sale_order_ids": [(4, order)]}
                )
            world.database.rows(
                "UPDATE logistics_shipment SET state = %s WHERE id = ANY(%s)", target, shipments
            )
            gate.wait_held()
            written = world.database.column(
                "SELECT DISTINCT state FROM logistics_business_state WHERE sale_order_id = ANY(%s)",
                orders,
            )
            assert expected not in written, "it is committed already"
            for pid in world.server.child_pids():
                world.server.kill9(pid)
            gate.open()
        wait_for(
            lambda wanted=expected: (
                set(
                    world.database.column(
                        "SELECT state FROM logistics_business_state WHERE sale_order_id = ANY(%s)",
                        orders,
                    )
                )
                == {wanted}
            ),
            90,
            "it was forgotten",
        )
    wait_for(lambda: not world.database.value(DUE), 30, "something is left")
    twice = (
        "SELECT sale_order_id FROM logistics_business_state WHERE sale_order_id IS NOT NULL"
        " GROUP BY 1 HAVING count(*) > 1"
    )
    assert not world.database.column(twice)
