"""What would become of a message, by the inbox's own code, and nothing of it stays."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import InboxCommon

TABLES = (
    "logistics_message",
    "logistics_message_key",
    "logistics_event",
    "logistics_effect",
    "logistics_exception",
    "logistics_parked_reference",
    "mail_message",
)


@tagged("post_install", "-at_install")
class TestTestBench(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "logistics_connector_base.group_logistics_"
        cls.manager = cls.make_user("bench_manager", group + "manager")
        cls.user = cls.make_user("bench_user", group + "user")
        cls.connection = cls.make_connection(name="bench", tz="Europe/Lisbon")

    def setUp(self):
        super().setUp()
        self.stage_here()

    def counts(self):
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(f"SELECT count(*) FROM {table}")  # pylint: disable=sql-injection
            found[table] = self.env.cr.fetchone()[0]
        return found

    def interpret(self, payload, connection=None):
        """As a manager does it, who pastes."""
        before = self.counts()
        bench = self.env["logistics.test.bench"].with_user(self.manager)
        with Form(bench) as form:
            form.connection_id = connection or self.connection
            form.payload = payload if isinstance(payload, str) else json.dumps(payload)
        bench = form.record
        bench.action_interpret()
        self.assertEqual(self.counts(), before)
        return bench

    def test_every_step_is_shown(self):
        shipment = self.make_shipment("1ZBENCH1", state="booked")
        bench = self.interpret(
            self.message(
                self.scan(
                    "DLV_DELIVERED",
                    "2026-03-10T10:00:00+01:00",
                    "1ZBENCH1",
                    place={"city": "Faro", "country": "PT"},
                ),
                message_id="m-7",
            )
        )
        self.assertTrue(bench.is_good)
        self.assertEqual(bench.identity, "id m-7")
        (event,) = bench.event_ids
        self.assertEqual(event.code_id.code, "DLV_DELIVERED")
        self.assertEqual(event.decided_by, "partner")
        self.assertEqual(event.occurred, "2026-03-10 10:00 (UTC+01:00)")
        self.assertEqual((event.place, event.pointer), ("Faro, PT", "/events/0"))
        self.assertEqual((event.shipment_id, event.found_by), (shipment, "tracking"))
        self.assertFalse(event.is_known)
        changes = {change.name: (change.before, change.after) for change in bench.change_ids}
        self.assertEqual(changes["State"][1], "Delivered")
        self.assertIn("Delivered", "".join(changes))
        shipment.invalidate_recordset()
        self.assertEqual(shipment.state, "booked")

    def test_a_code_that_nobody_knows_and_then_somebody(self):
        payload = self.message(self.scan("QX7", number="1ZBENCH2"))
        bench = self.interpret(payload)
        (event,) = bench.event_ids
        self.assertEqual(event.decided_by, "nobody")
        self.assertIn("QX7", bench.troubles)
        self.assertIn("wait for a shipment", bench.verdict)
        action = event.action_map()
        mappings = self.env["logistics.event.mapping"].with_user(self.manager)
        with Form(mappings.with_context(**action["context"])) as form:
            form.code_id = self.env["logistics.event.code"].search([("code", "=", "MOV_ARRIVED")])
        bench.action_interpret()
        (event,) = bench.event_ids
        self.assertEqual((event.decided_by, event.code_id.code), ("own", "MOV_ARRIVED"))
        self.assertNotIn("QX7", bench.troubles)

    def test_what_came_before_says_so(self):
        payload = self.message(self.scan("MOV_ARRIVED"), message_id="m-8")
        message = self.receive(self.connection, payload)
        bench = self.interpret(payload)
        self.assertIn(message.receipt, bench.verdict)
        self.assertTrue(bench.event_ids.is_known)
        self.assertFalse(bench.change_ids)
        # By the id in its body also where the bytes are others.
        bench = self.interpret({**payload, "x-note": "again"})
        self.assertIn(message.receipt, bench.verdict)

    def test_a_message_that_came_is_read_anew(self):
        message = self.receive(self.connection, self.message(self.scan("QX8")))
        before = self.counts()
        action = message.with_user(self.manager).action_test_bench()
        self.assertEqual(self.counts(), before)
        bench = self.env["logistics.test.bench"].browse(action["res_id"])
        self.assertEqual(bench.event_ids.raw_code, "QX8")
        self.assertEqual(message.state, "parked")

    def test_one_that_cannot_be_read(self):
        bench = self.interpret('{"events": [{"code": 7}]}')
        self.assertFalse(bench.is_good)
        self.assertIn("/", bench.verdict)
        self.assertFalse(bench.event_ids)
        bench = self.interpret("no json at all")
        self.assertFalse(bench.is_good)

    def test_nothing_to_read(self):
        bench = self.env["logistics.test.bench"].create({"connection_id": self.connection.id})
        with self.assertRaises(UserError):
            bench.action_interpret()

    def test_only_managers_and_their_own_company(self):
        with self.assertRaises(AccessError):
            self.env["logistics.test.bench"].with_user(self.user).create(
                {"connection_id": self.connection.id}
            )
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.make_connection(company=other, name="foreign")
        bench = self.env["logistics.test.bench"].with_user(self.manager)
        with self.assertRaises(AccessError):
            bench.create({"connection_id": foreign.id, "payload": "{}"}).action_interpret()
