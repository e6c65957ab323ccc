"""The warehouse's own conditions plug into the detectors of base, which do not know them."""

from odoo import fields
from odoo.addons.logistics_connector_base.tests.detectors import MINUTE, DetectorCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestReleaseDetectors(DetectorCommon):
    def test_a_release_that_nobody_acknowledges(self):
        self.parcel("1ZW")
        self.tell("1ZW", "ORD_RELEASED", 0)
        detector = self.detector("release_unacknowledged", hours=4)
        self.assertFalse(self.look(detector, 4 - MINUTE))
        case = self.look(detector, 4)
        self.assertEqual(case.type_id.code, "release_unacknowledged")
        self.assertEqual(self.look(detector, 5), case)
        self.tell("1ZW", "ORD_RELEASE_ACK", 6)
        self.assertFalse(self.look(detector, 6))
        self.assertIn("Release acknowledged", case.outcome)

    def test_the_cut_off_is_the_scheduled_time(self):
        shipment = self.parcel("1ZW")
        delivery = self.env["stock.picking"].create(
            {
                "picking_type_id": self.env["stock.picking.type"]
                .search([("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1)
                .id,
            }
        )
        shipment.picking_ids = delivery
        delivery.flush_recordset()
        self.env.cr.execute(
            "UPDATE stock_picking SET scheduled_date = %s WHERE id = %s",
            (fields.Datetime.to_string(self.hour(30)), delivery.id),
        )
        detector = self.detector("release_unconfirmed", hours=2, without=10)
        self.tell("1ZW", "ORD_RELEASED", 0)
        self.assertFalse(self.look(detector, 40), "nobody has said that they have it")
        self.tell("1ZW", "ORD_RELEASE_ACK", 1)
        self.assertFalse(self.look(detector, 32 - MINUTE))
        case = self.look(detector, 32)
        self.assertEqual(case.type_id.code, "release_unconfirmed")
        self.tell("1ZW", "WHS_SHIP_CONFIRMED", 33)
        self.assertFalse(self.look(detector, 33))
        self.assertFalse(case.is_open)

    def test_without_a_schedule_the_acknowledgement_counts(self):
        self.parcel("1ZW")
        self.tell("1ZW", "ORD_RELEASED", 0)
        self.tell("1ZW", "ORD_RELEASE_ACK", 1)
        detector = self.detector("release_unconfirmed", hours=2, without=10)
        self.assertFalse(self.look(detector, 11 - MINUTE))
        self.assertTrue(self.look(detector, 11))
