"""The life of a message behind the 202: duplicates, conflicts, parking, replay, receipts, jobs."""

import contextlib
import threading
import uuid
from datetime import timedelta

import psycopg2
import pytest

from ..simulators import Parcel, journey
from ..simulators.journey import EINDHOVEN, POD, UTRECHT, now, shuffled
from ..support import http
from ..support.lanes import held_lanes
from ..support.polling import wait_for

SHIPMENT_FIELDS = (
    "state",
    "picked_up_at",
    "delivered_at",
    "estimated_delivery_at",
    "last_event_at",
    "signed_by",
    "pod_received",
    "has_delivery_exception",
)


def story(name="delivered", days=2):
    return journey(name, now() - timedelta(days=days), EINDHOVEN, UTRECHT, "J. Jansen", POD)


def view(world, shipment_id):
    """What people see of a shipment, without ids."""
    values = world.read("logistics.shipment", shipment_id, *SHIPMENT_FIELDS)
    values.pop("id")
    events = world.rpc(
        "logistics.event",
        "search_read",
        [("shipment_id", "=", shipment_id)],
        ["code", "occurred_at", "raw_code"],
        order="occurred_at, code",
    )
    return values | {"events": [(e["code"], e["occurred_at"], e["raw_code"]) for e in events]}


def settle(world, deliveries):
    return [world.fate(delivery.receipt) for delivery in deliveries]


# -- identities ----------------------------------------------------------------------------------


def test_a_copy_is_acknowledged_and_does_nothing(world):
    _shipment_id, number = world.shipment()
    body = world.partner.body(Parcel(number), story()[:1])
    first = world.partner.deliver(body)
    world.fate(first.receipt)
    before = world.message_count()
    for _copy in range(3):
        again = world.partner.deliver(body)
        assert again.answer.status == 202
        assert again.answer.json() == first.answer.json() | {"duplicate": True}
    assert world.message_count() == before
    message = world.rpc.one(
        "logistics.message", [("receipt", "=", first.receipt)], ["duplicate_count"]
    )
    assert message["duplicate_count"] == 3


def test_simultaneous_copies_are_one(world):
    _shipment_id, number = world.shipment()
    body = world.partner.body(Parcel(number), story()[:1])
    before = world.message_count()
    barrier, answers = threading.Barrier(8), []

    def send():
        barrier.wait()
        answers.append(world.partner.deliver(body).answer)

    threads = [threading.Thread(target=send) for _copy in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status for answer in answers] == [202] * 8
    assert len({answer.json()["receipt"] for answer in answers}) == 1
    assert sum(not answer.json()["duplicate"] for answer in answers) == 1
    assert world.message_count() == before + 1


def test_same_id_other_content_is_a_conflict_that_a_person_decides(world):
    shipment_id, number = world.shipment()
    steps = story()
    body = world.partner.body(Parcel(number), steps[:2])
    first = world.partner.deliver(body)
    assert world.fate(first.receipt)["state"] == "processed"
    other = body.replace(b"PUP_PICKED_UP", b"DLV_DELIVERED")
    assert other != body
    second = world.partner.deliver(other)
    assert second.answer.status == 202
    assert not second.answer.json()["duplicate"]
    assert world.fate(second.receipt)["state"] == "conflict"
    assert world.partner.deliver(other).answer.json()["duplicate"], "a copy of the conflict"
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "picked_up"
    message_id = world.rpc("logistics.message", "search", [("receipt", "=", second.receipt)])[0]
    exception = world.rpc.one(
        "logistics.exception", [("message_id", "=", message_id)], ["type_code", "state", "id"]
    )
    assert (exception["type_code"], exception["state"]) == ("message_conflict", "new")
    world.rpc("logistics.exception", "action_accept_conflict", [exception["id"]])
    wait_for(
        lambda: world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered",
        what="the accepted conflict is not worked",
    )


def test_the_same_fact_in_another_message_is_one_event(world):
    shipment_id, number = world.shipment()
    steps = story()
    for _channel in range(2):  # another id each time, the same scan
        delivery = world.partner.deliver(world.partner.body(Parcel(number), steps[:2]))
        assert world.fate(delivery.receipt)["state"] == "processed"
    assert len(view(world, shipment_id)["events"]) == 1


def test_a_document_is_filed_once(world):
    shipment_id, number = world.shipment()
    steps = story()
    for _copy in range(3):
        delivery = world.partner.deliver(world.partner.body(Parcel(number), steps))
        world.fate(delivery.receipt)
    domain = [("res_model", "=", "logistics.shipment"), ("res_id", "=", shipment_id)]
    attachments = world.rpc("ir.attachment", "search_read", domain, ["name", "mimetype"])
    assert [file["mimetype"] for file in attachments] == ["application/pdf"]
    effects = world.rpc(
        "logistics.effect", "search_read", [("shipment_id", "=", shipment_id)], ["kind"]
    )
    # That the event brought it, and that it was filed.
    assert sorted(row["kind"] for row in effects) == ["document_of_event", "file_document"]


# -- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["delivered", "attempted", "second_try", "damaged", "address"])
def test_order_and_copies_do_not_matter(world, name):
    """The same story told straight, and told three times upside down with copies."""
    straight_id, straight = world.shipment()
    steps = story(name, days=4)
    settle(world, world.partner.tell(Parcel(straight), steps))
    expected = view(world, straight_id)
    for seed in range(3):
        shipment_id, number = world.shipment()
        mixed = shuffled([*steps, *steps[::2]], seed)
        deliveries = [
            world.partner.deliver(world.partner.body(Parcel(number), [step])) for step in mixed
        ]
        settle(world, deliveries)
        assert view(world, shipment_id) == expected, f"seed {seed}"


# -- parking and mapping -------------------------------------------------------------------------


def test_an_unknown_shipment_parks_until_it_appears(world):
    from ..support.connections import make_shipments

    number = world.partner.number(world.rng)
    deliveries = world.partner.tell(Parcel(number), story())
    fates = settle(world, deliveries)
    assert {fate["state"] for fate in fates} == {"parked"}
    assert fate_from_outside(world, deliveries[0])["state"] == "waiting for its shipment"
    exception = [("reference", "=", number), ("type_code", "=", "unknown_shipment")]
    assert world.rpc.one("logistics.exception", exception, ["state"])["state"] == "new"

    shipment_id = make_shipments(world.rpc, [number], world.partner.issuer)[number]
    wait_for(
        lambda: world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered",
        what="what was parked did not find its shipment",
    )
    assert world.rpc.one("logistics.exception", exception, ["state"])["state"] == "resolved"
    assert view(world, shipment_id)["pod_received"]


def test_an_unknown_code_is_kept_mapped_and_replayed(world):
    shipment_id, number = world.shipment()
    raw_code = f"FLOATING-{uuid.uuid4().hex[:8]}"
    event = world.partner.event(Parcel(number), story("unknown")[-1]) | {"raw_code": raw_code}
    delivery = world.partner.deliver(world.partner.encode(world.partner.wrap([event])))
    assert world.fate(delivery.receipt)["state"] == "processed"
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "draft"
    exception = world.rpc.one(
        "logistics.exception", [("raw_code", "=", raw_code)], ["id", "type_code", "state"]
    )
    assert exception["type_code"] == "unmapped_code"
    code_id = world.rpc("logistics.event.code", "search", [("code", "=", "MOV_IN_TRANSIT")])[0]
    values = {"exception_ids": [(6, 0, [exception["id"]])], "code_id": code_id}
    wizard = world.rpc("logistics.exception.map", "create", [values])
    world.rpc("logistics.exception.map", "action_map", wizard)
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "in_transit"
    assert world.read("logistics.exception", exception["id"], "state")["state"] == "resolved"


# -- receipts ------------------------------------------------------------------------------------


def fate_from_outside(world, delivery):
    answer = http.request("GET", f"{world.rpc.url}/logistics/v1/messages/{delivery.receipt}")
    assert answer.status == 200, answer
    return answer.json()


def test_a_partner_reads_the_fate_of_its_receipt(world):
    _shipment_id, number = world.shipment()
    delivery = world.partner.deliver(world.partner.body(Parcel(number), story()))
    world.fate(delivery.receipt)
    fate = fate_from_outside(world, delivery)
    assert fate["state"] == "processed"
    assert fate["correlation_id"] == delivery.answer.json()["correlation_id"]
    assert fate["correlation_id"] == delivery.answer.headers["x-correlation-id"]
    assert fate["events"] == 2  # the delivery, and its proof
    assert fate["received_at"].endswith("Z")
    assert fate["processed_at"].endswith("Z")


def test_a_message_that_failed_says_no_more_than_that(world):
    """The partner learns that a person looks at it; what is wrong inside is not its business."""
    delivery = world.partner.deliver(b"no json at all")
    assert world.fate(delivery.receipt)["state"] == "dead"
    fate = fate_from_outside(world, delivery)
    assert fate["state"] == "kept for review"
    assert set(fate) == {
        "receipt",
        "correlation_id",
        "state",
        "received_at",
        "processed_at",
        "events",
    }


@pytest.mark.parametrize("receipt", ["x", "0" * 32, "%", "' OR 1=1", "0" * 3000, "%00"])
def test_an_unknown_receipt(world, receipt):
    from urllib.parse import quote

    address = f"{world.rpc.url}/logistics/v1/messages/{quote(receipt, safe='%')}"
    answer = http.request("GET", address)
    assert answer.status in (400, 404)
    if answer.status == 404 and "%" not in receipt:
        assert answer.headers["content-type"] == "application/problem+json"


# -- jobs ----------------------------------------------------------------------------------------


def test_without_any_job_no_message_is_lost(world):
    """Jobs start the work and hold nothing: all of them are deleted again and again meanwhile."""
    ids = [world.shipment() for _shipment in range(5)]
    stop = threading.Event()

    def delete_jobs():
        while not stop.wait(0.02):
            delete_jobs_once()

    def delete_jobs_once():
        with contextlib.suppress(psycopg2.errors.DeadlockDetected):
            world.database.rows("DELETE FROM queue_job")

    saboteur = threading.Thread(target=delete_jobs)
    saboteur.start()
    try:
        deliveries = [
            delivery
            for _shipment_id, number in ids
            for delivery in world.partner.tell(Parcel(number), story())
        ]
    finally:
        stop.set()
        saboteur.join()
    delete_jobs_once()
    assert {fate["state"] for fate in settle(world, deliveries)} == {"processed"}
    for shipment_id, _number in ids:
        assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"


def test_the_sweep_finds_what_no_waker_saw(world):
    """A message filed by a process that died before it could wake anybody."""
    _shipment_id, number = world.shipment()
    body = world.partner.body(Parcel(number), story()[:2])
    first = world.partner.deliver(body)
    world.fate(first.receipt)
    world.database.rows(
        "UPDATE logistics_message SET state = 'received', processed_at = NULL WHERE receipt = %s",
        first.receipt,
    )
    world.rpc.run_cron("logistics_connector_base.cron_inbox_sweep")
    assert world.fate(first.receipt)["state"] == "processed"


def test_the_job_of_a_dead_process_does_not_hold_up_the_inbox(world):
    """It stays "started" and occupies the channel. The runner would look for dead jobs once a
    minute only; the inbox does not wait for that."""
    _shipment_id, number = world.shipment()
    with held_lanes(world.database):
        world.database.rows(
            "INSERT INTO queue_job (uuid, name, model_name, method_name, state, channel, priority,"
            " date_created, date_enqueued, date_started, max_retries, records, args, kwargs,"
            " company_id, user_id, job_function_id)"
            " SELECT gen_random_uuid()::text, name, model_name, method_name, 'started', channel,"
            " priority, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC',"
            " now() AT TIME ZONE 'UTC', max_retries, records, args, kwargs, company_id, user_id,"
            " job_function_id FROM queue_job WHERE method_name = '_drain' AND state = 'done'"
            " ORDER BY id DESC LIMIT 1"
        )
        dead = [("method_name", "=", "_drain"), ("state", "=", "started")]
        assert world.rpc("queue.job", "search_count", dead) == 1
    delivery = world.partner.deliver(world.partner.body(Parcel(number), story()[:2]))
    assert world.fate(delivery.receipt, timeout=30)["state"] == "processed"


def test_people_edit_what_the_inbox_moves(world):
    """Users write to the same shipments all the while: nobody sees an error, nothing is lost."""
    pairs = [world.shipment() for _shipment in range(4)]
    ids = [shipment_id for shipment_id, _number in pairs]
    stop, errors, edits = threading.Event(), [], []

    def edit(user):
        from ..support.rpc import Session

        rpc = Session(world.rpc.url, world.rpc.db)
        while not stop.is_set():
            try:
                rpc("logistics.shipment", "write", ids, {"service": f"{user} {len(edits)}"})
                edits.append(user)
            except Exception as error:
                errors.append(error)

    users = [threading.Thread(target=edit, args=(name,)) for name in ("Ann", "Bob")]
    for user in users:
        user.start()
    try:
        deliveries = [
            delivery
            for _shipment_id, number in pairs
            for delivery in world.partner.tell(Parcel(number), shuffled(story(), 5))
        ]
        fates = settle(world, deliveries)
        wait_for(lambda: errors or len(edits) > 5, what="the users get no edit through")
    finally:
        stop.set()
        for user in users:
            user.join()
    assert not errors, errors[:2]
    assert {fate["state"] for fate in fates} == {"processed"}
    for shipment_id in ids:
        assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"
