from odoo import api, fields, models


class LogisticsFreightBill(models.Model):
    _inherit = "logistics.freight.bill"

    # What reports multiply with: rates that are entered later do not change what was told.
    company_rate = fields.Float(
        "Rate to company currency",
        digits=0,
        compute="_compute_company_rate",
        store=True,
        help="Of Odoo, on the date of the bill.",
    )

    @api.depends("currency_id", "company_id", "date")
    def _compute_company_rate(self):
        for bill in self:
            ours = bill.company_id.currency_id
            bill.company_rate = (
                bill.currency_id._get_conversion_rate(
                    bill.currency_id, ours, bill.company_id, bill.date
                )
                if bill.currency_id and ours and bill.date
                else 1.0
            )
