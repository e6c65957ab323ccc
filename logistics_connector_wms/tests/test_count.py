"""A warehouse counts, and what it finds stands beside the books until a person decides."""

import json
from datetime import timedelta

import jsonschema
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import file_path

from .advice_common import USER, AdviceCommon, line

SCHEMA = "logistics_connector_wms/schemas/request-1.0.json"


@tagged("post_install", "-at_install")
class TestCount(AdviceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.make_user("stock_boss", "stock.group_stock_manager", USER)

    def ask(self, *goods, user=None):
        none = self.env["stock.lot"]
        goods = [(product, none, "available") for product in goods]
        counts = self.env["logistics.count"].with_user(user or self.keeper)
        return counts._ask(self.warehouse, goods, "It differs").sudo()

    def requests(self):
        messages = self.env["logistics.message"].search(
            [("direction", "=", "out"), ("connection_id", "=", self.connection.id)]
        )
        bodies = messages._read_bodies()
        found = [json.loads(bodies[message.id]) for message in messages]
        with open(file_path(SCHEMA), encoding="utf-8") as file:
            schema = json.load(file)
        for request in found:
            jsonschema.validate(request, schema, jsonschema.Draft202012Validator)
        return found

    def test_asked_for_counted_and_booked_as_of_its_moment(self):
        self.make_flow(code="request", url="https://harbour.example.com/requests")
        self.stock(self.lamp, 10)
        self.stock(self.bulb, 4)
        count = self.ask(self.lamp, self.bulb)
        (request,) = self.requests()
        self.assertEqual((request["type"], request["request"]), ("count", count.name))
        self.assertEqual([one["product"] for one in request["lines"]], ["LAMP-01", "BULB-02"])
        at = fields.Datetime.now() - timedelta(hours=1)
        self.tell(
            {
                "type": "count",
                "request": count.name,
                "occurred_at": f"{at.isoformat()}Z",
                "lines": [line(self.lamp, 8), line(self.bulb, 4)],
            }
        )
        self.assertEqual((count.state, self.said().state), ("counted", "applied"))
        self.assertEqual(self.on_hand(self.lamp), 10, "nothing is booked by it")
        lamp = count.line_ids[0]
        self.assertEqual((lamp.counted, lamp.ours, lamp.state), (8, 10, "differs"))
        self.assertEqual(count.line_ids[1].state, "same")
        with self.assertRaises(AccessError):
            lamp.with_user(self.keeper).action_book()
        lamp.with_user(self.manager).action_book()
        self.assertEqual((self.on_hand(self.lamp), count.state), (8, "done"))
        self.assertEqual(str(lamp.move_id.logistics_done_at), str(at.replace(microsecond=0)))
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            lamp.with_user(self.manager).action_book()

    def test_what_was_shipped_after_the_count_is_no_difference(self):
        self.stock(self.lamp, 10)
        delivery = self.order((self.lamp, 3))
        two = fields.Datetime.now() - timedelta(hours=2)
        self.tell(
            {"type": "ship", "order": delivery.name, "lines": [line(self.lamp, 3)]},
            {
                "type": "count",
                "occurred_at": f"{two.isoformat()}Z",
                "lines": [line(self.lamp, 10)],
            },
        )
        count = self.env["logistics.count"].search([("connection_id", "=", self.connection.id)])
        self.assertEqual((count.state, count.line_ids.state), ("done", "same"))
        self.assertFalse(count.user_id, "it counted by itself")

    def test_what_is_told_late_is_not_booked_twice(self):
        self.stock(self.lamp, 10)
        at = fields.Datetime.now() - timedelta(hours=1)
        self.tell(
            {"type": "count", "occurred_at": f"{at.isoformat()}Z", "lines": [line(self.lamp, 7)]}
        )
        mine = [("connection_id", "=", self.connection.id)]
        before = at - timedelta(hours=1)
        self.tell(
            {
                "type": "adjustment",
                "occurred_at": f"{before.isoformat()}Z",
                "lines": [line(self.lamp, -3)],
            }
        )
        found = self.env["logistics.count"].search(mine).line_ids
        with self.assertRaisesRegex(UserError, "has changed since"):
            found.with_user(self.manager).action_book()
        with self.assertRaises(AccessError):
            found.count_id.with_user(self.clerk).action_compare_again()
        found.count_id.with_user(self.keeper).action_compare_again()
        self.assertEqual((found.ours, found.difference, found.state), (7, 0, "same"))
        self.assertEqual((self.on_hand(self.lamp), found.count_id.state), (7, "done"))

    def test_what_was_decided_is_not_compared_again(self):
        self.stock(self.lamp, 10)
        self.tell({"type": "count", "lines": [line(self.lamp, 7), line(self.bulb, 2)]})
        count = self.env["logistics.count"].search([("connection_id", "=", self.connection.id)])
        lamp, bulb = count.line_ids
        lamp.with_user(self.manager).action_leave()
        count.with_user(self.keeper).action_compare_again()
        self.assertEqual((lamp.state, lamp.ours), ("left", 10))
        self.assertEqual((bulb.state, count.state), ("differs", "counted"))

    def test_a_count_that_nobody_asked_for_and_words_that_nobody_knows(self):
        self.tell({"type": "count", "request": "COUNT/99999", "lines": [line(self.lamp, 1)]})
        self.assertEqual(self.said().state, "trouble")
        self.tell({"type": "count", "lines": [line(self.lamp, 0), {"product": "X", "quantity": 1}]})
        self.assertEqual(self.said()[-1].state, "partial")
        self.assertEqual(self.said()[-1].line_ids[1].trouble_code, "unknown_product")

    def test_without_a_flow_somebody_must_tell_them(self):
        count = self.ask(self.lamp)
        self.assertFalse(count.is_sent)
        with self.assertRaises(AccessError):
            self.ask(self.lamp, user=self.clerk)
        count.with_user(self.keeper).action_cancel()
        self.assertEqual(count.state, "cancelled")

    def test_missing_messages_are_asked_for_once(self):
        stream = self.env["logistics.message.stream"].create(
            {
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                "name": "outbound",
                "start": 1,
                "highest": 9,
            }
        )
        for first, last in ((2, 4), (7, 7)):
            self.env["logistics.message.gap"].create(
                {
                    "stream_id": stream.id,
                    "connection_id": self.connection.id,
                    "company_id": self.company.id,
                    "first": first,
                    "last": last,
                    "since": fields.Datetime.now(),
                }
            )
        boss = self.make_user("boss", "logistics_connector_base.group_logistics_manager")
        with self.assertRaisesRegex(UserError, "no flow"):
            stream.with_user(boss).action_ask_again()
        self.make_flow(code="request", url="https://harbour.example.com/requests")
        stream.with_user(boss).action_ask_again()
        stream.with_user(boss).action_ask_again()
        asked = [(one["type"], one["first"], one["last"]) for one in self.requests()]
        self.assertEqual(sorted(asked), [("resend", 2, 4), ("resend", 7, 7)])
