"""Who looks after what is to be tried again: neither another message nor the sweep is needed."""

import contextlib
from datetime import timedelta

from ..simulators import Parcel, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..support.inside import Inside
from ..support.lanes import held_lanes
from ..support.polling import wait_for

FAIL = """
CREATE FUNCTION waker_test() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'not this time'; END $$;
CREATE TRIGGER waker_test BEFORE INSERT ON logistics_event FOR EACH ROW
    WHEN (NEW.tracking_number = '{number}') EXECUTE FUNCTION waker_test();
"""
WELL_AGAIN = """
DROP TRIGGER IF EXISTS waker_test ON logistics_event; DROP FUNCTION IF EXISTS waker_test();
"""
SWEEP = "UPDATE ir_cron SET active = %s WHERE id = %s"
FATE = "SELECT state, tries, next_try_at, processed_at FROM logistics_message WHERE receipt = %s"
OLD = """
INSERT INTO logistics_message (connection_id, company_id, direction, channel, state, provider,
    receipt, correlation_id, digest, received_at, priority, tries, event_count, parked_count)
SELECT %s, 1, 'in', 'file', 'processed', 'canonical', md5(random()::text), 'waker', 'x',
       now() AT TIME ZONE 'UTC', 50, 1, 0, 0
FROM generate_series(1, %s) RETURNING id
"""
LATER = """
UPDATE logistics_message SET state = 'received', next_try_at = now() AT TIME ZONE 'UTC' +
    make_interval(mins => (id %% 50)::int + 10) WHERE id = ANY(%s)
"""
FORGET = "DELETE FROM logistics_message WHERE correlation_id = 'waker'"


@contextlib.contextmanager
def failing(world, number):
    """What is told of a parcel fails inside, by no fault of other transactions."""
    world.database.rows(FAIL.format(number=number))
    try:
        yield
    finally:
        world.database.rows(WELL_AGAIN)


@contextlib.contextmanager
def no_sweep(world):
    """The cron does not look inside."""
    cron = world.rpc.ref("logistics_connector_base.cron_inbox_sweep")
    world.database.rows(SWEEP, False, cron)
    try:
        yield
    finally:
        world.database.rows(SWEEP, True, cron)


def scan(world, number):
    """Tell of a pick-up; the receipt."""
    steps = journey("moving", now() - timedelta(days=1), EINDHOVEN, UTRECHT)
    return world.partner.deliver(world.partner.body(Parcel(number), steps[1:2])).receipt


def test_a_second_try_needs_neither_the_sweep_nor_another_message(world):
    shipment_id, number = world.shipment()

    def fate():
        return world.database.rows(FATE, receipt)[0]

    with no_sweep(world):
        with failing(world, number):
            receipt = scan(world, number)
            wait_for(lambda: fate()[:2] == ("received", 1) and fate()[2], 20, "it did not fail")
        *_fate, due, _processed_at = fate()
        wait_for(lambda: fate()[0] == "processed", 20, lambda: f"it was due at {due}: {fate()}")
    _state, tries, _next, processed_at = fate()
    assert (tries, processed_at >= due) == (2, True), (due, processed_at)
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "picked_up"


# As a lane that claims a message ten times.
WORK = """
import threading
from odoo.addons.logistics_connector_base.inbox.watchdog import Watchdog
from odoo.addons.logistics_connector_base.intake import waker
inbox = env["logistics.inbox"]
waker.wake(env.cr.dbname)
before = [type(thread).__name__ for thread in threading.enumerate()]
with Watchdog() as watchdog:
    for _turn in range(10):
        with inbox._transaction() as other:
            other.cr.execute(
                "UPDATE logistics_message SET state = 'processing', lane = 1, next_try_at = NULL "
                "WHERE receipt = %s RETURNING id", ["{receipt}"])
            [message_id] = other.cr.fetchone()
        inbox._work([message_id], watchdog)
env.cr.rollback()
env.cr.execute("SELECT state, next_try_at IS NOT NULL FROM logistics_message WHERE id = %s",
               [message_id])
after = [type(thread).__name__ for thread in threading.enumerate()]
result = dict(before=sorted(before), after=sorted(after), fate=env.cr.fetchone())
"""


def test_what_is_put_aside_starts_no_threads(world):
    """Ten times, because somebody has the shipment: one waker stays, and no timer."""
    shipment_id, number = world.shipment()
    with Inside(world.database.name) as inside, world.database.connect() as connection:
        connection.autocommit = False
        with connection.cursor() as cursor, held_lanes(world.database):
            cursor.execute(
                "SELECT 1 FROM logistics_shipment WHERE id = %s FOR UPDATE", [shipment_id]
            )
            receipt = scan(world, number)
            seen = inside.run(WORK.format(receipt=receipt))
        connection.rollback()
        assert seen["fate"] == ("received", True), "it was put aside"
    # The watchdog of the work itself ends a moment after it.
    left = [name for name in seen["after"] if name != "Thread"]
    assert left == [name for name in seen["before"] if name != "Thread"], seen
    assert left.count("_Waker") == 1
    assert world.fate(receipt)["state"] == "processed"


def test_the_look_ahead_is_cheap_whatever_is_stored(world):
    """Asked of the index that claims use, whatever is worked already and whatever waits."""
    try:
        with held_lanes(world.database), Inside(world.database.name) as inside:
            ids = world.database.column(OLD, world.connection_id, 20_000)
            world.database.rows(LATER, ids[:500])
            world.database.rows("ANALYZE logistics_message")
            seen = inside.run(
                """
                from odoo.addons.logistics_connector_base.inbox import claims
                env.cr.execute("EXPLAIN (ANALYZE, BUFFERS) " + claims.DUE_IN)
                plan = [row[0] for row in env.cr.fetchall()]
                result = dict(plan=plan, due=env["logistics.inbox"]._due_in())
                """
            )
    finally:
        world.database.rows(FORGET)
    plan = "\n".join(seen["plan"])
    print(plan)
    assert "Index Only Scan using logistics_message_again" in plan, plan
    assert 0 < seen["due"] <= 600, seen["due"]
