from odoo import fields, models


class LogisticsShipmentStop(models.Model):
    """A place where the shipment is loaded, handled or handed over, in the order of the journey."""

    _name = "logistics.shipment.stop"
    _description = "Shipment Stop"
    _order = "shipment_id, sequence, id"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    role = fields.Selection(
        [("origin", "Origin"), ("hub", "On the way"), ("destination", "Destination")], required=True
    )
    partner_id = fields.Many2one("res.partner")
    name = fields.Char(help="Place in words, where it is not a contact.")
    planned_at = fields.Datetime()
    arrived_at = fields.Datetime()
    departed_at = fields.Datetime()
