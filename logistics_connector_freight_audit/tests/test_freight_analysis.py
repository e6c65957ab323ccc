"""Figures of reports are those of the bills, in each group."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from tests.simulators.freight_bills import Book

from .test_freight_files import USER
from .test_freight_vendor import FreightBooks


@tagged("post_install", "-at_install")
class TestFreightAnalysis(FreightBooks):
    def setUp(self):
        super().setUp()
        self.shipments = self.ship(Book(5, 20))
        book = Book(5, 20, errors={"residential_wrong": 2, "weight_up": 2})
        self.bill = self.audited(book, invoices=1)
        self.analysis = self.env["logistics.freight.analysis"].with_user(self.auditor)
        self.mine = [("bill_id", "=", self.bill.id)]

    def sums(self, *groups, measures=("billed_amount:sum", "error_amount:sum", "error_share:avg")):
        return self.analysis.formatted_read_group(self.mine, list(groups), list(measures))

    def test_sums_are_those_of_the_bill(self):
        (row,) = self.sums(
            measures=(
                "billed_amount:sum",
                "error_amount:sum",
                "error_share:avg",
                "shipment_count:sum",
                "expected_amount:sum",
                "freight_amount:sum",
                "weight:sum",
                "cost_per_kg:avg",
            )
        )
        lines = self.bill.shipment_line_ids
        self.assertAlmostEqual(row["billed_amount:sum"], self.bill.amount_net)
        self.assertGreater(row["error_amount:sum"], 0)
        self.assertAlmostEqual(row["error_amount:sum"], self.bill.stake_amount)
        self.assertAlmostEqual(
            row["error_share:avg"], self.bill.stake_amount / self.bill.amount_net
        )
        self.assertEqual(row["shipment_count:sum"], len(lines))
        self.assertAlmostEqual(row["expected_amount:sum"], sum(lines.mapped("expected_amount")))
        self.assertAlmostEqual(row["freight_amount:sum"], sum(lines.mapped("freight_amount")))
        self.assertAlmostEqual(
            row["cost_per_kg:avg"], row["freight_amount:sum"] / row["weight:sum"], places=4
        )

    def test_errors_stand_with_the_charges_that_are_wrong(self):
        rows = {row["type_id"][1]: row for row in self.sums("type_id")}
        residential = next(row for name, row in rows.items() if "esidential" in name)
        self.assertGreater(residential["error_amount:sum"], 0)
        total = sum(row["error_amount:sum"] for row in rows.values())
        self.assertAlmostEqual(total, self.bill.stake_amount)
        rows = self.sums("verdict")
        clean = next(row for row in rows if row["verdict"] == "clean")
        self.assertFalse(clean["error_amount:sum"])

    def test_cost_of_orders_and_what_customers_were_charged(self):
        one, two = list(self.shipments.values())[:2]
        product = self.env["product.product"].create({"name": "Postage", "type": "service"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": 7,
                            "tax_ids": [Command.clear()],
                            "freight_shipment_id": one.id,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        (one | two).sale_order_ids = order
        (row,) = self.analysis.formatted_read_group(
            [*self.mine, ("order_id", "=", order.id)],
            [],
            [
                "order_freight:sum",
                "cost_per_order:avg",
                "charged_amount:sum",
                "margin_amount:sum",
                "margin_share:avg",
            ],
        )
        lines = self.bill.shipment_line_ids.filtered(lambda one_: one_.shipment_id in one | two)
        freight = sum(lines.mapped("freight_amount"))
        self.assertAlmostEqual(row["order_freight:sum"], freight)
        self.assertAlmostEqual(row["cost_per_order:avg"], freight, msg="one order, two shipments")
        self.assertAlmostEqual(row["charged_amount:sum"], 7)
        self.assertAlmostEqual(row["margin_amount:sum"], 7 - freight)
        self.assertAlmostEqual(row["margin_share:avg"], (7 - freight) / 7)

    def test_rows_open_and_a_cancelled_bill_is_gone(self):
        row = self.analysis.search(self.mine, limit=1)
        self.assertEqual(row.action_open_line()["res_model"], "logistics.freight.bill.shipment")
        self.bill.with_user(self.auditor).file_id.action_cancel()
        self.assertFalse(self.analysis.search(self.mine))

    def test_in_the_company_s_currency_at_the_bill_s_date(self):
        other = self.env["res.currency"].create({"name": "XQQ", "symbol": "q", "rounding": 0.01})
        self.company.currency_id.rate_ids.unlink()
        other.rate_ids = [
            Command.create({"name": "2020-01-01", "rate": 4.0, "company_id": self.company.id})
        ]
        before = self.bill.amount_net
        self.bill.sudo().currency_id = other
        self.assertAlmostEqual(self.bill.company_rate, 0.25)
        (row,) = self.sums()
        self.assertAlmostEqual(row["billed_amount:sum"], before / 4, places=2)

    def test_auditors_of_the_company_alone(self):
        clerk = self.make_user("analysis_clerk", USER, self.company)
        with self.assertRaises(AccessError):
            self.analysis.with_user(clerk).search_count(self.mine)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.auditor.write(
            {"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id}
        )
        self.assertFalse(self.analysis.search(self.mine))
