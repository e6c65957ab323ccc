from odoo import api, fields, models


class LogisticsShipmentCharge(models.Model):
    """Money on a shipment. Estimated and booked amounts come from the carrier side, billed and
    approved ones from freight audit; they meet here."""

    _name = "logistics.shipment.charge"
    _description = "Shipment Charge"
    _order = "shipment_id, kind, id"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    name = fields.Char("Charge", required=True)
    kind = fields.Selection(
        [
            ("estimated", "Estimated"),
            ("booked", "Booked"),
            ("billed", "Billed"),
            ("approved", "Approved"),
        ],
        required=True,
    )
    category = fields.Selection(
        [
            ("base", "Base"),
            ("fuel", "Fuel"),
            ("accessorial", "Accessorial"),
            ("tax", "Tax"),
            ("other", "Other"),
        ],
        required=True,
        default="base",
    )
    code = fields.Char(help="The partner's own code of it, as it stands on its invoice.")
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )

    @api.model_create_multi
    def create(self, vals_list):
        charges = super().create(vals_list)
        self.env["logistics.business.state"]._changed()
        return charges

    def write(self, vals):
        result = super().write(vals)
        if {"kind", "shipment_id"} & set(vals):
            self.env["logistics.business.state"]._changed()
        return result
