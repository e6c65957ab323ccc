from odoo import fields, models


class LogisticsTariffLine(models.AbstractModel):
    """What each line of a price list has: whose it is, for rules that need no join."""

    _name = "logistics.tariff.line"
    _description = "Line of a Price List"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    tariff_id = fields.Many2one(
        "logistics.tariff", "Price list", required=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="tariff_id.connection_id", store=True, index=True)
    company_id = fields.Many2one(related="tariff_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
