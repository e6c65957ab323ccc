"""Several drains at once: who takes what, in which turn, and what becomes of a dead one's work.

Real processes and real PostgreSQL sessions: Odoo's test cursor shares one transaction.
"""

import os
import signal
import uuid
from datetime import timedelta

import pytest

from ..simulators import CanonicalPartner, Parcel, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..support.connections import connect
from ..support.inside import Inside
from ..support.lanes import held_lanes
from ..support.polling import wait_for

FILE = """
INSERT INTO logistics_message (connection_id, company_id, direction, channel, state, provider,
    receipt, correlation_id, digest, received_at, priority, tries, event_count, parked_count)
SELECT %s, 1, 'in', 'file', 'received', 'canonical', md5(random()::text), 'lanes', 'x',
       now() AT TIME ZONE 'UTC', 50, %s, 0, 0
FROM generate_series(1, %s) RETURNING id
"""
#: What is left by a test would be worked, and found to have no body.
FORGET = "DELETE FROM logistics_message WHERE correlation_id = 'lanes'"


@pytest.fixture(scope="module")
def processes(session_world):
    """Two processes with Odoo inside, beside the server's workers."""
    started = [Inside(session_world.database.name) for _process in range(2)]
    try:
        yield [process.wait_ready() for process in started]
    finally:
        for process in started:
            process.close()


@pytest.fixture
def filed(world):
    """File messages without bodies; they are gone after the test, which holds all lanes."""
    with held_lanes(world.database):
        try:
            yield lambda connection, count, tries=0: world.database.column(
                FILE, connection, tries, count
            )
        finally:
            world.database.rows(FORGET)


def connections(world, count):
    """Ids of new connections, ascending."""
    return [
        connect(world.rpc, CanonicalPartner(), f"Lanes {uuid.uuid4().hex}") for _ in range(count)
    ]


def claim(process, lane=1, size=None):
    """Let a process claim; a dict of lists of message ids."""
    return process.run(
        f"""
        import odoo.addons.logistics_connector_base.models.message.logistics_inbox as inbox
        before = inbox.BATCH_SIZE
        inbox.BATCH_SIZE = {size} or before
        result = dict(claim=env["logistics.inbox"]._claim({lane})._asdict())
        inbox.BATCH_SIZE = before
        """
    )["claim"]


def state(world, ids):
    return set(world.database.column("SELECT state FROM logistics_message WHERE id = ANY(%s)", ids))


# -- claims ----------------------------------------------------------------------------------------


def test_claims_do_not_collide(world, processes, filed):
    """READ COMMITTED and SKIP LOCKED give each process other messages, and nobody fails."""
    [connection] = connections(world, 1)
    count = 2000
    program = f"""
        import time
        import odoo.addons.logistics_connector_base.models.message.logistics_inbox as inbox
        before, inbox.BATCH_SIZE = inbox.BATCH_SIZE, 5
        result, deadline = [], time.monotonic() + 60
        while len(result) < {count // 2} and time.monotonic() < deadline:
            taken = env["logistics.inbox"]._claim(LANE)
            result += taken.last + taken.some
        inbox.BATCH_SIZE = before
    """
    for lane, process in enumerate(processes, 1):
        process.start(program.replace("LANE", str(lane)))
    filed(connection, count)
    claims = [process.result(90) for process in processes]
    taken = [message_id for one in claims for message_id in one]
    assert len(set(taken)) == len(taken) == count


def test_connections_take_turns(world, processes, filed):
    noisy, quiet, small = connections(world, 3)
    filed(noisy, 1500)
    few, more = filed(quiet, 3), filed(small, 50)
    first = claim(processes[0], size=300)
    assert set(first["last"]) == {*few, *more}, "who has little gets all of it worked at once"
    assert len(first["some"]) > 150, "what they do not use is not wasted"
    assert first["hungry"] == [noisy]
    late = filed(quiet, 2)
    assert set(claim(processes[0], size=300)["last"]) == set(late)


def test_two_that_have_much_get_the_same(world, processes, filed):
    one, other = connections(world, 2)
    filed(one, 1000)
    filed(other, 500)
    taken = claim(processes[0], size=200)
    counts = world.database.rows(
        "SELECT connection_id, count(*) FROM logistics_message WHERE id = ANY(%s) GROUP BY 1",
        taken["some"],
    )
    assert dict(counts) == {one: 100, other: 100}


def test_within_a_connection_the_urgent_come_first_then_the_oldest(world, processes, filed):
    [connection] = connections(world, 1)
    ids = filed(connection, 30)
    world.database.rows("UPDATE logistics_message SET priority = 10 WHERE id = ANY(%s)", ids[-5:])
    taken = claim(processes[0], size=10)
    assert taken["some"] == sorted([*ids[:5], *ids[-5:]])


def test_a_claim_is_cheap_whatever_waits(world, processes, filed):
    """Hundreds of connections, one of them with a backlog: each is found by the index."""
    template, *_others = connections(world, 1)
    world.database.rows(
        "CREATE TEMP TABLE copies AS SELECT c.* FROM logistics_connection c,"
        " generate_series(1, 300) WHERE c.id = %s;"
        " UPDATE copies SET id = nextval('logistics_connection_id_seq'), state = 'suspended',"
        " token_digest = NULL, name = 'Lanes, many'; INSERT INTO logistics_connection"
        " SELECT * FROM copies",
        template,
    )
    many = world.database.column(
        "SELECT id FROM logistics_connection WHERE name = 'Lanes, many' ORDER BY id"
    )
    try:
        filed(template, 20_000)
        for connection in many:
            filed(connection, 1)
        world.database.rows("ANALYZE logistics_message")
        plans = processes[0].run(
            f"""
            from odoo.addons.logistics_connector_base.inbox import claims
            env.cr.execute("EXPLAIN (ANALYZE, BUFFERS) " + claims.WAITING_CONNECTIONS)
            scan = [row[0] for row in env.cr.fetchall()]
            env.cr.execute("EXPLAIN (ANALYZE, BUFFERS) " + claims.CLAIM_SHARES,
                           {{"connections": {[*many, template]}, "share": 1, "lane": 1}})
            result = dict(plan=[*scan, *(row[0] for row in env.cr.fetchall())])
            env.cr.rollback()
            """
        )["plan"]
        text = "\n".join(plans)
        print(text)
        assert "logistics_message_fresh" in text
        assert "Seq Scan on logistics_message" not in text
        taken = claim(processes[0], size=400)
        assert len(taken["last"]) == 300 and len(taken["some"]) >= 90
    finally:
        world.database.rows(FORGET)
        world.database.rows("DELETE FROM logistics_connection WHERE id = ANY(%s)", many)


# -- lanes -----------------------------------------------------------------------------------------


def test_a_lane_is_worked_once(world, processes):
    with held_lanes(world.database):
        said = processes[0].run('result = env["logistics.inbox"]._drain(1)')
    assert said == "lane 1 is at work already"


def test_two_lanes_on_the_same_shipments(world, processes):
    """Scans of twenty parcels, mixed: two processes work them at once, and nothing is lost, done
    twice, or given up on because of the other."""
    partner = CanonicalPartner()
    connection_id = connect(world.rpc, partner, f"Lanes {uuid.uuid4().hex}")
    pairs = [world.shipment(partner) for _shipment in range(20)]
    steps = journey("delivered", now() - timedelta(days=4), EINDHOVEN, UTRECHT)
    program = f"""
        import time
        import odoo.addons.logistics_connector_base.models.message.logistics_inbox as inbox
        before, inbox.BATCH_SIZE = inbox.BATCH_SIZE, 12
        result, left, deadline = 0, True, time.monotonic() + 60
        while left and time.monotonic() < deadline:
            said = env["logistics.inbox"]._drain(LANE)
            result += int(said.split()[0]) if said[0].isdigit() else 0
            env.cr.rollback()
            env.cr.execute("SELECT count(*) FROM logistics_message"
                           " WHERE connection_id = {connection_id} AND state = 'processed'")
            left = env.cr.fetchone()[0] < {len(steps) * len(pairs)}
        inbox.BATCH_SIZE = before
    """
    with held_lanes(world.database):
        for step in steps:
            for _shipment_id, number in pairs:
                partner.deliver(partner.body(Parcel(number), [step]))
        for lane, process in enumerate(processes, 1):
            process.start(program.replace("LANE", str(lane)))
    worked = [process.result(90) for process in processes]
    rows = world.database.rows(
        "SELECT state, tries, count(*) FROM logistics_message WHERE connection_id = %s"
        " GROUP BY 1, 2",
        connection_id,
    )
    assert rows == [("processed", 1, len(steps) * len(pairs))], (rows, worked)
    for shipment_id, _number in pairs:
        assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"
        events = world.rpc("logistics.event", "search_count", [("shipment_id", "=", shipment_id)])
        assert events == len(steps), "each scan once"


TAKE = """
import builtins, os
from odoo.addons.logistics_connector_base.inbox.lanes import LaneSession
builtins.kept = env.registry.cursor()  # the session lives as long as the process
assert LaneSession(builtins.kept, 20).take()
result = os.getpid()
"""


def test_what_a_dead_lane_had_in_work_is_taken_back_at_once(world, processes):
    """Its process is killed; and nobody has its number any more: the number of lanes is lower."""
    partner = CanonicalPartner()
    connect(world.rpc, partner, f"Lanes {uuid.uuid4().hex}")
    shipment_id, number = world.shipment(partner)
    step = journey("delivered", now() - timedelta(days=4), EINDHOVEN, UTRECHT)[1]
    with Inside(world.database.name) as victim:
        pid = victim.run(TAKE)
        with held_lanes(world.database):
            delivery = partner.deliver(partner.body(Parcel(number), [step]))
            ids = world.database.column(
                "UPDATE logistics_message SET state = 'processing', lane = 20, tries = 1"
                " WHERE receipt = %s RETURNING id",
                delivery.receipt,
            )
        # Alive, it keeps what it has, whoever drains beside it.
        processes[0].run('result = env["logistics.inbox"]._drain(1)')
        assert state(world, ids) == {"processing"}
        os.kill(pid, signal.SIGKILL)
        victim.process.wait(10)
    wait_for(lambda: state(world, ids) == {"processed"}, 30, "it is not taken back")
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "picked_up"


# -- tries -----------------------------------------------------------------------------------------


def test_what_never_lets_us_write_a_failure_is_buried_at_the_claim(world, processes):
    """Its tries are counted when it is claimed: after the last one it is not worked any more."""
    [connection] = connections(world, 1)
    with held_lanes(world.database):
        [message_id] = world.database.column(FILE, connection, 5, 1)
    processes[0].run('result = env["logistics.inbox"]._drain(1)')
    wait_for(lambda: state(world, [message_id]) == {"dead"}, 30, "it is not buried")
    message = world.read("logistics.message", message_id, "error_class", "error_text", "tries")
    assert (message["error_class"], message["tries"]) == ("ProcessDied", 5)
    exception = [("message_id", "=", message_id)]
    assert world.rpc.one("logistics.exception", exception, ["type_code"])["type_code"] == (
        "processing_failure"
    )


def test_a_try_that_was_not_finished_is_written_down(world, processes):
    """Alone at its second try and unfinished again: it waits, as any other failure does."""
    [connection] = connections(world, 1)
    with held_lanes(world.database):
        ids = [world.database.column(FILE, connection, tries, 1)[0] for tries in (1, 3)]
        world.database.rows(
            "UPDATE logistics_message SET state = 'processing', lane = 9 WHERE id = ANY(%s)", ids
        )
        processes[0].run('result = env["logistics.inbox"]._take_back(9)')
        rows = world.database.rows(
            "SELECT state, tries, next_try_at > now() AT TIME ZONE 'UTC', (SELECT count(*)"
            " FROM logistics_message_attempt a WHERE a.message_id = m.id)"
            " FROM logistics_message m WHERE id = ANY(%s) ORDER BY tries",
            ids,
        )
        assert rows == [("received", 1, None, 0), ("received", 3, True, 1)]
        world.database.rows(FORGET)
