"""Whoever subscribed is told of each event once, in order, and when it does not count any more."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .outgoing import OutgoingCommon

GROUP = "logistics_connector_base.group_logistics_"


@tagged("post_install", "-at_install")
class TestSubscription(OutgoingCommon):
    def setUp(self):
        super().setUp()
        self.flow = self.make_flow(code="events", name="Events", url="https://portal.example/in")
        self.source = self.make_connection(name="source")
        self.shipment = self.make_shipment("1Z888")
        self.subscription = self.subscribe()

    def subscribe(self, **values):
        values = {"name": "Portal", "flow_id": self.flow.id, "since": "2026-01-01", **values}
        return self.env["logistics.subscription"].create(values)

    def tell(self, code, connection=None, **values):
        body = self.message(self.scan(code, number="1Z888", **values))
        return self.receive(connection or self.source, body, at=fields.Datetime.now())

    def told(self):
        messages = self.env["logistics.message"].search(
            [("flow_id", "=", self.flow.id)], order="id"
        )
        bodies = messages._read_bodies()
        return [json.loads(bodies[message.id]) for message in messages]

    def codes(self):
        kind = len("logistics.event.")
        return [(event["data"]["code"], event["type"][kind:]) for event in self.told()]

    def test_each_event_is_told_once_about_its_shipment(self):
        self.tell("TRK_MANIFESTED", occurred_at="2026-03-09T10:00:00+01:00")
        self.tell("DLV_DELIVERED", signed_by="J. Example")
        self.tell("DLV_DELIVERED", signed_by="J. Example")  # by another message
        self.shipment._refold()
        self.assertEqual(
            self.codes(), [("TRK_MANIFESTED", "recorded"), ("DLV_DELIVERED", "recorded")]
        )
        event = self.told()[-1]
        self.assertEqual(event["subject"], self.shipment.name)
        self.assertEqual(event["time"], "2026-03-10T10:00:00+01:00")
        self.assertNotIn("signed_by", event["data"])
        message = self.env["logistics.message"].search([("flow_id", "=", self.flow.id)], limit=1)
        self.assertEqual(message.content_type, "application/cloudevents+json")
        self.assertEqual(message.business_key, self.shipment.name)
        self.assertEqual(message.correlation_id, self.shipment.correlation_id)

    def test_what_is_taken_back_is_told_as_withdrawn_once(self):
        self.tell("DLV_DELIVERED", id="e1", revision="1")
        self.tell("DLV_ATTEMPTED", id="e1", revision="2")
        self.shipment._refold()
        self.assertEqual(
            self.codes(),
            [
                ("DLV_DELIVERED", "recorded"),
                ("DLV_DELIVERED", "withdrawn"),
                ("DLV_ATTEMPTED", "recorded"),
            ],
        )
        self.assertEqual(len({event["id"] for event in self.told()}), 3)

    def test_what_was_never_told_is_not_withdrawn(self):
        late = self.message(
            self.scan("DLV_ATTEMPTED", number="1Z888", id="e1", revision="2"),
            self.scan("DLV_DELIVERED", number="1Z888", id="e1", revision="1"),
        )
        self.receive(self.source, late, at=fields.Datetime.now())
        self.assertEqual(self.codes(), [("DLV_ATTEMPTED", "recorded")])

    def test_only_what_fits_is_told(self):
        delivered = self.env["logistics.event.code"].search([("code", "=", "DLV_DELIVERED")])
        other = self.make_connection(name="other")
        for values, expected in (
            ({"code_ids": [(6, 0, delivered.ids)]}, ["DLV_DELIVERED"]),
            ({"source_ids": [(6, 0, other.ids)]}, ["MOV_ARRIVED"]),
            ({"with_estimates": False}, ["DLV_DELIVERED", "MOV_ARRIVED"]),
            ({"shipment_domain": "[('name', '=', 'nothing')]"}, []),
        ):
            with self.subTest(values):
                shipment = self.make_shipment("1Z777")
                self.subscription.active = False
                flow = self.make_flow(code=f"f{self.env.cr.now()}{expected}", name="x")
                self.flow = flow
                made = self.subscribe(**values)
                for code, connection, more in (
                    ("DLV_DELIVERED", self.source, {}),
                    (
                        "MOV_ARRIVED",
                        other,
                        {"occurred_at": "2026-03-10T11:00:00+01:00"},
                    ),
                    (
                        "TRK_INFO",
                        self.source,
                        {"classifier": "estimated", "occurred_at": "2026-03-10T12:00:00+01:00"},
                    ),
                ):
                    body = self.message(self.scan(code, number="1Z777", **more))
                    self.receive(connection, body, at=fields.Datetime.now())
                self.assertEqual([code for code, _kind in self.codes()], expected)
                made.active = False
                shipment.reference_ids.unlink()

    def test_what_was_before_is_told_when_it_is_recovered_and_only_once(self):
        self.subscription.since = fields.Datetime.now() + timedelta(days=1)
        self.tell("DLV_DELIVERED")
        self.assertFalse(self.told())
        admin = self.make_user("subscription_admin", GROUP + "admin")
        for _time in range(2):
            wizard = (
                self.env["logistics.subscription.recover"]
                .with_user(admin)
                .create({"subscription_id": self.subscription.id, "since": "2026-01-01"})
            )
            wizard.action_recover()
        self.assertEqual(self.codes(), [("DLV_DELIVERED", "recorded")])

    def test_another_companys_shipments_are_not_told(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.make_shipment("1Z666", company=other)
        foreign = self.make_connection(name="foreign", company=other)
        body = self.message(self.scan("DLV_DELIVERED", number="1Z666"))
        self.receive(foreign, body, at=fields.Datetime.now())
        self.assertFalse(self.told())

    def test_nothing_is_told_that_is_rolled_back(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.tell("DLV_DELIVERED")
            raise ZeroDivisionError
        self.assertFalse(self.told())

    def test_who_has_not_answered_for_days_is_not_told_any_more(self):
        self.set_breaker(self.flow, state="open", opened_at="-4 days", probe_at="+1 minute")
        self.env["logistics.subscription"]._sweep()
        self.assertEqual(self.flow.breaker_state, "open")
        self.set_breaker(self.flow, opened_at="-6 days")
        self.env.invalidate_all()
        self.env["logistics.subscription"]._sweep()
        self.assertEqual(self.flow.breaker_state, "stopped")
        self.assertEqual(len(self.outages(self.flow)), 1)

    def test_what_cannot_be(self):
        with self.assertRaises(ValidationError):
            self.subscribe(shipment_domain="[('nothing', '=', 1)]")
        with self.assertRaises(ValidationError):
            self.subscribe(shipment_domain="__import__('os')")
        with self.assertRaises(ValidationError):
            self.subscribe(flow_id=self.make_flow(code="xml", form="xml").id)

    def test_who_may(self):
        self.assertTrue(self.subscription.with_user(self.clerk).read(["name", "flow_state"]))
        for user in (self.clerk, self.manager):
            with self.assertRaises(AccessError):
                self.subscription.with_user(user).name = "mine"
