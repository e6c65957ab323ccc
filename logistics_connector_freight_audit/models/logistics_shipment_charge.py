from odoo import api, fields, models


class LogisticsShipmentCharge(models.Model):
    _inherit = "logistics.shipment.charge"

    bill_charge_id = fields.Many2one(
        "logistics.freight.bill.charge",
        "On the bill",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    type_id = fields.Many2one(
        "logistics.freight.charge.type",
        "Charge type",
        index="btree_not_null",
        ondelete="restrict",
        help="What it is in our catalogue. Empty: as the mappings understand its code and text.",
    )
    carrier_name = fields.Char(related="shipment_id.carrier_name", store=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", store=True
    )
    company_amount = fields.Monetary(
        "Amount in company currency",
        currency_field="company_currency_id",
        compute="_compute_company_amount",
        store=True,
        aggregator=None,  # what was booked and what was billed for it add up to nothing
        help="At the rate of the day the goods left; while that is not known, of its entry.",
    )
    estimated_amount = fields.Monetary(
        "Estimated",
        currency_field="company_currency_id",
        compute="_compute_amounts_by_kind",
        store=True,
    )
    booked_amount = fields.Monetary(
        "Booked",
        currency_field="company_currency_id",
        compute="_compute_amounts_by_kind",
        store=True,
    )
    billed_amount = fields.Monetary(
        "Billed",
        currency_field="company_currency_id",
        compute="_compute_amounts_by_kind",
        store=True,
    )

    _report = models.Index("(company_id, kind, carrier_name)")

    @api.depends("amount", "currency_id", "company_id.currency_id", "shipment_id.ship_date")
    def _compute_company_amount(self):
        today = fields.Date.context_today(self)
        for charge in self:
            entered = charge.create_date.date() if charge.create_date else today
            charge.company_amount = charge.currency_id._convert(
                charge.amount,
                charge.company_currency_id,
                charge.company_id,
                charge.shipment_id.ship_date or entered,
            )

    @api.depends("kind", "company_amount")
    def _compute_amounts_by_kind(self):
        for charge in self:
            for kind in ("estimated", "booked", "billed"):
                charge[f"{kind}_amount"] = charge.company_amount if charge.kind == kind else 0.0
