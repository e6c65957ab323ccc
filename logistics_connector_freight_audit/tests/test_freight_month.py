"""A month with planted errors: each is found, and nobody else is accused."""

import os

from odoo.tests import tagged

from tests.simulators.freight_month import Month

from .month_common import MonthCommon

# What cannot be compared is no accusation: it is said that nobody knows.
GOOD = ("clean", "tolerance", "missing_rate")


@tagged("post_install", "-at_install")
class TestFreightMonth(MonthCommon):
    def test_every_planted_error_is_found_and_no_clean_line_accused(self):
        size = int(os.environ.get("FREIGHT_SHIPMENTS", "300"))
        month = Month(int(os.environ.get("FREIGHT_SEED", "1")), shipments=size)
        self.load(month)
        bills = self.bring_month(month)
        missed, accused = self.compare(month, bills)
        self.assertEqual(missed, [])
        self.assertEqual(accused, [])

    def compare(self, month, bills):
        """What was planted and not found, and who was accused of nothing."""
        lines = bills.shipment_line_ids
        by_number = {}
        for line in lines:
            for number in {line.name, *(line.tracking_numbers or ())}:
                by_number.setdefault((line.bill_id.name, number), line)
        guilty, missed = set(), []
        for planted in month.planted:
            if not planted.tracking:
                guilty |= {
                    line.id
                    for line in lines
                    if line.bill_id.name == planted.invoice
                    and (
                        line.shipment_id.origin in planted.deliveries
                        or line.match_state == "account"
                    )
                }
                continue
            line = by_number.get((planted.invoice, planted.tracking))
            if line is None:
                missed.append((planted.kind, planted.tracking, "no such line"))
                continue
            guilty.add(line.id)
            if line.verdict == "missing_rate":
                continue  # neither booked nor agreed: said so, and looked at by somebody
            if planted.verdict == "credit_due":
                continue  # no line is wrong: a promise is not kept, see disputes
            if line.verdict != planted.verdict:
                missed.append(
                    (
                        planted.kind,
                        planted.carrier,
                        planted.tracking,
                        str(planted.amount),
                        line.expected_source,
                        line.verdict,
                        line.stake_amount,
                        line.finding_text,
                    )
                )
        accused = [
            (line.bill_id.name, line.name, line.verdict, line.expected_source, line.finding_text)
            for line in lines
            if line.id not in guilty and line.verdict not in GOOD
        ]
        return missed, accused
