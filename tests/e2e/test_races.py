"""Two lanes that meet over one thing: a partner's event id, a carrier's unique id, a fact.

One lane's transaction is held open after it wrote; another lane works a message that has to do with
the same. Real processes, real sessions; a trigger of the test's own holds, the product is as it is.
"""

import uuid
from datetime import timedelta

import pytest

from ..exam.gate import Gate
from ..simulators import CanonicalPartner, Parcel
from ..simulators.journey import EINDHOVEN, UTRECHT, Step, now
from ..support.connections import connect
from ..support.inside import Inside
from ..support.lanes import LOCKS, held_lanes
from ..support.polling import wait_for

GATE = 3101
# A batch's last word: all that it tells is written, nothing is committed.
WRITTEN = "logistics_message", "NEW.id = {} AND NEW.state <> 'processing'", "AFTER UPDATE"
IN_WORK = """
UPDATE logistics_message SET state = 'processing', tries = 1, lane = %s, claimed_at = now()
WHERE receipt = %s RETURNING id
"""
# As a lane works what it has claimed.
WORK = """
from odoo.addons.logistics_connector_base.inbox.watchdog import Watchdog
service = env.ref("logistics_connector_base.user_logistics_service")
with Watchdog() as watchdog:
    env["logistics.inbox"].with_user(service)._work([{message}], watchdog)
"""
STATES = "SELECT state FROM logistics_message WHERE id = ANY(%s) ORDER BY id"
# The second lane waits for the first one (which waits at the gate).
WAITS = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND a.datname = current_database()
      AND NOT (l.locktype = 'advisory' AND (l.objid = %s OR l.classid = %s))
"""
NOTED = """
SELECT count(*) FROM logistics_message m WHERE id = ANY(%s) AND (error_class IS NOT NULL OR EXISTS
    (SELECT 1 FROM logistics_message_attempt a WHERE a.message_id = m.id))
"""
FACTS = """
SELECT standing, shipment_id FROM logistics_event WHERE tracking_number = ANY(%s)
    AND COALESCE(retracts, '') = '' ORDER BY id
"""


@pytest.fixture(scope="module")
def processes(session_world):
    """Two processes with Odoo inside, beside the server's workers."""
    started = [Inside(session_world.database.name) for _process in range(2)]
    try:
        yield [process.wait_ready() for process in started]
    finally:
        for process in started:
            process.close()


class Race:
    """Two parcels with a shipment each, the partner's event id, and what became of it all."""

    def __init__(self, world, processes):
        self.world, self.processes = world, processes
        pairs = [world.shipment() for _shipment in range(2)]
        self.shipments, self.numbers = zip(*pairs, strict=True)
        self.event_id = f"evt-{uuid.uuid4().hex}"
        self.start = now() - timedelta(days=3)

    def event(self, kind="picked_up", hours=1, parcel=0, **values):
        number = self.numbers[parcel] if isinstance(parcel, int) else parcel
        place = UTRECHT if kind == "delivered" else EINDHOVEN
        step = Step(kind, self.start + timedelta(hours=hours), place)
        return {**self.world.partner.event(Parcel(number), step), **values}

    def withdrawal(self, parcel):
        event = self.event(parcel=parcel)
        later = self.start + timedelta(hours=9)
        return {
            "retracts": self.event_id,
            "recorded_at": later.isoformat(),
            "shipment": event["shipment"],
        }

    def run(self, first, second, other=None, gate=WRITTEN, first_partner=None):
        """Work ``first`` until it wrote all (or up to another gate), then ``second``, then let the
        first one go on; wait until both are done. ``other``: the partner who tells the second one,
        ``first_partner`` the one who tells the first.

        :return: the states of both messages
        """
        database = self.world.database
        with held_lanes(database):
            ids = [
                self._file(lane, partner, event)
                for lane, partner, event in (
                    (1, first_partner or self.world.partner, first),
                    (2, other or self.world.partner, second),
                )
            ]
            table, condition, when = gate
            with Gate(database, table, condition.format(ids[0]), GATE, when) as held:
                self.processes[0].start(WORK.format(message=ids[0]))
                try:
                    held.wait_held()
                    self.processes[1].start(WORK.format(message=ids[1]))
                    wait_for(
                        lambda: (
                            database.value(WAITS, GATE, LOCKS)
                            or database.column(STATES, ids)[1] != "processing"
                        ),
                        20,
                        "the second lane neither waits nor is done",
                    )
                    assert database.column(STATES, ids)[0] == "processing", "it is held"
                finally:
                    held.open()
                for process in self.processes:
                    process.result()
        # What a lane put aside comes again, to whatever lane.
        wait_for(
            lambda: not {"received", "processing"} & set(database.column(STATES, ids)),
            30,
            lambda: str(database.column(STATES, ids)),
        )
        assert not database.value(NOTED, ids), "noted as a failure"
        return database.column(STATES, ids)

    def _file(self, lane, partner, event):
        delivery = partner.deliver(partner.encode(partner.wrap([event])))
        return self.world.database.value(IN_WORK, lane, delivery.receipt)

    def facts(self, *numbers):
        """(standing, index of the shipment) of what was told."""
        index = {shipment: place for place, shipment in enumerate(self.shipments)}
        rows = self.world.database.rows(FACTS, list(numbers or self.numbers))
        return [(standing, index.get(shipment)) for standing, shipment in rows]

    def states(self):
        rpc = self.world.rpc
        read = rpc("logistics.shipment", "read", list(self.shipments), ["state"])
        return [row["state"] for row in read]

    def conflicts(self):
        return self.world.rpc(
            "logistics.exception",
            "search_count",
            [
                ("type_code", "=", "message_conflict"),
                ("is_open", "=", True),
                ("shipment_id", "in", self.shipments),
            ],
        )


@pytest.fixture
def race(world, processes):
    return Race(world, processes)


def test_the_same_event_from_two_lanes_is_one_fact(race):
    event = race.event(id=race.event_id)
    assert race.run(event, event) == ["processed"] * 2
    assert race.facts() == [("active", 0)]
    assert (race.states(), race.conflicts()) == (["picked_up", "draft"], 0)


@pytest.mark.parametrize("parcel", [0, 1], ids=["of the same parcel", "of another parcel"])
def test_other_content_under_the_id_is_seen_as_a_conflict(race, parcel):
    """The second lane sees what the first one wrote, whatever it has locked otherwise."""
    first = race.event(id=race.event_id)
    second = race.event("delivered", 5, parcel, id=race.event_id)
    assert race.run(first, second) == ["processed"] * 2
    assert race.facts() == [("active", 0), ("disputed", parcel)]
    assert (race.states(), race.conflicts()) == (["picked_up", "draft"], 1)


@pytest.mark.parametrize("parcel", [0, 1], ids=["of the same parcel", "that names another parcel"])
@pytest.mark.parametrize("order", [1, -1], ids=["the event is first", "the withdrawal is first"])
def test_a_withdrawal_has_its_effect(race, parcel, order):
    both = [race.event(id=race.event_id), race.withdrawal(parcel)]
    assert race.run(*both[::order]) == ["processed"] * 2
    assert race.facts() == [("retracted", 0)]
    assert (race.states(), race.conflicts()) == (["draft", "draft"], 0)


@pytest.fixture
def second_channel(world):
    """Another connection of the same company, by which the same issuer tells."""
    partner = CanonicalPartner()
    partner.connection_id = connect(world.rpc, partner, f"Races {uuid.uuid4().hex}")
    return partner


@pytest.mark.parametrize("known", [True, False], ids=["shipment known", "shipment unknown"])
def test_the_same_new_fact_on_two_connections_is_one_fact(world, race, second_channel, known):
    number = race.numbers[0] if known else world.partner.number(world.rng)
    event = race.event(parcel=number)
    expected = "processed" if known else "parked"
    assert race.run(event, event, second_channel) == [expected] * 2
    assert race.facts(number) == [("active", 0 if known else None)]
    assert race.conflicts() == 0


@pytest.mark.parametrize("named", [True, False], ids=["with the number", "by the unique id alone"])
def test_a_unique_id_that_another_lane_binds_just_now(race, second_channel, named):
    """Who comes a moment too early for it waits, and is told as soon as it is bound."""
    unique = {"type": "carrier_uid", "value": f"U{race.event_id}", "issuer": "northwind"}
    first, second = race.event(), race.event("delivered", 5)
    first["shipment"]["references"].append(unique)
    numbers = second["shipment"]["references"] if named else []
    second["shipment"]["references"] = [*numbers, unique]
    bound = f"NEW.value = '{unique['value']}'"
    gate = "logistics_shipment_reference", bound, "AFTER INSERT"
    assert race.run(first, second, second_channel, gate) == ["processed"] * 2
    assert race.states() == ["delivered", "draft"]
    kept = "SELECT shipment_id FROM logistics_shipment_reference WHERE value = %s"
    assert race.world.database.column(kept, unique["value"]) == [race.shipments[0]]


@pytest.mark.parametrize("order", [1, -1], ids=["everybody's first", "its own meaning first"])
@pytest.mark.parametrize("known", [True, False], ids=["shipment known", "shipment unknown"])
def test_a_meaning_of_its_own_holds_whoever_writes_first(world, race, second_channel, known, order):
    """Neither lane knows, when it reads, that the other one's partner tells the same fact."""
    rpc, raw_code = world.rpc, f"RC{uuid.uuid4().hex[:8]}"
    number = race.numbers[0] if known else world.partner.number(world.rng)
    event = race.event(parcel=number)
    event = {**{k: v for k, v in event.items() if k != "code"}, "raw_code": raw_code}
    issuer = world.partner.wrap([event])["issuer"]
    for code, connection_id in (("MOV_DEPARTED", False), ("DLV_OUT", second_channel.connection_id)):
        code_id = rpc("logistics.event.code", "search", [("code", "=", code)])[0]
        values = {"provider": issuer, "raw_code": raw_code, "code_id": code_id}
        rpc("logistics.event.mapping", "create", [{**values, "connection_id": connection_id}])
    partners = (world.partner, second_channel)[::order]
    state = "processed" if known else "parked"
    assert race.run(event, event, partners[1], first_partner=partners[0]) == [state] * 2
    told = "SELECT c.code FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id "
    told += "WHERE e.raw_code = %s"
    assert world.database.column(told, raw_code) == ["DLV_OUT"]
    if known:
        assert race.states()[0] == "out_for_delivery"
