"""A dispatcher states what happened, hands in the proof, takes it back; through the same fold."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import InboxCommon

PDF = base64.b64encode(b"%PDF-1.4 proof")


@tagged("post_install", "-at_install")
class TestMilestone(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "logistics_connector_base.group_logistics_"
        cls.lisa = cls.make_user("hand_lisa", group + "user")
        cls.boss = cls.make_user("hand_boss", group + "manager")
        cls.lisa.tz = "Europe/Lisbon"
        cls.shipment = cls.make_shipment("1ZHAND1", "1ZHAND2", state="booked")
        cls.connection = cls.make_connection(name="carrier")

    def code(self, code):
        return self.env["logistics.event.code"].search([("code", "=", code)])

    def record(self, code="DLV_DELIVERED", shipment=None, user=None, **values):
        shipment = (shipment or self.shipment).with_user(user or self.lisa)
        action = shipment.action_record_milestone()
        wizard = self.env[action["res_model"]].with_user(user or self.lisa)
        with Form(wizard.with_context(**action["context"])) as form:
            form.code_id = self.code(code)
            for name, value in values.items():
                form[name] = value
        form.record.action_record()
        self.env.invalidate_all()
        return self.env["logistics.event"].search(
            [("shipment_id", "=", shipment.id), ("issuer", "=", "byhand")], order="id desc", limit=1
        )

    def test_delivered_with_its_proof(self):
        at = fields.Datetime.now().replace(microsecond=0) - timedelta(hours=2)
        event = self.record(occurred_at=at, signed_by="J. Jansen", city="Faro", document=PDF)
        self.assertEqual(self.shipment.state, "delivered")
        self.assertEqual(self.shipment.delivered_at, at)
        self.assertTrue(self.shipment.pod_received)
        self.assertEqual(event.connection_id.name, "By hand")
        self.assertEqual(event.message_id.channel, "hand")
        self.assertIn(b'"hand_lisa"', event.message_id.sudo()._read_bodies()[event.message_id.id])
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "logistics.shipment"), ("res_id", "=", self.shipment.id)]
        )
        self.assertEqual(files.mapped("mimetype"), ["application/pdf"])
        note = self.shipment.message_ids.filtered(lambda m: "recorded" in (m.body or ""))
        self.assertEqual(note.author_id, self.lisa.partner_id)

    def test_its_time_is_that_of_the_users_clock(self):
        event = self.record("MOV_ARRIVED", occurred_at="2026-01-07 09:00:00")
        self.assertEqual(event.occurred_local, "2026-01-07 09:00 (UTC)")
        self.lisa.tz = "Europe/Madrid"
        event = self.record("MOV_DEPARTED", occurred_at="2026-01-07 10:00:00")
        self.assertEqual(event.occurred_local, "2026-01-07 11:00 (UTC+01:00)")

    def test_it_stands_beside_what_the_carrier_says(self):
        self.record("DLV_OUT", occurred_at="2026-03-10 07:00:00")
        self.assertEqual(self.shipment.state, "out_for_delivery")
        scan = self.scan("DLV_DELIVERED", "2026-03-10T10:00:00+00:00", "1ZHAND1")
        other = self.scan("DLV_DELIVERED", "2026-03-10T10:00:00+00:00", "1ZHAND2")
        self.receive(self.connection, self.message(scan, other))
        self.assertEqual(self.shipment.state, "delivered")
        self.assertEqual(len(self.shipment.event_ids), 3)

    def test_what_was_stated_is_taken_back(self):
        event = self.record(document=PDF)
        self.assertTrue(event.may_be_withdrawn)
        event.with_user(self.lisa).action_withdraw()
        self.env.invalidate_all()
        self.assertNotEqual(self.shipment.state, "delivered")
        self.assertFalse(self.shipment.pod_received)
        self.assertEqual(self.shipment.event_ids.filtered("source_id")[-1:].standing, "retracted")
        self.assertFalse(event.may_be_withdrawn)

    def correct(self, event, user=None, **values):
        action = event.with_user(user or self.lisa).action_correct()
        wizard = self.env[action["res_model"]].with_user(user or self.lisa)
        with Form(wizard.with_context(**action["context"])) as form:
            for name, value in values.items():
                form[name] = value
        form.record.action_record()
        self.env.invalidate_all()

    def test_what_was_stated_is_corrected_and_its_proof_goes_on(self):
        event = self.record(occurred_at="2026-03-10 09:00:00", signed_by="J. Jansen", document=PDF)
        self.correct(event, occurred_at="2026-03-10 08:00:00")
        self.assertEqual(event.standing, "superseded")
        self.assertEqual(str(self.shipment.delivered_at), "2026-03-10 08:00:00")
        self.assertEqual((self.shipment.state, self.shipment.signed_by), ("delivered", "J. Jansen"))
        self.assertTrue(self.shipment.pod_received)
        with self.assertRaises(UserError):
            event.with_user(self.lisa).action_correct()  # the other one stands in its place
        standing = self.shipment.event_ids.filtered(
            lambda one: one.standing == "active" and one.code == "DLV_DELIVERED"
        )
        self.correct(standing, code_id=self.code("DLV_ATTEMPTED"))
        self.assertNotEqual(self.shipment.state, "delivered")
        self.assertFalse(self.shipment.delivered_at)

    def test_a_correction_is_taken_back_and_replayed(self):
        event = self.record("MOV_ARRIVED", occurred_at="2026-03-10 09:00:00", city="Faro")
        self.correct(event, city="Lisbon")
        messages = self.shipment.event_ids.message_id.sudo()
        messages._requeue()
        self.work_inbox()
        counts = self.shipment.event_ids.filtered(lambda one: one.standing == "active")
        self.assertEqual(counts.sudo().mapped("city"), ["Lisbon"])
        counts.with_user(self.lisa).action_withdraw()
        self.env.invalidate_all()
        self.assertFalse(counts.may_be_withdrawn)

    def test_nobody_corrects_what_a_partner_said(self):
        self.receive(self.connection, self.message(self.scan("MOV_ARRIVED", number="1ZHAND1")))
        event = self.shipment.event_ids.with_user(self.lisa)
        with self.assertRaises(UserError):
            event.action_correct()
        values = {"shipment_id": self.shipment.id, "event_id": event.id}
        values["code_id"] = self.code("DLV_DELIVERED").id
        with self.assertRaises(UserError):
            self.env["logistics.milestone"].with_user(self.lisa).create(values).action_record()

    def test_a_partners_event_is_set_aside_and_counts_again(self):
        shipment = self.make_shipment("1ZASIDE", state="booked")
        scan = self.scan("DLV_DELIVERED", "2026-03-10T10:00:00+00:00", "1ZASIDE")
        message = self.receive(self.connection, self.message(scan))
        event = shipment.event_ids
        self.assertEqual(shipment.state, "delivered")
        with self.assertRaises(AccessError):
            event.with_user(self.lisa).action_set_aside()
        with self.assertRaises(AccessError):
            event.with_user(self.lisa)._set_aside("no")
        self.assertFalse(event.with_user(self.lisa).may_be_set_aside)
        action = event.with_user(self.boss).action_set_aside()
        wizard = self.env[action["res_model"]].with_user(self.boss)
        wizard.create({"event_id": event.id, "reason": "wrong door"}).action_set_aside()
        self.env.invalidate_all()
        self.assertEqual((event.standing, event.decision_note), ("dismissed", "wrong door"))
        self.assertNotEqual(shipment.state, "delivered")
        self.assertIn("wrong door", shipment.message_ids[:1].body)
        # It holds whatever comes again.
        message._requeue()
        self.work_inbox()
        self.receive(self.connection, self.message(scan))
        self.assertNotEqual(shipment.state, "delivered")
        with self.assertRaises(UserError):
            event.with_user(self.boss)._set_aside("twice")
        event.with_user(self.boss).action_restore()
        self.env.invalidate_all()
        self.assertEqual((event.standing, shipment.state), ("active", "delivered"))
        with self.assertRaises(UserError):
            event.with_user(self.boss).action_restore()

    def test_one_that_waits_for_its_shipment_is_set_aside_and_stays_so(self):
        scan = self.scan("DLV_DELIVERED", "2026-03-10T10:00:00+00:00", "1ZLATER")
        message = self.receive(self.connection, self.message(scan))
        event = message.event_ids
        self.assertFalse(event.shipment_id)
        event.with_user(self.boss)._set_aside("not ours")
        self.env.invalidate_all()
        self.assertEqual(event.standing, "dismissed")
        shipment = self.make_shipment("1ZLATER")
        self.work_inbox()
        self.assertEqual(event.shipment_id, shipment)
        self.assertEqual((event.standing, shipment.state), ("dismissed", "draft"))
        event.with_user(self.boss).action_restore()
        self.env.invalidate_all()
        self.assertEqual(shipment.state, "delivered")

    def test_what_was_recorded_by_hand_is_taken_back_not_set_aside(self):
        event = self.record("MOV_ARRIVED")
        self.assertFalse(event.with_user(self.boss).may_be_set_aside)
        with self.assertRaises(UserError):
            event.with_user(self.boss)._set_aside("why")

    def test_nobody_takes_back_what_a_partner_said(self):
        self.receive(self.connection, self.message(self.scan("MOV_ARRIVED", number="1ZHAND1")))
        event = self.shipment.event_ids
        self.assertFalse(event.may_be_withdrawn)
        with self.assertRaises(UserError):
            event.with_user(self.lisa).action_withdraw()

    def test_an_estimate_needs_the_day(self):
        values = {"shipment_id": self.shipment.id, "code_id": self.code("DLV_ETA").id}
        with self.assertRaises(UserError):
            self.env["logistics.milestone"].with_user(self.lisa).create(values).action_record()
        day = fields.Datetime.now().replace(microsecond=0) + timedelta(days=2)
        self.record("DLV_ETA", expected_at=day)
        self.assertEqual(self.shipment.estimated_delivery_at, day)

    def test_one_parcel_of_several(self):
        parcel = self.shipment.package_ids[1]
        event = self.record("EXC_DAMAGE", package_id=parcel)
        self.assertIn("1ZHAND2", event.message_id.sudo()._read_bodies().popitem()[1].decode())

    def test_what_cannot_be(self):
        with self.assertRaises(ValidationError):
            self.record(occurred_at=fields.Datetime.now() + timedelta(hours=1))
        with self.assertRaises(ValidationError):
            self.record("FIN_PAID")
        with self.assertRaises(UserError):
            self.record(document=base64.b64encode(b"<html>"))
        with self.assertRaises(UserError):
            big = base64.b64encode(b"%PDF-" + b"x" * (3 * 1024 * 1024))
            self.record(document=big)
        self.assertFalse(self.shipment.event_ids)

    def test_replaying_it_changes_nothing(self):
        event = self.record(document=PDF)
        before = self.shipment.read(["state", "delivered_at"])
        event.message_id.sudo()._requeue()
        self.work_inbox()
        self.assertEqual(self.shipment.read(["state", "delivered_at"]), before)
        self.assertEqual(len(self.shipment.event_ids), 2)  # the delivery, and its document

    def test_one_source_for_each_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        pete = self.make_user(
            "hand_pete", "logistics_connector_base.group_logistics_user", company=other
        )
        theirs = self.make_shipment("1ZHAND9", company=other)
        first, again = self.record("DLV_OUT"), self.record("DLV_ATTEMPTED")
        second = self.record("DLV_OUT", shipment=theirs, user=pete)
        self.assertEqual(first.connection_id, again.connection_id)
        self.assertNotEqual(first.connection_id, second.connection_id)
        self.assertEqual(second.company_id, other)
        with self.assertRaises(AccessError):
            self.record("DLV_OUT", shipment=theirs)

    def test_nobody_can_call_it(self):
        connection = self.record("DLV_OUT").connection_id.sudo()
        self.assertFalse(connection.has_address)
        self.assertFalse(connection.verifier_ids)
