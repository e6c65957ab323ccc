from odoo import fields, models


class LogisticsFreightCarrier(models.Model):
    """What a carrier owes for goods that it loses or damages, by contract or by law."""

    _inherit = "logistics.freight.carrier"

    liability_per_kg = fields.Monetary(
        "Liable per kg",
        currency_field="company_currency_id",
        tracking=True,
        help="What it pays at most for each kilogram of goods. 0: not limited by weight.",
    )
    liability_per_shipment = fields.Monetary(
        "Liable per shipment",
        currency_field="company_currency_id",
        tracking=True,
        help="What it pays at most for one shipment. 0: not limited.",
    )
    damage_days = fields.Integer(
        "Days to claim damage",
        tracking=True,
        help="So many days after the delivery it takes claims for damaged or missing goods. "
        "0: not known.",
    )
    loss_days = fields.Integer(
        "Days to claim loss",
        tracking=True,
        help="So many days after the promised delivery (where none was promised: after it left) it "
        "takes claims for what is lost. 0: not known.",
    )
