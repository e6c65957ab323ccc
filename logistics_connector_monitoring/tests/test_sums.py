"""Each night sums are looked at; where they differ somebody has a case, with the rows."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import HealthData

MANAGER = "logistics_connector_base.group_logistics_manager"
LOGGER = "odoo.addons.logistics_connector_monitoring.models.sum.logistics_sum_result"


@tagged("post_install", "-at_install")
class TestSums(HealthData, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_connections()
        cls.manager = new_test_user(
            cls.env,
            "sums_manager",
            MANAGER,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.results = cls.env["logistics.sum.result"]

    def count(self, code="message"):
        self.env.flush_all()
        results = self.results._count(self.env["logistics.sum"]._sums()[code])
        return results.filtered(lambda result: result.company_id == self.company)

    def came(self, state="processed", **ago):
        """A message as the intake leaves it: with its row in the ledger."""
        message = self.message(state, **ago)
        self.env["logistics.message.key"].create(
            {
                "connection_id": message.connection_id.id,
                "message_id": message.id,
                "identity": message.receipt,
                "revision": "",
                "digest": message.digest,
                "first_seen_at": message.received_at,
                "last_seen_at": message.received_at,
                "duplicate_count": 0,
            }
        )
        return message

    def case(self):
        key = f"sum:message:{self.company.id}"
        return self.env["logistics.exception"].search([("key", "=", key)])

    def test_what_agrees_is_said_too(self):
        self.came(hours=1)
        self.came("dead", hours=2)
        result = self.count()
        self.assertTrue(result.agrees)
        self.assertEqual(result.numbers_text, "2 in the ledger = 1 worked + 1 given up on")
        self.assertFalse(self.case())

    def test_a_case_with_the_rows_and_its_end(self):
        self.came(hours=1)
        lost = self.message("processed", hours=1)
        result = self.count()
        self.assertEqual((result.agrees, result.difference, result.gap_count), (False, -1.0, 1))
        self.assertIn("≠", result.numbers_text)
        case = self.case()
        self.assertTrue(case.is_open)
        self.assertEqual(result.exception_id, case)
        self.assertIn(lost.display_name, case.detail)
        self.assertIn("would be taken once more", case.detail)
        gap = result.gap_ids
        self.assertEqual(gap.with_user(self.manager).action_open()["res_id"], lost.id)
        action = result.with_user(self.manager).action_view_gaps()
        self.assertEqual(action["domain"], [("id", "in", lost.ids)])
        self.assertEqual(case._step_show_sum(None)["res_id"], result.id)
        # Counted again on the same day: one row, and the case is counted, not doubled.
        again = self.count()
        self.assertFalse(result.exists())
        self.assertEqual(len(self.case()), 1)
        self.assertEqual(again.exception_id, case)
        lost.unlink()
        healed = self.count()
        self.assertTrue(healed.agrees)
        self.assertFalse(case.is_open)

    def test_a_difference_that_no_row_shows(self):
        self.came(hours=1)
        gone = self.came(hours=1)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM logistics_message WHERE id = %s", (gone.id,))
        self.env.invalidate_all()
        result = self.count()
        self.assertEqual((result.difference, result.gap_count), (1.0, 0))
        self.assertIn("No row shows why", self.case().detail)

    def test_nothing_left_to_count_closes_the_case(self):
        lost = self.message("processed", hours=1)
        self.count()
        self.assertTrue(self.case().is_open)
        lost.unlink()
        self.assertFalse(self.count())
        self.assertFalse(self.case().is_open)

    def test_many_rows_are_counted_and_some_are_shown(self):
        for _number in range(25):
            self.message("processed", hours=1)
        path = "odoo.addons.logistics_connector_monitoring.models.sum.logistics_sum_result"
        with patch(f"{path}.MOST_GAPS", 22):
            result = self.count()
        self.assertEqual((result.gap_count, len(result.gap_ids)), (25, 22))
        self.assertIn("… and 5 more.", self.case().detail)

    def test_of_other_companies_nothing_is_seen(self):
        self.message("processed", self.foreign, hours=1)
        self.count()
        seen = self.results.with_user(self.manager).search([])
        self.assertNotIn(self.other_company, seen.company_id)
        hidden = self.results.search([("company_id", "=", self.other_company.id)])
        self.assertTrue(hidden.gap_ids)
        with self.assertRaises(AccessError):
            hidden.gap_ids.with_user(self.manager).read(["name"])

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self.results.with_user(self.clerk).search([])
        with self.assertRaises(AccessError):
            self.results.with_user(self.clerk).action_count_now()
        with self.assertRaises(AccessError):
            self.results.with_user(self.manager).create({"code": "message"})
        self.came(hours=1)
        self.results.with_user(self.manager).action_count_now()
        mine = self.results.with_user(self.manager).search([("is_last", "=", True)])
        self.assertIn("message", mine.mapped("code"))

    @mute_logger(LOGGER)
    def test_a_night_on_which_one_fails(self):
        self.came(hours=1)
        fold = type(self.env["logistics.sum.shipment_fold"])

        def broken(_self, _since):
            raise ValueError("a table is locked")

        with (
            patch.object(fold, "_counted", broken),
            self.enter_registry_test_mode(),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            self.env.ref("logistics_connector_monitoring.cron_sums").method_direct_trigger()
        found = self.results.search([("company_id", "=", self.company.id)]).mapped("code")
        self.assertIn("message", found)
        self.assertNotIn("shipment_fold", found)

    def test_each_sum_says_what_it_is(self):
        for code, one in self.env["logistics.sum"]._sums().items():
            self.assertTrue(one._statement(), code)
            self.assertEqual({part.side for part in one._parts()}, {"left", "right"}, code)
            self.assertTrue(one._reasons(), code)
            self.assertTrue(self.env["ir.model"]._get(one._subject), code)

    def test_who_sees_a_part_of_the_shipments_sees_no_sums(self):
        self.message("processed", hours=1)
        result = self.count()
        narrowed = new_test_user(
            self.env,
            "sums_narrowed",
            MANAGER,
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertIn(result, self.results.with_user(narrowed).search([]))
        narrowed.logistics_scope_ids = self.env["logistics.scope"].create(
            {"name": "One partner", "connection_ids": [(6, 0, self.silent.ids)]}
        )
        self.env.invalidate_all()
        self.assertFalse(self.results.with_user(narrowed).search([]))
        self.assertFalse(self.env["logistics.sum.gap"].with_user(narrowed).search([]))
