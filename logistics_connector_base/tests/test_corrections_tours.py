"""Deciding about conflicts, numbers and times as a user does; what a withdrawal looks like."""

from odoo.tests import tagged

from .test_tours import USER, TourCommon

PDF = b"%PDF-1.4 proof of delivery"


@tagged("post_install", "-at_install")
class TestCorrectionsTours(TourCommon):
    def test_a_user_decides_a_conflict(self):
        for code, at in (("PUP_PICKED_UP", "10"), ("DLV_DELIVERED", "15")):
            scan = self._scan(code, f"2026-03-10T{at}:00:00+01:00", id="evt-7", revision=2)
            self.receive(self.connection, self.message(scan))
        self._tour("/odoo/logistics-exceptions", "logistics_decide_conflict", "tour_user")
        self.assertEqual(self.shipment.event_ids.mapped("standing").count("dismissed"), 1)

    def test_a_user_tells_shipments_apart_that_have_one_number(self):
        for name in ("First Twin", "Second Twin"):
            consignee = self.env["res.partner"].create({"name": name})
            twin = self.make_shipment("1ZTWIN", partner_id=consignee.id, carrier_name="UPS")
        arrived = self._scan("MOV_ARRIVED", "2026-03-10T10:00:00+01:00", "1ZTWIN")
        self.receive(self.connection, self.message(arrived))
        self._tour("/odoo/logistics-exceptions", "logistics_choose_shipment", "tour_user")
        self.assertEqual(twin.state, "in_transit")

    def test_a_user_decides_about_a_time(self):
        odd = self._scan("DLV_OUT", "2031-03-10T10:00:00+01:00")
        self.receive(self.connection, self.message(odd))
        self._tour("/odoo/logistics-exceptions", "logistics_decide_time", "tour_user")
        self.assertEqual(str(self.shipment.last_event_at), "2026-03-20 12:00:00")

    def test_a_user_sees_what_was_withdrawn(self):
        delivered = self._scan(
            "DLV_DELIVERED",
            "2026-03-11T09:00:00+01:00",
            id="e1",
            signed_by="A. Example",
            documents=[self.document(PDF)],
        )
        withdrawal = {
            "id": "e2",
            "retracts": "e1",
            "raw_text": "Left at the wrong door",
            "recorded_at": "2026-03-11T12:00:00+01:00",
            "shipment": delivered["shipment"],
        }
        odd = self._scan("DLV_OUT", "2031-03-10T10:00:00+01:00")
        for event in (
            self._scan("PUP_PICKED_UP", "2026-03-10T09:00:00+01:00"),
            odd,
            delivered,
            withdrawal,
        ):
            self.receive(self.connection, self.message(event))
        case = self.exceptions("quarantined_time")
        self.env["logistics.exception.time"].create(
            {
                "exception_ids": [(6, 0, case.ids)],
                "choice": "set",
                "occurred_at": "2026-03-11 06:40:00",
                "note": "The driver's list says so",
            }
        ).action_decide()
        # The proof is the consignee's: who may not see personal data sees that there is one only.
        self.make_user("tour_personal", USER, "logistics_connector_base.group_logistics_personal")
        self._tour("/odoo/logistics-shipments", "logistics_withdrawn_delivery", "tour_personal")
