"""One partner means another thing by a code than the others: its own mappings."""

from itertools import permutations

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .test_replay import ReplayCommon

EVENT = "logistics_connector_base.event_code_"


@tagged("post_install", "-at_install")
class TestMeaning(ReplayCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.make_connection(name="others", tz="Europe/Berlin")
        cls.third = cls.make_connection(name="third", tz="Europe/Berlin")

    def map(self, code, raw_code="QX1", user=None, **values):
        code_id = self.env["logistics.event.code"].search([("code", "=", code)]).id
        return (
            self.env["logistics.event.mapping"]
            .with_user(user or self.manager)
            .create({"provider": "acme3pl", "raw_code": raw_code, "code_id": code_id, **values})
        )

    def one_code(self, shipment):
        event = shipment.event_ids.filtered("connection_id")
        self.assertEqual(len(event), 1)
        return event.code

    # -- what counts --------------------------------------------------------------------------

    def test_its_own_meaning_holds_for_its_messages_only(self):
        self.map("MOV_DEPARTED", priority=90)
        own = self.map("DLV_OUT", connection_id=self.connection.id)
        one, two = self.make_shipment("1ZONE"), self.make_shipment("1ZTWO")
        self.tell(self.local("QX1", number="1ZONE"))
        self.tell(self.local("QX1", number="1ZTWO"), connection=self.others)
        self.assertEqual((self.one_code(one), self.one_code(two)), ("DLV_OUT", "MOV_DEPARTED"))
        self.assertEqual((one.state, two.state), ("out_for_delivery", "in_transit"))
        self.assertEqual(one.event_ids.mapping_id, own)

    def test_who_tells_a_fact_first_does_not_matter(self):
        """Three partners tell one scan; one of them has a meaning of its own for it, and another
        one a weaker meaning of its own."""
        self.map("MOV_DEPARTED", priority=90)
        self.map("DLV_OUT", connection_id=self.connection.id, raw_sub_code="7", priority=60)
        self.map("DLV_ATTEMPTED", connection_id=self.third.id, priority=70)
        who = (self.connection, self.others, self.third)
        found = set()
        for index, order in enumerate(permutations(who)):
            number = f"1ZPERM{index}"
            shipment = self.make_shipment(number)
            for connection in order:
                scan = self.local("QX1", number=number, raw_sub_code="7")
                self.tell(scan, connection=connection)
            found.add((self.one_code(shipment), shipment.state))
        # Once more, all in one batch.
        shipment = self.make_shipment("1ZBATCH")
        for connection in who:
            body = self.message(self.local("QX1", number="1ZBATCH", raw_sub_code="7"))
            self.receive(connection, body, work=False)
        self.work_inbox()
        found.add((self.one_code(shipment), shipment.state))
        self.assertEqual(found, {("DLV_OUT", "out_for_delivery")})

    def test_a_code_that_only_one_partner_explains(self):
        """What is unknown as the others tell it is known since the one tells it, too."""
        self.map("DLV_OUT", connection_id=self.connection.id)
        shipment = self.make_shipment("1Z999")
        self.tell(self.local("QX1"), connection=self.others)
        self.assertTrue(shipment.event_ids.filtered("connection_id").is_unmapped)
        self.tell(self.local("QX1"))
        self.assertEqual(self.one_code(shipment), "DLV_OUT")
        self.assertFalse(shipment.event_ids.filtered("connection_id").is_unmapped)

    def test_an_estimate_for_one_partner_may_lie_in_the_future(self):
        self.map("DLV_OUT")
        own = {"connection_id": self.connection.id, "classifier": "estimated"}
        self.map("DLV_ETA", **own)
        soon = "2026-03-22T10:00:00"
        results = set()
        for number, order in (
            ("1ZA", (self.others, self.connection)),
            ("1ZB", (self.connection, self.others)),
        ):
            shipment = self.make_shipment(number)
            for connection in order:
                self.tell(self.local("QX1", soon, number), connection=connection)
            event = shipment.event_ids.filtered("connection_id")
            results.add((event.code, event.classifier, event.is_implausible, event.standing))
            self.assertFalse(self.exceptions("quarantined_time").filtered("is_open"))
        self.assertEqual(results, {("DLV_ETA", "estimated", False, "active")})

    def test_what_the_partner_names_itself_is_not_translated(self):
        self.map("DLV_OUT", raw_code="DLV_DELIVERED", connection_id=self.connection.id)
        shipment = self.make_shipment("1Z999")
        self.tell(self.local("DLV_DELIVERED"))
        self.tell(self.local("DLV_DELIVERED"), connection=self.others)
        self.assertEqual((self.one_code(shipment), shipment.state), ("DLV_DELIVERED", "delivered"))

    def test_a_glance_at_what_waits(self):
        table = self.env["logistics.event.mapping"]
        self.map("DLV_DELIVERED", connection_id=self.connection.id)
        self.map("MOV_DEPARTED", raw_sub_code="7")
        own = table._canonical_codes("acme3pl", self.connection.id)
        self.assertEqual(own.get(("QX1", "")), "DLV_DELIVERED")
        self.assertNotIn(("QX1", "7"), own)
        others = table._canonical_codes("acme3pl", self.others.id)
        self.assertEqual(others.get(("QX1", "7")), "MOV_DEPARTED")
        self.assertNotIn(("QX1", ""), others)

    # -- replay -------------------------------------------------------------------------------

    def test_replay_of_a_partners_meaning_touches_what_it_tells(self):
        self.map("MOV_DEPARTED")
        one, two = self.make_shipment("1ZONE"), self.make_shipment("1ZTWO")
        told = self.tell(self.local("QX1", number="1ZONE"), connection=self.others)
        told |= self.tell(self.local("QX1", number="1ZONE"))
        self.tell(self.local("QX1", number="1ZTWO"), connection=self.others)
        own = self.map("DLV_OUT", connection_id=self.connection.id)
        replay = self.replay(kind="mapping", mapping_ids=[(6, 0, own.ids)])
        self.assertEqual(replay.sudo().step_ids.message_id, told)
        self.assertEqual((self.one_code(one), self.one_code(two)), ("DLV_OUT", "MOV_DEPARTED"))
        self.assertEqual((one.state, two.state), ("out_for_delivery", "in_transit"))
        # One message alone changes nothing: the other one tells it still.
        for message in told:
            self.assertFalse(self.replay(message).line_ids)
        # And back.
        own.with_user(self.manager).active = False
        self.replay(kind="mapping", mapping_ids=[(6, 0, own.ids)])
        self.assertEqual((self.one_code(one), one.state), ("MOV_DEPARTED", "in_transit"))

    def test_proposed_for_one_partner(self):
        """The preview of a mapping that is not made yet is what comes of it."""
        one, two = self.make_shipment("1ZONE"), self.make_shipment("1ZTWO")
        self.tell(self.local("QX1", number="1ZONE"))
        self.tell(self.local("QX1", number="1ZTWO"), connection=self.others)
        case = self.exceptions("unmapped_code")
        wizard = (
            self.env["logistics.exception.map"]
            .with_user(self.manager)
            .create(
                {
                    "exception_ids": [(6, 0, case.ids)],
                    "connection_id": self.connection.id,
                    "code_id": self.env["logistics.event.code"]
                    .search([("code", "=", "DLV_OUT")])
                    .id,
                }
            )
        )
        self.assertEqual(wizard.sender_ids, self.connection | self.others)
        self.assertEqual(wizard.event_count, 1)
        action = wizard.action_preview()
        replay = self.env["logistics.replay"].with_user(self.manager).browse(action["res_id"])
        replay.action_apply()
        self.env.invalidate_all()
        self.assertFalse(replay.deviation_count, self.rows(replay))
        self.assertEqual((one.state, two.state), ("out_for_delivery", "draft"))
        self.assertTrue(case.is_open, "the other partner's is unknown still")

    def test_who_had_its_own_meaning_tells_it_no_more(self):
        self.map("MOV_DEPARTED")
        self.map("DLV_OUT", connection_id=self.connection.id)
        shipment = self.make_shipment("1Z999")
        berlin = self.local("QX1")
        own = self.tell(berlin)
        self.tell(berlin, connection=self.others)
        self.assertEqual(self.one_code(shipment), "DLV_OUT")
        self.connection.tz = "America/New_York"
        self.replay(own)
        codes = {(event.occurred_at.hour, event.code) for event in shipment.event_ids}
        self.assertEqual(codes, {(9, "MOV_DEPARTED"), (14, "DLV_OUT")})
        self.connection.tz = "Europe/Berlin"
        self.replay(own)
        told = shipment.event_ids.filtered(lambda event: not event.unsaid_by_id)
        self.assertEqual(told.code, "DLV_OUT")

    def test_events_whose_messages_are_gone(self):
        self.map("MOV_DEPARTED")
        shipment = self.make_shipment("1Z999")
        messages = self.tell(self.local("QX1"), connection=self.others)
        own = self.map("DLV_OUT", connection_id=self.others.id)
        messages.unlink()
        self.env.invalidate_all()
        self.replay(kind="mapping", mapping_ids=[(6, 0, own.ids)])
        self.assertEqual(self.one_code(shipment), "DLV_OUT")

    # -- people -------------------------------------------------------------------------------

    def test_coverage_says_it_of_each_connection(self):
        now = fields.Datetime.now()
        self.tell(self.local("QX1"), at=now)
        self.tell(self.local("QX1", number="1Z1000"), connection=self.others, at=now)
        coverage = self.env["logistics.code.coverage"].with_user(self.user)
        coverage.action_count()
        own = self.map("DLV_OUT", connection_id=self.connection.id)
        rows = coverage.search([("raw_code", "=", "QX1")])
        found = {row.connection_id: (row.state, row.mapping_id) for row in rows}
        nobody = self.env["logistics.event.mapping"]
        self.assertEqual(
            found, {self.connection: ("behind", own), self.others: ("unmapped", nobody)}
        )

    def test_only_of_the_companies_one_works_for(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        abroad = self.make_connection(company=other, name="abroad")
        secret = self.map("DLV_OUT", user=self.env.user, connection_id=abroad.id)
        own = self.map("DLV_OUT", connection_id=self.connection.id)
        mappings = self.env["logistics.event.mapping"].with_user(self.user)
        found = mappings.search([("provider", "=", "acme3pl")])
        self.assertIn(own, found)
        self.assertNotIn(secret, found)
        with self.assertRaises(AccessError):
            self.map("DLV_OUT", connection_id=abroad.id)
        with self.assertRaises(AccessError):
            self.map("DLV_OUT", user=self.user, connection_id=self.connection.id)

    def test_what_comes_with_the_addon_holds_for_everybody(self):
        with self.assertRaises(ValidationError):
            self.map(
                "DLV_OUT", user=self.env.user, connection_id=self.connection.id, is_shipped=True
            )
