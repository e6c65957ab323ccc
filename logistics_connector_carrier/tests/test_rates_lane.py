"""How often a service was on time, as the comparison shows it."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .rates import RatesCommon, rate, said


@tagged("post_install", "-at_install")
class TestLanes(RatesCommon):
    def deliver(self, count, late=0, method=None, receiver=None, days=10):
        """Delivered shipments of a method, so many of them late."""
        now = fields.Datetime.now()
        receiver = receiver or self.receiver
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.out_type_id.id,
                "partner_id": receiver.id,
                "carrier_id": (method or self.ground).id,
            }
        )
        shipments = self.env["logistics.shipment"].create(
            [
                {
                    "partner_id": receiver.id,
                    "warehouse_id": warehouse.id,
                    "picking_ids": [(6, 0, picking.ids)],
                    "promised_delivery_at": now - timedelta(days=days),
                }
                for _each in range(count)
            ]
        )
        for number, shipment in enumerate(shipments):
            hours = 5 if number < late else -5
            shipment.sudo().write({"delivered_at": now - timedelta(days=days, hours=-hours)})
        return shipments

    def share(self, method=None, user=None, receiver=None):
        method = method or self.ground
        lanes = self.env["logistics.lane"].with_user(user or self.seller)
        sender = self.env["stock.warehouse"].search([], limit=1).partner_id
        return lanes._shares(method, self.env.company, sender, receiver or self.receiver)[method.id]

    def test_the_narrowest_lane_that_says_something(self):
        self.deliver(30, late=3)
        share = self.share()
        self.assertEqual((share.level, share.count, share.percent), ("lane", 30, 90))
        elsewhere = self.receiver.copy({"zip": "10001"})
        share = self.share(receiver=elsewhere)
        self.assertEqual((share.level, share.count), ("countries", 30))
        belgian = self.receiver.copy({"zip": "49000", "country_id": self.env.ref("base.be").id})
        share = self.share(receiver=belgian)
        self.assertEqual((share.level, share.count), ("service", 30))

    def test_too_few_say_nothing(self):
        self.deliver(29)
        share = self.share()
        self.assertEqual((share.count, share.percent), (29, None))
        order = self.make_order(self.seller)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said(rate("HOME", "8.00"))):
            rows = self.rows(self.compare(order))
        self.assertEqual(rows["UPS Ground"].on_time, "too few (29)")
        self.assertEqual(rows["FedEx Home"].on_time, "too few (0)")
        self.deliver(1, late=1)
        with self.answering(ups=said(rate("03", "9.00")), fedex=said()):
            row = self.rows(self.compare(order))["UPS Ground"]
        self.assertEqual(row.on_time, "96% of 30")
        self.assertIn("between these places", row.on_time_basis)

    def test_what_is_old_or_of_another_service_or_company_does_not_count(self):
        self.deliver(5, days=181)
        self.deliver(5, method=self.home)
        other = self.env["res.company"].create({"name": "Other"})
        self.deliver(5).sudo().write(
            {"company_id": other.id, "warehouse_id": False, "picking_ids": [(5,)]}
        )
        self.assertEqual(self.share().count, 0)
        self.deliver(1)
        self.assertEqual(self.share().count, 1)

    def test_methods_with_the_same_service_share_their_past(self):
        again = self.make_method("UPS Ground, prepaid", self.ups, "03")
        self.deliver(2, method=again)
        again.active = False
        self.deliver(3)
        self.assertEqual(self.share().count, 5)

    def test_who_sees_some_shipments_only_gets_their_share(self):
        self.deliver(4)
        user = self.make_user("narrow", "logistics_connector_base.group_logistics_user")
        self.assertEqual(self.share(user=user).count, 4)
        far = self.env["stock.warehouse"].create({"name": "Far away", "code": "FAR"})
        self.env["logistics.scope"].create(
            {"name": "Far", "user_ids": [(6, 0, user.ids)], "warehouse_ids": [(6, 0, far.ids)]}
        )
        self.assertEqual(self.share(user=user).count, 0)
