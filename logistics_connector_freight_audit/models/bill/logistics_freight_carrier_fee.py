from odoo import fields, models


class LogisticsFreightCarrierFee(models.Model):
    """What a carrier may charge once on each bill, such as a weekly pickup fee."""

    _name = "logistics.freight.carrier.fee"
    _description = "Agreed Fee of a Freight Carrier"
    _order = "carrier_id, id"

    carrier_id = fields.Many2one(
        "logistics.freight.carrier", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="carrier_id.company_id", store=True, index=True)
    type_id = fields.Many2one(
        "logistics.freight.charge.type", "Charge", required=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary("On each bill", required=True)

    _type_uniq = models.Constraint("UNIQUE(carrier_id, type_id)", "This fee is there already.")
