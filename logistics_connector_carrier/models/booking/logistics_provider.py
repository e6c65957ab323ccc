from odoo import fields, models


class LogisticsProvider(models.Model):
    _inherit = "logistics.provider"

    booking_carrier = fields.Char(
        "Booked as",
        readonly=True,
        help="The name under which karrio knows this carrier. Empty: it is not booked from here.",
    )
