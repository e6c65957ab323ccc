"""The test bench on a real server: the inbox's own code, and nothing of it stays."""

from datetime import timedelta

from ..simulators import Parcel, journey
from ..simulators.journey import EINDHOVEN, POD, UTRECHT, now

TABLES = (
    "logistics_message",
    "logistics_message_key",
    "logistics_message_body",
    "logistics_event",
    "logistics_effect",
    "logistics_exception",
    "ir_attachment",
    "mail_message",
    "mail_mail",
    "queue_job",
)


def counts(world):
    union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
    return dict(world.database.rows(union))


def test_a_delivery_with_its_proof(world):
    shipment_id, number = world.shipment()
    steps = journey("delivered", now() - timedelta(days=2), EINDHOVEN, UTRECHT, "J. Jansen", POD)
    body = world.partner.body(Parcel(number), steps)
    before = counts(world)
    values = {"connection_id": world.connection_id, "payload": body.decode()}
    bench = world.rpc("logistics.test.bench", "create", [values])
    world.rpc("logistics.test.bench", "action_interpret", bench)
    assert counts(world) == before
    assert not world.read("logistics.shipment", shipment_id, "delivered_at")["delivered_at"]

    seen = world.rpc("logistics.test.bench", "read", bench, ["is_good", "verdict", "change_ids"])[0]
    assert seen["is_good"], seen
    changes = world.rpc(
        "logistics.test.bench.change", "read", seen["change_ids"], ["name", "after"]
    )
    assert {"State": "Delivered"}.items() <= {row["name"]: row["after"] for row in changes}.items()

    # What the bench said is what comes.
    world.fate(world.partner.deliver(body).receipt)
    assert world.read("logistics.shipment", shipment_id, "state")["state"] == "delivered"
    world.rpc("logistics.test.bench", "action_interpret", bench)
    seen = world.rpc("logistics.test.bench", "read", bench, ["verdict", "change_ids"])[0]
    assert "It came before" in seen["verdict"]
    assert not seen["change_ids"]
