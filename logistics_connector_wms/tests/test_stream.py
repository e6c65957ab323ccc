"""A message that got lost is seen by its number, and no more when it comes."""

import uuid

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .advice_common import AdviceCommon


@tagged("post_install", "-at_install")
class TestStream(AdviceCommon):
    def count(self, *numbers, stream="outbound"):
        for number in numbers:
            body = {
                "id": str(uuid.uuid4()),
                "issuer": "harbour",
                "stream": stream,
                "sequence": number,
                "advices": [self.advice("adjustment", lines=[{"product": "X", "quantity": 0}])],
            }
            self.receive(self.connection, body, at=fields.Datetime.now())

    def stream(self, name="outbound"):
        streams = self.env["logistics.message.stream"]
        domain = [("connection_id", "=", self.connection.id), ("name", "=", name)]
        return streams.search(domain)

    def sweep(self, minutes=16):
        gaps = self.stream().gap_ids
        for gap in gaps:
            gap.since = fields.Datetime.subtract(gap.since, minutes=minutes)
        self.env["logistics.message.stream"]._sweep()

    def test_a_gap_is_told_when_it_lasts_and_heals_when_it_is_filled(self):
        self.count(118, 119, 123)
        self.count(4, stream="inbound")
        stream = self.stream()
        self.assertEqual((stream.missing, stream.gap_ids.display_name), (3, "120-122"))
        self.sweep(minutes=5)
        self.assertFalse(self.cases("message_gap"))
        self.sweep(minutes=11)
        case = self.cases("message_gap")
        self.assertIn("120-122", case.name)
        self.count(121)
        self.assertEqual(stream.gap_ids.mapped("display_name"), ["120", "122"])
        self.sweep(minutes=0)
        self.assertEqual(self.cases("message_gap"), case, "what is left is as old as it was")
        self.count(122, 120, 120)
        self.assertFalse(stream.gap_ids)
        self.sweep(minutes=0)
        self.assertFalse(self.cases("message_gap"))

    def test_a_manager_says_that_it_counts_from_one(self):
        """The first message of all that got lost is seen by no number that comes later."""
        self.count(3, 5)
        stream = self.stream()
        self.assertEqual((stream.start, stream.missing), (3, 1))
        with self.assertRaises(AccessError):
            stream.with_user(self.clerk).action_from_one()
        manager = self.make_user("boss", "logistics_connector_base.group_logistics_manager")
        stream.with_user(manager).action_from_one()
        self.assertEqual(stream.start, 1)
        self.assertEqual(sorted(stream.gap_ids.mapped("display_name")), ["1-2", "4"])
        stream.with_user(manager).action_from_one()
        self.assertEqual(len(stream.gap_ids), 2)
        self.count(2, 1, 4)
        self.assertFalse(stream.gap_ids)
        self.count(6)
        self.assertFalse(stream.gap_ids)

    def test_what_came_late_is_not_missing_when_it_counts_from_one(self):
        self.count(5, 4, 2, 3)
        stream = self.stream()
        self.assertFalse(stream.gap_ids, "what was before we listened is missed by nobody")
        stream.action_from_one()
        self.assertEqual(stream.gap_ids.display_name, "1")
        self.count(1)
        self.assertFalse(stream.gap_ids)

    def test_a_manager_says_that_they_never_come(self):
        self.count(1, 5)
        self.sweep()
        stream = self.stream()
        with self.assertRaises(AccessError):
            stream.with_user(self.clerk).action_forget_gaps()
        manager = self.make_user("boss", "logistics_connector_base.group_logistics_manager")
        stream.with_user(manager).action_forget_gaps()
        self.assertFalse(stream.gap_ids or self.cases("message_gap"))
        self.count(6)
        self.assertFalse(stream.gap_ids)
        stream.with_user(manager).action_restart()
        self.count(1, 2)
        self.assertEqual((stream.highest, stream.missing), (2, 0))
