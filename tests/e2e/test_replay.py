"""Replays on a real server: nothing of a dry run stays, and a process that is killed in the middle
of applying leaves nothing half done."""

import os
import signal
import uuid
from datetime import timedelta

import pytest

from ..simulators import CanonicalPartner, Parcel, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..support.browser import Browser
from ..support.connections import connect
from ..support.inside import Inside
from ..support.people import person
from ..support.polling import wait_for
from ..support.rpc import RpcError, Session

#: A folder for pictures of each step.
PICTURES = os.environ.get("LOGISTICS_SCREENSHOTS")
TABLES = (
    "logistics_event",
    "logistics_event_telling",
    "logistics_effect",
    "logistics_exception",
    "logistics_message",
    "ir_attachment",
    "mail_mail",
    "queue_job",
)
EVENTS = """
SELECT e.standing, count(*) FROM logistics_event e
WHERE e.connection_id = %s GROUP BY e.standing
"""


def counts(world):
    union = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
    return dict(world.database.rows(union))


class Field:
    """A connection of its own, whose messages have times without a zone."""

    def __init__(self, world, shipments, messages):
        self.world, self.partner = world, CanonicalPartner()
        name = f"Replay {uuid.uuid4().hex[:8]}"
        self.connection_id = connect(world.rpc, self.partner, name, tz="Europe/Berlin")
        self.name = name
        self.shipments = [world.shipment(self.partner) for _number in range(shipments)]
        start = (now() - timedelta(days=5)).replace(microsecond=0, tzinfo=None)
        step = journey("delivered", now() - timedelta(days=4), EINDHOVEN, UTRECHT)[0]
        receipts = []
        for index in range(messages):
            _shipment_id, number = self.shipments[index % shipments]
            at = (start + timedelta(minutes=index)).isoformat()
            event = self.partner.event(Parcel(number), step) | {"occurred_at": at}
            event.pop("id", None)
            body = self.partner.encode(self.partner.wrap([event]))
            receipts.append(self.partner.deliver(body).receipt)
        for receipt in receipts:
            assert world.fate(receipt)["state"] == "processed"

    def standings(self):
        return dict(self.world.database.rows(EVENTS, self.connection_id))

    def move(self, zone):
        self.world.rpc("logistics.connection", "write", [self.connection_id], {"tz": zone})

    def replay(self, reason="The depot is in Lisbon"):
        values = {"reason": reason, "kind": "period", "connection_id": self.connection_id}
        return self.world.rpc("logistics.replay", "create", [values])[0]


def read(world, replay_id, *fields):
    return world.read("logistics.replay", replay_id, "state", *fields)


def test_nothing_of_a_dry_run_stays_and_it_comes_as_shown(world):
    field = Field(world, 2, 4)
    field.move("Europe/Lisbon")
    replay_id = field.replay()
    before = counts(world)
    world.rpc("logistics.replay", "action_preview", [replay_id])
    assert counts(world) == before
    assert read(world, replay_id)["state"] == "previewed"
    lines = world.rpc.one("logistics.replay", [("id", "=", replay_id)], ["difference_count"])
    assert lines["difference_count"] >= 4
    world.rpc("logistics.replay", "action_apply", [replay_id])
    found = read(world, replay_id, "deviation_count", "preview_digest", "applied_digest")
    assert (found["state"], found["deviation_count"]) == ("done", 0)
    assert found["preview_digest"] == found["applied_digest"]
    assert field.standings() == {"superseded": 4, "active": 4}
    with pytest.raises(RpcError):  # once is enough
        world.rpc("logistics.replay", "action_apply", [replay_id])


def test_more_than_somebody_waits_for_is_worked_in_jobs(world):
    field = Field(world, 10, 60)
    field.move("Europe/Lisbon")
    replay_id = field.replay()
    for action, state in (("action_preview", "previewed"), ("action_apply", "done")):
        world.rpc("logistics.replay", action, [replay_id])
        wait_for(lambda state=state: read(world, replay_id)["state"] == state, 60)
    assert read(world, replay_id, "deviation_count")["deviation_count"] == 0
    assert field.standings() == {"superseded": 60, "active": 60}


def test_a_process_that_is_killed_while_it_applies(world):
    field = Field(world, 10, 30)
    field.move("Europe/Lisbon")
    replay_id = field.replay()
    inside = Inside(world.database.name)
    try:
        inside.wait_ready()
        inside.run(
            f"""
            from odoo import fields
            from odoo.addons.logistics_connector_base.models.replay import logistics_replay_plan
            logistics_replay_plan.PORTION = 3
            replay = env["logistics.replay"].browse({replay_id})
            replay.action_preview()
            replay.sudo().write({{"state": "applying", "applied_at": fields.Datetime.now()}})
            """
        )
        applied = "SELECT count(*) FROM logistics_replay_message WHERE replay_id = %s AND state = "
        assert world.database.value(applied + "'previewed'", replay_id) == 30
        inside.start(
            f"""
            import time
            kind = type(env["logistics.replay"])
            kept = kind._work_portion
            def slowly(self, portion):
                kept(self, portion)
                self.env.flush_all()
                time.sleep(0.4)
            kind._work_portion = slowly
            result = env["logistics.replay"]._drain({replay_id})
            """
        )
        wait_for(lambda: world.database.value(applied + "'applied'", replay_id) >= 6, 30)
        os.kill(inside.process.pid, signal.SIGKILL)
        inside.process.wait(10)
    finally:
        inside.fifo = None
        inside.close()
    assert 0 < world.database.value(applied + "'applied'", replay_id) < 30
    assert read(world, replay_id)["state"] == "applying"

    world.rpc.run_cron("logistics_connector_base.cron_replay_sweep")
    wait_for(lambda: read(world, replay_id)["state"] == "done", 60)
    assert world.database.value(applied + "'applied'", replay_id) == 30
    assert read(world, replay_id, "deviation_count")["deviation_count"] == 0
    assert field.standings() == {"superseded": 30, "active": 30}


def test_a_manager_in_a_browser(world):
    group = "logistics_connector_base.group_logistics_manager"
    person(world.rpc, "replay_mia", "Mia Manager", group)
    field = Field(world, 3, 5)
    field.move("Europe/Lisbon")
    with Browser(world.server.url) as browser:
        browser.login(world.server.db, "replay_mia", "replay_mia")

        def picture(name):
            if PICTURES:
                browser.photograph(os.path.join(PICTURES, f"replay_{name}.png"))

        browser.open("/odoo/logistics-replays/new")
        browser.type(".o_field_widget[name=reason] input", "The depot is in Lisbon")
        browser.choose(".o_field_widget[name=connection_id] input", field.name)
        picture("new")
        browser.click("button:text(Preview)")
        browser.wait_for(".alert-info:text(Nothing was changed so far)")
        browser.wait_for(".o_data_row:text(UTC)")
        assert not browser.sees(".breadcrumb-item:text(Everything from)"), "one page, not a stack"
        picture("preview")
        assert field.standings() == {"active": 5}
        browser.click("button:text(Apply)")
        browser.click(".modal button:text(Ok)")
        browser.wait_for(".alert-success:text(It came as previewed)")
        picture("done")
        browser.open("/odoo/logistics-replays")
        browser.wait_for(".o_data_row:text(The depot is in Lisbon)")
        picture("list")
    assert field.standings() == {"superseded": 5, "active": 5}
    # Somebody without the right sees it, and may not do it.
    mia = Session(world.server.url, world.server.db, "replay_mia", "replay_mia")
    assert mia("logistics.replay", "search_count", [("connection_id", "=", field.connection_id)])
    with pytest.raises(RpcError):
        mia("logistics.replay", "write", mia("logistics.replay", "search", []), {"state": "done"})
