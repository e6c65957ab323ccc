"""Both sides of a transfer on one page, as far as somebody's rights go."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .advice_common import AdviceCommon, line

LOGISTICS = "logistics_connector_base.group_logistics_user"


@tagged("post_install", "-at_install")
class TestTrace(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("both_sides", "stock.group_stock_user", LOGISTICS)
        cls.make_flow()

    def story(self, record):
        action = record.with_user(self.user).action_logistics_trace()
        return str(self.env["logistics.trace"].with_user(self.user).browse(action["res_id"]).story)

    def test_what_was_told_and_what_they_say_stand_side_by_side(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        at = fields.Datetime.now() + timedelta(seconds=1)
        release = self.env["logistics.release"].search([("picking_id", "=", delivery.id)])
        release._take_accepted(1, "", fields.Datetime.now())
        self.tell(
            {
                "type": "ship",
                "order": delivery.name,
                "occurred_at": f"{at.isoformat()}Z",
                "final": False,
                "lines": [line(self.lamp, 3)],
            }
        )
        advice = self.said(delivery).filtered(lambda one: one.kind == "ship")
        story = self.story(delivery)
        here, there = story.index("Here"), story.index("At the partner")
        self.assertLess(here, there)
        told = story.index(f"Release of {delivery.name}, version 1")
        answered = story.index("Accepted: version 1")
        shipped = story.index(f"Shipped {advice.name}")
        self.assertLess(told, shipped)
        self.assertIn(f"/odoo/logistics.release/{release.id}", story)
        # On whose side: a cell stands empty before what the partner said.
        self.assertTrue(story[:answered].rpartition("<tr>")[2].count("<td></td>"))
        self.assertFalse(story[:told].rpartition("<tr>")[2].count("<td></td>"))
        for message in (release.version_ids.message_id, advice.message_id):
            self.assertIn(f"/odoo/logistics.message/{message.id}'", story)
        # Told in the words of the trade, it is not told once more as a message.
        self.assertNotIn("Message in", story)
        self.assertNotIn("Warehouse confirmed shipping", story)
        self.assertIn(f"3 {self.lamp.default_code}", story)
        # The back-order and the order tell the same.
        for record in (delivery.backorder_ids, delivery.sale_id):
            self.assertIn(f"Shipped {advice.name}", self.story(record))

    def test_an_answer_is_told_once(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        self.arrive(delivery)
        self.tell(
            {"type": "release", "order": delivery.name, "answer": "rejected", "reason": "Not here"}
        )
        story = self.story(delivery)
        self.assertEqual(story.count("Rejected"), 1)
        self.assertIn("Not here", story)

    def test_trouble_is_said_with_the_goods(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 5))
        self.tell(
            {
                "type": "ship",
                "order": delivery.name,
                "lines": [{"product": "<b>X</b>", "quantity": 1}],
            }
        )
        story = self.story(delivery)
        self.assertIn("&lt;b&gt;X&lt;/b&gt;", story)
        self.assertNotIn("<b>X", story)
        self.assertIn("text-danger", story)

    def test_a_receipt_has_a_story_without_a_shipment(self):
        self.warehouse.logistics_tells_receipt = True
        receipt = self.receipt((self.lamp, 5))
        self.arrive(receipt)
        self.tell({"type": "receipt", "order": receipt.name, "lines": [line(self.lamp, 5)]})
        self.assertFalse(receipt.shipment_ids)
        story = self.story(receipt)
        self.assertIn("Received ", story)
        self.assertIn("version 1", story)

    def test_the_truck_is_part_of_the_story(self):
        receipt = self.receipt((self.lamp, 5))
        truck = {"id": "A1", "direction": "in", "orders": [receipt.name]}
        window = {"from": "2026-03-12T08:00Z", "to": "2026-03-12T09:00Z"}
        self.tell({"type": "appointment", "state": "set", "window": window, "door": "D4", **truck})
        self.tell({"type": "appointment", "state": "no_show", **truck})
        story = self.story(receipt)
        self.assertIn("Truck A1: Expected", story)
        self.assertIn("Door D4", story)
        self.assertEqual(story.count("Truck A1: Did not come"), 1)
        self.assertNotIn("Message in", story)

    def test_who_may_see_none_of_it(self):
        delivery = self.order((self.lamp, 1))
        clerk = self.make_user("no_logistics", "stock.group_stock_user")
        with self.assertRaises(AccessError):
            delivery.with_user(clerk).action_logistics_trace()
