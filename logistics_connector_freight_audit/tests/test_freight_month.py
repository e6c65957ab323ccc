"""A month with planted errors: each is found, and nobody else is accused.

``FREIGHT_SHIPMENTS=10000 FREIGHT_SEED=1`` make it the exam; CI plays a short one.
"""

import os

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.simulators.freight_month import Month

from .month_common import MonthCommon

GOOD = ("clean", "tolerance")
# A foreign currency is questioned as a whole, not by what it is more.
WHOLE = ("currency_wrong",)


@tagged("post_install", "-at_install")
class TestFreightMonth(MonthCommon):
    def test_every_planted_error_is_found_and_no_clean_line_accused(self):
        size = int(os.environ.get("FREIGHT_SHIPMENTS", "300"))
        month = Month(int(os.environ.get("FREIGHT_SEED", "1")), shipments=size)
        self.load(month)
        bills = self.bring_month(month)
        lines = bills.shipment_line_ids
        self.assertGreater(len(lines), size * 0.8)
        guilty = {id(planted): self.lines_of(planted, lines) for planted in month.planted}
        missed = [
            (planted.kind, planted.tracking, *why)
            for planted in month.planted
            if (why := self.missed(planted, guilty[id(planted)], bills))
        ]
        self.assertEqual(missed, [])
        named = lines.browse().union(*guilty.values())
        accused = (lines - named).filtered(lambda line: line.verdict not in GOOD)
        self.assertEqual(
            [(line.bill_id.name, line.name, line.verdict, line.finding_text) for line in accused],
            [],
        )
        promised = {one.invoice for one in month.planted if one.kind == "credit_missing"}
        awaited = self.promises.filtered("awaited_amount")
        self.assertEqual(set(awaited.mapped("bill_id.name")), promised)
        self.assertGreater(len(self.promises), len(awaited), "most promises are kept")

    def lines_of(self, planted, lines):
        """The billed shipments, or the account's line, that an error is about."""
        of_bill = lines.filtered(lambda line: line.bill_id.name == planted.invoice)
        if planted.tracking:
            return of_bill.filtered(
                lambda line: planted.tracking in (line.name, *(line.tracking_numbers or ()))
            )
        if planted.kind == "account_fee_wrong":
            return of_bill.filtered(lambda line: line.match_state == "account")
        if planted.verdict == "duplicate":
            return of_bill.filtered(lambda line: line.shipment_id.origin in planted.deliveries)
        return lines.browse()

    def missed(self, planted, lines, bills):
        """Why an error counts as not found; empty where it was."""
        if planted.kind == "duplicate_file":
            made = next(one for one in self.month_files if one.name == planted.file)
            with self.assertRaisesRegex(UserError, "holds exactly what came"):
                self.bring(made.data, made.name)
            return ()
        if planted.kind == "total_wrong":
            bill = bills.filtered(lambda one: one.name == planted.invoice)
            off = abs(bill.amount_unexplained)
            return () if abs(off - float(planted.amount)) < 0.005 else (off,)
        if planted.kind == "credit_missing":
            return ()  # no line is wrong: a promise is not kept, see the disputes
        if not lines or set(lines.mapped("verdict")) != {planted.verdict}:
            return (lines.mapped("verdict"), lines.mapped("finding_text"))
        if planted.kind in WHOLE:
            return ()
        found = sum(
            finding["amount"]
            for line in lines
            for finding in line.findings
            if finding["code"] != "tolerance"
        )
        # Cents within the tolerance may stand beside it.
        right = abs(found - float(planted.amount)) <= float(self.tolerated) * 2 * len(lines)
        return () if right else (found, str(planted.amount), lines.mapped("finding_text"))
