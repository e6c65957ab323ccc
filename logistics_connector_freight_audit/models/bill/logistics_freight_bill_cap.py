from datetime import date

from dateutil.relativedelta import relativedelta
from odoo import fields, models


class LogisticsFreightCarrier(models.Model):
    _inherit = "logistics.freight.carrier"

    tolerance_cap = fields.Monetary(
        "Tolerated in a month",
        currency_field="company_currency_id",
        tracking=True,
        help="So much may differences within the tolerance come to in a month of bills. What goes "
        "beyond is looked at, however small. 0: no limit.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )


class LogisticsFreightBill(models.Model):
    """Who bills always a little too much, just below what is tolerated, is found by the sum."""

    _inherit = "logistics.freight.bill"

    def _audited(self):
        result = super()._audited()
        self._cap_tolerance()
        return result

    def _cap_tolerance(self):
        """Differences within the tolerance beyond the month's cap are over, from the one on that
        goes beyond it. Credits give nothing back: the cap counts what was tolerated."""
        cap = self.carrier_id.tolerance_cap
        if not cap:
            return
        first = date(self.date.year, self.date.month, 1)
        lines = self.env["logistics.freight.bill.shipment"].search(
            [
                ("bill_id.carrier_id", "=", self.carrier_id.id),
                ("bill_id.state", "!=", "cancelled"),
                ("bill_id.date", ">=", first),
                ("bill_id.date", "<", first + relativedelta(months=1)),
                ("verdict", "=", "tolerance"),
            ],
            order="bill_id, id",
        )
        used = 0.0
        for line in lines.sorted(lambda one: (one.bill_id.id, one.id)):
            over = line._tolerated()
            used += over
            beyond = self.company_id.currency_id.compare_amounts(used, cap) > 0
            if beyond and over and line.bill_id == self and not line.decision:
                line._over_cap()


class LogisticsFreightBillShipment(models.Model):
    _inherit = "logistics.freight.bill.shipment"

    def _audit(self):
        result = super()._audit()
        # While a bill is audited for the first time, the cap waits for the last of its lines.
        for bill in self.bill_id.filtered(lambda bill: bill.state == "open"):
            bill._cap_tolerance()
        return result

    def _tolerated(self):
        """What was tolerated in the carrier's favour, in the company's currency."""
        over = sum(
            finding["amount"]
            for finding in self.findings or ()
            if finding["code"] == "tolerance" and finding["amount"] > 0
        )
        company = self.company_id
        return self.currency_id._convert(over, company.currency_id, company, self.bill_id.date)

    def _over_cap(self):
        findings = [
            {**one, "code": "cap"} if one["code"] == "tolerance" and one["amount"] > 0 else one
            for one in self.findings
        ]
        stake = sum(one["amount"] for one in findings if one["amount"] > 0)
        self.write(
            {
                "findings": findings,
                "verdict": "over",
                "main_finding": "cap",
                "stake_amount": stake,
            }
        )
