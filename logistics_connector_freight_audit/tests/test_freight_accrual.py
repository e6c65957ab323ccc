"""What is owed and not billed at the end of a period, and how it leaves the books again."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book, write_ups

from .test_freight_vendor import FreightBooks


@tagged("post_install", "-at_install")
class TestFreightAccrual(FreightBooks):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journals = cls.env["account.journal"]
        cls.journal = journals.search(
            [("type", "=", "general"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.account = (
            cls.env["account.account"]
            .with_company(cls.company)
            .create(
                {
                    "name": "Freight accrued",
                    "code": "299901",
                    "account_type": "liability_current",
                    "company_ids": [Command.set(cls.company.ids)],
                }
            )
        )
        cls.company.write(
            {
                "freight_accrual_journal_id": cls.journal.id,
                "freight_accrual_account_id": cls.account.id,
            }
        )
        cls.env["logistics.freight.tolerance"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.book = Book(5, 12)
        self.shipments = self.ship(self.book)
        self.all = self.env["logistics.shipment"].browse(
            [shipment.id for shipment in self.shipments.values()]
        )
        self.leave(self.all)
        self.last_day = max(self.all.mapped("ship_date"))
        self.first_day = min(self.all.mapped("ship_date"))

    def leave(self, shipments):
        """The carrier has them."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_shipment SET state = 'in_transit', picked_up_at = ship_date "
            "WHERE id IN %s",
            [shipments._ids],
        )
        self.env.invalidate_all()

    def close(self, date=None, user=None):
        accruals = self.env["logistics.freight.accrual"].with_user(user or self.approver)
        accrual = accruals.with_company(self.company).create(
            {
                "company_id": self.company.id,
                "date": date or self.last_day,
                "since": self.first_day,
            }
        )
        accrual.action_prepare()
        return accrual

    def enter(self, accrual):
        accrual.action_create_entry()
        move = accrual.sudo().move_id
        move.action_post()
        return move

    def owed(self):
        """The balance of the account of what is accrued, of what is posted."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.account.id), ("parent_state", "=", "posted")]
        )
        return -sum(lines.mapped("balance"))

    def bill_it(self, date, parcels=None, number=b"SIM900"):
        """The carrier's bill for some of them, in the books on a day."""
        book = Book(5, 12)
        book.parcels = [p for p in book.parcels if parcels is None or p.tracking in parcels]
        made = write_ups(book, currency="EUR", invoices=1)
        file = self.bring(made.data.replace(b"SIM900", number), made.name)
        bill = self.imported(file).with_user(self.auditor)
        bill.carrier_id.sudo().partner_id = self.vendor
        bill.action_approve_clean()
        bill.shipment_line_ids.filtered(lambda one: not one.decision)._decide("accepted", "Fine.")
        bill.action_create_vendor_bill()
        move = bill.sudo().move_id
        move.write({"date": date, "invoice_date": date})
        move.action_post()
        self.assertEqual(move.date, date)
        return bill

    def expected(self, shipments=None):
        charges = (shipments or self.all).charge_ids.filtered(lambda one: one.kind == "booked")
        return sum(charges.mapped("company_amount"))

    def test_what_left_and_is_not_billed_in_one_draft_entry(self):
        accrual = self.close()
        self.assertAlmostEqual(accrual.accrued_amount, self.expected())
        self.assertEqual((accrual.state, accrual.reversed_amount), ("prepared", 0))
        accrual.action_create_entry()
        move = accrual.sudo().move_id
        self.assertEqual((move.state, move.date), ("draft", self.last_day), "nothing posts itself")
        credit = move.line_ids.filtered(lambda line: line.account_id == self.account)
        self.assertAlmostEqual(sum(credit.mapped("credit")), accrual.accrued_amount)
        expense = (move.line_ids - credit).account_id
        wanted = self.env["product.product"]
        for kind in ("base", "fuel"):
            wanted |= self.products[kind]
        accounts = wanted.product_tmpl_id.mapped(
            lambda one: one.with_company(self.company)._get_product_accounts()["expense"].id
        )
        self.assertEqual(set(expense.ids), set(accounts))

    def test_the_next_period_reverses_what_was_billed_and_the_account_is_proven(self):
        first = self.close()
        self.enter(first)
        self.assertAlmostEqual(self.owed(), first.open_amount)
        half = list(self.shipments)[:6]
        next_end = self.last_day + timedelta(days=30)
        self.bill_it(next_end - timedelta(days=3), half)
        second = self.close(next_end)
        billed = self.env["logistics.shipment"].browse([self.shipments[one].id for one in half])
        self.assertAlmostEqual(second.reversed_amount, self.expected(billed))
        self.assertEqual(second.accrued_amount, 0, "nothing is accrued twice")
        self.enter(second)
        self.assertAlmostEqual(self.owed(), second.open_amount)
        self.assertAlmostEqual(self.owed(), self.expected(self.all - billed))
        lines = second.reversed_line_ids
        self.assertEqual(set(lines.mapped("state")), {"billed"})
        self.assertTrue(lines.bill_id)
        self.assertAlmostEqual(
            sum(lines.mapped("difference")),
            sum(lines.mapped("billed_amount")) - sum(lines.mapped("company_amount")),
        )

    def test_what_is_billed_in_time_is_not_accrued_and_a_bill_of_later_is_no_bill_yet(self):
        half = list(self.shipments)[:6]
        self.bill_it(self.last_day, half)
        others = list(self.shipments)[6:]
        self.bill_it(self.last_day + timedelta(days=1), others, b"SIM901")
        accrual = self.close()
        left = self.env["logistics.shipment"].browse([self.shipments[one].id for one in others])
        self.assertEqual(accrual.line_ids.shipment_id, left)

    def test_what_nobody_pays_us_or_never_left_is_not_owed(self):
        void, theirs, waiting = self.all[:3]
        void._record_own_event("SHP_CANCELLED", text="x")
        theirs.freight_payer = "other"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE logistics_shipment SET state = 'booked', picked_up_at = NULL WHERE id = %s",
            [waiting.id],
        )
        self.env.cr.execute(
            "UPDATE logistics_shipment SET state = 'cancelled' WHERE id = %s", [void.id]
        )
        self.env.invalidate_all()
        accrual = self.close()
        self.assertEqual(accrual.line_ids.shipment_id, self.all - void - theirs - waiting)

    def test_called_off_and_given_up_are_reversed(self):
        first = self.close()
        self.enter(first)
        void, lost = self.all[:2]
        self.env.cr.execute(
            "UPDATE logistics_shipment SET state = 'cancelled' WHERE id = %s", [void.id]
        )
        self.env.invalidate_all()
        mine = first.line_ids.filtered(lambda line: line.shipment_id == lost)
        with self.assertRaises(AccessError):
            mine.with_user(self.auditor).action_give_up()
        mine.action_give_up()
        with self.assertRaisesRegex(UserError, "not open"):
            mine.action_give_up()
        mine.action_take_back()
        mine.action_give_up()
        second = self.close(self.last_day + timedelta(days=30))
        self.assertEqual(second.reversed_line_ids.shipment_id, void | lost)
        self.enter(second)
        self.assertAlmostEqual(self.owed(), self.expected(self.all - void - lost))
        with self.assertRaisesRegex(UserError, "reversed"):
            mine.action_take_back()
        third = self.close(self.last_day + timedelta(days=60))
        self.assertFalse(third.line_ids, "what was given up is not accrued anew")

    def test_at_the_rate_of_the_period_s_end_and_reversed_at_the_same(self):
        other = self.env["res.currency"].create({"name": "XQQ", "symbol": "q", "rounding": 0.01})
        other.rate_ids = [
            Command.create({"name": self.first_day, "rate": 2, "company_id": self.company.id}),
            Command.create({"name": self.last_day, "rate": 4, "company_id": self.company.id}),
        ]
        one = self.all[0]
        one.charge_ids = [
            Command.clear(),
            Command.create(
                {
                    "kind": "booked",
                    "name": "Freight",
                    "category": "base",
                    "amount": 100,
                    "currency_id": other.id,
                }
            ),
        ]
        accrual = self.close()
        mine = accrual.line_ids.filtered(lambda line: line.shipment_id == one)
        self.assertEqual((mine.amount, mine.company_amount), (100, 25))

    def test_estimates_where_nothing_was_booked_and_what_has_no_amount_is_told(self):
        one, bare = self.all[:2]
        one.charge_ids.write({"kind": "estimated"})
        bare.charge_ids.unlink()
        accrual = self.close()
        mine = accrual.line_ids.filtered(lambda line: line.shipment_id == one)
        self.assertEqual(set(mine.mapped("source")), {"estimated"})
        self.assertEqual(accrual.skipped_count, 1)
        self.assertNotIn(bare, accrual.line_ids.shipment_id)

    def test_periods_in_order_and_nothing_done_twice(self):
        first = self.close()
        with self.assertRaisesRegex(UserError, "comes first"):
            self.close(self.last_day + timedelta(days=30))
        second = self.env["logistics.freight.accrual"].search([("id", ">", first.id)])
        second = second.with_user(self.approver)
        first.action_prepare()
        self.assertAlmostEqual(first.accrued_amount, self.expected(), msg="prepared again")
        first.action_create_entry()
        with self.assertRaisesRegex(UserError, "Prepare"):
            first.action_create_entry()
        with self.assertRaisesRegex(UserError, "in the books"):
            first.action_prepare()
        with self.assertRaisesRegex(UserError, "cancel or delete"):
            first.action_start_anew()
        with self.assertRaisesRegex(UserError, "comes first"):
            second.action_prepare()
        first.sudo().move_id.unlink()
        self.assertEqual(first.state, "prepared")
        move = self.enter(first)
        second.action_prepare()
        move.button_draft()
        with self.assertRaisesRegex(UserError, "builds on"):
            move.unlink()
        with self.assertRaisesRegex(UserError, "builds on"):
            move.button_cancel()
        second.action_start_anew()
        second.unlink()
        move.button_cancel()
        self.assertEqual(first.state, "prepared")
        first.action_start_anew()
        self.assertFalse(first.line_ids)

    def test_a_bill_that_leaves_the_books_is_owed_again(self):
        self.enter(self.close())
        end = self.last_day + timedelta(days=30)
        bill = self.bill_it(end)
        self.enter(self.close(end))
        self.assertAlmostEqual(self.owed(), 0)
        move = bill.sudo().move_id
        move.button_draft()
        move.button_cancel()
        third = self.close(end + timedelta(days=30))
        self.assertAlmostEqual(third.accrued_amount, self.expected())
        self.enter(third)
        self.assertAlmostEqual(self.owed(), self.expected())

    def test_analytic_distribution_of_the_orders(self):
        plan = self.env["account.analytic.plan"].create({"name": "Shops"})
        shop = self.env["account.analytic.account"].create({"name": "Web", "plan_id": plan.id})
        product = self.env["product.product"].create({"name": "Lamp"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "analytic_distribution": {str(shop.id): 100}}
                    )
                ],
            }
        )
        one = self.all[0]
        one.sale_order_ids = order
        accrual = self.close()
        mine = accrual.line_ids.filtered(lambda line: line.shipment_id == one)
        self.assertEqual(mine[0].analytic_distribution, {str(shop.id): 100})
        accrual.action_create_entry()
        spread = accrual.sudo().move_id.line_ids.filtered("analytic_distribution")
        self.assertAlmostEqual(sum(spread.mapped("debit")), self.expected(one))

    def test_settings_and_rights(self):
        accruals = self.env["logistics.freight.accrual"]
        with self.assertRaises(AccessError):
            self.close(user=self.auditor)
        self.company.freight_accrual_account_id = False
        accrual = self.close()
        with self.assertRaisesRegex(UserError, "Settings"):
            accrual.action_create_entry()
        with self.assertRaises(AccessError):
            accrual.with_user(self.auditor).action_prepare()
        with self.assertRaises(AccessError):
            accrual.with_user(self.auditor).action_create_entry()
        self.assertEqual(accrual.with_user(self.auditor).state, "prepared", "may be read")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.auditor.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertFalse(accruals.with_user(self.auditor).search([("id", "=", accrual.id)]))
        with self.assertRaises(UserError):
            accrual.date = self.first_day
        with self.assertRaises(UserError):
            accrual.unlink()
