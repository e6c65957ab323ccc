"""Which codes came, how often, and whether they are understood."""

from datetime import UTC, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import InboxCommon

USER = "logistics_connector_base.group_logistics_user"
MANAGER = "logistics_connector_base.group_logistics_manager"
CODE = "ups", "ZZ9"


@tagged("post_install", "-at_install")
class TestCodeCoverage(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.connection = cls.make_connection(name="coverage")
        cls.lisa = cls.make_user("coverage-lisa", USER)
        cls.max = cls.make_user("coverage-max", MANAGER)

    def setUp(self):
        super().setUp()
        self.stage_here()

    def say(self, *codes, connection=None, at=None, number="1Z999"):
        """One message with a scan of each code, all at other minutes."""
        at = at or self.now
        events = [
            self.scan(
                code,
                (at - timedelta(minutes=minute)).replace(tzinfo=UTC).isoformat(),
                number,
                raw_text=f"words of {code}",
            )
            for minute, code in enumerate(codes, 1)
        ]
        body = self.message(*events, issuer="ups")
        return self.receive(connection or self.connection, body, at=at)

    def rows(self, connection=None, user=None):
        """``{code: row}`` as a user sees them."""
        found = self.env["logistics.code.coverage"].with_user(user or self.lisa)
        domain = [("connection_id", "=", (connection or self.connection).id)]
        return {row.raw_code: row for row in found.search(domain)}

    def count(self):
        self.env["logistics.code.coverage"].with_user(self.lisa).action_count()

    def test_what_came_and_whether_it_is_understood(self):
        self.make_shipment("1Z999")
        self.say("D", "ZZ9", "DLV_OUT")
        self.say("ZZ9", number="1Z998")
        self.count()
        rows = self.rows()
        facts = {
            code: (row.state, row.event_count, row.unmapped_count, row.code_id.code or "")
            for code, row in rows.items()
        }
        self.assertEqual(facts["ZZ9"], ("unmapped", 2, 2, ""))
        self.assertIn(("stated", 1, 0, "DLV_OUT"), facts.values())
        self.assertEqual(rows["ZZ9"].sample, "words of ZZ9")
        self.assertEqual(rows["ZZ9"].last_at, self.now)

    def test_a_mapping_shows_at_once_and_replaying_counts_anew(self):
        self.make_shipment("1Z999")
        self.say("ZZ9")
        self.count()
        code = self.env["logistics.event.code"].search([("code", "=", "DLV_OUT")])
        mappings = self.env["logistics.event.mapping"].with_user(self.max)
        values = {"provider": "ups", "raw_code": "ZZ9", "code_id": code.id}
        mapping = mappings.create(values)
        row = self.rows()["ZZ9"]
        self.assertEqual((row.state, row.mapping_id, row.code_id), ("behind", mapping, code))
        values = {"reason": "Testing", "kind": "mapping", "mapping_ids": [(6, 0, mapping.ids)]}
        replay = self.env["logistics.replay"].with_user(self.max).create(values)
        replay.action_preview()
        self.env.invalidate_all()
        self.assertEqual(self.rows()["ZZ9"].state, "behind")  # nothing happened yet
        replay.action_apply()
        self.env.invalidate_all()
        row = self.rows()["ZZ9"]
        self.assertEqual((row.state, row.unmapped_count), ("mapped", 0))
        mapping.active = False
        self.assertEqual(self.rows()["ZZ9"].state, "unmapped")

    def test_of_two_mappings_the_higher_priority_is_shown(self):
        self.say("ZZ9")
        self.count()
        out, late = self.env["logistics.event.code"].search(
            [("code", "in", ("DLV_OUT", "EXC_DELAY"))]
        )
        mappings = self.env["logistics.event.mapping"].with_user(self.max)
        values = {"provider": "ups", "raw_code": "ZZ9"}
        first = mappings.create({**values, "code_id": out.id, "priority": 60})
        second = mappings.create({**values, "code_id": late.id, "priority": 50})
        self.assertEqual(self.rows()["ZZ9"].mapping_id, first)
        second.priority = 70
        self.assertEqual(self.rows()["ZZ9"].mapping_id, second)

    def test_what_no_longer_comes_goes(self):
        self.say("ZZ8", at=self.now - timedelta(days=100))
        self.say("ZZ9")
        self.count()
        self.assertEqual(list(self.rows()), ["ZZ9"])
        self.env["logistics.event"].search([("raw_code", "=", "ZZ9")]).received_at -= timedelta(100)
        self.count()
        self.assertFalse(self.rows())

    def test_a_count_of_some_codes_leaves_the_others(self):
        self.say("ZZ8", "ZZ9")
        self.count()
        before = self.rows()["ZZ8"].counted_at
        self.say("ZZ8", "ZZ9", number="1Z998")
        self.env["logistics.code.coverage"]._count([CODE])
        rows = self.rows()
        self.assertEqual([rows[c].event_count for c in ("ZZ8", "ZZ9")], [1, 2])
        self.assertEqual(rows["ZZ8"].counted_at, before)

    def test_companies_and_connections_apart(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        there = self.make_connection(company=company, name="elsewhere")
        self.say("ZZ9")
        self.say("ZZ9", connection=there, number="1Z777")
        self.count()
        self.assertEqual(self.rows()["ZZ9"].event_count, 1)
        self.assertFalse(self.rows(there))
        stranger = self.make_user("coverage-stranger", USER, company=company)
        self.assertEqual(self.rows(there, stranger)["ZZ9"].event_count, 1)
        with self.assertRaises(AccessError):
            self.rows()["ZZ9"].with_user(stranger).action_view_events()

    def test_the_rows_behind_a_figure(self):
        self.say("ZZ9", "ZZ8")
        self.say("ZZ9", number="1Z998")
        self.count()
        action = self.rows()["ZZ9"].action_view_events()
        events = self.env["logistics.event"].with_user(self.lisa).search(action["domain"])
        self.assertEqual(events.mapped("raw_code"), ["ZZ9", "ZZ9"])

    def test_mapping_from_here(self):
        self.say("ZZ9")
        self.count()
        row = self.rows(user=self.max)["ZZ9"]
        action = row.action_map()
        self.assertEqual(action["res_model"], "logistics.exception.map")
        exceptions = self.env["logistics.exception"].search([("raw_code", "=", "ZZ9")])
        exceptions.with_user(self.max)._close("dismissed", "known")
        action = row.action_map()
        self.assertEqual(action["res_model"], "logistics.event.mapping")
        self.assertEqual(action["context"]["default_raw_code"], "ZZ9")
        bench = row.action_test_bench()
        self.assertEqual(bench["res_model"], "logistics.test.bench")
        self.env["logistics.event"].search([("raw_code", "=", "ZZ9")]).message_id = False
        with self.assertRaises(UserError):
            row.action_test_bench()

    def test_on_the_connection(self):
        self.assertEqual(self.connection.with_user(self.lisa).code_words, "0")
        self.say("ZZ9", "DLV_OUT")
        action = self.connection.with_user(self.lisa).action_view_codes()
        self.env.invalidate_all()
        self.assertEqual(self.connection.with_user(self.lisa).code_words, "2 (1 unknown)")
        found = self.env["logistics.code.coverage"].with_user(self.lisa).search(action["domain"])
        self.assertEqual(len(found), 2)

    def test_to_look_again_does_not_count_again(self):
        coverage = self.env["logistics.code.coverage"]
        self.say("ZZ9")
        self.connection.with_user(self.lisa).action_view_codes()
        self.say("DLV_OUT")
        self.connection.with_user(self.lisa).action_view_codes()
        self.assertEqual(list(self.rows()), ["ZZ9"])
        old = fields.Datetime.subtract(fields.Datetime.now(), minutes=11)
        coverage.search([]).write({"counted_at": old})
        self.connection.with_user(self.lisa).action_view_codes()
        self.assertEqual(sorted(self.rows()), ["DLV_OUT", "ZZ9"])

    def test_people_of_logistics_only_and_nobody_writes(self):
        self.say("ZZ9")
        self.count()
        outsider = self.make_user("coverage-outsider")
        with self.assertRaises(AccessError):
            self.env["logistics.code.coverage"].with_user(outsider).action_count()
        with self.assertRaises(AccessError):
            self.rows(user=self.max)["ZZ9"].event_count = 7
