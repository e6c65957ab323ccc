"""What the shipment's screen is told: journey, timeline, lateness."""

from datetime import timedelta

from odoo import fields
from odoo.tests import Form, tagged

from .common import InboxCommon

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@tagged("post_install", "-at_install")
class TestTimeline(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(tz="Europe/Madrid")
        cls.shipment = cls.make_shipment("1Z999")
        cls.user = cls.make_user("timeline_user", "logistics_connector_base.group_logistics_user")

    def told(self, *events, **values):
        """Receive these events and read the timeline as a user with the least rights."""
        self.receive(self.connection, self.message(*events), **values)
        return self.shipment.with_user(self.user).timeline["events"]

    def test_newest_first_by_the_clock_of_the_place(self):
        events = self.told(
            self.scan("PUP_PICKED_UP", "2026-03-10T09:30:00-05:00"),
            self.scan("MOV_DEPARTED", "2026-03-10T22:15:00-05:00", raw_text="Left Louisville"),
        )
        self.assertEqual([event["code"] for event in events], ["MOV_DEPARTED", "PUP_PICKED_UP"])
        self.assertEqual(events[0]["local"], "2026-03-10T22:15:00-05:00")
        self.assertEqual(events[0]["text"], "Left Louisville")
        self.assertEqual(events[0]["source"], self.connection.name)

    def test_an_assumed_zone_is_shown_by_its_own_clock_and_says_so(self):
        (event,) = self.told(self.scan("MOV_ARRIVED", "2026-03-10T10:57:13"))
        self.assertTrue(event["assumed"])
        self.assertEqual(event["local"], "2026-03-10T10:57:13+01:00")

    def test_a_day_without_time_stays_that_day(self):
        (event,) = self.told(self.scan("MOV_ARRIVED", "2026-03-10"))
        self.assertEqual((event["precision"], event["local"][:10]), ("day", "2026-03-10"))

    def test_withdrawn_events_stay_and_their_withdrawal_is_not_told_twice(self):
        scan = self.scan("DLV_ATTEMPTED", id="e1")
        withdrawal = {"id": "e2", "retracts": "e1", "shipment": scan["shipment"]}
        (event,) = self.told(scan, withdrawal)
        self.assertEqual((event["code"], event["standing"]), ("DLV_ATTEMPTED", "retracted"))

    def test_a_withdrawal_of_something_unknown_is_told(self):
        withdrawal = {"id": "e2", "retracts": "e1", "shipment": self.scan("X")["shipment"]}
        self.assertEqual(len(self.told(withdrawal)), 1)

    def test_an_unknown_code_is_told_in_the_partners_words(self):
        (event,) = self.told(self.scan("SRT7", raw_sub_code="B", raw_text="Sonderband"))
        self.assertTrue(event["unmapped"])
        self.assertEqual((event["raw"], event["text"]), ("SRT7 / B", "Sonderband"))

    def test_our_own_codes_are_not_repeated_as_the_partners(self):
        (event,) = self.told(self.scan("MOV_ARRIVED"))
        self.assertEqual(event["raw"], "")

    def test_an_unbelievable_time_leads_to_its_exception(self):
        (event,) = self.told(self.scan("MOV_ARRIVED", "2031-03-10T10:00:00+01:00"))
        self.assertEqual(event["standing"], "quarantined")
        self.assertEqual(event["exception_id"], self.exceptions("quarantined_time").id)

    def test_a_document_stands_with_the_event_that_brought_it(self):
        delivered = self.scan("DLV_DELIVERED", documents=[self.document(PNG, "pod", "pod.png")])
        self.assertFalse(any(event["documents"] for event in self.told(delivered)))
        self.user.group_ids += self.env.ref("logistics_connector_base.group_logistics_personal")
        self.env.invalidate_all()
        events = self.shipment.with_user(self.user).timeline["events"]
        documents = {event["code"]: event["documents"] for event in events}
        self.assertEqual([d["name"] for d in documents["DOC_POD"]], ["pod.png"])
        self.assertEqual(documents["DLV_DELIVERED"], [])
        attachment = self.env["ir.attachment"].browse(documents["DOC_POD"][0]["id"])
        self.assertEqual(attachment.with_user(self.user).raw, PNG)

    def test_slow_news_is_called_slow(self):
        quick, slow = self.told(
            self.scan("MOV_ARRIVED", "2026-03-20T10:00:00+00:00"),
            self.scan("MOV_DEPARTED", "2026-03-19T10:00:00+00:00"),
        )
        self.assertEqual((quick["late_news"], slow["late_news"]), (False, True))

    def test_packages_are_told_apart_where_there_are_several(self):
        self.told(self.scan("MOV_ARRIVED"))
        self.assertEqual(self.shipment.timeline["packages"], [])
        self.env["logistics.shipment.package"].create(
            {"shipment_id": self.shipment.id, "tracking_number": "1Z888"}
        )
        self.told(self.scan("MOV_ARRIVED", number="1Z888"))
        self.assertEqual(
            self.shipment.timeline["packages"],
            [
                {"number": "1Z999", "count": 1, "state": "In transit"},
                {"number": "1Z888", "count": 1, "state": "In transit"},
            ],
        )

    def test_each_package_says_how_far_it_is_and_the_journey_shows_the_slowest(self):
        slow = self.env["logistics.shipment.package"].create(
            {"shipment_id": self.shipment.id, "tracking_number": "1z-888"}
        )
        self.told(
            self.scan("PUP_PICKED_UP", "2026-03-10T09:00:00+01:00"),
            self.scan("PUP_PICKED_UP", "2026-03-10T09:00:00+01:00", number="1Z888"),
            self.scan("DLV_OUT", "2026-03-12T08:00:00+01:00"),
        )
        packages = self.shipment.package_ids
        self.assertEqual(packages.mapped("state"), ["out_for_delivery", "picked_up"])
        states = [package["state"] for package in self.shipment.timeline["packages"]]
        self.assertEqual(states, ["Out for delivery", "Picked up"])
        steps = {step["key"]: step for step in self.shipment.journey}
        self.assertEqual(steps["picked_up"]["status"], "current")
        self.assertNotIn("at", steps["out_for_delivery"])
        slow.unlink()
        self.assertEqual(self.shipment.package_ids.state, self.shipment.state)

    def test_the_journey_has_the_times_of_the_places(self):
        self.told(
            self.scan("PUP_PICKED_UP", "2026-03-10T09:30:00-05:00"),
            self.scan("MOV_DEPARTED", "2026-03-10T22:15:00-05:00"),
            self.scan("MOV_ARRIVED", "2026-03-11T06:00:00-08:00"),
        )
        steps = {step["key"]: step for step in self.shipment.journey}
        self.assertEqual(steps["picked_up"]["at"], "2026-03-10T09:30:00-05:00")
        self.assertEqual(steps["in_transit"]["at"], "2026-03-10T22:15:00-05:00")
        self.assertEqual(
            (steps["in_transit"]["status"], steps["delivered"]["status"]), ("current", "todo")
        )
        self.assertEqual(
            [step["status"] for step in self.shipment.progress],
            ["done", "done", "current", "todo", "todo"],
        )

    def test_a_new_shipment_shows_nothing_that_is_not_its_own(self):
        """Not even the events that wait for some shipment."""
        self.receive(self.connection, self.message(self.scan("MOV_ARRIVED", number="1Z000")))
        manager = self.make_user(
            "timeline_manager", "logistics_connector_base.group_logistics_manager"
        )
        form = Form(self.env["logistics.shipment"].with_user(manager))
        self.assertEqual(form.timeline["events"], [])
        self.assertEqual(form.journey[0]["status"], "current")
        form.carrier_name = "UPS"
        self.assertEqual(form.save().timeline["events"], [])

    def test_late_is_what_the_promise_says(self):
        now = fields.Datetime.now()
        self.assertFalse(self.shipment.is_late)
        self.shipment.promised_delivery_at = now + timedelta(days=1)
        self.assertFalse(self.shipment.is_late)
        self.assertEqual(self.shipment.expected_at, self.shipment.promised_delivery_at)
        self.shipment.promised_delivery_at = now - timedelta(days=1)
        self.assertTrue(self.shipment.is_late)
        # Later than promised by the carrier's own estimate, though the promise has not passed.
        self.shipment.promised_delivery_at = now + timedelta(days=1)
        self.shipment.sudo().estimated_delivery_at = now + timedelta(days=2)
        self.assertTrue(self.shipment.is_late)

    def test_what_arrived_in_time_is_not_late_for_ever(self):
        self.shipment.promised_delivery_at = "2026-03-12 12:00:00"
        self.told(self.scan("DLV_DELIVERED", "2026-03-12T11:00:00+00:00"))
        self.assertFalse(self.shipment.is_late)
        self.shipment.promised_delivery_at = "2026-03-12 10:00:00"
        self.assertTrue(self.shipment.is_late)

    def test_kanban_columns_come_in_the_order_of_the_journey(self):
        self.told(self.scan("CUS_HELD"))
        groups = (
            self.env["logistics.shipment"]
            .with_context(read_group_expand=True)
            .formatted_read_group([("id", "=", self.shipment.id)], ["state"], ["__count"])
        )
        self.assertEqual(
            [(group["state"], group["__count"]) for group in groups],
            [
                ("booked", 0),
                ("picked_up", 0),
                ("in_transit", 0),
                ("at_customs", 1),
                ("out_for_delivery", 0),
                ("delivered", 0),
            ],
        )
