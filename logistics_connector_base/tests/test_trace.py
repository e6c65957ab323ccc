"""One story from end to end, as far as somebody's rights go."""

from odoo.tests import tagged

from .common import InboxCommon

USER = "logistics_connector_base.group_logistics_user"


@tagged("post_install", "-at_install")
class TestTrace(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("trace_user", USER)
        cls.connection = cls.make_connection()
        cls.shipment = cls.make_shipment("1Z555")

    def story(self, action):
        trace = self.env[action["res_model"]].with_user(self.user).browse(action["res_id"])
        return trace, str(trace.story)

    def test_a_shipments_story_holds_every_hop(self):
        received = self.receive(
            self.connection, self.message(self.scan("DLV_DELIVERED", number="1Z555"))
        )
        event = self.shipment.event_ids.filtered(lambda e: e.code == "DLV_DELIVERED")
        self.assertTrue(event)
        flow = self.env["logistics.flow"].create(
            {
                "name": "Order releases",
                "code": "release",
                "connection_id": self.connection.id,
                "url": "https://partner.example.com/orders",
            }
        )
        sent = self.env["logistics.outbox"]._enqueue(
            flow, {"n": 1}, key="S1", correlation_id=self.shipment.correlation_id
        )
        sent._acknowledge(False, "unknown item")
        trace, story = self.story(self.shipment.with_user(self.user).action_trace())
        for text in (self.shipment.name, "Order releases", "unknown item", "Delivered"):
            self.assertIn(text, story)
        self.assertIn(f"/odoo/logistics.message/{sent.id}", story)
        self.assertIn(f"/odoo/logistics.message/{received.id}", story)
        self.assertEqual(trace.message_ids, sent | received)
        # The same story from its other ends.
        for message in (sent, received):
            again, _story = self.story(message.with_user(self.user).action_trace())
            self.assertEqual(again.shipment_ids, self.shipment)

    def test_words_of_others_stay_text(self):
        case = self.env["logistics.exception"]._report(
            [
                {
                    "type": "processing_failure",
                    "key": "trace:1",
                    "name": "<script>alert(1)</script>",
                    "company_id": self.shipment.company_id.id,
                    "shipment_id": self.shipment.id,
                }
            ]
        )
        self.assertTrue(case)
        _trace, story = self.story(self.shipment.with_user(self.user).action_trace())
        self.assertNotIn("<script>", story)
        self.assertIn("&lt;script&gt;", story)

    def test_what_somebody_may_not_see_is_not_in_the_story(self):
        other = self.env["res.company"].create({"name": "Trace Ltd"})
        foreign = self.make_connection(name="Foreign", company=other)
        hidden = self.receive(foreign, self.message(self.scan("TRK_INFO", number="1Z000")))
        hidden.correlation_id = self.shipment.correlation_id
        trace, story = self.story(self.shipment.with_user(self.user).action_trace())
        self.assertNotIn(hidden, trace.message_ids.sudo())
        self.assertNotIn(f"/odoo/logistics.message/{hidden.id}", story)
